"""Contracts and their versions. A version that was sent is never written again: see `frozen`."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from preau.base.encryption import EncryptedJSONField, EncryptedTextField
from preau.base.models import TenantModel, choices
from preau.base.setting_field import InvalidSetting, SettingField
from preau.domain.contracts.enums import Party, SignatureState, SignatureWay, VersionKind, VersionState
from preau.domain.contracts.rules import terms as rules
from preau.domain.pricing.enums import (
    AeehMode,
    CareScale,
    HalfHours,
    HoursRounding,
    Missing,
    RateRounding,
    Smoothing,
)


def _terms(value: Any) -> None:
    try:
        rules.parse_terms(value)
    except rules.TermsInvalid as problem:
        raise InvalidSetting(str(problem)) from problem


def _months(value: Any) -> None:
    if not isinstance(value, list) or len(set(value)) != len(value) or len(value) > 11:
        raise InvalidSetting(_("une liste de mois, de 1 à 12."))
    if not all(isinstance(each, int) and 1 <= each <= 12 for each in value):
        raise InvalidSetting(_("une liste de mois, de 1 à 12."))


class CareTerms(TenantModel):
    """What a structure has decided for its contracts, by its règlement: price, months, notice, who signs."""

    structure = models.OneToOneField("creche.Structure", on_delete=models.PROTECT, related_name="care_terms")
    scale = models.CharField(max_length=10, choices=choices(CareScale), default=CareScale.COLLECTIVE)
    rate_rounding = models.CharField(max_length=8, choices=choices(RateRounding), default=RateRounding.HALF_UP)
    aeeh_mode = models.CharField(max_length=11, choices=choices(AeehMode), default=AeehMode.NEXT_RATE)
    own_ceiling_cents = models.PositiveIntegerField(null=True, blank=True)  # of monthly resources, above the scale's
    not_given = models.CharField(max_length=7, choices=choices(Missing), default=Missing.CEILING)
    foster = models.CharField(max_length=7, choices=choices(Missing), default=Missing.MEAN)
    fixed_rate = models.DecimalField(max_digits=6, decimal_places=4, null=True, blank=True)  # resources not known
    outside_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(200)])
    smoothing = models.CharField(max_length=9, choices=choices(Smoothing), default=Smoothing.WEEKS)
    hours_rounding = models.CharField(max_length=9, choices=choices(HoursRounding), default=HoursRounding.EXACT)
    unbilled_months = SettingField(default=list, check=_months)
    half_hours = models.CharField(max_length=8, choices=choices(HalfHours), default=HalfHours.DURATION)
    tolerance = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(29)])  # minutes
    notice_months = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(6)])
    least_months = models.PositiveSmallIntegerField(default=3, validators=[MaxValueValidator(12)])
    announce_day = models.PositiveSmallIntegerField(  # of the month before, last day to announce a month
        default=20, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    both_parents = models.BooleanField(default=False)  # every parent who exercises authority signs
    days_to_sign = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(3), MaxValueValidator(90)]
    )
    regulation = models.TextField(blank=True)  # règlement de fonctionnement, Markdown, annexed to each contract

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(announce_day__gte=1, announce_day__lte=28), name="care_terms_announce"),
            models.CheckConstraint(condition=Q(days_to_sign__gte=3), name="care_terms_to_sign"),
        ]

    def __str__(self) -> str:
        return f"terms of {self.structure_id}"


class CareContract(TenantModel):
    """« Contrat n° 33 »: one child, one household that pays, one structure, through all its versions."""

    number = models.PositiveIntegerField()  # per collectivité, given when the first version is sent
    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.PROTECT, related_name="contracts")
    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="contracts", db_index=False)
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, related_name="contracts")
    structure = models.ForeignKey("creche.Structure", on_delete=models.PROTECT, related_name="contracts")
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="renewals", db_index=False
    )
    created_at = models.DateTimeField()
    ends_on = models.DateField(null=True)  # decided before its term; excluded
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "number"], condition=Q(number__gt=0), name="contract_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "family"], name="contract_family"),
            models.Index(fields=["organisation_id", "structure"], name="contract_structure"),
        ]

    def __str__(self) -> str:
        return f"contract {self.number}"


class ContractVersion(TenantModel):
    """What both sides agree on from a day: the first contract, or an amendment. [starts_on, ends_on).

    `paper` and `price_paper` are what is read and signed, block by block; the files are the same, drawn. Who lives in
    another home of the child reads `paper` alone: the price tells the income of the household that pays.
    """

    contract = models.ForeignKey(CareContract, on_delete=models.PROTECT, related_name="versions")
    rank = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=9, choices=choices(VersionKind), default=VersionKind.INITIAL)
    state = models.CharField(max_length=14, choices=choices(VersionState), default=VersionState.DRAFT)
    starts_on = models.DateField()
    ends_on = models.DateField()
    terms = SettingField(blank=False, check=_terms)  # see rules.terms.parse_terms
    note = models.CharField(max_length=400, blank=True)  # to the family, printed
    paper = EncryptedJSONField(default=dict)
    price_paper = EncryptedJSONField(default=dict)
    file = models.ForeignKey("base.StoredFile", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    price_file = models.ForeignKey(
        "base.StoredFile", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=120, blank=True)
    sign_before = models.DateField(null=True)  # last day to sign
    # Hours of each month that is paid for, as they were signed: the planning compares with them.
    month_hours = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    agreed = models.JSONField(default=dict)  # days, weeks and choices as they were sent: see `rules.agreed`
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # signed by all, refused, expired or withdrawn
    closed_reason = EncryptedTextField(blank=True)  # the word of who refused or withdrew
    # The same files once sealed, and the evidence: who signed, when, what.
    sealed = models.ForeignKey("base.StoredFile", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    sealed_price = models.ForeignKey(
        "base.StoredFile", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    evidence = models.ForeignKey(
        "base.StoredFile", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    stood_until = models.DateField(null=True)  # excluded; of a version that an amendment or an early end cut short
    booked_at = models.DateTimeField(null=True)  # all its days are in the planning, but those without room

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "contract", "rank"], name="contract_version_once"),
            models.UniqueConstraint(  # one at a time is written or waits for signatures
                fields=["organisation_id", "contract"],
                condition=Q(state__in=("draft", "to_sign", "to_countersign")),
                name="contract_version_one_open",
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="contract_version_period"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "state", "ends_on"], name="contract_version_state"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} v{self.rank} {self.state}"


class ContractSignature(TenantModel):
    """One who signs a version: a parent, or the structure, last. `evidence`: what proves it (see `rules.evidence`)."""

    version = models.ForeignKey(ContractVersion, on_delete=models.CASCADE, related_name="signatures")
    party = models.CharField(max_length=9, choices=choices(Party))
    adult = models.ForeignKey("families.Adult", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=160)  # as it is printed
    sees_price = models.BooleanField(default=True)  # of the household that pays
    state = models.CharField(max_length=8, choices=choices(SignatureState), default=SignatureState.WAITING)
    way = models.CharField(max_length=6, choices=choices(SignatureWay), blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    scan = models.ForeignKey("base.StoredFile", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    is_own_scan = models.BooleanField(default=True)  # False: it came from another parent, who alone reads it
    sent_back_at = models.DateTimeField(null=True)
    said_at = models.DateTimeField(null=True)
    words = EncryptedTextField(blank=True)  # of a parent who refuses, or of the agent who refuses a paper
    evidence = EncryptedJSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "version", "adult"],
                condition=Q(adult__isnull=False),
                name="contract_signature_once",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "version"],
                condition=Q(party=Party.STRUCTURE.value),
                name="contract_signature_one_structure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.party} {self.state}"


class UnbookedDay(TenantModel):
    """A day that a signed contract reserves and that could not be put in the planning: no room, or a fact since."""

    version = models.ForeignKey(ContractVersion, on_delete=models.CASCADE, related_name="unbooked")
    on = models.DateField()
    ranges = models.JSONField(default=list)
    why = models.CharField(max_length=20)  # code of the fact, see creche.rules

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "version", "on"], name="unbooked_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.on} {self.why}"


class AnnouncedMonth(TenantModel):
    """The days that a family announces for a month, where its contract says so many hours and not a week."""

    contract = models.ForeignKey(CareContract, on_delete=models.PROTECT, related_name="announced")
    month = models.DateField()  # its first day
    days = models.JSONField(default=dict)  # ISO day → ranges of minutes
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=120)
    is_usual = models.BooleanField(default=False)  # nothing was announced in time: the usual week stands

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "contract", "month"], name="announced_month_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.month:%Y-%m}"
