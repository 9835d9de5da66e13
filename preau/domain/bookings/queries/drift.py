"""Whether the places counted as taken agree with the bookings that take them, in the whole installation."""

from collections import Counter as Count
from dataclasses import dataclass
from datetime import date

from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import ResourceDay


@dataclass(frozen=True, slots=True)
class Drift:
    """One counter that says something else than its source."""

    organisation_id: int
    resource_id: int
    on: date
    counted: int
    true: int


def place_drifts() -> list[Drift]:
    """Compare the places counted as taken, each day, with the bookings that take one. Reads all bookings."""
    true: Count[tuple[int, int, date]] = Count()
    rows = Booking.objects.filter(status=BookingStatus.BOOKED).values_list(
        "organisation_id", "slot__unit__resource_ids", "on"
    )
    for organisation_id, resource_ids, on in rows.iterator():
        true.update((organisation_id, resource_id, on) for resource_id in resource_ids)
    days = ResourceDay.objects.values_list("organisation_id", "resource_id", "on", "booked")
    counted = {
        (organisation_id, resource_id, on): booked for organisation_id, resource_id, on, booked in days.iterator()
    }
    return [
        Drift(*key, counted.get(key, 0), true.get(key, 0))
        for key in sorted(counted.keys() | true.keys())
        if counted.get(key, 0) != true.get(key, 0)
    ]
