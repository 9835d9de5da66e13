"""Forms of the counter for who is not in any file yet, and for what a family wrote on paper."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import AdultPosition
from preau.domain.families.operations.counter import NewPerson
from preau.domain.families.queries.children import ConsentLine
from preau.domain.families.rules import ADULT_TEXTS, CHILD_TEXTS
from preau.kernel.bounds import Purpose
from preau.web.fields.address import AddressFields
from preau.web.fields.basic import choice, yes
from preau.web.fields.health import ConsentsForm, SheetForm
from preau.web.fields.person import AdultFields, ChildFields
from preau.web.ui.typed import Day

CHILDREN = 4  # lines on the page; more are added one by one from the file


class NewAdultForm(AdultFields):
    """An adult added to a household."""

    position = choice(
        _("Sa place dans le foyer"),
        [(AdultPosition.CO_HOLDER.value, _("Co-représentant")), (AdultPosition.MEMBER.value, _("Membre du foyer"))],
    )
    field_order = ["position"]


class Newcomers:
    """The page of a new family: a holder, perhaps another adult, children, an address; all forms together."""

    def __init__(self, data: QueryDict | None = None) -> None:
        self.holder = AdultFields(data, prefix="a")
        self.second = AdultFields(data, prefix="b", empty_permitted=True, use_required_attribute=False)
        self.address = AddressFields(data, prefix="d", initial={"country": "France"})
        self.children = [
            ChildFields(data, prefix=f"e{place}", empty_permitted=True, use_required_attribute=False)
            for place in range(1, CHILDREN + 1)
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.holder, self.second, self.address, *self.children]

    def is_valid(self) -> bool:
        """Validate every form, so that each says what it lacks."""
        return all([form.is_valid() for form in self.forms])

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms if form.is_bound)

    def adults(self) -> list[NewPerson]:
        return [adult_of(form.cleaned_data) for form in (self.holder, self.second) if form.has_changed()]

    def new_children(self) -> list[NewPerson]:
        return [child_of(form.cleaned_data) for form in self.children if form.has_changed()]


class PaperForm(forms.Form):
    """Who signed a paper, when, and whether the dossier of the year is complete with it."""

    signed_by = choice(_("Signé par"), [])
    signed_on = Day(label=_("Signé le"), purpose=Purpose.PAST)
    with_health = yes(_("Le papier dit la santé de l’enfant"))
    with_consents = yes(_("Le papier dit les autorisations"))

    def __init__(self, *args: Any, adults: Iterable[str], year: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_by"].choices = [("", _("Choisir")), *((each, each) for each in adults)]  # type: ignore[attr-defined]
        if year:
            label = _("Le dossier %s est complet : le valider") % year
            self.fields["is_whole"] = yes(label, help_text=_("Les inscriptions qu’il ouvre deviennent possibles."))


class PaperPage:
    """The page of a paper: who signed it, the sheet of health, the authorisations."""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        adults: Iterable[str],
        year: str,
        compulsory: Iterable[str],
        consents: Sequence[ConsentLine],
    ) -> None:
        self.paper = PaperForm(data, adults=adults, year=year)
        self.health = SheetForm(data, prefix="s", compulsory=compulsory)
        meals = self.health.fields["diet"]
        meals.choices = [("", _("Choisir")), *meals.choices]  # type: ignore[attr-defined]  # the paper says it, or nothing
        self.consents = ConsentsForm(data, prefix="c", types=consents)
        if not consents:
            del self.paper.fields["with_consents"]

    def is_valid(self) -> bool:
        """Validate what the paper says, and nothing else."""
        found = [self.paper.is_valid()]
        if self.paper.cleaned_data.get("with_health"):
            found.append(self.health.is_valid())
        if self.paper.cleaned_data.get("with_consents"):
            found.append(self.consents.is_valid())
        return all(found)

    @property
    def with_health(self) -> bool:
        return bool(self.paper.cleaned_data["with_health"])

    @property
    def with_consents(self) -> bool:
        return bool(self.paper.cleaned_data.get("with_consents"))

    def said_at(self, zone: ZoneInfo) -> datetime:
        """Return the end of the day on which the paper was signed."""
        on: date = self.paper.cleaned_data["signed_on"]
        return datetime.combine(on, time(23, 59), tzinfo=zone)


def adult_of(data: dict[str, Any]) -> NewPerson:
    """Return an adult as a form gives it."""
    return NewPerson({name: data[name] for name in ADULT_TEXTS if name in data}, data.get("birth_date"))


def child_of(data: dict[str, Any]) -> NewPerson:
    """Return a child as a form gives it."""
    texts = {name: data[name] for name in CHILD_TEXTS if name in data}
    return NewPerson(texts, data.get("birth_date"), data.get("expected_on"))
