"""An agent decides fifty mixed démarches without the mouse; the queue on a phone; axe."""

import re
import subprocess
import sys
import time

import pytest
from playwright.sync_api import Page, expect

from tests.walks.conftest import ROOT, TODAY, Demo, clean_environment
from tests.walks.steps import accessible, heading, keep_shot, log_in, no_sideways_scroll

pytestmark = [pytest.mark.browser]

SLUG = "pays-mellifere"
ACTIVE = "document.activeElement.getAttribute('name') || document.activeElement.id"
MAX_TABS = 40
COUNT = 50


def send_cases(demo: Demo, count: int) -> None:
    """Put so many démarches more in the inbox: what other walks sent or decided does not count."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.walks.cases", str(demo.data), SLUG, TODAY, str(count)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a control has the focus, as far as a person would bear."""
    for _press in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(ACTIVE) == name:
            return
    raise AssertionError(f"{name} is not reached by {MAX_TABS} Tabs")


def on_next_heading(page: Page, before: str) -> str:
    """Wait for the page after a decision: its case is another one and its heading has the focus."""
    expect(page.locator("#h-d + small")).not_to_have_text(before)
    assert page.evaluate(ACTIVE) == "h-d"
    return page.locator("#h-d + small").inner_text()


def how_many(page: Page) -> int:
    return int(re.sub(r"\D", "", page.get_by_role("link", name=re.compile("^À traiter")).inner_text()))


def test_an_agent_decides_fifty_démarches_with_the_keyboard_alone(open_page, demo, record_property):
    send_cases(demo, COUNT)
    page = open_page()
    log_in(page, demo.account("gaetan.rucher", SLUG))
    page.goto(f"/{SLUG}/agents/demarches/")
    heading(page, "Démarches à traiter")
    waiting = how_many(page)
    assert waiting >= COUNT
    accessible(page)
    # The queue is reached by Tab, and its first démarche opened by Enter.
    for _press in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.queue a') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/demarches/\d+/"))
    assert page.evaluate(ACTIVE) == "h-d"
    accessible(page)
    keep_shot(page, "inbox-case")
    said, started = page.locator("#h-d + small").inner_text(), time.monotonic()
    for done in range(COUNT):
        match done % 5:
            case 0:  # refuse, with a ready-made sentence
                tab_to(page, "decision")
                page.keyboard.press("ArrowRight")
                page.keyboard.press("ArrowRight")
                tab_to(page, "reason")
                page.keyboard.type("Ce n’est pas possible.")
            case 1:  # ask for a word
                tab_to(page, "decision")
                page.keyboard.press("ArrowRight")
                tab_to(page, "reason")
                page.keyboard.type("Quelle date ?")
            case _:  # accept, which is already chosen
                tab_to(page, "decision")
                page.keyboard.press("Enter")
                said = on_next_heading(page, said)
                continue
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        said = on_next_heading(page, said)
    assert how_many(page) == waiting - COUNT
    record_property("seconds for fifty decisions", round(time.monotonic() - started))


def test_single_keys_work_once_asked_for_and_not_before(open_page, demo):
    send_cases(demo, 2)
    page = open_page()
    log_in(page, demo.account("violaine.butineau", SLUG))
    page.goto(f"/{SLUG}/agents/demarches/")
    page.get_by_role("link", name=re.compile("n° ")).first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/demarches/\d+/"))
    url = page.url
    page.keyboard.press("j")
    assert page.url == url
    page.get_by_text("Raccourcis clavier").focus()
    page.keyboard.press("Enter")
    page.get_by_label(re.compile("Une seule touche suffit")).focus()
    page.keyboard.press("Space")
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.value") == "refuse"
    page.keyboard.press("j")
    expect(page).not_to_have_url(url)
    page.get_by_role("searchbox", name="Rechercher").focus()
    page.keyboard.type("jjj")
    expect(page.get_by_role("searchbox", name="Rechercher")).to_have_value("jjj")


def test_a_ready_made_sentence_goes_into_the_text(open_page, demo):
    send_cases(demo, 2)
    page = open_page()
    log_in(page, demo.account("violaine.butineau", SLUG))
    page.goto(f"/{SLUG}/agents/demarches/")
    page.get_by_label("Ajouter un mot à la famille").check()
    choice = page.get_by_label(re.compile("Phrase toute prête"))
    title = choice.locator("option").nth(1).inner_text()
    choice.select_option(title)
    expect(page.get_by_label(re.compile("Mot à la famille"))).not_to_have_value("")
    expect(choice).to_have_value("")


def test_the_queue_and_the_case_are_two_pages_on_a_phone(open_page, demo):
    send_cases(demo, 2)
    page = open_page(360)
    log_in(page, demo.account("gaetan.rucher", SLUG))
    page.goto(f"/{SLUG}/agents/demarches/")
    no_sideways_scroll(page)
    accessible(page)
    expect(page.locator("#detail")).to_be_hidden()
    page.locator("summary", has_text="Filtrer").click()
    no_sideways_scroll(page)
    page.locator("summary", has_text="Filtrer").click()
    page.locator(".queue a").first.click()
    expect(page.locator("#detail")).to_be_visible()
    expect(page.locator(".queue")).to_be_hidden()
    no_sideways_scroll(page)
    accessible(page)
    page.get_by_role("link", name="Démarches à traiter").click()
    expect(page.locator(".queue")).to_be_visible()


def test_one_goes_from_document_to_document_with_a_key_and_sees_their_pages(open_page, demo):
    page = open_page()
    log_in(page, demo.account("gaetan.rucher", SLUG))
    page.goto(f"/{SLUG}/agents/demarches/1/")
    page.get_by_text("Raccourcis clavier").click()
    page.get_by_label(re.compile("Une seule touche suffit")).check()
    folds = page.locator("details[name=pieces]")
    folds.first.evaluate("piece => { piece.open = true }")  # as where none has been checked: other walks check these
    for key, place in (("n", 1), ("n", 2), ("b", 1)):
        page.keyboard.press(key)
        expect(folds.nth(place)).to_have_attribute("open", "")
        expect(folds.nth(place).locator("summary")).to_be_focused()
    expect(page.locator("details[name=pieces][open]")).to_have_count(1)
    page.keyboard.press("b")
    expect(folds.first.get_by_role("img", name=re.compile("page 1"))).to_have_js_property("naturalWidth", 1000)
    accessible(page)
