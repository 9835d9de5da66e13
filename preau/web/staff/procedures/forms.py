"""What an agent decides, and what the inbox is asked to show."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.queries.inbox import NOBODY, QUEUES, InboxFilter
from preau.domain.procedures.queries.known_people import Twin
from preau.domain.procedures.rules import MAX_TEXT, Part
from preau.web.staff.dates import read_number
from preau.web.ui.typed import Text

ACCEPT, REFUSE, ASK = "accept", "refuse", "ask"
NO_ONE = "personne"
NEW = "autre"  # not the child who is known


class TwinChoice:
    """Whether a declared child is one that is known: the id of its record, `NEW`, or nothing said yet."""

    def __init__(self, twin: Twin, said: str) -> None:
        self.twin = twin
        ids = {str(child_id): child_id for child_id, _number in twin.records}
        self.child_id = ids.get(said)
        self.is_new = said == NEW
        self.is_said = self.is_new or self.child_id is not None


class DecisionForm(forms.Form):
    """Accept, all or part; refuse; ask for a word or for pieces."""

    decision = forms.ChoiceField(
        choices=[(ACCEPT, _("Accepter")), (ASK, _("Demander un complément")), (REFUSE, _("Refuser"))]
    )
    template = Text(required=False, max_length=80)
    reason = Text(
        label=_("Mot à la famille"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        templates: Mapping[str, str],
        parts: Iterable[Part] = (),
        types: Mapping[int, str] | None = None,
        asked: Iterable[int] = (),
        unread: Iterable[str] = (),
        validates: Iterable[str] = (),
        twins: Iterable[Twin] = (),
    ) -> None:
        """Pieces are named by their titles.

        :param types: pieces that may be asked for; `asked`: those ticked before the agent says anything.
        :param twins: declared children of whom a record is known: accepting says whether each is the same.
        :param unread: pieces that no agent has opened and that accepting would validate; `validates`: those opened.
        """
        super().__init__(data)
        self.unread, self.validates = tuple(unread), tuple(validates)
        self.takes_unread = data is not None and data.get("takes_unread") == "1"
        self.templates, self.parts, self.types = templates, tuple(parts), types or {}
        shown = data is not None and data.get("parts_shown")
        self.kept = set(data.getlist("part")) if shown else {part.key for part in self.parts}
        self.twins = [TwinChoice(each, (data or {}).get(f"join_{each.step}", "")) for each in twins]
        self.asked = {read_number(each) for each in data.getlist("piece")} if data is not None else set(asked)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        decision = data.get("decision")
        words = [self.templates.get(data.get("template", ""), ""), data.get("reason", "").strip()]
        data["words"] = "\n\n".join(each for each in words if each)
        data["without"] = [part.key for part in self.parts if part.key not in self.kept]
        data["types"] = {key: title for key, title in self.types.items() if key in self.asked}
        accepted = [each for each in self.twins if decision == ACCEPT and each.twin.step not in data["without"]]
        data["joins"] = {each.twin.step: each.child_id for each in accepted if each.child_id}
        if decision == ACCEPT and self.parts and len(data["without"]) == len(self.parts):
            self.add_error("decision", _("Gardez au moins une ligne, ou refusez la demande."))
        elif not all(each.is_said for each in accepted):
            self.add_error("decision", _("Dites si l’enfant déclaré est celui qui est déjà connu."))
        elif decision == ACCEPT and self.unread and not self.takes_unread:
            self.add_error(
                "decision", _("Ouvrez d’abord toutes les pièces, ou cochez que vous les validez sans les ouvrir.")
            )
        elif decision == ACCEPT and data["without"] and not data["words"]:
            self.add_error("reason", _("Dites à la famille pourquoi une partie est refusée."))
        elif decision == REFUSE and not data["words"]:
            self.add_error("reason", _("Dites à la famille pourquoi."))
        elif len(data["words"]) > MAX_TEXT:
            self.add_error("reason", _("C’est trop long : 4 000 caractères au plus, phrase toute prête comprise."))
        elif decision == ASK and not data["words"] and not data["types"]:
            self.add_error("reason", _("Dites à la famille ce qui manque, ou cochez une pièce."))
        return data


def read_filter(query: QueryDict) -> InboxFilter:
    """Return what the address asks for; what cannot be read is left out."""
    queue, kind, state = query.get("file", "todo"), query.get("type", ""), query.get("etat", "")
    queue = queue if queue in QUEUES else "todo"
    who = query.get("suivi", "")
    return InboxFilter(
        queue=queue,
        kind=kind if kind in set(ProcedureKind) else "",
        state=state if state in QUEUES[queue] else "",
        department_id=read_number(query.get("service")) or 0,
        assignee_id=NOBODY if who == NO_ONE else read_number(who) or 0,
        is_late=query.get("retard") == "1",
        family_id=read_number(query.get("famille")) or 0,
        text=query.get("q", "").replace("\x00", "")[:80],
    )


def query_of(wanted: InboxFilter) -> str:
    """Return the filter as the query of an address, so that each link keeps it."""
    query = QueryDict(mutable=True)
    for name, value in (
        ("file", "" if wanted.queue == "todo" else wanted.queue),
        ("type", wanted.kind),
        ("etat", wanted.state),
        ("service", str(wanted.department_id or "")),
        ("suivi", NO_ONE if wanted.assignee_id == NOBODY else str(wanted.assignee_id or "")),
        ("retard", "1" if wanted.is_late else ""),
        ("famille", str(wanted.family_id or "")),
        ("q", wanted.text),
    ):
        if value:
            query[name] = value
    return query.urlencode()
