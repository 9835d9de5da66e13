"""Planned presences."""

from django.db import models
from django.db.models import Case, CharField, Q, Value, When
from django.db.models.functions import Cast, Concat

from preau.base.models import TenantModel, choices
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus


def _letter(letter: str, name: str) -> Concat:
    return Concat(Value(letter), Cast(name, CharField(max_length=20)))


class Booking(TenantModel):
    """One participant in one slot, for a household. A cancelled booking stays; booking again makes a new row.

    The participant is a child, an adult, or the household itself when both are null (`enrolments.Enrolment`). The
    household is the one that booked: absences, presence and bills hang on this row and read it here.
    """

    enrolment = models.ForeignKey("enrolments.Enrolment", on_delete=models.PROTECT, related_name="bookings")
    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    adult = models.ForeignKey("families.Adult", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    slot = models.ForeignKey("catalogue.Slot", on_delete=models.PROTECT, related_name="bookings")
    on = models.DateField()  # copy of slot.on: a booking never moves
    # Who takes the place, in one word: "c12", "a4" or "f7", as `enrolments.rules.participant_key` writes it.
    participant_key = models.GeneratedField(
        expression=Case(
            When(child__isnull=False, then=_letter("c", "child")),
            When(adult__isnull=False, then=_letter("a", "adult")),
            default=_letter("f", "family"),
        ),
        output_field=CharField(max_length=24),
        db_persist=True,
    )
    status = models.CharField(max_length=12, choices=choices(BookingStatus))
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200, blank=True)  # said by an agent: past deadline, above capacity

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(child__isnull=True) | Q(adult__isnull=True), name="booking_one_person"),
            models.UniqueConstraint(
                fields=["organisation_id", "participant_key", "slot"],
                condition=Q(status__in=[s.value for s in HOLDS_PLACE]),
                name="booking_once",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "participant_key", "slot"],
                condition=Q(status=BookingStatus.WAITING),
                name="booking_waits_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "enrolment", "on"], name="booking_enrolment"),
            models.Index(fields=["organisation_id", "on", "slot", "status"], name="booking_day"),
            # Whole, unlike `booking_once`: SQLite cannot match a partial index with bound parameters.
            models.Index(fields=["organisation_id", "participant_key", "on"], name="booking_participant"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_key} {self.on} {self.status}"


class UsualWeek(TenantModel):
    """A week that a person ticks again and again, under the name they gave it: « Semaine de papa ».

    It is a way to fill a basket, no right and no booking; each person has their own.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    moments = models.JSONField(default=list)  # [participant_key, activity, unit code, weekday from Monday 0]
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "account", "name"], name="usual_week_once"),
        ]

    def __str__(self) -> str:
        return self.name
