"""axe on every address once at 360 in light, every page again in dark, at 320 and 1280; empty and error states."""

import os
import re

import pytest
from playwright.sync_api import Page

from tests.walks.steps import accessible, heading, keep_shot, log_in, no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("walks")]

FULL = [(width, scheme) for width in (320, 360, 768, 1280) for scheme in ("light", "dark")]
LOOKS = FULL if os.environ.get("PREAU_AUDIT_FULL") else [(360, "light"), (1280, "dark"), (320, "light")]
PUBLIC = [
    "/",
    "/?q=rien-du-tout",
    "/saint-loup/",
    "/saint-loup/actualites/",
    "/saint-loup/accessibilite/",
    "/saint-loup/donnees-personnelles/",
    "/saint-loup/mentions-legales/",
    "/saint-loup/plan-du-site/",
    "/saint-loup/connexion/",
    "/saint-loup/mot-de-passe-oublie/",
    "/saint-loup/lien-envoye/",
    "/saint-loup/mot-de-passe-modifie/",
    "/saint-loup/activation/inconnu/",
    "/saint-loup/nouveau-mot-de-passe/inconnu/",
    "/nulle-part/",
    "/demo/courriels/",
    "/demo/galerie/",
    "/val-fleuri/",
    "/pays-mellifere/",
    "/kerploz/",
    "/entre-rives/",
]
FAMILY = ["", "reservations/", "demandes/", "demandes/999999/", "profil/", "profil/identifiants/", "entourage/"]
STAFF = ["", "liste/", "liste/?date=2026-12-25", "semaine/", "familles/", "familles/?q=zzzz"]
ADMIN = ["agents/", "agents/nouveau/"]


def check(page: Page, path: str, name: str) -> None:
    page.goto(path)
    accessible(page)
    no_sideways_scroll(page)
    keep_shot(page, name)


def shot_name(path: str) -> str:
    return re.sub(r"\W+", "-", path).strip("-") or "racine"


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_public_pages(open_page, width, scheme):
    page = open_page(width, scheme=scheme)
    for path in PUBLIC:
        check(page, path, f"{scheme}-{shot_name(path)}")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_family_pages(demo, open_page, width, scheme):
    page = open_page(width, scheme=scheme)
    log_in(page, demo.account("nadia.ferrand"))
    heading(page, "Bonjour")
    page.goto("/saint-loup/famille/reservations/")
    grids = page.get_by_role("link", name=re.compile("Ouvrir le calendrier"))
    addresses = [grids.nth(i).get_attribute("href") for i in (0, 1, 3)]
    for path in [f"/saint-loup/famille/{each}" for each in FAMILY]:
        check(page, path, f"{scheme}-{shot_name(path)}")
    for number, path in enumerate(addresses):
        check(page, path, f"{scheme}-calendrier-{number}")
        check(page, f"{path}?vue=semaine&debut=2026-12-07", f"{scheme}-semaine-{number}")
        check(page, f"{path}periodicite/", f"{scheme}-periodicite-{number}")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_staff_pages(demo, open_page, width, scheme):
    page = open_page(width, scheme=scheme)
    log_in(page, demo.account("solene.dumas"))
    heading(page, "Bonjour")
    for path in STAFF:
        check(page, f"/saint-loup/agents/{path}", f"{scheme}-agents-{shot_name(path)}")
    page.goto("/saint-loup/agents/familles/?q=ferrand")
    page.get_by_role("link", name="Ferrand").first.click()
    heading(page, "Ferrand")
    check(page, page.url, f"{scheme}-agents-famille")
    booking = page.get_by_role("link", name=re.compile("Réservations .*périscolaire")).first.get_attribute("href")
    check(page, f"{booking}?debut=2026-12-01", f"{scheme}-agents-reservations")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_admin_pages(demo, open_page, width, scheme):
    page = open_page(width, scheme=scheme)
    log_in(page, demo.account("estelle.garnier"))
    heading(page, "Bonjour")
    for path in ADMIN:
        check(page, f"/saint-loup/agents/{path}", f"{scheme}-{shot_name(path)}")
    page.goto("/saint-loup/agents/agents/")
    page.get_by_role("link", name=re.compile("Dumas")).first.click()
    check(page, page.url, f"{scheme}-agent")


def test_forms_with_errors(demo, open_page):
    page = open_page(360)
    page.goto("/saint-loup/connexion/")
    page.get_by_label("Identifiant ou courriel").fill("personne")
    page.get_by_label(re.compile(r"^\W*Mot de passe\W*$")).fill("rien")
    page.get_by_role("button", name="Connexion").click()
    assert page.title().startswith("Erreur,")
    accessible(page)
    keep_shot(page, "erreur-connexion")
    log_in(page, demo.account("estelle.garnier"))
    page.goto("/saint-loup/agents/agents/nouveau/")
    page.get_by_label("Prénom").fill("Zoé")
    page.locator("form.card").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    assert page.title().startswith("Erreur,")
    assert page.get_by_label("Prénom").input_value() == "Zoé"
    accessible(page)
    keep_shot(page, "erreur-agent")
