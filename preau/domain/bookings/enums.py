"""Closed lists of bookings."""

from enum import StrEnum


class BookingStatus(StrEnum):
    """Apart from attendance and from the price (DESIGN §4)."""

    REQUESTED = "requested"  # the service answers; its place is kept meanwhile
    BOOKED = "booked"
    WAITING = "waiting"  # no place: its rank is the order of `booked_at`
    CLOSED = "closed"  # the service closed: no place is held, nothing is due; booked again if it opens after all
    CANCELLED = "cancelled"


HOLDS_PLACE = (BookingStatus.BOOKED, BookingStatus.REQUESTED)


class Rhythm(StrEnum):
    """Which weeks a periodicity applies to (A09-22)."""

    EVERY = "every"
    EVEN = "even"
    ODD = "odd"
    ONE_IN_TWO = "one_in_two"
