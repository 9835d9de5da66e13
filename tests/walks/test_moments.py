"""What follows a démarche just sent, where no other page leads."""

import re

import pytest
from playwright.sync_api import expect

from tests.walks.hands import Pointer
from tests.walks.journeys import enrol, transmit
from tests.walks.steps import Walk, accessible, heading, log_in, no_sideways_scroll

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


def test_a_standing_booking_is_suspended_on_a_phone(demo, open_page):
    page = open_page(360)
    log_in(page, demo.account("enora.kervizic", "kerploz"))
    heading(page, "Bonjour")
    page.goto("/kerploz/famille/inscriptions/")
    children = page.get_by_role("navigation", name="Enfant").get_by_role("link")
    for place in range(children.count()):
        children.nth(place).click()
        expect(children.nth(place)).to_have_attribute("aria-current", "page")
        link = page.get_by_role("link", name=re.compile("^Abonnement\\W"))
        if link.count():
            break
    link.first.click()
    heading(page, "Abonnement")
    no_sideways_scroll(page)
    page.locator("#suspendre summary").click()
    accessible(page)
    page.locator("#suspendre [name=starts]").fill("2026-12-07")
    page.locator("#suspendre [name=until]").fill("2026-12-13")
    page.locator("#suspendre").get_by_role("button", name="Voir ce que cela change").click()
    expect(page.get_by_text("retiré").first).to_be_visible()
    no_sideways_scroll(page)
    accessible(page)
    page.get_by_role("link", name="Retour à l’étape 1").click()
    heading(page, "Abonnement")
