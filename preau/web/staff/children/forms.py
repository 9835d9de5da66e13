"""Forms of « Responsables et garde »: links, calendar of residence, shares, objections."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import Authority
from preau.domain.families.queries.custody import Calendar, CustodyFile, HolderLine, HomeLine
from preau.domain.families.rules import SharesNotHundred, check_shares
from preau.kernel.bounds import Purpose
from preau.kernel.periods import Period
from preau.kernel.residence import (
    MAX_DATES,
    Dates,
    HalfHolidays,
    Pattern,
    Side,
    TwoTwoThree,
    Usual,
    WeekParity,
    WeekTurns,
    other_side,
)
from preau.web.fields.basic import WEEKDAYS
from preau.web.ui.typed import Day, Text

ONE_DAY = timedelta(days=1)
AUTHORITIES = [
    (Authority.EXERCISED.value, _("Autorité exercée")),
    (Authority.HELD.value, _("Titulaire sans l’exercice : sur demande")),
    (Authority.WITHDRAWN.value, _("Autorité retirée : ne voit rien")),
    (Authority.NONE.value, _("Aucune autorité")),
]
LINKS = ("mère", "père", "tuteur ou tutrice", "beau-parent", "grand-parent", "autre")
KINDS = [
    ("week_parity", _("Semaines paires et impaires du calendrier")),
    ("week_turns", _("Une semaine sur deux, à partir d’une date")),
    ("two_two_three", _("Deux jours, deux jours, trois jours (2-2-3)")),
    ("dates", _("Des dates précises")),
    ("usual", _("Toujours chez le premier, vacances à part")),
]
LINE = re.compile(r"(\d{1,2}/\d{1,2}/\d{4})(?:\s*(?:-|–|au|à)\s*(\d{1,2}/\d{1,2}/\d{4}))?")


class AuthorityForm(forms.Form):
    """What one adult is to the child."""

    authority = forms.ChoiceField(label=_("Autorité parentale"), choices=AUTHORITIES)
    link = forms.ChoiceField(label=_("Lien"), required=False)

    def __init__(self, data: Any = None, *, holder: HolderLine) -> None:
        initial = {"authority": holder.authority or Authority.NONE.value, "link": holder.link}
        super().__init__(data, initial=initial, auto_id=f"id_{holder.adult_id}_%s")
        known = [*LINKS, *([holder.link] if holder.link not in ("", *LINKS) else [])]
        self.fields["link"].choices = [("", _("Non précisé")), *[(each, each) for each in known]]  # type: ignore[attr-defined]
        self.holder = holder


class HouseholdForm(forms.Form):
    """One more household for the child, found by its number or a name."""

    family_id = forms.IntegerField(min_value=1, max_value=2**53)
    authority = forms.ChoiceField(label=_("Les représentants de ce foyer"), choices=AUTHORITIES)


class CalendarForm(forms.Form):
    """Where the child sleeps. The first parent is side "a" of `kernel.residence`."""

    first = forms.TypedChoiceField(label=_("Premier parent"), coerce=int)
    second = forms.TypedChoiceField(label=_("Second parent"), coerce=int)
    kind = forms.ChoiceField(label=_("L’enfant vit en alternance"), choices=KINDS)
    changes_on = forms.ChoiceField(
        label=_("Jour du changement"),
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
        required=False,
        help_text=_("Semaines paires et impaires : les semaines paires sont celles du premier parent."),
    )
    anchor = Day(
        label=_("Premier jour chez le premier parent"),
        purpose=Purpose.CALENDAR,
        required=False,
        help_text=_("Une semaine sur deux, ou 2-2-3."),
    )
    dates = Text(
        label=_("Jours chez le second parent"),
        required=False,
        max_length=20_000,
        help_text=_("Dates précises : une période par ligne, par exemple 05/12/2026 - 06/12/2026."),
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
    halves = forms.ChoiceField(
        label=_("Vacances scolaires"),
        required=False,
        choices=[
            ("", _("comme le reste de l’année")),
            ("a", _("par moitié, la première chez le premier parent les années paires")),
            ("b", _("par moitié, la première chez le second parent les années paires")),
        ],
    )
    books = forms.ChoiceField(
        label=_("Qui réserve"),
        choices=[("own", _("chacun réserve ses jours")), ("any", _("chacun réserve tous les jours"))],
    )

    def __init__(self, data: Any = None, *, file: CustodyFile) -> None:
        super().__init__(data, initial=_initial(file.calendar, file))
        names = [(home, line) for home in file.homes for line in home.holders if line.authority == Authority.EXERCISED]
        choices = [(line.adult_id, f"{line.name} ({home.name}, n° {home.number})") for home, line in names]
        self.homes = {line.adult_id: home.family_id for home, line in names}
        for name in ("first", "second"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("kind")
        first, second = data.get("first"), data.get("second")
        if first and second and self.homes[first] == self.homes[second]:
            self.add_error("second", _("Choisissez un adulte de l’autre foyer."))
        if kind in ("week_turns", "two_two_three") and not data.get("anchor") and "anchor" not in self.errors:
            self.add_error("anchor", _("Donnez le premier jour : le tour se compte à partir de lui."))
        if kind == "usual" and not data.get("halves"):
            self.add_error("halves", _("Dites comment les vacances se partagent, ou choisissez une alternance."))
        if kind == "dates":
            data["periods"] = self._periods(data.get("dates", ""))
        return data

    def pattern(self) -> Pattern:
        """Return the calendar that a valid form describes."""
        data = self.cleaned_data
        rest: Pattern
        match data["kind"]:
            case "week_parity":
                rest = WeekParity("a", int(data["changes_on"] or 0))
            case "week_turns":
                rest = WeekTurns("a", data["anchor"])
            case "two_two_three":
                rest = TwoTwoThree("a", data["anchor"])
            case "dates":
                rest = Dates(tuple((period, "b") for period in data["periods"]), "a")
            case _:
                rest = Usual("a")
        side: Side | None = data["halves"] or None
        return HalfHolidays(side, rest) if side else rest

    def _periods(self, text: str) -> list[Period]:
        found = []
        for line in filter(None, (each.strip() for each in text.splitlines())):
            period = _period(line)
            if period is None:
                self.add_error("dates", _("Ligne illisible : %(line)s.") % {"line": line[:60]})
                return []
            found.append(period)
        if not found:
            self.add_error("dates", _("Donnez au moins un jour."))
        elif len(found) > MAX_DATES:
            self.add_error("dates", _("C’est trop : %(n)s lignes au plus.") % {"n": MAX_DATES})
        return found


class SharesForm(forms.Form):
    """Who pays: each household what it books, or shares of everything."""

    how = forms.ChoiceField(
        label=_("Qui paie"),
        choices=[("own", _("chaque foyer paie ce qu’il réserve")), ("shares", _("tout est partagé entre les foyers"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, homes: Sequence[HomeLine], each_pays_own: bool) -> None:
        super().__init__(data, initial={"how": "own" if each_pays_own else "shares"})
        self.family_ids = [home.family_id for home in homes]
        for home in homes:
            self.fields[f"share_{home.family_id}"] = forms.IntegerField(
                label=_("Part de %(name)s, en %%") % {"name": f"{home.name} (n° {home.number})"},
                required=False,
                min_value=0,
                max_value=100,
                initial=None if each_pays_own else home.share,
            )

    def shares(self) -> dict[int, int] | None:
        """Return family id → percent, or None when each pays what it books."""
        if self.cleaned_data["how"] == "own":
            return None
        return {family_id: self.cleaned_data[f"share_{family_id}"] or 0 for family_id in self.family_ids}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.cleaned_data = data
        if self.errors or data.get("how") != "shares":
            return data
        try:
            check_shares(list((self.shares() or {}).values()))
        except SharesNotHundred:
            total = sum((self.shares() or {}).values())
            self.add_error(
                f"share_{self.family_ids[0]}", _("Le total fait %(n)s %%, au lieu de 100 %%.") % {"n": total}
            )
        return data


class ObjectionForm(forms.Form):
    """The letter of a holder of authority, recorded by an agent."""

    adult_id = forms.TypedChoiceField(label=_("Qui s’oppose"), coerce=int)
    text = Text(
        label=_("Ce que dit la lettre"),
        max_length=2000,
        help_text=_("L’autre parent ne le lit jamais."),
        widget=forms.Textarea(attrs={"rows": "3"}),
    )

    def __init__(self, data: Any = None, *, holders: Sequence[HolderLine]) -> None:
        super().__init__(data, auto_id="id_objection_%s")
        choices = [("", _("Choisir")), *[(line.adult_id, line.name) for line in holders]]
        self.fields["adult_id"].choices = choices  # type: ignore[attr-defined]


class LiftForm(forms.Form):
    """Why an objection ends."""

    reason = Text(
        label=_("Pourquoi l’opposition est levée"),
        max_length=2000,
        help_text=_("Par exemple : accord écrit des deux parents le 12/11/2026, décision du juge."),
    )

    def __init__(self, data: Any = None, *, objection_id: int) -> None:
        super().__init__(data, auto_id=f"id_{objection_id}_%s")


def _period(line: str) -> Period | None:
    found = LINE.fullmatch(line)
    if found is None:
        return None
    try:
        first = _day(found[1])
        return Period(first, (_day(found[2]) if found[2] else first) + ONE_DAY)
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> date:
    day, month, year = (int(part) for part in text.split("/"))
    return date(year, month, day)


def _initial(calendar: Calendar | None, file: CustodyFile) -> dict[str, Any]:
    """The calendar kept, its first parent being the one whom it names first; else the first adult of each home."""
    if calendar is None:
        homes = {home.family_id: line.adult_id for home in file.homes for line in home.holders[::-1]}
        return dict(zip(("first", "second"), homes.values(), strict=False)) | {"books": "own"}
    halves, leading = "", calendar.leading
    if isinstance(calendar.pattern, HalfHolidays):
        halves = "a" if calendar.pattern.first_in_even_years == leading else "b"
    return {
        "first": calendar.adult_of(leading),
        "second": calendar.adult_of(other_side(leading)),
        "halves": halves,
        "books": "any" if calendar.books_any_day else "own",
        **_fields(calendar.rest, leading),
    }


def _fields(pattern: Pattern, leading: Side) -> dict[str, Any]:
    match pattern:
        case WeekParity():
            return {"kind": "week_parity", "changes_on": str(pattern.changes_on)}
        case WeekTurns():
            return {"kind": "week_turns", "anchor": pattern.anchor}
        case TwoTwoThree():
            return {"kind": "two_two_three", "anchor": pattern.anchor}
        case Dates():
            lines = [f"{p.start:%d/%m/%Y} - {p.last:%d/%m/%Y}" for p, side in pattern.periods if side != leading]
            return {"kind": "dates", "dates": "\n".join(lines)}
    return {"kind": "usual"}
