"""An absence said by telephone: the days, a part of the day, what is missed. The motive is the button."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.domain.absences.queries.enrolments import AttendedEnrolment
from preau.domain.absences.rules import MAX_COMMENT, MOST_DAYS
from preau.kernel.bounds import Purpose
from preau.kernel.clock_times import clock_words, read_clock
from preau.web.ui.typed import Day, Text

MAX_CLOCK = 12


class PhoneForm(forms.Form):
    """All is filled in but the motive: today, the whole day, all that the child attends."""

    first = Day(label=gettext_lazy("Du"), purpose=Purpose.ACT)
    last = Day(label=gettext_lazy("Au"), purpose=Purpose.ACT, required=False)
    start = Text(label=gettext_lazy("Heure de début"), max_length=MAX_CLOCK, required=False)
    end = Text(label=gettext_lazy("Heure de fin"), max_length=MAX_CLOCK, required=False)
    enrolments = forms.MultipleChoiceField(
        label=gettext_lazy("Inscriptions"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Cochez au moins une inscription.")},
    )
    comment = Text(label=gettext_lazy("Ce que dit la famille"), max_length=MAX_COMMENT, required=False)

    def __init__(self, *args: Any, rows: Sequence[AttendedEnrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enrolments"].choices = [(str(row.enrolment_id), row.place) for row in rows]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first: date | None = data.get("first")
        last = data["last"] = data.get("last") or first
        if first and last and last < first:
            self.add_error("last", _("La fin est avant le début. Corrigez l’une des deux dates."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", _("Une absence dure %s jours au plus. Faites-en plusieurs.") % MOST_DAYS)
        self._check_hours(data)
        return data

    def _check_hours(self, data: dict[str, Any]) -> None:
        try:
            read = {name: read_clock(data[name]) for name in ("start", "end") if data.get(name)}
        except ValueError:
            self.add_error("start", _("Écrivez ces heures comme 9:30."))
            return
        if read and (len(read) == 1 or read["end"] <= read["start"]):
            self.add_error("end", _("Donnez le début puis la fin, ou aucune heure pour la journée entière."))
        data |= {name: clock_words(minute) for name, minute in read.items()}

    def as_values(self, *, reason: str) -> dict[str, Any]:
        """Return what is kept in the draft of an absence."""
        data = self.cleaned_data
        return {
            "enrolments": [int(each) for each in data["enrolments"]],
            "from": data["first"].isoformat(),
            "to": data["last"].isoformat(),
            "start": data["start"],
            "end": data["end"],
            "reason": reason,
            "comment": data["comment"],
        }
