"""Who is expected: list of a day, matrix of a week; on screen, on paper and as a spreadsheet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from preau.domain.absences.queries.closures import closures_on
from preau.domain.absences.queries.moments import missed_starts
from preau.domain.bookings.queries.expected import Expected, busiest_site, expected_between
from preau.domain.bookings.queries.without_booking import enrolled_between
from preau.domain.organisations.queries import list_sites
from preau.kernel.periods import monday_of
from preau.web.staff.lists.care import READERS, care_of
from preau.web.staff.lists.filters import ListFilter, classes_of, moments_of, read_list
from preau.web.staff.lists.sheets import day_sheets, week_tables
from preau.web.staff.lists.spreadsheet import day_book, week_book
from preau.web.ui.downloads import spreadsheet
from preau.web.ui.policy import staff_page

WEEK = 7


@staff_page(*READERS)
@require_safe
def day(request: Any, slug: str) -> HttpResponse:
    """Everybody expected on a day, one sheet per site, activity and unit; made to be printed."""
    wanted = read_list(request.GET, today=request.today)
    if wanted is None:
        return render(request, "400.html", status=400)
    wanted = _at_one_site(request, wanted, days=1)
    every = _rows(request, wanted, days=1)
    rows = [row for row in every if wanted.keeps(row)]
    care = care_of(actor=request.actor, child_ids=ids_of(rows), on=request.today)
    sheets = day_sheets(rows=rows, order=wanted.order)
    if request.GET.get("format") == "xlsx":
        return spreadsheet(day_book(on=wanted.on, rows=rows, care=care), name=f"liste-{wanted.on}")
    context = {"sheets": sheets, "total": len([row for row in rows if row.unit and not row.is_absent]), "care": care}
    context["absent"] = len({row.child_id or row.enrolment_id for row in rows if row.is_absent})
    context["note_query"] = urlencode({"jour": wanted.on.isoformat(), "liste": "jour", "lieu": wanted.site_id or ""})
    context["may_note"] = request.actor.has_role("agent", "manager")
    return render(request, "staff/lists/day.html", {**_frame(request, wanted, every, step=1), **context})


@staff_page(*READERS)
@require_safe
def week(request: Any, slug: str) -> HttpResponse:
    """Children in rows, open days in columns, one site at a time unless all are asked for."""
    wanted = read_list(request.GET, today=request.today)
    if wanted is None:
        return render(request, "400.html", status=400)
    wanted = replace(wanted, on=monday_of(wanted.on))
    wanted = _at_one_site(request, wanted, days=WEEK)
    every = _rows(request, wanted, days=WEEK)
    rows = [row for row in every if wanted.keeps(row)]
    care = care_of(actor=request.actor, child_ids=ids_of(rows), on=request.today)
    tables = week_tables(rows=rows, order=wanted.order, no_unit=_("Inscrit"))
    if request.GET.get("format") == "xlsx":
        return spreadsheet(week_book(tables=tables, care=care), name=f"semaine-{wanted.on}")
    context = {"tables": tables, "care": care, "has_absent": any(row.is_absent for row in rows)}
    return render(request, "staff/lists/week.html", {**_frame(request, wanted, every, step=WEEK), **context})


def ids_of(rows: list[Expected]) -> set[int]:
    """Return the children of a list."""
    return {row.child_id for row in rows if row.child_id}


def _at_one_site(request: Any, wanted: ListFilter, *, days: int) -> ListFilter:
    """One site at a time, the one where most are expected, unless all are asked for: who welcomes is somewhere."""
    if wanted.site_asked:
        return wanted
    start, end = wanted.on, wanted.on + timedelta(days=days)
    return replace(wanted, site_id=busiest_site(actor=request.actor, start=start, end=end))


def _rows(request: Any, wanted: ListFilter, *, days: int) -> list[Expected]:
    """Who booked, then who is enrolled where nothing is booked."""
    asked = {
        "actor": request.actor,
        "start": wanted.on,
        "end": wanted.on + timedelta(days=days),
        "site_id": wanted.site_id,
    }
    rows = [*expected_between(**asked), *enrolled_between(**asked)]
    missed = missed_starts(actor=request.actor, start=asked["start"], end=asked["end"]) if rows else ()
    return [
        row._replace(is_absent=True) if (row.enrolment_id, row.on, row.starts_minute) in missed else row for row in rows
    ]


def _frame(request: Any, wanted: ListFilter, every: list[Expected], *, step: int) -> dict[str, Any]:
    sites = [each for each in list_sites(organisation_id=request.organisation.id) if request.actor.sees_site(each[0])]
    return {
        "wanted": wanted,
        "on": wanted.on,
        "query": wanted.query(),
        "query_everywhere": replace(wanted, site_id=None).query(),
        "previous": wanted.moved(-step),
        "next": wanted.moved(step),
        "sites": sites,
        "moments": moments_of(every),
        "classes": classes_of(every),
        "closed": closures_on(
            actor=request.actor,
            start=wanted.on,
            end=wanted.on + timedelta(days=step),
            site_id=wanted.site_id,
        ),
    }
