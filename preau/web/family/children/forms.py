"""Forms of a child's sheets: health, authorisations, persons."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import Answer
from preau.domain.families.queries.children import ConsentLine
from preau.web.family.dossier.forms import HealthForm
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import long_text, name, text, yes
from preau.web.fields.person import ContactFields
from preau.web.ui.uploads import PHOTOS


class SheetForm(HealthForm):
    """The health sheet out of any dossier (A20): the same questions, read again when they change."""

    comment = long_text(
        _("Autre chose à savoir"),
        required=False,
        help_text=_("Par exemple : lunettes, appareil auditif, sieste."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("pai") == "signed" and not data.get("pai_until") and "pai_until" not in self.errors:
            self.add_error("pai_until", _("Donnez le dernier jour du PAI. Il est écrit sur le document."))
        if data.get("diet") == "packed" and data.get("pai") == "no":
            self.add_error("diet", _("Le panier-repas demande un PAI. Indiquez-le, ou choisissez un autre repas."))
        return data


class ConsentsForm(AnswersForm):
    """The authorisations out of any dossier: yes, no, or no answer, which a parent may come back to (A21-14)."""

    PREFIX = "c_"
    ANSWERS = [(Answer.YES.value, _("Oui")), (Answer.NO.value, _("Non")), (Answer.NONE.value, _("Sans réponse"))]

    def __init__(self, *args: Any, types: Sequence[ConsentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        for line in types:
            self.fields[self.PREFIX + line.code] = forms.ChoiceField(
                label=line.title,
                help_text=line.help,
                choices=self.ANSWERS,
                required=False,
                initial=(self.initial or {}).get(line.code, line.answer),
                widget=forms.RadioSelect,
            )

    def lines(self) -> list[tuple[ConsentLine, forms.BoundField]]:
        """Return each authorisation with its field."""
        return [(line, self[self.PREFIX + line.code]) for line in self.types]

    def as_values(self) -> dict[str, Any]:
        """Return code of the authorisation → "yes", "no" or ""."""
        return {name.removeprefix(self.PREFIX): value for name, value in self.cleaned_data.items()}


class ContactForm(ContactFields):
    """« Personnes autorisées » : who may collect, whom to call, who must not come (A21-04, A21-05)."""

    last_name = name(_("Nom"))
    link = text(
        _("Qualité"),
        40,
        required=False,
        help_text=_("Par exemple : grand-mère, assistante maternelle, voisin."),
    )
    is_for_all = yes(_("Pour tous les enfants du foyer"))
    photo = forms.FileField(
        label=_("Photo, pour que l’équipe la reconnaisse"),
        required=False,
        allow_empty_file=True,
        help_text=_("JPEG ou PNG, 10 Mo au plus. Seule l’équipe qui accueille l’enfant la voit."),
        widget=forms.FileInput(attrs={"accept": PHOTOS}),
    )
    no_photo = forms.BooleanField(label=_("Retirer la photo"), required=False)

    def as_values(self) -> dict[str, Any]:
        """Return what is kept of the person: the photo goes its own way."""
        values = super().as_values()
        return {name: value for name, value in values.items() if name not in ("photo", "no_photo")}
