"""What can be booked. `Slot` is what one books; `ResourceDay` is what is locked and counted."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.base.models import TenantModel, choices
from preau.base.setting_field import InvalidSetting, SettingField
from preau.domain.catalogue import rules
from preau.domain.catalogue.enums import (
    ActivityKind,
    AgeOn,
    BookingMode,
    Confirmation,
    EnrolmentBy,
    OpenOn,
    ParticipantKind,
    Public,
    WaitingList,
)
from preau.domain.documents.models import DocumentType

MOST_LATE = 600  # minutes: ten hours


def _readable(
    parse: Callable[[Any], object], broken: type[Exception], sentence: str | Promise
) -> Callable[[Any], None]:
    """Return the check of a setting: what its rule cannot read is told in French with the value."""

    def check(value: Any) -> None:
        try:
            parse(value)
        except broken as problem:
            raise InvalidSetting(f"{sentence} ({problem})") from problem

    return check


_deadline = _readable(
    rules.parse_deadline,
    rules.InvalidDeadline,
    _("ce délai n’est pas connu. Une heure s’écrit 9:00 ou 09:00, de 0:00 à 23:59."),
)
_openings = _readable(
    rules.parse_openings,
    rules.InvalidOpening,
    _("cette ouverture n’est pas connue : un public une seule fois, et une fin après le début."),
)
_levels = _readable(rules.parse_levels, rules.UnknownCodes, _("ce niveau de classe n’existe pas."))
_unit_codes = _readable(
    rules.parse_unit_codes, rules.UnknownCodes, _("un code de moment a une à quatre capitales ou chiffres.")
)
_ids = _readable(rules.parse_ids, rules.UnknownCodes, _("cette liste ne désigne rien de connu."))
_codes = _readable(rules.parse_codes, rules.UnknownCodes, _("cette liste ne désigne rien de connu."))


def _ends_after_it_starts(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name=name)


class SchoolYear(TenantModel):
    """One school year of a collectivité, half-open period [starts_on, ends_on)."""

    label = models.CharField(max_length=9)  # « 2026-2027 »
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "label"], name="school_year_once"),
            _ends_after_it_starts("school_year_period"),
        ]

    def __str__(self) -> str:
        return self.label


class SchoolHoliday(TenantModel):
    """School holidays of the collectivité's zone, seeded from a library, editable. [starts_on, ends_on)."""

    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_projected = models.BooleanField(default=False)  # past the official calendar: agents are told
    seeded_for = models.CharField(max_length=1, blank=True)  # the zone it was seeded for; empty: typed by hand

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "starts_on", "name"], name="school_holiday_once"),
            _ends_after_it_starts("school_holiday_period"),
        ]

    def __str__(self) -> str:
        return self.name


class PublicHoliday(TenantModel):
    """A jour férié of the collectivité's region, seeded from a library, editable."""

    on = models.DateField()
    name = models.CharField(max_length=60)
    seeded_for = models.CharField(max_length=10, blank=True)  # the region it was seeded for; empty: typed by hand

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "on"], name="public_holiday_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class SchoolClass(TenantModel):
    """A class of a school for one year: « CE1 A, salle B12 »."""

    site = models.ForeignKey("organisations.Site", on_delete=models.PROTECT, related_name="classes")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="classes")
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10)  # PS MS GS CP CE1 CE2 CM1 CM2
    teacher = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "site", "school_year", "name"], name="school_class_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Activity(TenantModel):
    """A kind of service to families: « Accueil périscolaire »."""

    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="activities")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=choices(ActivityKind))
    participant = models.CharField(max_length=10, choices=choices(ParticipantKind), default=ParticipantKind.CHILD)
    booking_mode = models.CharField(max_length=12, choices=choices(BookingMode), default=BookingMode.DAY_UNITS)
    confirmation = models.CharField(
        max_length=10,
        choices=choices(Confirmation),
        default=Confirmation.IMMEDIATE,
        help_text=_("Réponse à une demande d’inscription. Un jour réservé est toujours confirmé tout de suite."),
    )
    position = models.PositiveSmallIntegerField(default=0)
    enrolment_by = models.CharField(max_length=8, choices=choices(EnrolmentBy), default=EnrolmentBy.FAMILY)
    requires_dossier = models.BooleanField(default=False)  # the validated dossier of the school year (A08-02)
    required_document_types = SettingField(default=list, check=_codes)  # codes of documents.DocumentType
    late_after = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_LATE)],
        verbose_name=_("pas arrivé après (minutes)"),
        help_text=_(
            "Minutes après l’heure prévue : un enfant attendu et pas pointé est signalé aux agents, puis à sa famille. "
            "Vide : personne n’est prévenu."
        ),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "name"], name="activity_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what would have no effect: a piece that is not known here."""
        asked = set(self.required_document_types or [])
        known = DocumentType.objects.filter(organisation_id=self.organisation_id, code__in=asked)
        if unknown := asked - set(known.values_list("code", flat=True)):
            raise ValidationError(
                {"required_document_types": _("Ces pièces n’existent pas ici : %s") % ", ".join(sorted(unknown))}
            )


