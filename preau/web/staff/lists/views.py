"""Who is expected: list of a day, matrix of a week."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.base.ordering import name_key
from preau.domain.bookings.queries.expected import expected_between
from preau.domain.enrolments.queries.files import visible_children
from preau.domain.families.queries.children import flags_of_children
from preau.domain.organisations.queries import list_sites
from preau.kernel.periods import monday_of
from preau.web.staff.dates import read_day, read_number
from preau.web.ui.policy import staff_page


@staff_page()
@require_safe
def day(request: Any, slug: str) -> HttpResponse:
    """Everybody expected on a day, one sheet per site, activity and unit; made to be printed."""
    on = read_day(request.GET.get("date"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    site_id = read_number(request.GET.get("lieu"))
    rows = expected_between(actor=request.actor, start=on, end=on + timedelta(days=1), site_id=site_id)
    sheets = []
    for (site, activity, unit), members in groupby(rows, key=lambda row: (row.site, row.activity, row.unit)):
        found = list(members)
        sheets.append({"site": site, "activity": activity, "unit": unit, "rows": found, "count": len(found)})
    context = {**_frame(request, on, site_id), **_care(request, rows), "sheets": sheets, "total": len(rows)}
    return render(request, "staff/day.html", context)


@staff_page()
@require_safe
def week(request: Any, slug: str) -> HttpResponse:
    """Children in rows, days in columns, with the count of each day."""
    on = read_day(request.GET.get("date"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    monday = monday_of(on)
    days = [monday + timedelta(days=offset) for offset in range(5)]
    site_id = read_number(request.GET.get("lieu"))
    rows = expected_between(actor=request.actor, start=monday, end=days[-1] + timedelta(days=1), site_id=site_id)
    tables = []
    rows.sort(key=_place_in_week)
    for (site, activity), members in groupby(rows, key=lambda row: (row.site, row.activity)):
        tables.append({"site": site, "activity": activity, **_matrix(list(members), days)})
    context = {**_frame(request, monday, site_id), **_care(request, rows), "tables": tables, "days": days, "step": 7}
    return render(request, "staff/week.html", context)


def _place_in_week(row: Any) -> tuple[Any, ...]:
    names = (row.site, row.activity, row.last_name, row.first_name)
    return (*map(name_key, names), _who(row), row.on)


def _who(row: Any) -> tuple[str, int]:
    """Whose line it is: a child of two homes, enrolled by both, has one."""
    return ("child", row.child_id) if row.child_id else ("enrolment", row.enrolment_id)


def _matrix(rows: list[Any], days: list[Any]) -> dict[str, Any]:
    """One line per participant: the units of each day; then how many each day has, and what the letters mean."""
    lines = []
    for _participant, members in groupby(rows, key=_who):
        found = list(members)
        cells = [", ".join(dict.fromkeys(row.unit_code for row in found if row.on == day)) for day in days]
        lines.append({"row": found[0], "cells": cells})
    counts = [len({_who(row) for row in rows if row.on == day}) for day in days]
    keys = sorted({(row.unit_code, row.unit) for row in rows})
    return {"lines": lines, "counts": counts, "keys": keys}


def _care(request: Any, rows: list[Any]) -> dict[str, Any]:
    """The sheets that this person opens, and those to read before the service: a sign, nothing of what they say."""
    actor, ids = request.actor, {row.child_id for row in rows if row.child_id}
    if not ids or not actor.has_role("agent", "manager", "site_staff"):
        return {"opened": frozenset(), "to_read": frozenset()}
    opened = visible_children(actor=actor, child_ids=ids, on=request.today)
    flags = flags_of_children(actor=actor, child_ids=opened, on=request.today)
    return {"opened": opened, "to_read": frozenset(pk for pk, each in flags.items() if each.must_be_read)}


def _frame(request: Any, on: Any, site_id: int | None) -> dict[str, Any]:
    sites = [each for each in list_sites(organisation_id=request.organisation.id) if request.actor.sees_site(each[0])]
    step = 7 if request.path.endswith("/semaine/") else 1
    return {
        "on": on,
        "previous": on - timedelta(days=step),
        "next": on + timedelta(days=step),
        "sites": sites,
        "site_id": site_id,
    }
