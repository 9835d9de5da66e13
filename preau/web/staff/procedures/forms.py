"""What an agent decides, and what the inbox is asked to show."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.queries import QUEUES, InboxFilter
from preau.domain.procedures.rules import MAX_TEXT
from preau.web.staff.dates import read_number

ACCEPT, REFUSE, ASK = "accept", "refuse", "ask"


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        choices=[(ACCEPT, _("Accepter")), (ASK, _("Demander un complément")), (REFUSE, _("Refuser"))]
    )
    template = forms.CharField(required=False, max_length=80)
    reason = forms.CharField(
        label=_("Mot à la famille"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )

    def __init__(self, data: Any = None, *, templates: dict[str, str]) -> None:
        super().__init__(data)
        self.templates = templates

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        words = [self.templates.get(data.get("template", ""), ""), data.get("reason", "").strip()]
        data["words"] = "\n\n".join(each for each in words if each)
        if data.get("decision") in (REFUSE, ASK) and not data["words"]:
            self.add_error("reason", _("Dites à la famille pourquoi, ou ce qui manque."))
        return data


def read_filter(query: QueryDict) -> InboxFilter:
    """Return what the address asks for; what cannot be read is left out."""
    queue, kind = query.get("file", "todo"), query.get("type", "")
    return InboxFilter(
        queue=queue if queue in QUEUES else "todo",
        kind=kind if kind in set(ProcedureKind) else "",
        department_id=read_number(query.get("service")) or 0,
        text=query.get("q", "").replace("\x00", "")[:80],
    )


def query_of(wanted: InboxFilter) -> str:
    """Return the filter as the query of an address, so that each link keeps it."""
    query = QueryDict(mutable=True)
    for name, value in (
        ("file", "" if wanted.queue == "todo" else wanted.queue),
        ("type", wanted.kind),
        ("service", str(wanted.department_id or "")),
        ("q", wanted.text),
    ):
        if value:
            query[name] = value
    return query.urlencode()
