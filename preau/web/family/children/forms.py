"""Forms of a child's sheets: health, authorisations, persons."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.web.fields.basic import name, text, yes
from preau.web.fields.person import ContactFields
from preau.web.ui.uploads import PHOTOS


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
