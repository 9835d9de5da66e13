"""The weeks that a person ticks again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.domain.bookings.models import UsualWeek
from preau.domain.bookings.queries.copying import Place
from preau.domain.bookings.queries.facts import BookableEnrolment


@dataclass(frozen=True, slots=True)
class UsualWeekView:
    """A week under its name. `moments` are (participant_key, activity, unit code, weekday from Monday 0)."""

    week_id: int
    name: str
    moments: tuple[tuple[str, str, str, int], ...]


def usual_weeks(*, actor: Actor) -> list[UsualWeekView]:
    """Return the weeks of the actor, by name. One query."""
    rows = UsualWeek.objects.filter(organisation_id=actor.organisation_id, account_id=actor.account_id or 0)
    return [_view(row) for row in rows.order_by(*by_name("name"), "pk")]


def find_usual_week(*, actor: Actor, week_id: int) -> UsualWeekView:
    """Return one of the actor's weeks.

    :raises NotFound: it is not the actor's.
    """
    row = UsualWeek.objects.filter(
        organisation_id=actor.organisation_id, account_id=actor.account_id or 0, pk=week_id
    ).first()
    if row is None:
        raise NotFound("usual week")
    return _view(row)


def places_of(*, week: UsualWeekView, rows: Sequence[BookableEnrolment], monday: date) -> set[Place]:
    """Return the places of a usual week in the week of a Monday, for the enrolments that cover them. No query."""
    found: set[Place] = set()
    for key, activity, code, weekday in week.moments:
        on = monday + timedelta(days=weekday)
        found |= {
            (row.enrolment_id, code, on)
            for row in rows
            if row.participant_key == key and row.activity == activity and row.starts_on <= on < row.ends_on
        }
    return found


def _view(row: UsualWeek) -> UsualWeekView:
    return UsualWeekView(
        row.pk, row.name, tuple((key, activity, code, day) for key, activity, code, day in row.moments)
    )
