"""What activities cost: guide 003 (page 11), the simulators of 000 and 004, the quotient that an agent writes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.walks.hands import Keyboard, Pointer, starting
from tests.walks.steps import Walk, accessible, log_in, no_sideways_scroll
from tests.walks.test_guide_003 import open_menu

pytestmark = [pytest.mark.browser]


def unfold(page: Page, title: str) -> None:
    page.locator("summary").filter(has_text=title).first.click()


def test_prices_unfold_and_follow_the_quotient_of_the_household(demo, open_page, desk):
    page = open_page(360)
    walk = Walk(Pointer(page), "tarifs", manner="thumb")
    account = demo.account("seraphine.duquai", "entre-rives")
    log_in(desk, demo.account("ondine.galinier", "entre-rives"))
    desk.wait_for_url(re.compile("/agents/"))
    desk.goto("/entre-rives/agents/familles/?q=Duquai")
    if "/familles/?q=" in desk.url:
        desk.get_by_role("main").get_by_role("link", name=re.compile("Duquai")).first.click()
    desk.get_by_role("link", name="Tarifs", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Quotient et tarifs")
    desk.get_by_label("D’où il vient").select_option(label="Non communiqué par la famille")
    desk.get_by_label(starting("Lu où")).fill("rien n’a été transmis")
    desk.get_by_role("button", name="Enregistrer").click()
    expect(desk.get_by_text("Quotient enregistré.")).to_be_visible()
    accessible(desk)
    log_in(page, account)
    open_menu(walk, "Factures", "Tarifs")
    walk.on("Tarifs")
    walk.sees("n’est pas connu")
    expect(page.get_by_text("14,00 €").first).to_be_visible()
    unfold(page, "Accueils matin et soir")
    expect(page.get_by_text("0,63 €").first).to_be_visible()
    desk.get_by_label("D’où il vient").select_option(label="Caf")
    desk.get_by_label(starting("Quotient familial")).fill("742")
    desk.get_by_label(starting("Lu où")).fill("attestation Caf de janvier")
    desk.get_by_role("button", name="Enregistrer").click()
    expect(desk.get_by_text("742", exact=True)).to_be_visible()
    page.reload()
    walk.sees("Quotient familial")
    expect(page.get_by_text("3,00 €").first).to_be_visible()
    page.get_by_text("Pourquoi ce prix").locator("visible=true").first.click()
    expect(page.get_by_text("742, tranche plus de 700, jusqu’à 800, Caf").first).to_be_visible()
    no_sideways_scroll(page)
    accessible(page)


@pytest.mark.parametrize("slug", ["val-fleuri", "kerploz"])
def test_anybody_estimates_its_prices_by_keyboard(open_page, slug):
    page = open_page(360)
    page.goto(f"/{slug}/")
    page.get_by_role("link", name=starting("Simulateur de tarifs")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Simulateur de tarifs")
    hand = Keyboard(page)
    hand.write("Quotient familial", "mille")
    hand.press("Estimer mes tarifs")
    expect(page.get_by_role("link", name=re.compile("Écrivez un nombre"))).to_be_visible()
    expect(page.get_by_label(starting("Quotient familial"))).to_have_value("mille")
    accessible(page)
    hand.write("Quotient familial", "800")
    hand.press("Estimer mes tarifs")
    expect(page.get_by_role("heading", level=2, name="Vos tarifs")).to_be_visible()
    expect(page.get_by_text("€").first).to_be_visible()
    no_sideways_scroll(page)
    accessible(page)