class Offer(TenantModel):
    """Activity × site × period: what one enrols in. [starts_on, ends_on)."""

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="offers")
    site = models.ForeignKey("organisations.Site", on_delete=models.PROTECT, related_name="offers")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, null=True, blank=True, related_name="offers")
    name = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    weekdays = models.CharField(max_length=7, default="01234")  # digits, Monday is 0
    shown_weekdays = models.CharField(max_length=7, default="01234")  # columns of the grid
    open_on = models.CharField(max_length=16, choices=choices(OpenOn), default=OpenOn.SCHOOL_DAYS)
    # Deadlines as data: see catalogue.rules.parse_deadline. {} means "until the slot starts".
    book_deadline = SettingField(default=dict, check=_deadline)
    change_deadline = SettingField(default=dict, check=_deadline)
    cancel_deadline = SettingField(default=dict, check=_deadline)
    # When booking opens per public: [{"public": "all", "opens_at": ISO instant, "closes_at": ISO instant or null}].
    openings = SettingField(default=list, check=_openings)
    # Who may enrol, and when. Ages in whole months: a child enters from `min` and leaves before `max`.
    enrolment_openings = SettingField(default=list, check=_openings)  # same shape as `openings`
    min_age_months = models.PositiveSmallIntegerField(null=True, blank=True)
    max_age_months = models.PositiveSmallIntegerField(null=True, blank=True)
    age_on = models.CharField(max_length=12, choices=choices(AgeOn), default=AgeOn.START)
    levels = SettingField(default=list, check=_levels)  # levels of class; empty: all
    school_ids = SettingField(
        default=list, check=_ids
    )  # schools of its pupils; empty: the site's own pupils, if a school
    residence = models.CharField(max_length=14, choices=choices(Public), default=Public.ALL)
    enrolment_capacity = models.PositiveIntegerField(null=True, blank=True)  # children enrolled; null: no limit
    waiting_list = models.CharField(max_length=8, choices=choices(WaitingList), default=WaitingList.NONE)
    # « Abonnement » : enrolling asks for a weekly pattern that books by itself, here or in another offer.
    is_subscription = models.BooleanField(default=False)
    subscribes_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="subscribed_by"
    )

    class Meta:
        constraints = [
            _ends_after_it_starts("offer_dates"),
            models.CheckConstraint(
                condition=Q(min_age_months=None) | Q(max_age_months=None) | Q(max_age_months__gt=F("min_age_months")),
                name="offer_ages",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "starts_on", "ends_on"], name="offer_period")]

    def __str__(self) -> str:
        return self.name or f"{self.activity_id} {self.site_id}"

    @property
    def booked_offer_id(self) -> int:
        """The offer whose slots an enrolment here books: itself, but for an « abonnement » to another."""
        return self.subscribes_to_id or self.pk


