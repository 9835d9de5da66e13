"""The profile with a wide menu: its home and its menu, opened entry after entry, on a desk and on a phone (A25)."""

import pytest
from playwright.sync_api import expect

from tests.walks.hands import Keyboard, Pointer
from tests.walks.steps import heading, log_in, look, slug_of

pytestmark = [pytest.mark.browser]

SLUG = "entre-rives"
PARENT = "ysaline.beaugue"
GROUPS = ("Mes démarches", "Factures", "Infos", "Ma famille")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_home_and_its_menu(demo, open_page, width):
    page = open_page(width)
    hand = Keyboard(page) if width == 1280 else Pointer(page)
    page.goto(f"/{SLUG}/")
    heading(page, "Bienvenue")
    look(page, "menu-large-public")
    log_in(page, demo.account(PARENT, SLUG))
    heading(page, "Bonjour")
    look(page, "menu-large-accueil")
    menu = page.get_by_role("navigation", name="Menu principal")
    expect(menu.locator("summary")).to_have_text(GROUPS)
    for words in GROUPS:
        # By the name of the group: « Gérer les infos sanitaires » stands in another one.
        group = menu.get_by_role("group").filter(has=page.locator("summary").get_by_text(words, exact=True))
        hand.act(group.locator("summary"))
        expect(group.get_by_role("link").first).to_be_visible()
        look(page, f"menu-large-{slug_of(words)}")
    # One group at a time, and an entry leads where it says.
    expect(menu.locator("details[open]")).to_have_count(1)
    hand.act(menu.get_by_role("link", name="Informations du foyer", exact=True))
    heading(page, "Entourage")
