"""« Passage d’année » : class by class or all together, and taken back."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.enrolments.operations.rollover import Choices, copy_classes, roll_over_classes, take_back_rollover
from preau.domain.enrolments.queries.files import visible_children
from preau.domain.enrolments.queries.rollover import RolloverRow, last_rollover, next_classes, rollover_plan
from preau.domain.enrolments.queries.schools import all_school_years
from preau.web.staff.dates import read_number
from preau.web.ui.policy import staff_page

LEAVES, LATER = "part", "plus-tard"  # as the boxes of a pupil say it


@dataclass(slots=True)
class ClassLine:
    """One class of the year that ends, and what becomes of its pupils."""

    class_id: int
    name: str
    site: str
    level: str
    pupils: int = 0
    to: Counter[str] = field(default_factory=Counter)  # name of the next class → pupils not placed yet
    leaving: int = 0
    unplaced: int = 0
    done: int = 0

    @property
    def goes(self) -> list[tuple[str, int]]:
        """The next classes and how many pupils each receives."""
        return list(self.to.items())

    @property
    def is_done(self) -> bool:
        """Whether nobody of the class waits for a decision."""
        return self.done + self.leaving == self.pupils and not self.to


@staff_page("manager", "admin")
@require_http_methods(["GET", "HEAD", "POST"])
def rollover(request: Any, slug: str) -> HttpResponse:
    """Say where every class goes; open one to choose pupil by pupil; then pass it, or all (A08-14)."""
    years = all_school_years(actor=request.actor)
    source, target = _years(request, years)
    if source is None or target is None:
        return render(request, "staff/enrolments/rollover.html", {"years": years, "is_short": True})
    ids = {"from_year_id": source.year_id, "to_year_id": target.year_id}
    class_id = read_number(request.POST.get("classe") or request.GET.get("classe"))
    if request.method == "POST":
        _act(request, ids, class_id)
        return redirect(f"{reverse('staff:classes', args=[slug])}?annee={source.year_id}")
    rows = rollover_plan(actor=request.actor, **ids)
    context = {"years": years, "source": source, "target": target}
    if class_id is not None:
        return _one_class(request, [row for row in rows if row.old_class_id == class_id], context)
    lines = _by_class(rows)
    last = last_rollover(actor=request.actor, **ids)
    context |= {
        "lines": lines,
        "moved": sum(line.to.total() for line in lines),
        "left": sum(line.leaving for line in lines),
        "unplaced": sum(line.unplaced for line in lines),
        "done": sum(line.done for line in lines),
        "last": last if last and target.starts_on > request.today else None,
    }
    return render(request, "staff/enrolments/rollover.html", context)


def _one_class(request: Any, rows: list[RolloverRow], context: dict[str, Any]) -> HttpResponse:
    """The pupils of a class: each goes where the plan says, or where one chooses."""
    if not rows:
        raise NotFound("class")
    actor = request.actor
    here, elsewhere = [], []
    for each in next_classes(actor=actor, year_id=context["target"].year_id):
        (here if each.site_id == rows[0].site_id else elsewhere).append(each)
    openable: frozenset[int] = frozenset()
    if actor.has_role("agent", "manager"):  # no link leads to a page that would not open
        openable = visible_children(actor=actor, child_ids=[row.child.child_id for row in rows], on=request.today)
    context |= {
        "rows": rows,
        "first": rows[0],
        "here": here,
        "elsewhere": elsewhere,
        "openable": openable,
        "waiting": sum(not row.is_done for row in rows),
    }
    return render(request, "staff/enrolments/rollover_class.html", context)


def _by_class(rows: list[RolloverRow]) -> list[ClassLine]:
    lines: dict[int, ClassLine] = {}
    for row in rows:
        line = lines.setdefault(row.old_class_id, ClassLine(row.old_class_id, row.class_name, row.site, row.level))
        line.pupils += 1
        if row.is_done:
            line.done += 1
        elif row.class_id is not None:
            line.to[row.next_class] += 1
        elif row.is_leaving:
            line.leaving += 1
        else:
            line.unplaced += 1
    return list(lines.values())


def _years(request: Any, years: list[Any]) -> tuple[Any, Any]:
    """The year that ends and the one after: those chosen, or those around today."""
    wanted = read_number(request.POST.get("annee") or request.GET.get("annee"))
    current = next((year for year in years if year.year_id == wanted), None)
    current = current or next((year for year in years if year.ends_on > request.today), None)
    following = [year for year in years if current and year.starts_on > current.starts_on]
    return current, following[0] if following else None


def _act(request: Any, ids: dict[str, int], class_id: int | None) -> None:
    act = request.POST.get("act")
    if act == "copy":
        count = copy_classes(actor=request.actor, **ids, now=request.now)
        messages.success(request, _("Classes créées pour l’année suivante : %(n)s.") % {"n": count})
    elif act == "undo":
        _take_back(request, ids)
    elif act == "move" and (class_id is not None or "sure" in request.POST):
        _move(request, ids, class_id)
    else:
        messages.warning(request, _("Rien n’a changé : cochez d’abord que vous avez relu où va chaque élève."))


def _move(request: Any, ids: dict[str, int], class_id: int | None) -> None:
    done = roll_over_classes(actor=request.actor, **ids, now=request.now, choices=_choices(request), class_id=class_id)
    if not (done.moved or done.left):
        messages.info(request, _("Rien n’a changé : aucun élève n’attendait d’être passé."))
        return
    messages.success(
        request,
        _("Élèves passés : %(moved)s. Partis : %(left)s. À placer un par un : %(unplaced)s.")
        % {"moved": done.moved, "left": done.left, "unplaced": done.unplaced},
    )


def _choices(request: Any) -> Choices:
    """What was chosen pupil by pupil; what cannot be read is what the plan says."""
    classes, leaving, later = {}, set(), set()
    for name, value in request.POST.items():
        child_id = read_number(name.removeprefix("e-")) if name.startswith("e-") else None
        if child_id is None:
            continue
        if value == LEAVES:
            leaving.add(child_id)
        elif value == LATER:
            later.add(child_id)
        elif (class_id := read_number(value)) is not None:
            classes[child_id] = class_id
    return Choices(classes, frozenset(leaving), frozenset(later))


def _take_back(request: Any, ids: dict[str, int]) -> None:
    try:
        back = take_back_rollover(actor=request.actor, **ids, now=request.now)
    except NotFound:
        messages.info(request, _("Il n’y a plus de passage à annuler."))
        return
    words = ngettext("%(n)s élève est de nouveau à placer.", "%(n)s élèves sont de nouveau à placer.", back.count)
    messages.success(request, words % {"n": back.count})
    if back.kept:
        words = ngettext(
            "%(n)s élève a changé de classe depuis : il y reste.",
            "%(n)s élèves ont changé de classe depuis : ils y restent.",
            back.kept,
        )
        messages.warning(request, words % {"n": back.kept})
