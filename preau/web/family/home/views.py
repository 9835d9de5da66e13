"""« Mon espace »."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.domain.bookings.queries.week import ToBook, enrolments_to_book, planned_units
from preau.domain.families.queries.files import household_file
from preau.domain.procedures.enums import OPEN_STATUSES, ProcedureKind
from preau.domain.procedures.queries.orders import latest_procedures
from preau.domain.procedures.queries.to_finish import ToFinish, dossiers_to_begin, pieces_to_send, waiting_for_family
from preau.kernel.periods import Period, monday_of
from preau.web.family.bookings.forms import Tampered, read_day
from preau.web.family.children.residence import children_words
from preau.web.family.home.week import week_rows
from preau.web.ui.policy import family_page

LATEST = 4
WAITING = 8
SHOWN_DAYS = 5
MAX_TODO = 4


@family_page
@require_safe
def home(request: Any, slug: str) -> HttpResponse:
    """What to do now, the week of all children, tiles, latest démarches (A06)."""
    actor = request.actor
    try:
        day = read_day(request.GET.get("semaine"), default=request.today)
    except Tampered:
        return render(request, "400.html", status=400)
    monday = monday_of(day)
    week = Period(monday, monday + timedelta(days=SHOWN_DAYS))
    family_id = actor.family_id
    family = household_file(actor=actor, family_id=family_id) if family_id else None
    coming = _coming_weeks(request.today)
    enrolments = enrolments_to_book(actor=actor, on=request.today, coming=coming)
    children = family.children if family else ()
    latest = latest_procedures(actor=actor, limit=LATEST)
    planned = planned_units(actor=actor, start=week.start, end=week.end)
    waiting = waiting_for_family(actor=actor, children=children)
    ticked = [each.enrolment_id for each in waiting if each.kind == ProcedureKind.BOOKING]
    others = [each for each in waiting if each.kind != ProcedureKind.BOOKING]
    to_begin = dossiers_to_begin(actor=actor, children=children, on=request.today)
    context = {
        "family": family,
        "week": week,
        "week_last": week.last,
        "rows": week_rows(list(children), planned, days=week),
        "keys": sorted({(unit.code, unit.name) for unit in planned}),
        "residences": children_words(
            files=[family] if family else [],
            organisation_id=actor.organisation_id,
            start=monday,
            end=monday + timedelta(days=7),
        ),
        "previous": monday - timedelta(days=7),
        "next": monday + timedelta(days=7),
        "latest": latest,
        "todo": _todo(enrolments, ticked, coming),
        "waiting": [
            *_children_to_declare(family, others, latest),
            *others[:WAITING],
            *to_begin,
            *_pieces(request, family, enrolments, to_begin),
        ],
        "enrolments": enrolments,
        "declared": _declared(family, latest),
    }
    return render(request, "family/home.html", context)


def _pieces(request: Any, family: Any, enrolments: list[Any], to_begin: list[ToFinish]) -> list[ToFinish]:
    """The pieces that may wait until a day: of the children whose dossier is begun, the others' ask for theirs.

    Late, they stop what asks for a dossier; a family with nothing of the sort is told by mail and in its documents.
    """
    if family is None or not any(each.requires_dossier for each in enrolments):
        return []
    later = {each.child_id for each in to_begin}
    children = [child for child in family.children if child.child_id not in later]
    return pieces_to_send(actor=request.actor, family_id=family.family_id, children=children, on=request.today)


def _children_to_declare(family: Any, waiting: list[ToFinish], latest: list[Any]) -> list[ToFinish]:
    """A family without children starts by declaring them (A05), unless it has begun or waits for the service."""
    if family is None or family.children:
        return []
    is_begun = any(each.kind == ProcedureKind.ENTOURAGE for each in waiting)
    is_sent = any(each.kind == ProcedureKind.ENTOURAGE and each.status in OPEN_STATUSES for each in latest)
    if is_begun or is_sent:
        return []
    return [ToFinish("declare", ProcedureKind.ENTOURAGE, None, None, None, "", 0, "", None)]


def _declared(family: Any, latest: list[Any]) -> Any:
    """The declaration that the service is looking at, of a family that has no child yet."""
    if family is None or family.children:
        return None
    return next(
        (each for each in latest if each.kind == ProcedureKind.ENTOURAGE and each.status in OPEN_STATUSES), None
    )


def _coming_weeks(today: date) -> Period:
    """The two weeks after this one: a family is reminded to book them."""
    start = monday_of(today) + timedelta(days=7)
    return Period(start, start + timedelta(days=14))


def _todo(enrolments: list[ToBook], ticked: list[int | None], coming: Period) -> list[dict[str, Any]]:
    """What waits for the family: changes not sent, and next weeks with nothing booked."""
    by_id = {row.enrolment_id: row for row in enrolments}
    todo: list[dict[str, Any]] = [{"kind": "draft", "row": by_id[each]} for each in ticked if each in by_id]
    for row in enrolments:
        if row.child_id and row.is_left_empty and row.enrolment_id not in ticked:
            todo.append({"kind": "empty", "row": row, "start": coming.start, "last": coming.last})
    return todo[:MAX_TODO]
