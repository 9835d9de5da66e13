"""Schooling, and enrolment in an offer."""

from django.db import models
from django.db.models import Q

from preau.base.models import TenantModel
from preau.domain.enrolments.enums import EnrolmentStatus


class Schooling(TenantModel):
    """A child in a class for a school year. [starts_on, ends_on)."""

    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, related_name="schoolings")
    school_class = models.ForeignKey("catalogue.SchoolClass", on_delete=models.PROTECT, related_name="schoolings")
    starts_on = models.DateField()
    ends_on = models.DateField()

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
    status = models.CharField(
        max_length=8, choices=[(s.value, s.name) for s in EnrolmentStatus], default=EnrolmentStatus.ACTIVE
    )

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
        if self.child_id:
            return f"c{self.child_id}"
        return f"a{self.adult_id}" if self.adult_id else f"f{self.family_id}"
