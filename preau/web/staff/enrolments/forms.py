"""Forms of the agents: enrol a child, end an enrolment, change a class."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.kernel.bounds import Purpose
from preau.web.ui.typed import Day, Text


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> Day:
    return Day(label=label, purpose=Purpose.CALENDAR, required=required, help_text=help_text)


class EnrolForm(forms.Form):
    """An enrolment made by the service."""

    child_id = forms.TypedChoiceField(label=_("Enfant"), coerce=int)
    offer_id = forms.TypedChoiceField(label=_("Activité"), coerce=int)
    starts = _day(_("Du"), required=False, help_text=_("Vide : toute la période de l’activité."))
    ends = _day(_("Au (dernier jour compris)"), required=False)
    over = forms.BooleanField(
        label=_("Inscrire quand même, malgré ce qui est signalé"),
        required=False,
        help_text=_("Au-delà de la capacité aussi. Votre choix est gardé dans le journal."),
    )

    def __init__(
        self, *args: Any, children: list[tuple[int, str]], offers: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child_id"].choices = [("", _("Choisir")), *children]  # type: ignore[attr-defined]
        self.fields["offer_id"].choices = [("", _("Choisir")), *offers]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """The last day of an enrolment, and why."""

    last = _day(_("Dernier jour compris"))
    reason = Text(label=_("Motif, gardé au dossier"), max_length=200, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today


class ClassForm(forms.Form):
    """The class of a child from a day."""

    class_id = forms.TypedChoiceField(label=_("Nouvelle classe"), coerce=int)
    on = _day(_("À partir du"))

    def __init__(self, *args: Any, classes: list[tuple[int, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["class_id"].choices = [("", _("Choisir")), *classes]  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        """The past is not rewritten: what was booked and eaten stays."""
        found: date = self.cleaned_data["on"]
        if found < self.today:
            raise forms.ValidationError(_("Choisissez aujourd’hui ou un jour à venir."))
        return found
