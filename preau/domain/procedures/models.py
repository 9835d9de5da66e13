"""Démarches: an order (basket), its numbered procedures, their timeline."""

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


class Order(TenantModel):
    """One validated basket: several children and activities, one transaction, one key against double clicks."""

    family_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=64)
    placed_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "key"], name="order_once")]

    def __str__(self) -> str:
        return f"order {self.pk}"


class Procedure(TenantModel):
    """One démarche. The number is given at submission; a draft has none.

    `payload` of a booking draft: {"want": {"<slot id>": true|false}, "seen": {"<slot id>": true|false}}.
    `payload` of a submitted booking: {"added": [item], "removed": [item], "refused": [item + "why"]} where item is
    {"slot": id, "on": "2026-11-16", "unit": "Matin", "code": "M"}.
    """

    number = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=20, choices=[(k.value, k.name) for k in ProcedureKind])
    status = models.CharField(max_length=12, choices=[(s.value, s.name) for s in ProcedureStatus])
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="procedures")
    family_id = models.BigIntegerField()
    child_id = models.BigIntegerField(null=True)
    enrolment_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)  # the person who asked
    title = models.CharField(max_length=80)  # label of the act at that moment
    subject = models.CharField(max_length=240)  # « Lina - Accueil périscolaire - … - du 12 au 16/05/2026 »
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
            models.CheckConstraint(
                condition=Q(status=ProcedureStatus.DRAFT.value) | Q(number__isnull=False),
                name="procedure_numbered",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "family_id", "-submitted_at"], name="procedure_family")]

    def __str__(self) -> str:
        return f"n° {self.number}" if self.number else f"draft {self.pk}"


class TimelineEntry(TenantModel):
    """What happened to a démarche, when, by whom."""

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    event = models.CharField(max_length=16, choices=[(e.value, e.name) for e in TimelineEvent])
    by = models.CharField(max_length=120)  # shown to the family: a name, or the department for an agent
    account_id = models.BigIntegerField(null=True)
    detail = models.CharField(max_length=240, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "procedure", "at"], name="timeline_order")]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.event}"
