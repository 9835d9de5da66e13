"""The mail component: a receipt in the colour of the town, whatever that colour is."""

import pytest
from django.template.loader import render_to_string

from preau.web.ui.palette import palette_of

TOWN = {"name": "Mairie de Saint-Loup", "product_name": "Espace Citoyens", "signature": "La Mairie"}


def mail(brand: str) -> str:
    context = {"organisation": {**TOWN, "brand": brand}, "heading": "Votre demande n° 2", "number": 2, "link": "/x/"}
    return render_to_string("papers/mails/procedure_message.html", context)


def test_a_mail_wears_the_colour_of_the_town_by_day_and_by_night():
    html = mail("#8a1c4a")
    assert palette_of("#8a1c4a").primary in html
    assert palette_of("#8a1c4a", dark=True).primary in html
    assert "<h1>Votre demande n° 2</h1>" in html
    assert '<a class="btn" href="/x/">' in html


@pytest.mark.parametrize("brand", ["", "rouge", "#12", "</style>"])
def test_a_mail_whose_town_has_no_colour_wears_that_of_the_product(brand):
    html = mail(brand)
    assert palette_of("#1f6b57").primary in html
    assert html.count("</style>") == 1
