"""A manager publishes a document, a parent downloads it, a visitor is not shown it (A12)."""

import pytest
from playwright.sync_api import expect

from tests.walks.hands import Keyboard, Pointer
from tests.walks.steps import Walk, heading, log_in

pytestmark = [pytest.mark.browser]

SLUG = "pays-mellifere"
MANAGER, PARENT = "violaine.butineau", "ludger.sainteavoie"
TITLE = "Menus du marché d’hiver"


def publish(manager: Walk, path) -> None:
    manager.page.goto(f"/{SLUG}/agents/publications/")
    manager.on("Documents à télécharger")
    manager.hand.follow("Publier un document")
    manager.on("Publier un document")
    manager.hand.write("Titre", TITLE)
    manager.hand.pick("Rubrique", "Plaquette ou calendrier")
    manager.hand.answer("Qui peut le télécharger", "les familles connectées seulement")
    manager.hand.attach("Fichier", path)
    manager.hand.press("Publier")
    manager.on(TITLE)


def withdraw(manager: Walk) -> None:
    manager.page.goto(f"/{SLUG}/agents/publications/")
    manager.on("Documents à télécharger")
    manager.hand.follow(TITLE)
    manager.on(TITLE)
    manager.hand.press("Retirer")
    expect(manager.page.get_by_role("button", name="Retirer")).to_have_count(0)


def test_a_document_is_published_downloaded_then_withdrawn(demo, open_page, scan):
    manager, parent = Walk(Keyboard(open_page()), "publier"), Walk(Pointer(open_page(360)), "telecharger")
    log_in(manager.page, demo.account(MANAGER, SLUG))
    heading(manager.page, "Bonjour")
    publish(manager, scan)
    log_in(parent.page, demo.account(PARENT, SLUG))
    heading(parent.page, "Bonjour")
    parent.page.goto(f"/{SLUG}/famille/editions/")
    parent.on("Édition de documents")
    with parent.page.expect_download() as got:
        parent.hand.follow(TITLE)
    assert got.value.path().read_bytes().startswith(b"%PDF-")
    assert got.value.suggested_filename.endswith(".pdf")
    visitor = open_page(360)
    visitor.goto(f"/{SLUG}/")
    expect(visitor.get_by_text(TITLE)).to_have_count(0)
    withdraw(manager)
    parent.page.reload()
    parent.on("Édition de documents")
    expect(parent.page.get_by_text(TITLE)).to_have_count(0)
