"""« Mon espace »."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.domain.absences.queries.closures import closed_moments
from preau.domain.absences.queries.minimum_service import services_of_family
from preau.domain.bookings.queries.week import enrolments_to_book, planned_units
from preau.domain.contracts.queries.announcing import months_to_announce
from preau.domain.contracts.queries.boards import waiting_for_family as contracts_to_sign
from preau.domain.families.queries.children import sheets_of_children
from preau.domain.families.queries.files import household_file
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.queries.orders import latest_procedures
from preau.domain.procedures.queries.to_finish import (
    dossiers_to_begin,
    pieces_to_send,
    sheets_to_fill,
    waiting_for_family,
)
from preau.kernel.periods import Period, monday_of
from preau.web.family.absences.marks import closed_units, marked, missed_of, seen_of
from preau.web.family.bookings.forms import Tampered, read_day
from preau.web.family.children.residence import children_words
from preau.web.family.home import todo
from preau.web.family.home.week import planned_hours, shown_days, week_rows
from preau.web.ui.policy import family_page

LATEST = 4
WEEK = timedelta(days=7)
FRIDAY = 4


@family_page
@require_safe
def home(request: Any, slug: str) -> HttpResponse:
    """What to do now, the week of all children, tiles, latest démarches (A06)."""
    actor = request.actor
    try:
        day = read_day(request.GET.get("semaine"), default=_arrival(request.today))
    except Tampered:
        return render(request, "400.html", status=400)
    monday = monday_of(day)
    family = household_file(actor=actor, family_id=actor.family_id) if actor.family_id else None
    children = family.children if family else ()
    coming = _coming_weeks(request.today)
    enrolments = enrolments_to_book(actor=actor, on=request.today, coming=coming)
    planned = planned_units(actor=actor, start=monday, end=monday + WEEK)
    if any(each.is_care for each in enrolments):
        planned += planned_hours(actor=actor, enrolments=enrolments, start=monday, end=monday + WEEK)
    closed = closed_moments(actor=actor, start=monday, end=monday + WEEK)
    planned = sorted([*planned, *closed_units(closed)], key=lambda each: (each.on, each.starts_minute))
    if planned:
        days_read = {"start": monday, "end": monday + WEEK}
        planned = marked(planned, missed_of(request, **days_read), seen_of(request, **days_read))
    waiting = waiting_for_family(actor=actor, children=children, on=request.today)
    to_begin = dossiers_to_begin(actor=actor, children=children, on=request.today)
    # A dossier that is not sent yet asks for its pieces itself.
    later = {each.child_id for each in (*to_begin, *waiting) if each.what in ("dossier", "draft")}
    begun = [child for child in children if child.child_id not in later]
    # What is with the service says what its sheets do not say yet; a child to be born has none.
    sent = {each.child_id for each in waiting if each.kind == ProcedureKind.DOSSIER}
    with_sheets = [child for child in begun if not child.is_unborn and child.child_id not in sent]
    ours = {"actor": actor, "family_id": actor.family_id, "on": request.today}
    sheets, situations = sheets_of_children(**ours, child_ids=[child.child_id for child in begun])
    to_fill = sheets_to_fill(
        children=with_sheets, sheets=[each for each in sheets if each.child_id in {c.child_id for c in with_sheets}]
    )
    pieces = pieces_to_send(**ours, children=begun, situations=situations)
    basket = todo.basket_of(waiting, enrolments)
    services = services_of_family(actor=actor, today=request.today)
    lines = todo.lines(
        waiting=[*todo.children_to_declare(family, waiting), *waiting, *to_begin, *pieces, *to_fill],
        enrolments=enrolments,
        basket=basket,
        coming=coming,
        services=[each for each in services if request.now <= each.answers_until],
        months=months_to_announce(actor=actor, on=request.today) if request.organisation.has_care else (),
        contracts=contracts_to_sign(actor=actor, on=request.today) if request.organisation.has_care else (),
    )
    days = shown_days(planned, monday=monday)
    context = {
        "family": family,
        "week": days,
        "week_last": days[-1],
        "rows": week_rows(list(children), planned, days=days),
        "keys": sorted({(unit.code, unit.name) for unit in planned}),
        "residences": children_words(
            files=[family] if family else [],
            organisation_id=actor.organisation_id,
            start=monday,
            end=monday + WEEK,
        ),
        "services": services,
        "closed": sorted({(each.on, each.words, each.activity) for each in closed}),
        "absent": _absent(children, planned, closed),
        "monday": monday,
        "previous": monday - WEEK,
        "next": monday + WEEK,
        "latest": latest_procedures(actor=actor)[:LATEST],
        "todo": lines[: todo.SHOWN],
        "more": lines[todo.SHOWN :],
        "more_count": max(len(lines) - todo.SHOWN, 0),
        "pending": [each for each in waiting if each.what in ("pending", "kept")],
        "enrolments": enrolments,
    }
    return render(request, "family/home.html", context)


def _absent(children: Any, planned: Any, closed: Any) -> list[tuple[date, str, str]]:
    """(day, first name and moments, words) of what is struck out in the week; closures have their own lines."""
    names = {f"c{child.child_id}": child.first_name for child in children}
    shut = {(each.on, each.child_id, each.starts_minute) for each in closed}
    found: dict[tuple[date, str, str], list[str]] = {}
    for each in planned:
        if each.absence and (each.on, _child_of(each.participant_key), each.starts_minute) not in shut:
            key = (each.on, names.get(each.participant_key, ""), each.absence)
            found.setdefault(key, []).append(each.name or each.activity)
    return [(on, ", ".join((name, *dict.fromkeys(units))), words) for (on, name, words), units in sorted(found.items())]


def _child_of(key: str) -> int | None:
    return int(key[1:]) if key.startswith("c") else None


def _arrival(today: date) -> date:
    """From Friday evening on, the week that matters is the next one; the day itself is enough to tell."""
    return today + WEEK if today.weekday() > FRIDAY else today


def _coming_weeks(today: date) -> Period:
    """The two weeks after this one: a family is reminded to book them."""
    start = monday_of(today) + WEEK
    return Period(start, start + 2 * WEEK)
