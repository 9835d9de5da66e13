"""Motives and rules of a service, absences announced, and what each planned moment becomes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from preau.base.encryption import EncryptedTextField
from preau.base.models import TenantModel, choices
from preau.base.setting_field import InvalidSetting, SettingField
from preau.domain.absences.enums import ClosureKind, Effect, ProofState, Source, Why
from preau.domain.absences.rules import (
    EffectRule,
    InvalidDelay,
    InvalidWindow,
    parse_delay,
    parse_window,
    problem_of,
)
from preau.kernel.clock_times import DAY


def _window(value: Any) -> None:
    try:
        parse_window(value)
    except InvalidWindow as problem:
        told = _("la veille, un même jour jusqu’à une heure, ou un nombre d’heures après le début (%s).")
        raise InvalidSetting(told % problem) from problem


def _delay(value: Any) -> None:
    try:
        parse_delay(value)
    except InvalidDelay as problem:
        raise InvalidSetting(_("un nombre d’heures ou de jours, ou rien (%s).") % problem) from problem


class AbsencePolicy(TenantModel):
    """That the absences of an activity are announced here, and until when. An activity without one: by telephone."""

    activity = models.OneToOneField("catalogue.Activity", on_delete=models.CASCADE, related_name="absence_policy")
    window = SettingField(blank=False, check=_window)  # see rules.parse_window
    # Announced before the time to cancel, a moment is cancelled. Not so under a contract: its motive alone decides.
    frees = models.BooleanField(default=True)
    is_reviewed = models.BooleanField(default=False)  # an agent answers each, even without a proof to look at
    words = models.CharField(max_length=300, blank=True)  # what the règlement says, read by who announces

    def __str__(self) -> str:
        return f"absences {self.activity_id}"


class AbsenceReason(TenantModel):
    """A motive: « Maladie », « Congés », « Modification de planning » (A11-03)."""

    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    is_health = models.BooleanField(default=False)  # read by those who decide, never on a list
    is_holiday = models.BooleanField(default=False)  # holidays of the family: they count in the balance of a contract
    proof_type = models.ForeignKey(
        "documents.DocumentType", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # what proves it
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "code"], name="absence_reason_once")]

    def __str__(self) -> str:
        return self.name


class AbsenceRule(TenantModel):
    """What a motive does in an activity from a day on, until the next one: dated, never edited for the past."""

    policy = models.ForeignKey(AbsencePolicy, on_delete=models.CASCADE, related_name="rules")
    reason = models.ForeignKey(AbsenceReason, on_delete=models.CASCADE, related_name="rules")
    starts_on = models.DateField()
    deducts = models.BooleanField(default=False)
    waiting_days = models.PositiveSmallIntegerField(default=0)
    unproven_waiting_days = models.PositiveSmallIntegerField(null=True, blank=True)  # null: without proof, all is due
    most_days = models.PositiveSmallIntegerField(null=True, blank=True)
    proof_delay = SettingField(default=dict, check=_delay)  # {}: no proof is asked for
    reference = models.CharField(max_length=120, blank=True)  # of the règlement or the delibération

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "policy", "reason", "starts_on"], name="absence_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.reason_id} {self.starts_on}"

    def effect(self, *, is_reviewed: bool = False) -> EffectRule:
        """Return the rule as it is applied; where an agent answers each absence, the answer is the proof."""
        return EffectRule(
            deducts=self.deducts,
            asks_proof=is_reviewed or bool(self.proof_delay),
            waiting_days=self.waiting_days,
            unproven_waiting_days=self.unproven_waiting_days,
            most_days=self.most_days,
        )

    def clean(self) -> None:
        """Refuse a rule that contradicts itself: a proof would cost more than none, or nothing be ever deducted."""
        sentences = {
            "unproven_without_proof": _("Sans justificatif demandé, il n’y a pas de délai « sans justificatif »."),
            "proof_costs_more": _("Sans justificatif, le délai de carence ne peut pas être plus court qu’avec."),
            "never_deducts": _("Le plafond est plus court que le délai de carence : rien ne serait jamais déduit."),
        }
        if problem := problem_of(self.effect()):
            raise ValidationError(sentences[problem])
        if self.proof_delay and self.reason.proof_type_id is None:
            raise ValidationError(_("Choisissez d’abord le justificatif de ce motif : il n’y aurait rien à envoyer."))


class Absence(TenantModel):
    """One announcement for one enrolment. Days are half-open; minutes, of a part of the day, too."""

    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.PROTECT, related_name="absences")
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, related_name="absences")
    reason = models.ForeignKey(AbsenceReason, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    starts_minute = models.PositiveSmallIntegerField(null=True)
    ends_minute = models.PositiveSmallIntegerField(null=True)
    comment = EncryptedTextField(blank=True)
    source = models.CharField(max_length=8, choices=choices(Source))
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=120)  # the name as it is shown
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    proof = models.CharField(max_length=9, choices=choices(ProofState), default=ProofState.NOT_ASKED)
    proof_due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="absence_period"),
            models.CheckConstraint(
                condition=Q(starts_minute=None, ends_minute=None)
                | Q(ends_minute__gt=F("starts_minute"), ends_minute__lte=DAY),
                name="absence_hours",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "enrolment", "starts_on"], name="absence_enrolment"),
            models.Index(
                fields=["organisation_id", "proof_due_at"],
                condition=Q(proof=ProofState.AWAITED),
                name="absence_to_prove",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.starts_on}-{self.ends_on}"


class AbsenceDay(TenantModel):
    """One planned moment that is missed: which, and what it becomes. The booking stays as it was decided.

    It hangs on a booking, on hours of care, or on none where nothing needs to be booked. Taken back, it stays too.
    """

    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="days")
    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40, blank=True)  # of the moment, as it was: « Soir »
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, null=True, related_name="absence_days")
    care_range = models.ForeignKey("creche.CareRange", on_delete=models.PROTECT, null=True, related_name="absence_days")
    effect = models.CharField(max_length=8, choices=choices(Effect))
    why = models.CharField(max_length=14, choices=choices(Why))
    rank = models.PositiveSmallIntegerField(default=0)  # calendar day in its absence, from 1; 0: outside any
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(booking__isnull=True) | Q(care_range__isnull=True), name="absence_day_one_moment"
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "enrolment", "on", "starts_minute"],
                condition=Q(taken_back_at=None) & ~Q(effect=Effect.FREED),
                name="absence_day_once",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "on", "enrolment"], name="absence_day_list")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.on} {self.effect}"


class Closure(TenantModel):
    """A service closed on days on which it was planned to open: a town, a site, an activity, a class, some moments.

    What was booked is `ClosedMoment`. Undone, it stays, with who undid it.
    """

    kind = models.CharField(max_length=8, choices=choices(ClosureKind))
    words = models.CharField(max_length=120)  # told to families, and shown on the days
    starts_on = models.DateField()
    ends_on = models.DateField()
    site = models.ForeignKey(
        "organisations.Site", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # null: each one that the agent looks after
    activity = models.ForeignKey(
        "catalogue.Activity", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    school_class = models.ForeignKey(
        "catalogue.SchoolClass", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    moments = models.JSONField(default=list)  # names of units; none: all
    key = models.CharField(max_length=64)  # of the page that made it: a second click is the same act
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What it reached, as it was then: who may undo it, and what it keeps closed when another is undone.
    site_ids = models.JSONField(default=list)
    department_ids = models.JSONField(default=list)
    unit_ids = models.JSONField(default=list)
    offer_ids = models.JSONField(default=list)  # closed whole, where nothing is booked by slots
    slot_ids = models.JSONField(default=list)  # those that it closed: an undo opens these and no others
    closed_day_ids = models.JSONField(default=list)
    told_at = models.DateTimeField(null=True)  # families were told; undone before, they read nothing of it
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="closure_period"),
            models.UniqueConstraint(fields=["organisation_id", "key"], name="closure_once"),
        ]
        indexes = [models.Index(fields=["organisation_id", "-starts_on"], name="closure_recent")]

    def __str__(self) -> str:
        return f"{self.words} {self.starts_on}"


class ClosedMoment(TenantModel):
    """One planned moment that a closure took away: nothing is due for it.

    It hangs on a booking, on hours of care, or on none where nothing needs to be booked.
    """

    closure = models.ForeignKey(Closure, on_delete=models.CASCADE, related_name="closed")
    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.PROTECT, related_name="+", db_index=False)
    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    on = models.DateField()
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40, blank=True)
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, null=True, related_name="+")
    care_range = models.ForeignKey("creche.CareRange", on_delete=models.PROTECT, null=True, related_name="+")
    was = models.CharField(max_length=12, blank=True)  # the status before; "": nothing was booked
    is_back = models.BooleanField(default=False)  # the closure was undone, and it is planned again

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "enrolment", "on"], name="closed_moment_list")]

    def __str__(self) -> str:
        return f"{self.closure_id} {self.enrolment_id} {self.on}"


class MinimumService(TenantModel):
    """Service minimum d’accueil: what a school on strike offers (code de l’éducation, L133-1 s.).

    The parents of its pupils say who comes on each of its days, until an instant; an agent may write it for them after.
    """

    closure = models.OneToOneField(Closure, on_delete=models.CASCADE, related_name="minimum_service")
    days = models.JSONField()  # ISO days, in order
    words = models.CharField(max_length=240)  # where, at what hours, what to bring
    answers_until = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.closure_id} {self.answers_until}"


class MinimumServiceAnswer(TenantModel):
    """Whether a pupil comes on a day of a minimum service; said again, the last word stands."""

    service = models.ForeignKey(MinimumService, on_delete=models.CASCADE, related_name="answers")
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    comes = models.BooleanField()
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=120)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "service", "child", "on"], name="minimum_service_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.child_id} {self.on}"
