"""Forms of the file of a family, for agents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.queries.pieces import TypeView
from preau.domain.families.enums import Residency
from preau.kernel.bounds import Purpose
from preau.web.fields import basic, person
from preau.web.fields.basic import CHOOSE, choice, day, long_text
from preau.web.fields.person import MEDIA, ContactFields
from preau.web.ui.typed import Day, Email
from preau.web.ui.uploads import Files


class AdultForm(person.AdultFields):
    """Who an adult is and how it is reached. The e-mail of a person who has a space is its owner’s business."""

    phone = basic.phone(_("Téléphone"))
    mobile = basic.phone(_("Téléphone portable"))
    email = Email(label=_("Courriel de contact"), required=False)
    preferred_medium = forms.ChoiceField(label=_("Moyen de contact préféré"), choices=MEDIA)
    has_protected_address = forms.BooleanField(
        label=_("Adresse protégée"),
        required=False,
        help_text=_("L’adresse n’est plus affichée ni imprimée sans une demande, notée au journal."),
    )

    def __init__(self, *args: Any, is_tied: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_tied:
            del self.fields["email"]


class ResidencyForm(forms.Form):
    """Whether a household lives in the collectivité, and since when."""

    residency = forms.ChoiceField(
        label=_("La famille"),
        choices=[
            (Residency.RESIDENT.value, _("habite la commune")),
            (Residency.OUTSIDE.value, _("habite ailleurs")),
            (Residency.UNKNOWN.value, _("à vérifier")),
        ],
    )
    since = Day(label=_("Depuis le"), purpose=Purpose.PAST)


class ContactForm(ContactFields):
    """A person of the household’s entourage, named by the service on its behalf."""

    needs_number = False
    email = None
    child_id = forms.ChoiceField(label=_("Pour"))
    field_order = ["kind", "child_id"]

    def __init__(self, *args: Any, children: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("0", _("Tous les enfants")), *((str(pk), name) for pk, name in children)]
        self.fields["child_id"].choices = choices  # type: ignore[attr-defined]


class PieceForm(forms.Form):
    """A paper that the family brought, put in its file."""

    type = forms.ChoiceField(label=_("Type de document"))
    until = day(_("Valable jusqu’au"), purpose=Purpose.VALIDITY, required=False)
    file = Files(
        label=_("Fichiers ou photos"),
        help_text=_("PDF, ou photos JPEG ou PNG, de 10 Mo au plus. Ensemble, ils font un seul document, dans l’ordre."),
    )

    def __init__(self, *args: Any, types: list[TypeView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [CHOOSE, *((str(each.type_id), each.title) for each in types)]
        self.fields["type"].choices = choices  # type: ignore[attr-defined]
        dated = [each.title for each in types if each.bears_date]
        if dated:
            self.fields["until"].help_text = _("Seulement pour : %s.") % ", ".join(dated)
        else:
            del self.fields["until"]


class SituationForm(person.SituationForm):
    """« Changement de situation familiale », told at the counter."""

    situation = choice(_("Nouvelle situation"), [(code.value, label) for code, label in person.SITUATIONS.items()])
    comment = long_text(
        _("Ce que la famille a dit"),
        required=False,
        help_text=_("La famille peut lire ce texte. Rien n’est montré à l’autre parent."),
    )
