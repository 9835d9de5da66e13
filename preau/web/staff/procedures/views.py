"""« Démarches à traiter » : the queue, one case, what the machine has seen."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.domain.accounts.queries import colleagues
from preau.domain.documents.queries import documents_by_id
from preau.domain.organisations.queries import list_departments
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.queries import (
    InboxFilter,
    find_case,
    inbox,
    neighbours,
    queue_counts,
    reason_templates,
)
from preau.web.staff.dates import read_number
from preau.web.staff.procedures.forms import DecisionForm, query_of, read_filter
from preau.web.ui.policy import staff_page

PER_PAGE = 20
KINDS = [kind for kind in ProcedureKind if kind not in (ProcedureKind.BOOKING, ProcedureKind.ACCOUNT)]


@staff_page("agent", "manager")
@require_safe
def queue(request: Any, slug: str) -> HttpResponse:
    """The queue, and the most urgent case beside it."""
    return page(request, number=None)


@staff_page("agent", "manager")
@require_safe
def case(request: Any, slug: str, number: int) -> HttpResponse:
    """One case beside the queue it comes from."""
    return page(request, number=number)


def page(request: Any, *, number: int | None, form: DecisionForm | None = None) -> HttpResponse:
    """Render the queue asked for with one case: the given one, or the first."""
    actor, wanted = request.actor, read_filter(request.GET)
    place = read_number(request.GET.get("page")) or 1
    offset = (max(1, min(place, 10_000)) - 1) * PER_PAGE
    counts = queue_counts(actor=actor)
    known = counts.get(wanted.queue) if wanted.is_whole_queue else None
    rows, total = inbox(actor=actor, wanted=wanted, limit=PER_PAGE, offset=offset, total=known)
    shown = number if number is not None else (rows[0].number if rows else None)
    templates = dict(reason_templates(actor=actor))
    context = {
        "rows": rows,
        "total": total,
        "page": Paginator(range(total), PER_PAGE).get_page(place),
        "wanted": wanted,
        "query": query_of(wanted),
        "counts": counts,
        "departments": list_departments(organisation_id=actor.organisation_id),
        "kinds": KINDS,
        "is_item": number is not None,
        "held_number": read_number(request.GET.get("tenu")),
        "templates": templates,
        "form": form or DecisionForm(templates=templates),
    }
    if shown is not None:
        numbers = [row.number for row in rows]
        is_cut = (offset > 0, offset + len(rows) < total)
        context |= _case(request, shown, wanted, numbers, is_cut)
    return render(request, "staff/procedures/inbox.html", context, status=422 if form and form.errors else 200)


def _case(
    request: Any, number: int, wanted: InboxFilter, numbers: list[int], is_cut: tuple[bool, bool]
) -> dict[str, Any]:
    """One case; its neighbours are read on the page, and asked for only where the page is cut."""
    found = find_case(actor=request.actor, number=number)
    place = numbers.index(number) if number in numbers else None
    is_first, is_last = place == 0, place == len(numbers) - 1
    if place is None or (is_first and is_cut[0]) or (is_last and is_cut[1]):
        before, after = neighbours(actor=request.actor, wanted=wanted, number=number)
    else:
        before = None if is_first else numbers[place - 1]
        after = None if is_last else numbers[place + 1]
    people = colleagues(actor=request.actor)
    pieces = documents_by_id(actor=request.actor, ids=found.document_ids, on=request.today)
    return {
        "pieces": pieces,
        "case": found,
        "before": before,
        "after": after,
        "colleagues": people,
        "assignee": next((name for pk, name in people if pk == found.assignee_id), ""),
    }
