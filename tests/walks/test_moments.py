"""What follows a démarche just sent, where no other page leads."""

import re

import pytest
from playwright.sync_api import expect

from tests.walks.hands import Pointer
from tests.walks.journeys import enrol, transmit
from tests.walks.steps import Walk, log_in

pytestmark = [pytest.mark.browser]

SLUG = "pays-mellifere"
PARENT, CHILD, BROTHER = "melisande.corbeval", "Honorine", "Aymeric"


def test_the_same_enrolment_for_a_brother(demo, open_page):
    walk = Walk(Pointer(open_page(360)), "meme-demande")
    log_in(walk.page, demo.account(PARENT, SLUG))
    walk.on("Bonjour")
    walk.page.goto(f"/{SLUG}/famille/inscriptions/")
    walk.hand.act(walk.page.get_by_role("navigation").get_by_role("link", name=re.compile(f"^{CHILD}")))
    walk.on("Créer une inscription")
    enrol(walk, CHILD, "Restauration")
    walk.hand.follow("La même demande pour un autre enfant")
    walk.on("La même demande pour un autre enfant")
    walk.hand.press(f"Préparer la même demande : {BROTHER}")
    walk.on("2 - Le récapitulatif")
    walk.sees(BROTHER)
    transmit(walk)
    expect(walk.page.get_by_role("main").get_by_text("Traitée positivement").first).to_be_visible()
