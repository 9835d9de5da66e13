"""Habits of families, turned into bookings."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from preau.demo.builder import Builder
from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Offer, ResourceDay, Slot, Unit
from preau.domain.catalogue.operations.places import set_capacity
from preau.domain.enrolments.models import Enrolment

FORGOTTEN = 0.06  # of the days of a regular family
PAST_WEEKS = 12
FUTURE_WEEKS = 8

Habit = Mapping[int, Sequence[str]]  # weekday (Monday is 0) → codes of units


def window(builder: Builder) -> tuple[date, date]:
    """Return the days that families have booked: some weeks back, some weeks ahead."""
    pivot = max(builder.today, builder.year.starts_on)
    return pivot - timedelta(weeks=PAST_WEEKS), pivot + timedelta(weeks=FUTURE_WEEKS)


def book_by_habit(builder: Builder, offer: Offer, habits: Mapping[int, Habit]) -> int:
    """Book the slots that each enrolment (by id) takes by habit; return how many."""
    start, end = window(builder)
    slots = builder.slots(offer, start, end)
    needs = dict(Unit.objects.filter(organisation_id=builder.id, offer=offer).values_list("code", "requires"))
    days = sorted({on for _, on, _ in slots})
    wanted = []
    for enrolment_id, habit in habits.items():
        # Whole days are forgotten, so that a unit never loses the one it needs.
        kept = {on for on in days if builder.random.random() >= FORGOTTEN}
        wanted += [
            (enrolment_id, slot_id, on, code)
            for slot_id, on, code in slots
            if on in kept and code in habit.get(on.weekday(), ())
        ]
    booked = builder.book([(enrolment_id, slot_id) for enrolment_id, slot_id, _, code in wanted if not needs[code]])
    if not any(needs.values()):
        return booked
    # A unit that needs another one comes after it, and only where that one was had.
    held = _held(builder, offer)
    return booked + builder.book(
        [
            (enrolment_id, slot_id)
            for enrolment_id, slot_id, on, code in wanted
            if needs[code] and all((enrolment_id, on, other) in held for other in needs[code])
        ]
    )


def _held(builder: Builder, offer: Offer) -> set[tuple[int, date, str]]:
    rows = Booking.objects.filter(organisation_id=builder.id, enrolment__offer=offer, status=BookingStatus.BOOKED)
    return set(rows.values_list("enrolment_id", "on", "slot__unit__code"))


def habit(builder: Builder, weekdays: str, choices: Sequence[tuple[float, Sequence[str]]]) -> Habit:
    """Draw a habit: for each weekday one of the choices (weight, codes)."""
    weights = [weight for weight, _ in choices]
    return {int(day): builder.random.choices([codes for _, codes in choices], weights=weights)[0] for day in weekdays}


def next_open_day(builder: Builder, offer: Offer, *, after: int, weekdays: str) -> date | None:
    """Return the first open day of an offer at least `after` days ahead, on one of these weekdays, or None."""
    rows = Slot.objects.filter(
        organisation_id=builder.id, offer=offer, closed_reason="", on__gte=builder.today + timedelta(days=after)
    )
    days = rows.order_by("on").values_list("on", flat=True)
    return next((day for day in days.iterator() if str(day.weekday()) in weekdays), None)


def fill(
    builder: Builder,
    offer: Offer,
    on: date | None,
    code: str,
    enrolments: Sequence[Enrolment],
    *,
    leaving: int | None = 0,
) -> None:
    """Book a day until `leaving` places are left; None books everybody (a counter that does not block).

    Nothing happens without a day: the school year is about to end.
    """
    if on is None:
        return
    slot = Slot.objects.select_related("unit").get(organisation_id=builder.id, offer=offer, on=on, unit__code=code)
    counters = ResourceDay.objects.filter(
        organisation_id=builder.id, resource_id__in=slot.unit.resource_ids, on=on
    ).order_by("pk")
    busy = set(
        Booking.objects.filter(
            organisation_id=builder.id, enrolment__offer=offer, on=on, status=BookingStatus.BOOKED
        ).values_list("enrolment_id", flat=True)
    )
    candidates = [(enrolment.pk, slot.pk) for enrolment in enrolments if enrolment.pk not in busy]
    if leaving is None:
        builder.book(candidates)
        return
    for pair in candidates:
        if min(each.capacity - each.booked for each in counters.all()) <= leaving:
            break
        builder.book([pair])
    for each in counters.all():  # every unit of the day is as rare: the afternoon like the morning
        set_capacity(
            actor=builder.actor,
            resource_id=each.resource_id,
            capacity=each.booked + leaving,
            start=on,
            end=on + timedelta(days=1),
        )
