"""Signing on line, on paper, or not at all."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.base.uploads import SentFile
from preau.domain.contracts.operations.signing import MAX_WORDS
from preau.web.ui.typed import Text
from preau.web.ui.uploads import Files, FilesInput


class SignForm(forms.Form):
    """The code of the mail, once the contract is read and agreed to."""

    use_required_attribute = False
    seen = Text(max_length=64, required=False, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("J’ai lu le contrat jusqu’à la fin, et j’accepte de le signer en ligne"),
        error_messages={"required": _("Cochez la case : vous avez lu le contrat et vous l’acceptez.")},
    )
    code = Text(
        label=_("Code reçu par courriel"),
        max_length=12,
        error_messages={"required": _("Écrivez les six chiffres du courriel.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class ScanForm(forms.Form):
    """The contract signed on paper, as a PDF or photos."""

    use_required_attribute = False
    file = Files(
        label=_("Contrat signé et daté"),
        error_messages={"required": _("Choisissez un fichier, ou prenez une photo.")},
        help_text=_("PDF, ou photos JPEG ou PNG de chaque page, de 10 Mo au plus. Elles ne feront qu’un document."),
    )
    photo = Files(
        label=_("Ou prendre une photo maintenant"),
        required=False,
        help_text=_("À plat, les quatre coins visibles, la signature lisible."),
        widget=FilesInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.files.get("photo")

    @property
    def sent(self) -> list[SentFile]:
        """Return all that came, in order."""
        return [*(self.cleaned_data.get("file") or ()), *(self.cleaned_data.get("photo") or ())]


class RefuseForm(forms.Form):
    """Why a parent does not sign."""

    use_required_attribute = False
    words = Text(
        label=_("Pourquoi refusez-vous ?"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("La structure lit ce mot, et vous recontacte."),
        error_messages={"required": _("Dites pourquoi vous refusez : la structure lit ce mot.")},
    )
