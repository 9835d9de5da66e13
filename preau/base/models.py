"""Abstract tenant model and the tables of the plumbing: journal and outbox."""

from django.db import models

from preau.base.encryption import EncryptedJSONField
from preau.base.scanning import ScanState


class TenantModel(models.Model):
    """A row of one collectivité. The id is plain so that `base` stays below the domain."""

    organisation_id = models.BigIntegerField()

    class Meta:
        abstract = True


class JournalEntry(models.Model):
    """One act or one sensitive reading. Append-only: a trigger refuses update and delete."""

    organisation_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    audience = models.CharField(max_length=10)
    act = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "subject_type", "subject_id", "-at"], name="journal_subject"),
            models.Index(fields=["organisation_id", "-at"], name="journal_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"


class OutboxMail(models.Model):
    """A mail to send, written in the transaction of the act that causes it."""

    organisation_id = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=120)
    template = models.CharField(max_length=80)
    to = models.JSONField(default=list)
    subject = models.CharField(max_length=200, blank=True)
    context = EncryptedJSONField(default=dict)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_problem = models.CharField(max_length=200, blank=True)
    message_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="outbox_once"),
        ]
        indexes = [models.Index(fields=["organisation_id", "-created_at"], name="outbox_recent")]

    def __str__(self) -> str:
        return f"{self.template} #{self.pk}"


class PeriodicJob(models.Model):
    """A job that comes round. Whoever moves `next_at` forward has the turn."""

    name = models.CharField(max_length=60, unique=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StoredFile(TenantModel):
    """A file kept encrypted on disk, under a random name (see `files`)."""

    key = models.CharField(max_length=40, unique=True)
    media_type = models.CharField(max_length=40)
    extension = models.CharField(max_length=5)
    size = models.PositiveIntegerField()  # bytes, before encryption
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    name = EncryptedJSONField(default=dict)  # {"name": what its owner called it}
    scan = models.CharField(max_length=11, default=ScanState.NOT_SCANNED)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-created_at"], name="stored_file_recent"),
            models.Index(fields=["id"], name="stored_file_to_scan", condition=models.Q(scan=ScanState.UNAVAILABLE)),
        ]

    def __str__(self) -> str:
        return f"file {self.pk}"
