"""Each part of the dossier: its form, what it starts from, what is kept of it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.queries.folders import Folder
from preau.domain.documents.queries.publications import regulations_to_accept
from preau.domain.families.queries.children import consents_of, health_of
from preau.domain.families.queries.files import ChildCard, family_file
from preau.domain.families.rules import compulsory_vaccines
from preau.domain.procedures.queries.cases import DraftView
from preau.domain.procedures.queries.dossiers import dossier_folders
from preau.domain.procedures.rules import said_at
from preau.web.family.dossier.forms import ConsentsForm, HouseholdForm, IdentityForm, RulesForm
from preau.web.family.procedures.places import my_family
from preau.web.fields.health import HealthForm
from preau.web.fields.person import ContactFields

PARTS = ["household", "identity", "health", "consents", "people", "documents", "rules"]
TYPED_PARTS = ["household", "identity", "health", "consents"]  # kept as they are typed
LABELS: dict[str, str | Promise] = {
    "household": _("Foyer"),
    "identity": _("Identité et école"),
    "health": _("Santé"),
    "consents": _("Autorisations"),
    "people": _("Personnes autorisées"),
    "documents": _("Documents"),
    "rules": _("Règlements"),
}
TEMPLATES = {
    "household": "family/dossier/household.html",
    "identity": "family/dossier/identity.html",
    "people": "family/dossier/people.html",
    "documents": "family/dossier/documents.html",
    "rules": "family/dossier/rules.html",
}
MAX_NEW_PEOPLE = 10
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Part:
    """One part, ready to be shown."""

    name: str
    form: Any
    known: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        return TEMPLATES.get(self.name, "family/dossier/part.html")

    def values(self, *, is_valid: bool, act: str) -> dict[str, Any] | None:
        """Return what to keep; None when nothing must be. Left by another way, a part is kept and confirms nothing."""
        if act == "save":
            return self.form.as_typed() if self.name in TYPED_PARTS else None
        if self.name == "people":
            return self._people(is_valid, act)
        if self.name in ("documents", "rules"):
            return {"confirmed": True} if is_valid else None
        if is_valid:
            return {**self.form.as_values(), "confirmed": True}
        return self.form.as_typed() if act == "later" else None

    def _people(self, is_valid: bool, act: str) -> dict[str, Any] | None:
        new = list(self.known.get("new", []))
        if act == "add":
            if not is_valid or len(new) >= MAX_NEW_PEOPLE:
                return None
            return {**self.known, "new": [*new, self.form.as_values()]}
        if act.startswith("remove:"):
            place = act.removeprefix("remove:")
            kept = [each for number, each in enumerate(new) if str(number) != place]
            return {**self.known, "new": kept}
        return {"new": new, "confirmed": True}


class NoForm(forms.Form):
    """A part without fields."""


def part_of(
    request: Any,
    name: str,
    *,
    child: ChildCard,
    draft: DraftView | None,
    year_starts_on: date,
    posted: QueryDict | None,
) -> Part:
    """Build a part with what the draft, or else the file, already says.

    :param posted: what is answered; None to show the part.
    """
    actor = request.actor
    known: dict[str, Any] = dict(draft.answers.get(name, {})) if draft else {}
    family_id = my_family(actor)
    match name:
        case "household":
            file = family_file(actor=actor, family_id=family_id)
            initial = {"phone": next(iter(file.me.numbers), "") if file.me else "", **known}
            return Part(name, HouseholdForm(posted, initial=initial), known, {"file": file})
        case "identity":
            return Part(name, IdentityForm(posted, initial=known), known)
        case "health":
            today = health_of(actor=actor, child_id=child.child_id)
            written = today.updated_at
            # What was written on the child's own page after this part was answered is what the parent says today.
            is_later = written is not None and (
                draft is None or said_at(draft.said_at, name, default=LONG_AGO) < written
            )
            sheet = dict(today.values) if is_later else known or dict(today.values)
            compulsory = compulsory_vaccines(born=child.birth_date)
            form = HealthForm(posted, initial={"pai": "no", "diet": "standard", **sheet}, compulsory=compulsory)
            return Part(name, form, known)
        case "consents":
            lines = consents_of(actor=actor, child_id=child.child_id)
            since = said_at(draft.said_at, name, default=LONG_AGO) if draft else LONG_AGO
            later = {line.code: line.answer for line in lines if line.answered_at and line.answered_at > since}
            initial = {line.code: line.answer for line in lines} | known | later
            return Part(name, ConsentsForm(posted, initial=initial, lines=lines), known)
        case "people":
            file = family_file(actor=actor, family_id=family_id)
            is_adding = posted is not None and posted.get("act") == "add"
            form = ContactFields(posted) if is_adding else (NoForm(posted) if posted is not None else ContactFields())
            return Part(name, form, known, {"file": file, "new": list(enumerate(known.get("new", [])))})
        case "documents":
            folders = _folders(request, child, draft, year_starts_on)
            return Part(name, NoForm(posted), known, {"folders": folders, "family_id": family_id})
        case _:
            rules = regulations_to_accept(actor=actor, family_id=family_id)
            return Part(name, RulesForm(posted, rules=rules), known, {"rules": rules})


def _folders(request: Any, child: ChildCard, draft: DraftView | None, year_starts_on: date) -> list[Folder]:
    return dossier_folders(
        actor=request.actor,
        family_id=my_family(request.actor),
        child_id=child.child_id,
        answers=draft.answers if draft else {},
        year_starts_on=year_starts_on,
        on=request.today,
    )
