"""Who is present where and when: the week by half-hour and section, the sheet of a day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from preau.base.facts import NotFound
from preau.domain.absences.queries.closures import closures_on
from preau.domain.absences.queries.moments import MissedMoment, missed_moments, still_expected
from preau.domain.creche.queries.enrolments import CareEnrolment, care_of_structures
from preau.domain.creche.queries.presence import (
    Half,
    Present,
    SectionDay,
    StructureView,
    days_of_sections,
    halves_of,
    structures_of,
)
from preau.kernel.periods import monday_of
from preau.kernel.time_ranges import TimeRange
from preau.web.staff.dates import read_day, read_number
from preau.web.staff.lists.care import READERS, care_of
from preau.web.ui.policy import staff_page

WEEK = timedelta(days=7)
Missed = Mapping[tuple[int, date], Collection[MissedMoment]]


@staff_page(*READERS)
@require_safe
def week(request: Any, slug: str) -> HttpResponse:
    """The week of each section by half-hour: who is there, for how many places, how many professionals are needed."""
    on = read_day(request.GET.get("date"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    start, site_id = monday_of(on), read_number(request.GET.get("lieu"))
    every = structures_of(actor=request.actor)
    shown = [each for each in every if site_id in (None, each.site_id)] or every
    days = days_of_sections(actor=request.actor, structures=shown, start=start, end=start + WEEK)
    context = {
        "start": start,
        "last": start + timedelta(days=6),
        "previous": start - WEEK,
        "next": start + WEEK,
        "structures": every,
        "site_id": site_id,
        "boards": [_board(each, days, start) for each in shown],
    }
    return render(request, "staff/creche/week.html", context)


@dataclass(frozen=True, slots=True)
class Cell:
    """Half an hour of a day, with its words: some nine hundred in a week of four structures, written once each here."""

    half: Half
    level: str
    names: str
    staff: str
    closed: str


def _cell(day: SectionDay, half: Half) -> Cell:
    staff = ngettext("%(n)s pro", "%(n)s pros", half.staff) % {"n": half.staff} if half.staff else ""
    return Cell(half, half.level, ", ".join(each.short_name for each in half.names), staff, day.closed or "")


def _board(structure: StructureView, days: dict[int, list[SectionDay]], start: date) -> dict[str, Any]:
    """The rows of a structure: for each section, a row per half-hour, a cell per open weekday."""
    hours = structure.hours or {}
    whole = TimeRange(
        min((each.start for each in hours.values()), default=480),
        max((each.end for each in hours.values()), default=1080),
    )
    shown = [start + timedelta(days=day) for day in range(7) if day in hours]
    sections = []
    for section in structure.sections:
        mine = {day.on: day for day in days.get(section.section_id, [])}
        columns = [[_cell(mine[on], half) for half in halves_of(day=mine[on], hours=whole)] for on in shown]
        rows = [(cells[0].half.minute, cells) for cells in zip(*columns, strict=True)]
        sections.append({"section": section, "rows": rows, "days": [mine[on] for on in shown]})
    return {"structure": structure, "days": shown, "sections": sections}


@staff_page(*READERS)
@require_safe
def sheet(request: Any, slug: str, section_id: int, day: str) -> HttpResponse:
    """The sheet of a section on a day, made to be printed: who comes when, with the curve of presence."""
    structure, section, on = _place(request, section_id, day)
    found = days_of_sections(actor=request.actor, structures=[structure], start=on, end=on + timedelta(days=1))[
        section_id
    ][0]
    children = sorted(found.children, key=lambda each: (each.ranges[0].start, each.last_name, each.first_name))
    care = care_of(actor=request.actor, child_ids={each.child_id for each in children}, on=request.today)
    may_change = request.actor.has_role("agent", "manager")
    here = {each.enrolment_id for each in children}
    missed = missed_moments(actor=request.actor, start=on, end=on + timedelta(days=1), enrolment_ids=here)
    there = replace(found, children=tuple(_there(found.children, missed, on)))
    others = care_of_structures(actor=request.actor, site_ids=[structure.site_id], on=on) if may_change else []
    context = {
        "structure": structure,
        "section": section,
        "on": on,
        "found": found,
        "children": children,
        "care": care,
        "halves": halves_of(day=there, hours=found.opening) if found.opening else [],
        "closed": closures_on(actor=request.actor, start=on, end=on + timedelta(days=1), site_id=structure.site_id),
        "previous": on - timedelta(days=1),
        "next": on + timedelta(days=1),
        "may_change": may_change and on >= request.today,
        "absent": {each.enrolment_id for each in children} - {each.enrolment_id for each in there.children},
        "away": _away(children, missed, on),
        "note_query": urlencode({"jour": on.isoformat()}),
        "others": [each for each in others if each.enrolment_id not in here and _is_in(each, section_id, on)],
    }
    return render(request, "staff/creche/sheet.html", context)


def _there(children: Iterable[Present], missed: Missed, on: date) -> list[Present]:
    """Who comes, at the hours at which they do: less what was announced."""
    found = []
    for each in children:
        what = {"missed": missed, "enrolment_id": each.enrolment_id, "on": on}
        left = tuple(part for hours in each.ranges for part in still_expected(hours=hours, **what))
        if left:
            found.append(replace(each, ranges=left))
    return found


def _away(children: Iterable[Present], missed: Missed, on: date) -> dict[int, str]:
    """Enrolment → « 09:30-12:00 », of who misses a part of its day."""
    return {
        each.enrolment_id: ", ".join(moment.hours.words() for moment in missed[each.enrolment_id, on])
        for each in _there(children, missed, on)
        if (each.enrolment_id, on) in missed
    }


def _is_in(enrolment: CareEnrolment, section_id: int, on: date) -> bool:
    section = enrolment.section_on(on)
    return section is not None and section.section_id == section_id


def _place(request: Any, section_id: int, day: str) -> tuple[StructureView, Any, date]:
    """The section of an agent, and a day.

    :raises NotFound: not one that it looks after, or not a day.
    """
    on = read_day(day, default=request.today)
    for structure in structures_of(actor=request.actor):
        for section in structure.sections:
            if section.section_id == section_id and on is not None:
                return structure, section, on
    raise NotFound("section")
