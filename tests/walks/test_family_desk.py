"""What an agent does with a family's file: merge a child written twice, print the file (A24)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.walks.hands import Keyboard, Pointer
from tests.walks.journeys import open_family
from tests.walks.steps import Walk, heading, keep_shot, log_in

pytestmark = [pytest.mark.browser]

SLUG = "pays-mellifere"
AGENT = "violaine.butineau"
CHILD = "Perceval Vaucelles"
SHEET_OF_PAPER = 794  # A4 at 96 dots per inch


@pytest.fixture
def agent(demo, open_page) -> Walk:
    made = Walk(Keyboard(open_page()), "dossier")
    log_in(made.page, demo.account(AGENT, SLUG))
    heading(made.page, "Bonjour")
    return made


def test_two_records_of_one_child_become_one_without_loss(agent):
    agent.page.goto(f"/{SLUG}/agents/doublons/")
    agent.on("Doublons")
    pair = agent.page.get_by_role("link", name=re.compile(f"^Comparer.*{CHILD}, {CHILD}"))
    agent.hand.act(pair)
    agent.on("Comparer deux fiches")
    agent.hand.press("Voir ce qui change")
    agent.on("Fusionner deux fiches")
    agent.hand.press("Fusionner")
    agent.sees("Cochez cette case si vous en êtes sûr.")
    agent.hand.tick("J’ai vérifié : ces deux fiches sont la même personne")
    agent.hand.press("Fusionner")
    agent.sees("Les deux fiches n’en font plus qu’une.")
    # Both households hold the one child, which keeps the person that each of them had named.
    agent.hand.follow(CHILD)
    agent.on(CHILD)
    for first_name in ("Odette", "Firmin"):
        agent.sees(f"{first_name} Vaucelles")
    expect(agent.page.get_by_role("link", name=re.compile(r"^Dossier n° \d+"))).to_have_count(2)
    agent.page.goto(f"/{SLUG}/agents/doublons/")
    heading(agent.page, "Doublons")
    expect(pair).to_have_count(0)


def printed(page: Page) -> None:
    """As on paper: the width of a sheet, the rules of a printer."""
    page.set_viewport_size({"width": SHEET_OF_PAPER, "height": 1123})
    page.emulate_media(media="print")


def test_the_printed_file_says_everything_and_shows_no_menu(agent):
    open_family(agent, SLUG, "sauvageon")
    agent.on("Sauvageon")
    page = agent.page
    printed(page)
    keep_shot(page, "dossier-imprime")
    main = page.get_by_role("main")
    titles = main.get_by_role("heading", level=2, include_hidden=True)
    hidden = [title.inner_text() for title in titles.all() if not title.is_visible()]
    assert hidden == ["Journal du dossier"]  # the service's own
    for words in ("Dossier famille n°", "Lucien Sauvageon", "Bertrade Sauvageon", "Albertine Sauvageon", "Adresse"):
        expect(main.get_by_text(words).first).to_be_visible()
    for role in ("navigation", "button"):
        expect(page.get_by_role(role)).to_have_count(0)
    for name in ("Démarche au guichet", "Envoyer un document", "Corriger"):
        expect(page.get_by_role("link", name=re.compile(name))).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= SHEET_OF_PAPER


def test_the_team_sees_the_face_of_who_collects_a_child(demo, open_page):
    phone = Walk(Pointer(open_page(360)), "visage")
    log_in(phone.page, demo.account(AGENT, SLUG))
    heading(phone.page, "Bonjour")
    open_family(phone, SLUG, "sauvageon")
    phone.hand.follow("Lucien Sauvageon")
    face = phone.page.get_by_role("img", name="Photo d’Albertine")
    face.scroll_into_view_if_needed()
    expect(face).to_have_js_property("naturalWidth", 256)
    phone.on("Lucien Sauvageon")
