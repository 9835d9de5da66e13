"""What an agent closes: when, what, and the word that families read."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.domain.absences.enums import ClosureKind
from preau.domain.absences.operations.closing import MAX_WORDS
from preau.domain.absences.queries.closures import MOST_DAYS, Choices, ClosureWish
from preau.kernel.bounds import Purpose
from preau.web.ui.typed import Day, Text

KINDS = (
    (ClosureKind.STRIKE.value, gettext_lazy("Grève")),
    (ClosureKind.WEATHER.value, gettext_lazy("Neige, intempéries")),
    (ClosureKind.OUTING.value, gettext_lazy("Sortie scolaire")),
    (ClosureKind.WORKS.value, gettext_lazy("Travaux, panne")),
    (ClosureKind.STAFF.value, gettext_lazy("Manque de personnel")),
    (ClosureKind.OTHER.value, gettext_lazy("Autre raison")),
)


class ClosureForm(forms.Form):
    """Each list that is left on « Tous » closes all of it."""

    kind = forms.ChoiceField(label=gettext_lazy("Raison"), choices=KINDS)
    words = Text(
        label=gettext_lazy("Ce que les familles lisent"),
        max_length=MAX_WORDS,
        help_text=gettext_lazy("Par exemple : grève du personnel de restauration."),
    )
    first = Day(label=gettext_lazy("Du"), purpose=Purpose.ACT)
    last = Day(label=gettext_lazy("Au"), purpose=Purpose.ACT, required=False)
    site = forms.ChoiceField(label=gettext_lazy("Lieu"), required=False)
    activity = forms.ChoiceField(label=gettext_lazy("Activité"), required=False)
    school_class = forms.ChoiceField(label=gettext_lazy("Classe"), required=False)
    moments = forms.MultipleChoiceField(
        label=gettext_lazy("Moments seulement"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, every, rows in (
            ("site", _("Tous les lieux"), choices.sites),
            ("activity", _("Toutes les activités"), choices.activities),
            ("school_class", _("Toutes les classes"), choices.classes),
        ):
            self.fields[name].choices = [("", every), *((str(pk), words) for pk, words in rows)]  # type: ignore[attr-defined]
        self.fields["moments"].choices = [(each, each) for each in choices.moments]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first = data.get("first")
        last = data["last"] = data.get("last") or first
        if first and last and last < first:
            self.add_error("last", _("La fin est avant le début. Corrigez l’une des deux dates."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", _("Une fermeture dure %s jours au plus. Faites-en plusieurs.") % MOST_DAYS)
        return data

    def wish(self) -> ClosureWish:
        """Return what is asked for, once it is valid."""
        data = self.cleaned_data
        return ClosureWish(
            kind=data["kind"],
            words=data["words"],
            start=data["first"],
            end=data["last"] + timedelta(days=1),
            site_id=_number(data["site"]),
            activity_id=_number(data["activity"]),
            class_id=_number(data["school_class"]),
            moments=tuple(data["moments"]),
        )


def _number(text: str) -> int | None:
    return int(text) if text else None
