"""Classes: a child who changes during the year, and everybody each summer."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.enrolments.operations.schooling import copy_classes, roll_over_classes
from preau.domain.enrolments.queries.files import check_child_visible, visible_children
from preau.domain.enrolments.queries.schools import all_school_years, classes_to_choose, rollover_plan, schoolings_of
from preau.domain.families.queries.children import child_for
from preau.domain.families.queries.files import child_card
from preau.domain.procedures.operations.changes import Moved, move_child
from preau.web.staff.dates import read_number
from preau.web.staff.enrolments.forms import ClassForm
from preau.web.ui.policy import staff_page


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def child_class(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Change the class or the school of a child; its bookings follow."""
    actor = request.actor
    check_child_visible(actor=actor, child_id=child_id, on=request.today)
    form = ClassForm(
        request.POST if request.method == "POST" else None,
        initial={"on": request.today},
        classes=classes_to_choose(actor=actor, on=request.today),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_child(
                actor=actor,
                child_id=child_id,
                school_class_id=form.cleaned_data["class_id"],
                on=form.cleaned_data["on"],
                now=request.now,
            )
        except NotFound:
            form.add_error("on", _("Ce jour est après la fin de l’année de cette classe."))
        else:
            _tell(request, moved)
            return redirect("staff:child_class", slug=slug, child_id=child_id)
    context = {
        "form": form,
        "child": child_card(child_for(actor=actor, child_id=child_id)),
        "schoolings": schoolings_of(actor=actor, child_id=child_id),
    }
    return render(request, "staff/enrolments/class.html", context, status=422 if form.errors else 200)


def _tell(request: Any, moved: Moved) -> None:
    """Say what moved, and each day that could not."""
    messages.success(
        request, _("L’enfant est en %(name)s, %(school)s.") % {"name": moved.class_name, "school": moved.school}
    )
    for line in moved.activities:
        values = {"activity": line.activity, "site": line.site, "n": line.moved}
        if line.site:
            messages.info(request, _("%(activity)s continue à %(site)s : %(n)s réservations suivent.") % values)
        else:
            messages.warning(request, _("%(activity)s n’existe pas dans cette école : inscription terminée.") % values)
        if line.lost:
            days = ", ".join(f"{day:%d/%m} {code}" for day, code in line.lost[:20])
            messages.error(request, _("%(activity)s, jours perdus : %(days)s.") % {**values, "days": days})


@staff_page("manager", "admin")
@require_http_methods(["GET", "HEAD", "POST"])
def rollover(request: Any, slug: str) -> HttpResponse:
    """« Passage d’année » : who goes where, then one click (A08-14)."""
    years = all_school_years(actor=request.actor)
    source, target = _years(request, years)
    if source is None or target is None:
        return render(request, "staff/enrolments/rollover.html", {"years": years, "rows": [], "is_short": True})
    ids = {"from_year_id": source.year_id, "to_year_id": target.year_id}
    if request.method == "POST":
        _act(request, ids)
        return redirect(f"{reverse('staff:classes', args=[slug])}?annee={source.year_id}")
    rows = rollover_plan(actor=request.actor, **ids)
    context = {
        "years": years,
        "source": source,
        "target": target,
        "rows": rows,
        "openable": _openable(request, rows),
        "counts": {
            "moved": sum(row.class_id is not None and not row.is_done for row in rows),
            "left": sum(row.next_level is None and not row.is_done for row in rows),
            "done": sum(row.is_done for row in rows),
            "unplaced": sum(row.next_level is not None and row.class_id is None for row in rows),
        },
    }
    return render(request, "staff/enrolments/rollover.html", context)


def _openable(request: Any, rows: list[Any]) -> frozenset[int]:
    """The pupils whose class this reader may change one by one: no link leads to a page that would not open."""
    actor = request.actor
    if not actor.has_role("agent", "manager"):
        return frozenset()
    return visible_children(actor=actor, child_ids=[row.child.child_id for row in rows], on=request.today)


def _years(request: Any, years: list[Any]) -> tuple[Any, Any]:
    """The year that ends and the one after: those chosen, or those around today."""
    wanted = read_number(request.POST.get("annee") or request.GET.get("annee"))
    current = next((year for year in years if year.year_id == wanted), None)
    current = current or next((year for year in years if year.ends_on > request.today), None)
    following = [year for year in years if current and year.starts_on > current.starts_on]
    return current, following[0] if following else None


def _act(request: Any, ids: dict[str, int]) -> None:
    if request.POST.get("act") == "copy":
        count = copy_classes(actor=request.actor, **ids, now=request.now)
        messages.success(request, _("Classes créées pour l’année suivante : %(n)s.") % {"n": count})
        return
    if request.POST.get("act") != "move" or "sure" not in request.POST:
        messages.warning(request, _("Rien n’a changé : cochez d’abord que vous avez relu où va chaque élève."))
        return
    done = roll_over_classes(actor=request.actor, **ids, now=request.now)
    messages.success(
        request,
        _("Élèves passés : %(moved)s. Partis : %(left)s. À placer un par un : %(unplaced)s.")
        % {"moved": done.moved, "left": done.left, "unplaced": done.unplaced},
    )
