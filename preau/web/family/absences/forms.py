"""What a family says of an absence: who, when, where, why."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.domain.absences.queries.enrolments import AttendedEnrolment, ReasonView
from preau.domain.absences.rules import MAX_COMMENT, MOST_DAYS
from preau.kernel.bounds import Purpose
from preau.kernel.clock_times import clock_words, read_clock
from preau.kernel.periods import week_of
from preau.web.ui.typed import Day, Text

# Buttons that fill the form, and send nothing.
DAYS = ("today", "tomorrow", "week")
ALL, NONE = "all", "none"
FILLS = frozenset({*DAYS, ALL, NONE})
MAX_CLOCK = 12  # characters of a time that somebody typed


class AbsenceForm(forms.Form):
    """One or several children, the days, a part of the day, the motive (A11-06 to A11-09, A11-22, A11-23).

    Child by child, the enrolments are ticked; for several, each child ticked is absent from all that it attends.
    """

    children = forms.MultipleChoiceField(
        label=gettext_lazy("Enfant(s) concerné(s) par l’absence"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choisissez parmi les enfants de la liste.")},
    )
    first = Day(label=gettext_lazy("Du"), purpose=Purpose.ACT)
    last = Day(label=gettext_lazy("Au"), purpose=Purpose.ACT, required=False)
    start = Text(label=gettext_lazy("Heure de début"), max_length=MAX_CLOCK, required=False)
    end = Text(label=gettext_lazy("Heure de fin"), max_length=MAX_CLOCK, required=False)
    enrolments = forms.MultipleChoiceField(
        label=gettext_lazy("Inscriptions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choisissez parmi les inscriptions de la liste.")},
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Motif"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choisissez un motif."),
            "invalid_choice": gettext_lazy("Choisissez un motif de la liste."),
        },
    )
    comment = Text(
        label=gettext_lazy("Commentaire"),
        max_length=MAX_COMMENT,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )

    def __init__(
        self,
        *args: Any,
        rows: Sequence[AttendedEnrolment],
        reasons: Sequence[ReasonView],
        is_together: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.is_together = rows, is_together
        names = {row.child_id: row.child for row in rows}
        self.hues = {str(row.child_id): row.hue for row in rows}
        self.fields["children"].choices = [(str(pk), name) for pk, name in names.items()]  # type: ignore[attr-defined]
        self.fields["enrolments"].choices = [(str(row.enrolment_id), row.place) for row in rows]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [(each.code, each.name) for each in reasons]  # type: ignore[attr-defined]
        del self.fields["enrolments" if is_together else "children"]
        for name in ("start", "end"):
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "placeholder": _("9:30"), "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        which = "children" if self.is_together else "enrolments"
        if not data.get(which) and which not in self.errors:
            self.add_error(
                which, _("Cochez au moins un enfant.") if self.is_together else _("Cochez au moins une inscription.")
            )
        self._check_days(data)
        self._check_hours(data)
        return data

    def _check_days(self, data: dict[str, Any]) -> None:
        first = data.get("first")
        last = data["last"] = data.get("last") or first
        if first is None or last is None:
            return
        if last < first:
            self.add_error("last", _("La fin est avant le début. Corrigez l’une des deux dates."))
        elif (last - first).days >= MOST_DAYS:
            self.add_error("last", _("Une absence dure %s jours au plus. Faites-en plusieurs.") % MOST_DAYS)

    def _check_hours(self, data: dict[str, Any]) -> None:
        read = {}
        for name in ("start", "end"):
            if text := data.get(name):
                try:
                    read[name] = read_clock(text)
                except ValueError:
                    self.add_error(name, _("Écrivez cette heure comme 9:30."))
        if len(read) == 2 and read["end"] <= read["start"]:
            self.add_error("end", _("La fin est avant le début. Corrigez l’une des deux heures."))
        elif len(read) == 1 and not {"start", "end"} & set(self.errors):
            lacking = "end" if "start" in read else "start"
            self.add_error(lacking, _("Donnez les deux heures, ou aucune pour la journée entière."))
        data |= {name: clock_words(minute) for name, minute in read.items()}

    def as_values(self) -> dict[str, Any]:
        """Return what is kept in the draft: ids of enrolments, days and hours as text."""
        data = self.cleaned_data
        if self.is_together:
            ids = [row.enrolment_id for row in self.rows if str(row.child_id) in data["children"]]
        else:
            ids = [int(each) for each in data["enrolments"]]
        return {
            "enrolments": ids,
            "from": data["first"].isoformat(),
            "to": data["last"].isoformat(),
            "start": data["start"],
            "end": data["end"],
            "reason": data["reason"],
            "comment": data["comment"],
        }


def initial_of(*, answers: dict[str, Any], rows: Sequence[AttendedEnrolment]) -> dict[str, Any]:
    """Return kept answers by the names of the fields."""
    ids = {int(each) for each in answers.get("enrolments", ())}
    return {
        "children": [str(row.child_id) for row in rows if row.enrolment_id in ids],
        "enrolments": [str(row.enrolment_id) for row in rows if row.enrolment_id in ids],
        "first": answers.get("from"),
        "last": answers.get("to"),
        **{name: answers.get(name, "") for name in ("start", "end", "reason", "comment")},
    }


def filled(*, data: Any, act: str, today: date, rows: Sequence[AttendedEnrolment]) -> Any:
    """Return what was typed, with what a button of the form fills in."""
    found = data.copy()
    if act in DAYS:
        first, last = _days_of(act, today)
        found["first"], found["last"] = first.isoformat(), last.isoformat()
    elif act == ALL:
        found.setlist("enrolments", [str(row.enrolment_id) for row in rows])
    elif act == NONE:
        found.setlist("enrolments", [])
    return found


def _days_of(act: str, today: date) -> tuple[date, date]:
    if act == "today":
        return today, today
    if act == "tomorrow":
        return today + timedelta(days=1), today + timedelta(days=1)
    friday = week_of(today).start + timedelta(days=4)
    return today, max(friday, today)
