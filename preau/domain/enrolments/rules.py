"""Whether a period may be enrolled for."""

from datetime import date


class PeriodOutsideOffer(Exception):
    """The enrolment's period is empty, or not inside that of the offer."""


class AlreadyEnrolled(Exception):
    """The participant has an enrolment in this offer over part of the period."""


def period_fits(*, starts_on: date, ends_on: date, offer_starts_on: date, offer_ends_on: date) -> bool:
    """Tell whether [starts_on, ends_on) is a period inside that of the offer."""
    return offer_starts_on <= starts_on < ends_on <= offer_ends_on
