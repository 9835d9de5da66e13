"""The guide of a commune, screen by screen: from the agent's invitation to the second mail.

Replayed with the guide's labels (requirements A02, A03, A06, A09, A10).
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.walks.hands import Keyboard, Pointer
from tests.walks.journeys import activate, type_identifiers
from tests.walks.steps import (
    Walk,
    free_boxes,
    heading,
    log_in,
    look,
    mail_for,
    open_calendar,
)

pytestmark = [pytest.mark.browser]

SLUG = "saint-loup"


def invite(page: Page, demo, name: str, adult: str) -> None:
    """An agent looks the family up, without accents, and sends the invitation."""
    log_in(page, demo.account("solene.dumas"))
    heading(page, "Bonjour")
    page.get_by_role("searchbox", name="Rechercher").fill(name)
    page.get_by_role("button", name="Rechercher").click()
    if "?q=" in page.url:  # one alone is opened at once
        page.get_by_role("link", name=re.compile(adult.split()[-1])).first.click()
    page.get_by_role("button", name=f"Inviter {adult}").click()
    expect(page.get_by_text("Le courriel d’activation est parti")).to_be_visible()


def book_two_units(page: Page, check) -> str:
    """Tick, read again, validate: returns the number of the demande."""
    page.get_by_role("link", name="Modifier les réservations").first.click()
    heading(page, "Modifier les réservations")
    check(page, "liste")
    page.get_by_role("link", name=re.compile("Ouvrir le calendrier.*Accueil périscolaire")).first.click()
    heading(page, "1 - Ma demande")
    page.get_by_role("button", name="Mois suivant").click()
    check(page, "calendrier")
    first = free_boxes(page).first
    label = first.get_attribute("aria-label")
    first.check()
    expect(page.locator("[data-out=count]")).to_have_text("1 modification")
    free_boxes(page).nth(1).check()
    expect(page.locator("[data-out=count]")).to_have_text("2 modifications")
    page.get_by_role("button", name="Aller à l’étape 2").click()
    heading(page, "2 - Le récapitulatif")
    for text in ("Le demandeur", "La demande"):
        expect(page.get_by_role("heading", name=text)).to_be_visible()
    check(page, "recapitulatif")
    page.get_by_role("button", name="Valider").click()
    heading(page, "Nous avons bien enregistré votre demande")
    expect(page.get_by_text("Traitée positivement")).to_be_visible()
    check(page, "confirmation")
    assert label
    return re.search(r"/demandes/(\d+)/", page.url)[1]


def test_seed_004_from_the_invitation_to_the_second_mail(demo, open_page):
    page, desk = open_page(), open_page()
    invite(desk, demo, "lestrade", "Maud Lestrade")
    username = activate(Walk(Pointer(page), "activation"), "lestrade")
    expect(page.get_by_text("Dernière connexion le")).to_be_visible()
    look(page, "mon-espace")
    number = book_two_units(page, look)
    text = mail_for(page, f"Votre demande n° {number}", "lestrade")
    assert "traitée positivement" in text
    assert f"/{SLUG}/famille/demandes/{number}/" in text
    mail_for(page, "Votre espace personnel est activé", "lestrade")
    # To cancel, the same démarche, unticking the day.
    page.goto(f"/{SLUG}/famille/demandes/{number}/")
    page.get_by_role("link", name="Revoir le calendrier").click()
    page.get_by_role("button", name="Mois suivant").click()
    page.locator("label.u input:checked").first.uncheck()
    page.get_by_role("button", name="Aller à l’étape 2").click()
    page.get_by_role("button", name="Valider").click()
    heading(page, "Nous avons bien enregistré votre demande")
    expect(page.get_by_text("1 réservation annulée")).to_be_visible()
    assert username


def test_at_360_pixels_with_one_thumb(demo, open_page):
    page = open_page(360)
    log_in(page, demo.account("thomas.quemener"))
    heading(page, "Bonjour")
    look(page, "mon-espace")
    book_two_units(page, look)


def test_the_essential_without_javascript(demo, open_page):
    page = open_page(scripts=False)
    log_in(page, demo.account("karim.ferrand"))
    heading(page, "Bonjour")
    open_calendar(page, SLUG, "Lina", "Accueil périscolaire")
    page.get_by_role("button", name="Mois suivant").click()
    page.get_by_role("button", name="Mois suivant").click()
    free_boxes(page).first.check()
    page.get_by_role("button", name="Aller à l’étape 2").click()
    heading(page, "2 - Le récapitulatif")
    page.get_by_role("button", name="Valider").click()
    heading(page, "Nous avons bien enregistré votre demande")


def test_the_terms_can_be_accepted_without_javascript(demo, open_page):
    page = open_page(scripts=False)
    log_in(page, demo.account("olivier.prunier"))
    heading(page, "Conditions générales d’utilisation")
    page.get_by_role("button", name="J’accepte les conditions").click()
    heading(page, "Bonjour")


def test_by_keyboard_alone(demo, open_page):
    hand = Keyboard(open_page())
    page, account = hand.page, demo.account("salome.rivoire")
    page.goto(f"/{SLUG}/")
    type_identifiers(hand, account["login"], account["password"])
    heading(page, "Bonjour")
    hand.follow("Modifier les réservations")
    heading(page, "Modifier les réservations")
    hand.act(page.get_by_role("link", name=re.compile("Ouvrir le calendrier.*Accueil périscolaire")).first)
    heading(page, "1 - Ma demande")
    hand.press("Mois suivant")
    expect(page.get_by_role("heading", level=2, name="Décembre 2026")).to_be_visible()
    hand.reach(free_boxes(page).first)
    page.keyboard.press("Space")
    expect(page.locator("[data-out=count]")).to_have_text("1 modification")
    hand.press("Aller à l’étape 2")
    heading(page, "2 - Le récapitulatif")
    hand.press("Valider")
    heading(page, "Nous avons bien enregistré votre demande")
