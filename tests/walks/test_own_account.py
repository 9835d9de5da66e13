"""One's own account: a passkey made and shown by a real browser, an application, codes on paper, the password again."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.walks.steps import PASSWORD, heading, log_in, look, no_sideways_scroll

pytestmark = [pytest.mark.browser]


def plug_in_a_key(page: Page) -> None:
    """Give the browser an authenticator that says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_and_logs_in(browser, demo):
    """At « localhost »: browsers make no key for a bare address."""
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="fr-FR", base_url=demo.base.replace("127.0.0.1", "localhost")
    )
    page, who = context.new_page(), demo.account("nadia.ferrand")
    try:
        plug_in_a_key(page)
        log_in(page, who)
        page.goto("/saint-loup/compte/")
        look(page, "compte")
        page.get_by_role("link", name="Mettre en place la double vérification").click()
        page.get_by_role("link", name="Une clé d’accès").click()
        look(page, "cle")
        page.get_by_role("button", name="Créer la clé").click()
        heading(page, "Vos codes de secours")
        look(page, "codes")
        codes = page.locator(".codes code").all_inner_texts()
        page.get_by_role("link", name="Je les ai gardés, continuer").click()
        page.get_by_role("button", name="Se déconnecter").click()
        log_in(page, who)
        heading(page, "Double vérification")
        look(page, "deuxieme-pas")
        page.get_by_role("button", name="Me servir de ma clé d’accès").click()
        page.wait_for_url("**/saint-loup/famille/")
        page.get_by_role("button", name="Se déconnecter").click()
        log_in(page, who)
        page.get_by_label("Code à six chiffres, ou code de secours").fill(codes[0])
        page.get_by_role("button", name="Valider").click()
        page.wait_for_url("**/saint-loup/famille/")
        page.goto("/saint-loup/compte/double-verification/")
        expect(page.get_by_text("Il vous reste 9 codes")).to_be_visible()
        page.get_by_role("button", name="Retirer Clé d’accès").click()
        expect(page.get_by_text("Ce moyen de vérification est retiré.")).to_be_visible()
    finally:
        context.close()


def test_an_application_is_set_with_the_written_key_and_the_password_is_asked_again(open_page, demo):
    page, who = open_page(1280), demo.account("hugo.bastide")
    log_in(page, who)
    page.goto(f"/{who['organisation']}/compte/double-verification/application/")
    look(page, "application")
    secret = page.locator(".copy").inner_text().replace(" ", "")
    page.get_by_label("Code à six chiffres que montre l’application").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Mettre en place").click()
    heading(page, "Vos codes de secours")
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto(f"/{who['organisation']}/compte/double-verification/")
    look(page, "double-verification")
    page.get_by_role("button", name=re.compile("^Retirer")).click()
    expect(page.get_by_text("Ce moyen de vérification est retiré.")).to_be_visible()
    page.goto(f"/{who['organisation']}/compte/mot-de-passe/")
    look(page, "mot-de-passe")
    page.set_viewport_size({"width": 320, "height": 800})
    no_sideways_scroll(page)
    page.get_by_label(PASSWORD).fill(who["password"])
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/famille/")
