"""A contract as an agent types it: period, usual weeks, holidays, settling in. What a household lives on."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.domain.contracts.enums import Cycle, TemplateKind
from preau.domain.contracts.operations.drafting import MAX_NOTE
from preau.domain.contracts.operations.ending import MAX_REASON
from preau.domain.contracts.operations.signing import MAX_WORDS
from preau.domain.contracts.rules.terms import Terms
from preau.domain.pricing.enums import IncomeBasis
from preau.domain.pricing.operations.incomes import MAX_SOURCE
from preau.domain.pricing.rules.psu import MOST_CENTS, MOST_CHILDREN, Income
from preau.kernel.bounds import Purpose
from preau.kernel.french_dates import WEEKDAYS
from preau.kernel.periods import Period
from preau.kernel.time_ranges import Ranges
from preau.web.fields import lines as reading
from preau.web.ui.typed import Day, Text
from preau.web.ui.uploads import Files

KINDS = (
    (TemplateKind.FIXED.value, gettext_lazy("La même semaine toute l’année")),
    (TemplateKind.ALTERNATING.value, gettext_lazy("Deux semaines en alternance")),
    (TemplateKind.VARIABLE.value, gettext_lazy("Tant d’heures par mois, jours annoncés avant chaque mois")),
    (TemplateKind.ANNUALISED.value, gettext_lazy("Tant d’heures pour tout le contrat, jours annoncés")),
)
CYCLES = (
    (Cycle.PARITY.value, gettext_lazy("Semaines paires, semaines impaires du calendrier")),
    (Cycle.TURNS.value, gettext_lazy("L’une puis l’autre, depuis la première semaine")),
)
DAYS = tuple(enumerate(WEEKDAYS))
HOURS_LENGTH, LINES_LENGTH = 80, 1500
WEEKS, EUROS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?"), re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?")
BASES = (
    (IncomeBasis.DECLARED.value, gettext_lazy("Ressources connues")),
    (IncomeBasis.NOT_GIVEN.value, gettext_lazy("Non communiquées par la famille")),
    (IncomeBasis.FOSTER.value, gettext_lazy("Enfant confié à l’aide sociale à l’enfance")),
    (IncomeBasis.UNKNOWN.value, gettext_lazy("Inconnues, accueil d’urgence")),
)


class ContractForm(forms.Form):
    """The terms of a contract. `terms` gives them once the form is valid."""

    use_required_attribute = False
    first = Day(label=gettext_lazy("Premier jour"), purpose=Purpose.CALENDAR)
    last = Day(label=gettext_lazy("Dernier jour"), purpose=Purpose.CALENDAR)
    kind = forms.ChoiceField(label=gettext_lazy("Rythme"), choices=KINDS)
    cycle = forms.ChoiceField(label=gettext_lazy("Alternance"), choices=CYCLES, required=False)
    hours = Text(
        label=gettext_lazy("Heures convenues"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("Par mois si les jours sont annoncés chaque mois, sinon pour tout le contrat."),
    )
    weeks = Text(
        label=gettext_lazy("Semaines d’accueil"),
        max_length=12,
        required=False,
        help_text=gettext_lazy("Vide : comptées d’après les jours, fermetures et congés retirés."),
    )
    holidays = Text(
        label=gettext_lazy("Congés déjà connus"),
        max_length=LINES_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Une période par ligne : 24/12/2026 - 03/01/2027."),
    )
    holiday_days = forms.IntegerField(
        label=gettext_lazy("Jours de congés à annoncer plus tard"), min_value=0, max_value=200, required=False
    )
    settling = Text(
        label=gettext_lazy("Jours d’adaptation"),
        max_length=LINES_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Un jour par ligne, avec ses heures : 01/12/2026 9:00-10:00. Payés à l’heure."),
    )
    note = Text(
        label=gettext_lazy("Mot à la famille, imprimé sur le contrat"),
        max_length=MAX_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, weekdays: Mapping[int, str], **kwargs: Any) -> None:
        """:param weekdays: days on which the structure is open, with its hours in words."""
        super().__init__(*args, **kwargs)
        self.weekdays = tuple(weekdays)
        for week in ("a", "b"):
            for day, words in weekdays.items():
                self.fields[f"{week}{day}"] = Text(
                    label=WEEKDAYS[day].capitalize(),
                    max_length=HOURS_LENGTH,
                    required=False,
                    help_text=words if week == "a" else "",
                    widget=forms.TextInput(attrs={"placeholder": "8:30-17:00"}),
                )

    @property
    def first_week(self) -> list[Any]:
        """Return the boxes of the usual week."""
        return [self[f"a{day}"] for day in self.weekdays]

    @property
    def second_week(self) -> list[Any]:
        """Return the boxes of the other week."""
        return [self[f"b{day}"] for day in self.weekdays]

    @property
    def has_second_week(self) -> bool:
        return any(each.value() for each in self.second_week)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("La fin est avant le début. Corrigez l’une des deux dates."))
        for week in ("a", "b"):
            for day in self.weekdays:
                self._read(f"{week}{day}", reading.read_hours, _("Écrivez ces heures comme 8:30-17:00."))
        self._read("holidays", reading.read_periods, _("Ligne non comprise : %s. Écrivez deux dates JJ/MM/AAAA."))
        self._read("settling", reading.read_settling, _("Ligne non comprise : %s. Écrivez un jour puis ses heures."))
        self._read("hours", reading.read_length, _("Écrivez un nombre d’heures, par exemple 120 ou 120h30."))
        data["weeks"] = self._weeks(data.get("weeks", ""))
        is_alternating = data.get("kind") == TemplateKind.ALTERNATING
        if is_alternating and not any(data.get(f"b{day}") for day in self.weekdays):
            self.add_error(None, _("Écrivez aussi les heures de la deuxième semaine."))
        if not any(data.get(f"a{day}") for day in self.weekdays) and not self.errors:
            self.add_error(None, _("Écrivez les heures d’au moins un jour."))
        return data

    def _read(self, name: str, read: Any, words: str) -> None:
        if name not in self.cleaned_data:
            return
        try:
            self.cleaned_data[name] = read(self.cleaned_data[name])
        except reading.Unreadable as line:
            self.add_error(name, words % str(line)[:60] if "%s" in words else words)

    def _weeks(self, text: str) -> Fraction | None:
        if not text:
            return None
        found = Decimal(text.replace(",", ".")) if WEEKS.fullmatch(text) else Decimal(0)
        if not 0 < found <= 210:
            self.add_error("weeks", _("Écrivez un nombre de semaines, par exemple 45."))
            return None
        return Fraction(found)

    def terms(self) -> Terms:
        """Return the terms, once the form is valid."""
        data = self.cleaned_data
        kind = TemplateKind(data["kind"])
        weeks = [self._week("a")]
        if kind is TemplateKind.ALTERNATING:
            weeks.append(self._week("b"))
        is_announced = kind in (TemplateKind.VARIABLE, TemplateKind.ANNUALISED)
        return Terms(
            period=Period(data["first"], data["last"] + timedelta(days=1)),
            kind=kind,
            weeks=tuple(weeks),
            cycle=Cycle(data["cycle"] or Cycle.PARITY),
            minutes=data["hours"] if is_announced else None,
            weeks_of_care=None if is_announced else data["weeks"],
            holidays=data["holidays"],
            holiday_days=data["holiday_days"] or 0,
            settling=data["settling"],
        )

    def _week(self, name: str) -> dict[int, Ranges]:
        return {day: ranges for day in self.weekdays if (ranges := self.cleaned_data[f"{name}{day}"])}


def initial_of(terms: Terms, note: str) -> dict[str, Any]:
    """Return what the boxes of a contract hold."""
    found: dict[str, Any] = {
        "first": terms.period.start,
        "last": terms.period.last,
        "kind": terms.kind.value,
        "cycle": terms.cycle.value,
        "hours": reading.write_length(terms.minutes),
        "weeks": f"{float(terms.weeks_of_care):g}".replace(".", ",") if terms.weeks_of_care is not None else "",
        "holidays": reading.write_periods(terms.holidays),
        "holiday_days": terms.holiday_days or None,
        "settling": reading.write_settling(dict(terms.settling)),
        "note": note,
    }
    for name, week in zip("ab", terms.weeks, strict=False):
        found |= {f"{name}{day}": reading.write_hours(ranges) for day, ranges in week.items()}
    return found


class IncomeForm(forms.Form):
    """What a household lives on, from a day on."""

    use_required_attribute = False
    basis = forms.ChoiceField(label=gettext_lazy("Situation"), choices=BASES)
    annual = Text(
        label=gettext_lazy("Ressources d’une année, en euros"),
        max_length=14,
        required=False,
        help_text=gettext_lazy(
            "Avant déduction des frais. Celles de l’avis d’imposition, ou du service Cdap de la Caf."
        ),
    )
    children = forms.IntegerField(label=gettext_lazy("Enfants à charge"), min_value=1, max_value=MOST_CHILDREN)
    aeeh = forms.IntegerField(
        label=gettext_lazy("Dont bénéficiaires de l’AEEH"), min_value=0, max_value=MOST_CHILDREN, required=False
    )
    starts_on = Day(label=gettext_lazy("À compter du"), purpose=Purpose.ACT)
    source = Text(
        label=gettext_lazy("Lu où"),
        max_length=MAX_SOURCE,
        help_text=gettext_lazy("Par exemple : avis d’imposition 2025, ou Cdap le 3 janvier."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["annual_cents"] = self._cents(data)
        if (data.get("aeeh") or 0) > (data.get("children") or MOST_CHILDREN):
            self.add_error("aeeh", _("Ce nombre est au plus celui des enfants à charge."))
        return data

    def _cents(self, data: dict[str, Any]) -> int | None:
        if data.get("basis") != IncomeBasis.DECLARED or "annual" in self.errors:
            return None
        bare = "".join(data.get("annual", "").split()).replace("€", "")
        cents = int(Decimal(bare.replace(",", ".")) * 100) if EUROS.fullmatch(bare) else -1
        if not 0 <= cents <= MOST_CENTS:
            self.add_error("annual", _("Écrivez un montant en euros, par exemple 33600."))
            return None
        return cents

    def income(self) -> Income:
        """Return what was said, once the form is valid."""
        data = self.cleaned_data
        return Income(IncomeBasis(data["basis"]), data["annual_cents"], data["children"], data["aeeh"] or 0)


class EndForm(forms.Form):
    """The end of a contract before its term."""

    use_required_attribute = False
    last = Day(label=gettext_lazy("Dernier jour d’accueil"), purpose=Purpose.ACT)
    reason = Text(
        label=gettext_lazy("Motif"), max_length=MAX_REASON, help_text=gettext_lazy("La famille lit ce motif.")
    )
    is_short = forms.BooleanField(label=gettext_lazy("Accepter une fin avant le terme du préavis"), required=False)

    @property
    def ends_on(self) -> date:
        """Return the first day without care, once the form is valid."""
        last: date = self.cleaned_data["last"]
        return last + timedelta(days=1)


class ReasonForm(forms.Form):
    """Why an agent takes something back, or sends it back: read by the family."""

    use_required_attribute = False
    words = Text(label=gettext_lazy("Motif"), max_length=MAX_WORDS, help_text=gettext_lazy("La famille lit ce motif."))


class PaperForm(forms.Form):
    """The signed paper that a parent brings to the counter."""

    use_required_attribute = False
    file = Files(
        label=gettext_lazy("Papier signé"),
        error_messages={"required": gettext_lazy("Choisissez un fichier.")},
        help_text=gettext_lazy("PDF, ou photos JPEG ou PNG, de 10 Mo au plus."),
    )
