"""Schooling, and enrolment in an offer."""

from django.db import models
from django.db.models import Q

from preau.base.models import TenantModel, choices
from preau.domain.enrolments.enums import EnrolmentStatus, Weeks
from preau.domain.enrolments.rules import participant_key


class Schooling(TenantModel):
    """A child in a class for a school year. [starts_on, ends_on)."""

    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, related_name="schoolings")
    school_class = models.ForeignKey("catalogue.SchoolClass", on_delete=models.PROTECT, related_name="schoolings")
    starts_on = models.DateField()
    ends_on = models.DateField()
    leaves_at_end = models.BooleanField(default=False)  # no class the year after: an agent said so
    # Of the « passage d’année » that placed or let go the child, to take it back; null: one by one.
    rolled_over_at = models.DateTimeField(null=True, blank=True)
    rolled_over_into = models.ForeignKey(
        "catalogue.SchoolYear", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "child", "school_class", "starts_on"], name="schooling_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.school_class_id}"


class Enrolment(TenantModel):
    """A participant in an offer for a period, booked for by a family. [starts_on, ends_on).

    The participant is a child, an adult, or the household itself when both are null.
    """

    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="enrolments")
    child = models.ForeignKey(
        "families.Child", on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    adult = models.ForeignKey(
        "families.Adult", on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    offer = models.ForeignKey("catalogue.Offer", on_delete=models.PROTECT, related_name="enrolments")
    starts_on = models.DateField()
    ends_on = models.DateField()
    status = models.CharField(max_length=8, choices=choices(EnrolmentStatus), default=EnrolmentStatus.ACTIVE)
    waiting_since = models.DateTimeField(null=True, blank=True)  # rank on the waiting list
    ended_reason = models.CharField(max_length=200, blank=True)  # said by an agent, read by the family

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "family", "status"], name="enrolment_family"),
            models.Index(fields=["organisation_id", "offer", "status"], name="enrolment_offer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(child__isnull=True) | Q(adult__isnull=True), name="enrolment_one_person"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="enrolment_period"),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"

    @property
    def participant_key(self) -> str:
        """Who takes the place, whatever the household that books: "c12", "a4" or "f7"."""
        return participant_key(family_id=self.family_id, child_id=self.child_id, adult_id=self.adult_id)


class Subscription(TenantModel):
    """« Abonnement » : a weekly pattern that books by itself for an enrolment. [starts_on, ends_on)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="subscriptions")
    # Written by `rules.write_pattern`: weekday (Monday is 0), code of the unit, weeks (every, even or odd).
    pattern = models.JSONField(default=list)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "enrolment"], name="subscription_enrolment")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="subscription_period"),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class SchoolSector(TenantModel):
    """Which school an address belongs to: a street, or a part of it by house numbers and side."""

    site = models.ForeignKey("organisations.Site", on_delete=models.PROTECT, related_name="sectors")
    street = models.CharField(max_length=160)  # as written by the collectivité: « rue des Lilas »
    postcode = models.CharField(max_length=10, blank=True)  # empty: whatever the postcode
    side = models.CharField(
        max_length=5, choices=choices(Weeks), default=Weeks.EVERY
    )  # of the street: even or odd house numbers
    from_number = models.PositiveIntegerField(null=True, blank=True)
    to_number = models.PositiveIntegerField(null=True, blank=True)  # included

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "site"], name="school_sector_site")]

    def __str__(self) -> str:
        return f"{self.street} ({self.side})"
