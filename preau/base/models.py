"""Abstract tenant model and the tables of the plumbing: journal and outbox."""

from enum import Enum
from typing import Any

from django.conf import settings
from django.db import models

from preau.base.encryption import EncryptedJSONField, EncryptedTextField
from preau.base.scanning import ScanState


def choices(enum: type[Enum]) -> list[tuple[Any, str]]:
    """Return what a field of a closed list may hold."""
    return [(member.value, member.name) for member in enum]


class TenantModel(models.Model):
    """A row of one collectivité. Its model is a setting, as Django's own for accounts: `base` stays below the domain.

    Every unique key and index that serves begins with it: it needs none of its own.
    """

    organisation = models.ForeignKey(
        settings.PREAU_TENANT_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class DatedFact(TenantModel):
    """What money or safety reads, from a day to the next word: [starts_on, ends_on), without end while it stands.

    The row of a past day is never written again: a bill reads the fact of the day of the service (ADR 0012).
    """

    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=120)  # the name as it is shown

    class Meta:
        abstract = True


def one_at_a_time(name: str, *subject: str) -> list[models.BaseConstraint]:
    """Return the constraints of dated facts about a subject: one stands, one begins on a day, each ends after."""
    return [
        models.UniqueConstraint(
            fields=["organisation_id", *subject], condition=models.Q(ends_on__isnull=True), name=f"{name}_stands_once"
        ),
        models.UniqueConstraint(fields=["organisation_id", *subject, "starts_on"], name=f"{name}_begins_once"),
        models.CheckConstraint(
            condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
            name=f"{name}_period",
        ),
    ]


class JournalEntry(models.Model):
    """One act or one sensitive reading. Append-only: a trigger refuses update and delete."""

    organisation_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=120, blank=True)  # the name of that day, as it is shown
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
    claimed_at = models.DateTimeField(null=True)  # by who is sending it now; free again after a lease
    attempts = models.PositiveSmallIntegerField(default=0)
    last_problem = models.CharField(max_length=200, blank=True)
    retry_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)  # nobody tries again until a person asks
    message_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="outbox_once"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "-created_at"], name="outbox_recent"),
            models.Index(fields=["retry_at"], name="outbox_retry", condition=models.Q(sent_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.template} #{self.pk}"


class Counter(TenantModel):
    """The last number given under a name: of families, of démarches. Locked last (see `counters`)."""

    name = models.CharField(max_length=20)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "name"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.last_number}"


class Tally(models.Model):
    """How often something was tried, until an instant: counted by one statement, so that none is lost."""

    key = models.CharField(max_length=80, unique=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="tally_until")]

    def __str__(self) -> str:
        return f"{self.count}"


class KeyWitness(models.Model):
    """One value sealed at the opening of the installation (see `witness`)."""

    sealed = models.TextField()

    def __str__(self) -> str:
        return "witness"


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


class SealKey(models.Model):
    """The key and certificate by which this installation seals its papers (see `sealing`). The last one serves."""

    certificate = models.TextField()  # PEM
    key = EncryptedTextField()  # PEM, PKCS#8
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal #{self.pk}"
