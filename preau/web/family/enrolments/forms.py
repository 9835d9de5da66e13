"""Forms of « Créer une inscription » and « Inscrire un enfant à l’école »."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.catalogue.rules import LEVELS
from preau.domain.enrolments.enums import Weeks
from preau.domain.enrolments.queries.offers import OfferRow
from preau.kernel.bounds import Purpose
from preau.web.family.enrolments.words import place_words
from preau.web.fields import basic
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import day, long_text
from preau.web.ui.typed import Text

WEEKS = [
    (Weeks.EVERY.value, _("toutes les semaines")),
    (Weeks.EVEN.value, _("semaines paires")),
    (Weeks.ODD.value, _("semaines impaires")),
]


class EnrolmentForm(AnswersForm):
    """Where, from when, and which days of an « abonnement »."""

    offer_id = forms.TypedChoiceField(label=_("Où"), coerce=int, widget=forms.RadioSelect)
    starts = day(_("À partir du"), purpose=Purpose.CALENDAR, required=False)
    days = forms.MultipleChoiceField(
        label=_("Jours réservés chaque semaine"), required=False, widget=forms.CheckboxSelectMultiple
    )
    weeks = forms.ChoiceField(label=_("Semaines"), choices=WEEKS, required=False)

    def __init__(self, *args: Any, row: OfferRow, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = {option.offer_id: option for option in row.choices}
        self.today, self.activity = today, row.activity
        self.fields["offer_id"].choices = [(each.offer_id, place_words(each, row.activity)) for each in row.choices]  # type: ignore[attr-defined]
        self.subscribes = any(option.is_subscription for option in row.choices)
        if self.subscribes:
            self.fields["days"].choices = _boxes(row)  # type: ignore[attr-defined]
        else:
            del self.fields["days"], self.fields["weeks"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        option = self.options.get(data.get("offer_id") or 0)
        if option is None:
            return data
        starts = data.get("starts")
        if starts and not max(option.starts_on, self.today) <= starts < option.ends_on:
            self.add_error("starts", _("Choisissez un jour de la période de l’activité, à partir d’aujourd’hui."))
        if option.is_subscription and not data.get("days"):
            self.add_error("days", _("Cochez au moins un jour."))
        return data

    def choice_values(self) -> dict[str, Any]:
        """Return the step « choice » of the draft, with the words that its récapitulatif shows."""
        data = self.cleaned_data
        option = self.options[data["offer_id"]]
        starts = data.get("starts")
        return {
            "offer_id": option.offer_id,
            "place": place_words(option, self.activity),
            "from": starts.isoformat() if starts else "",
            "waits": option.state == "full",
        }

    def pattern_values(self) -> dict[str, Any]:
        """Return the step « pattern » of the draft."""
        weeks = self.cleaned_data.get("weeks") or Weeks.EVERY.value
        names = dict(self.fields["days"].choices) if self.subscribes else {}  # type: ignore[attr-defined]
        lines = []
        for value in self.cleaned_data.get("days", ()):
            weekday, _sep, unit = value.partition("-")
            lines.append({"weekday": int(weekday), "unit": unit, "weeks": weeks, "name": str(names[value])})
        return {"lines": lines, "weeks": weeks}


def _boxes(row: OfferRow) -> list[tuple[str, str]]:
    """One box per weekday and moment: « Lundi, Repas »."""
    found: dict[str, str] = {}
    for digit in "0123456":
        for option in row.choices:
            for unit in option.units:
                if digit in unit.weekdays:
                    found.setdefault(f"{digit}-{unit.code}", f"{basic.WEEKDAYS[int(digit)]}, {unit.name}")
    return list(found.items())


class SchoolForm(AnswersForm):
    """Year, level, school, and why another school than that of the address."""

    year_id = forms.TypedChoiceField(label=_("Année scolaire"), coerce=int)
    level = forms.ChoiceField(label=_("Niveau"), choices=[("", _("Choisir")), *((each, each) for each in LEVELS)])
    site_id = forms.TypedChoiceField(label=_("École demandée"), coerce=int)
    derogation = long_text(
        _("Pourquoi une autre école que celle de votre adresse"),
        required=False,
        help_text=_("À remplir seulement pour demander une dérogation : fratrie, santé, travail…"),
    )
    previous = Text(label=_("École fréquentée jusqu’ici"), max_length=120, required=False)

    def __init__(
        self,
        *args: Any,
        years: list[tuple[int, str]],
        schools: list[tuple[int, str]],
        sector: tuple[int, str] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sector, self.schools, self.years = sector, dict(schools), dict(years)
        self.fields["year_id"].choices = years  # type: ignore[attr-defined]
        self.fields["site_id"].choices = [("", _("Choisir")), *schools]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wanted = data.get("site_id")
        if self.sector and wanted and wanted != self.sector[0] and not data.get("derogation"):
            self.add_error("derogation", _("Dites pourquoi vous demandez une autre école."))
        return data

    def as_values(self) -> dict[str, Any]:
        """Return the answers, with the words that the récapitulatif shows."""
        values = super().as_values()
        return {
            **values,
            "year": self.years[values["year_id"]],
            "school": self.schools[values["site_id"]],
            "sector": self.sector[1] if self.sector else "",
        }
