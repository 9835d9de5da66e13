"""The guide of a commune, screen by screen: from the agent's invitation to the second mail.

Replayed with the guide's labels (requirements A02, A03, A06, A09, A10).
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.walks.steps import (
    PASSWORD,
    accessible,
    free_boxes,
    heading,
    keep_shot,
    log_in,
    mail_for,
    no_sideways_scroll,
    open_calendar,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("walks")]

SLUG = "saint-loup"
NEW_PASSWORD = "trombone-lagon-33-tortue"


def invite(page: Page, demo, name: str, adult: str) -> None:
    """An agent looks the family up, without accents, and sends the invitation."""
    log_in(page, demo.account("solene.dumas"))
    heading(page, "Bonjour")
    page.get_by_role("searchbox", name="Rechercher une famille").fill(name)
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name=re.compile(adult.split()[-1])).first.click()
    page.get_by_role("button", name=f"Inviter {adult}").click()
    expect(page.get_by_text("Le courriel d’activation est parti")).to_be_visible()


def activate_and_enter(page: Page, to: str, check) -> str:
    """From the mail to « Mon espace »: returns the identifiant."""
    text = mail_for(page, "Création de votre espace personnel", to)
    assert "Voici vos identifiants de connexion" in text
    username = re.search(r"Nom d’utilisateur\s*: (\S+)", text)[1]
    provisional = re.search(r"Mot de passe\s*: (\S+)", text)[1]
    page.locator(".envpage").get_by_role("link", name=re.compile("activation")).click()
    heading(page, "Activer mon espace")
    check(page, "activation")
    page.get_by_role("button", name="Activer mon espace").click()
    heading(page, "Confirmation d’activation de l’espace")
    expect(page.get_by_text("Votre espace a bien été activé pour le nom d’utilisateur")).to_contain_text(username)
    check(page, "activation-faite")
    page.get_by_role("link", name="Retour à l’accueil").click()
    heading(page, "Bienvenue")
    page.get_by_label("Identifiant ou courriel").fill(username)
    page.get_by_label(PASSWORD).fill(provisional)
    page.get_by_role("button", name="Connexion").click()
    heading(page, "Modification de vos identifiants")
    expect(page.get_by_label("Identifiant d’utilisateur")).to_have_value(username)
    check(page, "identifiants")
    page.get_by_label(PASSWORD).fill(NEW_PASSWORD)
    page.get_by_label("Confirmation du mot de passe").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Valider").click()
    heading(page, "Votre mot de passe a été modifié avec succès")
    page.get_by_role("link", name="Me connecter").click()
    page.get_by_label("Identifiant ou courriel").fill(username)
    page.get_by_label(PASSWORD).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Connexion").click()
    heading(page, "Conditions générales d’utilisation")
    accept = page.get_by_role("button", name="J’accepte les conditions")
    expect(accept).to_be_disabled()
    check(page, "conditions")
    page.get_by_role("region", name="Texte des conditions").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(accept).to_be_enabled()
    accept.click()
    heading(page, "Bonjour")
    return username


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


def look(page: Page, name: str) -> None:
    accessible(page)
    no_sideways_scroll(page)
    keep_shot(page, name)


def test_seed_004_from_the_invitation_to_the_second_mail(demo, open_page):
    page, desk = open_page(), open_page()
    invite(desk, demo, "lestrade", "Maud Lestrade")
    username = activate_and_enter(page, "lestrade", look)
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


def press_to(page: Page, name: str, *, limit: int = 220) -> None:
    """Move with Tab alone until the focus is on what bears this name."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const e = document.activeElement;"
            " return (e.getAttribute('aria-label') || e.innerText || (e.labels && e.labels[0] && e.labels[0].innerText)"
            " || '').trim() }"
        )
        if re.search(name, found):
            return
    raise AssertionError(f"« {name} » cannot be reached by Tab on {page.url}")


def test_by_keyboard_alone(demo, open_page):
    page = open_page()
    account = demo.account("salome.rivoire")
    page.goto(f"/{SLUG}/")
    press_to(page, "Identifiant ou courriel")
    page.keyboard.type(account["login"])
    page.keyboard.press("Tab")
    page.keyboard.type(account["password"])
    page.keyboard.press("Enter")
    heading(page, "Bonjour")
    press_to(page, "Modifier les réservations")
    page.keyboard.press("Enter")
    heading(page, "Modifier les réservations")
    press_to(page, "Ouvrir le calendrier.*\\n?.*Accueil périscolaire")
    page.keyboard.press("Enter")
    heading(page, "1 - Ma demande")
    press_to(page, "Mois suivant")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="Décembre 2026")).to_be_visible()
    press_to(page, "^(Matin|Soir), ")
    page.keyboard.press("Space")
    expect(page.locator("[data-out=count]")).to_have_text("1 modification")
    press_to(page, "Aller à l’étape 2")
    page.keyboard.press("Enter")
    heading(page, "2 - Le récapitulatif")
    press_to(page, "^Valider$")
    page.keyboard.press("Enter")
    heading(page, "Nous avons bien enregistré votre demande")
