"""Démarches: drafts, numbered procedures (one per child × activity of an order), their timeline."""

from django.db import models
from django.db.models import Q

from preau.base.models import TenantModel
from preau.domain.procedures.enums import ProcedureKind, ProcedureStatus, TimelineEvent


class ProcedureCounter(TenantModel):
    """The gapless counter of démarches of one collectivité, locked last in an order."""

    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id"], name="procedure_counter_once")]

    def __str__(self) -> str:
        return str(self.last_number)


class Procedure(TenantModel):
    """One démarche. The number is given at submission; a draft has none.

    `payload` of a booking draft: {"want": {"<slot id>": true|false}}.
    `payload` of a submitted booking: {"added": [item], "removed": [item], "refused": [item]} where item is
    {"slot": id, "on": "2026-11-16", "unit": "Matin", "code": "M"}; a refused item has "wanted" and "why"
    (code of the fact) too.
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
    subject = models.CharField(max_length=240)  # « Lina - Accueil périscolaire - École des Tilleuls »
    on_behalf = models.BooleanField(default=False)  # by an agent for the family
    payload = models.JSONField(default=dict)
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
                fields=["organisation_id", "order_key", "enrolment_id"],
                condition=~Q(order_key=""),
                name="procedure_order_once",
            ),
            models.CheckConstraint(
                condition=Q(status=ProcedureStatus.DRAFT.value) | Q(number__isnull=False),
                name="procedure_numbered",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "family_id", "-submitted_at"], name="procedure_family")]

    def __str__(self) -> str:
        return f"n° {self.number}" if self.number else f"draft {self.pk}"


class TimelineEntry(TenantModel):
    """What happened to a démarche after its submission, when, by whom.

    The submission and the immediate answer are read from the démarche itself: they are not repeated here.
    """

    # DO_NOTHING lets a draft be deleted in one query; the database itself refuses a numbered démarche with a past.
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
