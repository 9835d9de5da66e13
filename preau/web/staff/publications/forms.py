"""Publishing a document, and giving a new version of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.enums import Category
from preau.web.ui.typed import Text
from preau.web.ui.uploads import ACCEPT

CATEGORIES = [
    (Category.RULES.value, _("Règlement")),
    (Category.FORM.value, _("Formulaire à remplir")),
    (Category.FLYER.value, _("Plaquette ou calendrier")),
]
EVERYBODY, FAMILIES = "everybody", "families"


class PublicationForm(forms.Form):
    title = Text(
        label=_("Titre"), max_length=120, help_text=_("Comme les familles le liront : « Règlement intérieur ».")
    )
    category = forms.ChoiceField(label=_("Rubrique"), choices=CATEGORIES)
    year_label = Text(
        label=_("Année"), max_length=20, required=False, help_text=_("Par exemple : 2026-2027. Vide : toutes.")
    )
    audience = forms.ChoiceField(
        label=_("Qui peut le télécharger"),
        choices=[
            (EVERYBODY, _("tout le monde, sans se connecter")),
            (FAMILIES, _("les familles connectées seulement")),
        ],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("Fichier"),
        allow_empty_file=True,
        help_text=_("PDF de 30 pages au plus, ou image JPEG ou PNG. 10 Mo au plus."),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
