"""Until when a planned moment may be given back."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from preau.base.actor import Actor
from preau.domain.absences.queries.enrolments import AttendedEnrolment
from preau.domain.absences.queries.moments import Moment
from preau.domain.catalogue.queries import holiday_dates
from preau.domain.catalogue.rules import InvalidDeadline, closing_moment, parse_deadline

HOLIDAYS_BEFORE = timedelta(days=45)  # how far back the working days of a deadline may be counted


def cancel_limits(
    *, actor: Actor, enrolments: Mapping[int, AttendedEnrolment], moments: Collection[Moment]
) -> dict[Moment, datetime | None]:
    """Return by moment the first instant at which it is no longer given back; None: the setting cannot be read.

    One query. :param enrolments: those of the moments, that the actor may read.
    """
    if not moments:
        return {}
    first, last = min(each.on for each in moments), max(each.on for each in moments)
    holidays = holiday_dates(
        organisation_id=actor.organisation_id, start=first - HOLIDAYS_BEFORE, end=last + timedelta(days=1)
    )
    found: dict[Moment, datetime | None] = {}
    for moment in moments:
        try:
            deadline = parse_deadline(enrolments[moment.enrolment_id].cancel_deadline)
        except InvalidDeadline:
            found[moment] = None
            continue
        found[moment] = closing_moment(
            deadline, day=moment.on, starts_minute=moment.hours.start, holidays=holidays, zone=actor.zone
        )
    return found
