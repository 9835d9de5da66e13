"""Planned presences."""

from django.db import models
from django.db.models import Q

from preau.base.models import TenantModel
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus


class Booking(TenantModel):
    """One participant in one slot. A cancelled booking stays; booking again makes a new row."""

    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.PROTECT, related_name="bookings")
    slot = models.ForeignKey("catalogue.Slot", on_delete=models.PROTECT, related_name="bookings")
    on = models.DateField()  # copy of slot.on: a booking never moves
    participant_key = models.CharField(max_length=24)  # copy of Enrolment.participant_key
    status = models.CharField(max_length=12, choices=[(s.value, s.name) for s in BookingStatus])
    booked_at = models.DateTimeField()
    booked_by_id = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)  # said by an agent: past deadline, above capacity

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "participant_key", "slot"],
                condition=Q(status__in=[s.value for s in HOLDS_PLACE]),
                name="booking_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "enrolment", "on"], name="booking_enrolment"),
            models.Index(fields=["organisation_id", "on", "slot"], name="booking_day"),
            # Whole, unlike `booking_once`: SQLite cannot match a partial index with bound parameters.
            models.Index(fields=["organisation_id", "participant_key", "on"], name="booking_participant"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_key} {self.on} {self.status}"