class Resource(TenantModel):
    """What gets scarce: the evening of a school, the refectory shared by two schools."""

    site = models.ForeignKey("organisations.Site", on_delete=models.PROTECT, related_name="resources")
    name = models.CharField(max_length=80)
    capacity = models.PositiveIntegerField()
    is_blocking = models.BooleanField(default=True)  # False: agents are alerted, families never refused

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "site", "name"], name="resource_once")]

    def __str__(self) -> str:
        return self.name


class Unit(TenantModel):
    """A part of the day that one books: Matin, Repas, Soir, Journée."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=4)
    name = models.CharField(max_length=40)
    starts_minute = models.PositiveSmallIntegerField()  # minutes of the local day
    ends_minute = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    weekdays = models.CharField(max_length=7, blank=True)  # empty: those of the offer
    # Kept in the row, not in join tables: an order reads slot and unit in one query (DESIGN §7).
    resource_ids = SettingField(default=list, check=_ids)
    excludes = SettingField(default=list, check=_unit_codes)  # codes of units of the same offer, both ways
    requires = SettingField(default=list, check=_unit_codes)  # codes of units of the same offer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "offer", "code"], name="unit_once"),
            models.CheckConstraint(
                condition=Q(ends_minute__gt=F("starts_minute"), ends_minute__lte=24 * 60), name="unit_hours"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_counted(self) -> bool:
        """Tell whether a place of this unit was ever taken: the counters then hang on its resources."""
        return self.slots.filter(bookings__isnull=False).exists()

    def clean(self) -> None:
        """Refuse a link to what another collectivité or offer owns, and a change that would falsify the counters."""
        known = set(
            Resource.objects.filter(organisation_id=self.organisation_id, pk__in=self.resource_ids or []).values_list(
                "pk", flat=True
            )
        )
        if unknown := set(self.resource_ids or []) - known:
            raise ValidationError({"resource_ids": _("Ces places sont d’une autre collectivité : %s") % unknown})
        codes = set(Unit.objects.filter(offer_id=self.offer_id).exclude(pk=self.pk).values_list("code", flat=True))
        for name in ("excludes", "requires"):
            if unknown_codes := set(getattr(self, name) or []) - codes:
                raise ValidationError({name: _("Aucun moment de cette offre n’a ce code : %s") % unknown_codes})
        if self.pk and self.is_counted():
            before = Unit.objects.get(pk=self.pk)
            if sorted(before.resource_ids) != sorted(self.resource_ids) or before.offer_id != self.offer_id:
                raise ValidationError({"resource_ids": _("Des réservations comptent déjà dans ces places.")})


class ClosedDay(TenantModel):
    """Days without the activity: for one offer, for one site, or for all. [starts_on, ends_on)."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, null=True, blank=True, related_name="closed_days")
    site = models.ForeignKey(
        "organisations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="closed_days"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=120)

    class Meta:
        constraints = [_ends_after_it_starts("closed_day_period")]
        indexes = [models.Index(fields=["organisation_id", "starts_on"], name="closed_day_start")]

    def __str__(self) -> str:
        return self.reason


class Slot(TenantModel):
    """Offer × date × unit: what one books. A row exists only where the offer is open."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="slots")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="slots")
    on = models.DateField()
    closed_reason = models.CharField(max_length=120, blank=True)  # closed after it was opened

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "offer", "on", "unit"], name="slot_once")]
        indexes = [models.Index(fields=["organisation_id", "on"], name="slot_day")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.on} {self.unit_id}"


class ResourceDay(TenantModel):
    """The counter of one resource on one day: the row that an order locks."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="days")
    on = models.DateField()
    capacity = models.PositiveIntegerField()
    extra = models.PositiveIntegerField(default=0)  # forced by an agent, never offered to families
    booked = models.PositiveIntegerField(default=0)
    is_blocking = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "resource", "on"], name="resource_day_once"),
            models.CheckConstraint(
                condition=Q(is_blocking=False) | Q(booked__lte=F("capacity") + F("extra")),
                name="resource_day_not_oversold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.on} {self.booked}/{self.capacity}+{self.extra}"
