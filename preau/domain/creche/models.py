"""Structures, sections, places by hour, and the ranges that children hold. `DaySheet` is the row that is locked."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from preau.base.models import TenantModel, choices
from preau.base.setting_field import InvalidSetting, SettingField
from preau.domain.creche import rules
from preau.domain.creche.enums import CareType, RangeStatus
from preau.domain.organisations.models import Organisation
from preau.kernel.clock_times import DAY


def _hours(value: Any) -> None:
    try:
        if not rules.parse_hours(value):
            raise rules.InvalidHours("")
    except rules.InvalidHours as problem:
        told = _("au moins un jour ouvert, et des heures au quart d’heure, la fin après le début (%s).")
        raise InvalidSetting(told % problem) from problem


def _places(value: Any) -> None:
    try:
        rules.parse_places(value)
    except rules.InvalidPlaces as problem:
        told = _("des jours, des heures au quart d’heure, la fin après le début, et un nombre de places (%s).")
        raise InvalidSetting(told % problem) from problem


class Structure(TenantModel):
    """What makes a crèche of a site: opening hours by weekday, places above the approval, professionals needed."""

    site = models.OneToOneField("organisations.Site", on_delete=models.PROTECT, related_name="structure")
    hours = SettingField(blank=False, check=_hours)  # {"0": ["7:30", "18:30"]}, Monday is 0
    # Places at a time above the authorised ones, in per cent, while the week holds no more hours than they offer.
    surplus_percent = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(100), MaxValueValidator(rules.MOST_SURPLUS)]
    )
    per_not_walking = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1)])
    per_walking = models.PositiveSmallIntegerField(default=8, validators=[MinValueValidator(1)])
    walks_from_months = models.PositiveSmallIntegerField(default=16)
    least_staff = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1)])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(surplus_percent__gte=100, surplus_percent__lte=rules.MOST_SURPLUS),
                name="structure_surplus",
            ),
            models.CheckConstraint(
                condition=Q(per_not_walking__gte=1, per_walking__gte=1, least_staff__gte=1), name="structure_staff"
            ),
        ]

    def __str__(self) -> str:
        return f"structure {self.site_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the structure, and that its collectivité has one: the pages of the others look for no hours."""
        super().save(*args, **kwargs)
        Organisation.objects.filter(pk=self.organisation_id, has_care=False).update(has_care=True)


class Section(TenantModel):
    """A part of a structure with its own places: « Bébés », « Moyens », « Grands ». Ages in whole months."""

    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="sections")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    min_age_months = models.PositiveSmallIntegerField(default=0)
    max_age_months = models.PositiveSmallIntegerField(null=True, blank=True)  # excluded
    places = models.PositiveSmallIntegerField()
    places_by_hour = SettingField(default=list, check=_places)  # see rules.parse_places; the others have `places`

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "structure", "name"], name="section_once"),
            models.CheckConstraint(
                condition=Q(max_age_months=None) | Q(max_age_months__gt=F("min_age_months")), name="section_ages"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CareOffer(TenantModel):
    """What makes an offer of the catalogue a kind of care by time ranges. Minutes are of one range."""

    offer = models.OneToOneField("catalogue.Offer", on_delete=models.CASCADE, related_name="care")
    care = models.CharField(max_length=10, choices=choices(CareType))
    step = models.PositiveSmallIntegerField(default=15, choices=[(each, str(each)) for each in rules.STEPS])
    min_minutes = models.PositiveSmallIntegerField(default=60, validators=[MinValueValidator(15)])
    max_minutes = models.PositiveSmallIntegerField(default=600, validators=[MaxValueValidator(DAY)])
    most_ranges = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(rules.MOST_RANGES)]
    )
    keeps_days = models.BooleanField(
        default=False, help_text=_("Une journée réservée ne s’annule pas ici : la famille signale une absence.")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(min_minutes__gte=15, max_minutes__gte=F("min_minutes"), max_minutes__lte=DAY),
                name="care_lengths",
            ),
            models.CheckConstraint(condition=Q(step__in=rules.STEPS), name="care_step"),
            models.CheckConstraint(
                condition=Q(most_ranges__gte=1, most_ranges__lte=rules.MOST_RANGES), name="care_ranges"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.care} {self.offer_id}"


class Placement(TenantModel):
    """The section of an enrolled child from a day on. Without any, it is the one of its age when it enters."""

    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.CASCADE, related_name="placements")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="placements")
    starts_on = models.DateField()  # until the next one

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "enrolment", "starts_on"], name="placement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.section_id}"


class DaySheet(TenantModel):
    """A section on a day: the row that whoever changes its hours locks. Presence is counted from the ranges."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="sheets")
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "section", "on"], name="day_sheet_once")]

    def __str__(self) -> str:
        return f"{self.section_id} {self.on}"


class CareRange(TenantModel):
    """Hours that a child is expected, accepted by the structure. Minutes of the local day, half-open."""

    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.PROTECT, related_name="care_ranges")
    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, related_name="care_ranges")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="ranges")
    on = models.DateField()
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=choices(RangeStatus), default=RangeStatus.BOOKED)
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200, blank=True)  # why an agent went past the places, or changed it by itself

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_minute__gt=F("starts_minute"), ends_minute__lte=DAY), name="care_range_hours"
            ),
            # Overlaps are refused inside the lock; this one stands behind it.
            models.UniqueConstraint(
                fields=["organisation_id", "child", "on", "starts_minute"],
                condition=Q(status=RangeStatus.BOOKED),
                name="care_range_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "section", "on", "status"], name="care_range_sheet"),
            models.Index(fields=["organisation_id", "enrolment", "on"], name="care_range_enrolment"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.on} {self.starts_minute}-{self.ends_minute}"
