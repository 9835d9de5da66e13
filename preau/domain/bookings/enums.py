"""Closed lists of bookings."""

from enum import StrEnum


class BookingStatus(StrEnum):
    """Apart from attendance and from the price (DESIGN §4)."""

    REQUESTED = "requested"
    BOOKED = "booked"
    WAITLISTED = "waitlisted"
    REFUSED = "refused"
    CANCELLED = "cancelled"


HOLDS_PLACE = (BookingStatus.BOOKED, BookingStatus.REQUESTED)


class Rhythm(StrEnum):
    """Which weeks a periodicity applies to (A09-22)."""

    EVERY = "every"
    EVEN = "even"
    ODD = "odd"
    ONE_IN_TWO = "one_in_two"
