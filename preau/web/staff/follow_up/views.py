"""« Suivi »: what families have still to do, each list with its filters, its spreadsheet and its reminders."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from preau.domain.procedures.enums import FollowKind
from preau.domain.procedures.operations.mailings import NobodyChosen, start_mailing
from preau.domain.procedures.queries.follow_up import FollowRow, find_mailing, follow_up
from preau.web.staff.dates import read_number
from preau.web.staff.follow_up.words import KINDS, state_words
from preau.web.staff.lists.spreadsheet import book
from preau.web.ui.downloads import spreadsheet
from preau.web.ui.policy import staff_page

PER_PAGE = 100
MAX_CHOSEN = 5000
WITH_TITLES = (FollowKind.PIECES, FollowKind.CONSENTS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; "" means all."""

    kind: FollowKind
    what: str = ""
    class_name: str = ""
    state: str = ""

    def keeps(self, row: FollowRow) -> bool:
        return (
            (not self.what or row.what == self.what)
            and (not self.class_name or row.class_name == self.class_name)
            and (not self.state or row.state == self.state)
        )

    def query(self) -> str:
        found = QueryDict(mutable=True)
        found["liste"] = self.kind.value
        for name, value in (("quoi", self.what), ("classe", self.class_name), ("etat", self.state)):
            if value:
                found[name] = value
        return found.urlencode()

    @property
    def is_narrow(self) -> bool:
        return bool(self.what or self.class_name or self.state)


@staff_page("agent", "manager")
@require_safe
def lists(request: Any, slug: str) -> HttpResponse:
    """One list, its filters and how many families it holds."""
    wanted = _wanted(request.GET)
    every = follow_up(actor=request.actor, kind=wanted.kind, on=request.today)
    rows = [row for row in every if wanted.keeps(row)]
    if request.GET.get("format") == "xlsx":
        return spreadsheet(_book(wanted.kind, rows), name=f"suivi-{wanted.kind.value}")
    pages = Paginator(rows, PER_PAGE)
    page = pages.get_page(read_number(request.GET.get("page")) or 1)
    context = {
        "wanted": wanted,
        "query": wanted.query(),
        "kinds": KINDS.items(),
        "title": KINDS[wanted.kind],
        "is_spaces": wanted.kind == FollowKind.SPACES,
        "rows": page.object_list,
        "page": page,
        "total": len(rows),
        "targets": len({row.target_id for row in rows}),
        "reached": len({row.target_id for row in rows if row.is_reached}),
        "whats": sorted({row.what for row in every if row.what}) if wanted.kind in WITH_TITLES else [],
        "classes": sorted({row.class_name for row in every if row.class_name}),
        "states": [(code, state_words(code)) for code in dict.fromkeys(row.state for row in every)],
        "key": f"m{request.actor.account_id}-{uuid.uuid4().hex}"[:40],
    }
    return render(request, "staff/follow_up/list.html", context)


@staff_page("agent", "manager")
@require_POST
def remind(request: Any, slug: str) -> HttpResponse:
    """Say whom it will reach, then send: the page of its progress follows."""
    wanted = _wanted(request.POST)
    rows = [row for row in follow_up(actor=request.actor, kind=wanted.kind, on=request.today) if wanted.keeps(row)]
    chosen = _chosen(request.POST, rows)
    if request.POST.get("act") == "send":
        try:
            mailing_id = start_mailing(
                actor=request.actor,
                kind=wanted.kind,
                targets=sorted(chosen),
                key=request.POST.get("key", "")[:40].replace("\x00", ""),
                now=request.now,
            )
        except NobodyChosen:
            messages.warning(
                request, _("Personne n’est à prévenir : cochez au moins une ligne qu’un courriel peut atteindre.")
            )
            return redirect(f"{_list_path(slug)}?{wanted.query()}")
        return redirect("staff:mailing", slug=slug, mailing_id=mailing_id)
    mine = [row for row in rows if row.target_id in chosen]
    reached = {row.target_id for row in mine if row.is_reached}
    if not reached:
        messages.warning(
            request, _("Personne n’est à prévenir : cochez au moins une ligne qu’un courriel peut atteindre.")
        )
        return redirect(f"{_list_path(slug)}?{wanted.query()}")
    context = {
        "wanted": wanted,
        "query": wanted.query(),
        "title": KINDS[wanted.kind],
        "is_spaces": wanted.kind == FollowKind.SPACES,
        "reached": len(reached),
        "unreached": _names(row for row in mine if not row.is_reached),
        "chosen": sorted(chosen),
        "is_all": request.POST.get("choix") == "tous",
        "sample": [row for row in mine if row.target_id == mine[0].target_id],
        "key": request.POST.get("key", ""),
    }
    return render(request, "staff/follow_up/confirm.html", context)


@staff_page("agent", "manager")
@require_safe
def mailing(request: Any, slug: str, mailing_id: int) -> HttpResponse:
    """How far a mailing is."""
    view = find_mailing(actor=request.actor, mailing_id=mailing_id)
    context = {"view": view, "title": KINDS[FollowKind(view.kind)], "query": f"liste={view.kind}"}
    return render(request, "staff/follow_up/mailing.html", context)


def _list_path(slug: str) -> str:
    return reverse("staff:follow_up", args=[slug])


def _wanted(query: QueryDict) -> Wanted:
    kind = query.get("liste", "")
    return Wanted(
        kind=FollowKind(kind) if kind in set(FollowKind) else FollowKind.DOSSIERS,
        what=query.get("quoi", "")[:200],
        class_name=query.get("classe", "")[:60],
        state=query.get("etat", "")[:20],
    )


def _chosen(sent: QueryDict, rows: Sequence[FollowRow]) -> set[int]:
    """The targets ticked, or all those of the list."""
    if sent.get("choix") == "tous":
        return {row.target_id for row in rows}
    ticked = {read_number(each) for each in sent.getlist("n")[:MAX_CHOSEN]}
    return {row.target_id for row in rows if row.target_id in ticked}


def _names(rows: Iterable[FollowRow]) -> list[tuple[int, str]]:
    return list(dict.fromkeys((row.family_id, row.family) for row in rows))


def _book(kind: FollowKind, rows: Sequence[FollowRow]) -> bytes:
    head = [_("Famille"), _("Dossier"), _("Personne"), _("Classe"), _("Quoi"), _("État"), _("Joignable par courriel")]
    lines = [
        [
            row.family,
            str(row.number),
            row.person,
            row.class_name,
            row.what,
            state_words(row.state),
            _("oui") if row.is_reached else _("non"),
        ]
        for row in rows
    ]
    return book({str(KINDS[kind]): [head, *lines]})
