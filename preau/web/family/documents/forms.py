"""Sending a document: its type, the file or a photo taken now, and the last good day that it bears."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.enums import Validity
from preau.domain.documents.queries.pieces import TypeView
from preau.domain.documents.rules import DateMissing, DateOver, check_date
from preau.kernel.bounds import Purpose
from preau.web.ui.typed import Day
from preau.web.ui.uploads import Files, FilesInput

DATE_MISSING = _("Donnez le dernier jour. Il est écrit sur le document.")


class DocumentForm(forms.Form):
    """Files, the photo of a phone, or both: what came is one piece, in order, in `cleaned_data["file"]`."""

    use_required_attribute = False  # a photo does instead of the file
    type = forms.ChoiceField(label=_("Type de document"))
    until = Day(label=_("Valable jusqu’au"), purpose=Purpose.VALIDITY, required=False)
    file = Files(
        label=_("Fichiers ou photos"),
        error_messages={"required": _("Choisissez un fichier, ou prenez une photo.")},
        help_text=_(
            "PDF, ou photos JPEG ou PNG, de 10 Mo au plus. Plusieurs pages : choisissez-les ensemble, elles ne "
            "feront qu’un document. Nous réduisons les photos et retirons le lieu de prise de vue."
        ),
    )
    photo = Files(
        label=_("Ou prendre une photo maintenant"),
        required=False,
        help_text=_("À plat, les quatre coins visibles, les dates lisibles."),
        widget=FilesInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def __init__(self, *args: Any, types: list[TypeView], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.dated = {str(each.type_id): each.title for each in types if each.bears_date}
        choices = [("", _("Choisir")), *((str(each.type_id), each.title) for each in types)]
        self.fields["type"].choices = choices  # type: ignore[attr-defined]
        self.fields["file"].required = not self.files.get("photo")
        if not self.dated:
            del self.fields["until"]
        elif len(types) == len(self.dated):
            self.fields["until"].required = True
            self.fields["until"].error_messages["required"] = DATE_MISSING
            self.fields["until"].help_text = _("Le dernier jour est écrit sur le document.")
        else:
            self.fields["until"].help_text = _("Seulement pour : %s.") % ", ".join(self.dated.values())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["file"] = [*(data.get("file") or ()), *(data.get("photo") or ())]
        is_dated = data.get("type") in self.dated
        written = data["until"] = data.get("until") if is_dated else None
        if is_dated and "until" not in self.errors:
            try:
                check_date(validity=Validity.DATE, written=written, deposited_on=self.on)
            except DateMissing:
                self.add_error("until", DATE_MISSING)
            except DateOver:
                self.add_error("until", _("Cette date est passée. Envoyez un document encore valable."))
        return data


class PagesForm(forms.Form):
    """What was forgotten of a piece, and how many pages it had when this was asked."""

    use_required_attribute = False
    seen_pages = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    file = Files(
        label=_("Fichiers ou photos à ajouter"),
        error_messages={"required": _("Choisissez au moins un fichier ou une photo.")},
        help_text=_("PDF, ou photos JPEG ou PNG, de 10 Mo au plus. Les pages sont ajoutées à la fin, dans l’ordre."),
    )
