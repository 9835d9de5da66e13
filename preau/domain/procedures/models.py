"""Démarches: drafts, numbered procedures (one per child × activity of an order), their timeline."""

from django.db import models
from django.db.models import Q

from preau.base.encryption import EncryptedJSONField
from preau.base.models import TenantModel
from preau.domain.procedures.enums import OtherParent, ProcedureKind, ProcedureStatus, TimelineEvent


class Procedure(TenantModel):
    """One démarche. The number is given at submission; a draft has none.

    `payload` of a booking draft: {"want": {"<slot id>": true|false}}.
    `payload` of a submitted booking: {"added": [item], "removed": [item], "refused": [item]} where item is
    {"slot": id, "on": "2026-11-16", "unit": "Matin", "code": "M"}; a refused item has "wanted" and "why"
    (code of the fact) too.

    Every other kind keeps what the family typed in `answers` (encrypted: health may stand there), by step;
    a draft is one per family and `draft_key`, so that either parent of the household takes it up again.
    """

    number = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=20, choices=[(k.value, k.name) for k in ProcedureKind])
    status = models.CharField(max_length=12, choices=[(s.value, s.name) for s in ProcedureStatus])
    order_key = models.CharField(max_length=64, blank=True)  # one per validated basket: refuses a double click
    family_id = models.BigIntegerField()
    child_id = models.BigIntegerField(null=True)
    enrolment_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)  # the person who asked
    # The one account of the household that reads it; 0: none does; null: the household.
    private_to_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=240)  # « Lina - Accueil périscolaire - École des Tilleuls »
    on_behalf = models.BooleanField(default=False)  # by an agent for the family
    payload = models.JSONField(default=dict)
    answers = EncryptedJSONField(default=dict)  # {step: {field: value}}
    step = models.CharField(max_length=20, blank=True)  # where the draft was left
    draft_key = models.CharField(max_length=60, blank=True)  # "c12/y3": what the draft is about
    form_id = models.BigIntegerField(null=True)  # ProcedureForm of a kind written as data
    site_id = models.BigIntegerField(null=True)  # limits who sees it among agents
    assignee_id = models.BigIntegerField(null=True)  # account of the agent who takes it
    due_at = models.DateTimeField(null=True)  # promised answer: submission + delay of the collectivité
    anomalies = models.JSONField(default=list)  # codes found by the machine at submission
    is_clean = models.BooleanField(default=True)  # no anomaly: may be accepted with others in one go
    checked_at = models.DateTimeField(null=True)  # when the machine looked last; null: at submission
    without = models.JSONField(default=list)  # keys of the parts refused while the rest was accepted
    other_parent = models.CharField(
        max_length=8, choices=[(o.value, o.name) for o in OtherParent], default=OtherParent.NOT_NEEDED, blank=True
    )
    asked = models.JSONField(default=dict)  # {"type_ids": [], "text": ""} while MORE_ASKED
    reason = models.TextField(blank=True)  # of a refusal, or of a partial answer: read by the family
    held = models.JSONField(default=dict)  # decision taken and not applied yet: {"accept", "reason", "by", "without"}
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "number"], condition=Q(number__isnull=False), name="procedure_number_once"
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "account_id", "enrolment_id"],
                condition=Q(status=ProcedureStatus.DRAFT.value, kind=ProcedureKind.BOOKING.value),
                name="procedure_one_draft",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "family_id", "kind", "draft_key"],
                condition=Q(status=ProcedureStatus.DRAFT.value) & ~Q(kind=ProcedureKind.BOOKING.value),
                name="procedure_one_file_draft",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "order_key", "enrolment_id"],
                condition=~Q(order_key=""),
                name="procedure_order_once",
            ),
            models.CheckConstraint(
                condition=Q(status=ProcedureStatus.DRAFT.value) | Q(number__isnull=False),
                name="procedure_numbered",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "family_id", "-submitted_at"], name="procedure_family"),
            models.Index(fields=["organisation_id", "status", "due_at", "number"], name="procedure_queue"),
            models.Index(
                fields=["organisation_id", "-decided_at", "-number"],
                condition=~Q(kind=ProcedureKind.BOOKING.value),
                name="procedure_done",
            ),
        ]

    def __str__(self) -> str:
        return f"n° {self.number}" if self.number else f"draft {self.pk}"


class TimelineEntry(TenantModel):
    """What happened to a démarche after its submission, when, by whom.

    The submission and the immediate answer are read from the démarche itself: they are not repeated here.
    """

    # DO_NOTHING, here and below, lets a draft of reservations be deleted in one query; the database itself
    # refuses to lose a démarche that has a past.
    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="timeline")
    at = models.DateTimeField()
    event = models.CharField(max_length=16, choices=[(e.value, e.name) for e in TimelineEvent])
    by = models.CharField(max_length=120)  # shown to the family: a name, or the department for an agent
    account_id = models.BigIntegerField(null=True)
    detail = models.CharField(max_length=240, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "procedure", "at"], name="timeline_order")]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.event}"


class ProcedureMessage(TenantModel):
    """A message between family and agent on a démarche; a note when the service keeps it for itself."""

    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="messages")
    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=120)  # shown: a name, or the department for an agent
    is_staff = models.BooleanField(default=False)
    is_note = models.BooleanField(default=False)
    body = EncryptedJSONField(default=dict)  # {"text": …}

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "procedure", "at"], name="procedure_message_order")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class ProcedurePiece(TenantModel):
    """A document joined to a démarche; the document itself lives in the family's file and serves again."""

    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="pieces")
    document_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "procedure", "document_id"], name="procedure_piece_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.document_id}"


class ProcedureForm(TenantModel):
    """A démarche without a handler, written by the collectivité: title, fields, service (A22-09, A22-10)."""

    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)  # Markdown
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="procedure_forms")
    is_about_child = models.BooleanField(default=False)
    # [{"code", "label", "kind": text|long|date|choice|yes_no|number, "required": bool, "help", "choices": []}]
    fields = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "code"], name="procedure_form_once")]

    def __str__(self) -> str:
        return self.title


class ReasonTemplate(TenantModel):
    """A sentence that agents choose when they refuse or ask for a piece."""

    title = models.CharField(max_length=80)
    text = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "title"], name="reason_template_once")]

    def __str__(self) -> str:
        return self.title
