"""Every component on one page, to be looked at and checked with axe. Shown in the demo only."""

import re
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.web.ui.policy import public_page
from preau.web.ui.templatetags.ui import DRAWINGS, TONES

SPRITE = Path(__file__).parent / "static" / "ui" / "icons.svg"
ICON = re.compile(r'id="i-([a-z0-9-]+)"')


class SampleForm(forms.Form):
    """A form with a mistake in it."""

    name = forms.CharField(label="Prénom", help_text="Comme sur la carte d’identité.")
    phone = forms.CharField(label="Téléphone", required=False)
    answer = forms.ChoiceField(label="Réponse", choices=[("yes", "Oui"), ("no", "Non")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="J’ai lu", required=False)


class ReachForm(forms.Form):
    """Answers whose length is known before they are typed."""

    postcode = forms.CharField(label="Code postal", help_text="Cinq chiffres.")
    city = forms.CharField(label="Ville")
    phone = forms.CharField(label="Téléphone", widget=forms.TextInput(attrs={"type": "tel"}))
    day = forms.DateField(label="Naissance", widget=forms.DateInput(attrs={"type": "date"}))


MANY_STEPS = ("Situation", "Responsables", "Santé", "Personnes autorisées", "Autorisations", "Documents", "Règlements")


@public_page
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show each component with each of its variants."""
    context: dict[str, Any] = {
        "tones": sorted(TONES),
        "drawings": sorted(DRAWINGS),
        "icons": sorted(ICON.findall(SPRITE.read_text(encoding="utf-8"))),
        "hues": range(1, 9),
        "form": SampleForm({"name": "", "phone": "02 61 91 00 00"}),
        "many_steps": MANY_STEPS,
        "address": [
            ReachForm({"postcode": "1", "city": "Saint-Aubin-les-Prés"}, auto_id="a_%s")[name]
            for name in ("postcode", "city")
        ],
        "reach": [ReachForm(auto_id="r_%s")[name] for name in ("phone", "day")],
        "keys": [("M", "Matin"), ("ALSH", "Accueil de loisirs sans hébergement, journée entière")],
        "colours": ("#1f6b57", "", "rouge"),
        "page": Paginator(range(60), 20).get_page(2),
    }
    return render(request, "ui/gallery.html", context)
