"""Paper holds all that the screen holds: the rows of each printed list are counted in its PDF."""

import re
import unicodedata
from collections import Counter

import pytest
from playwright.sync_api import Page

from tests.factories.pdf import text_of_pdf
from tests.walks.steps import heading, log_in

SIGN = "àlireavantleservice"  # said to who does not see the sign beside a name
DAYS = ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"]


def names_on_screen(page: Page) -> Counter[str]:
    names = page.locator(".roster tbody th[scope=row], .tbl tbody th[scope=row]").all_inner_texts()
    return Counter(squeezed(name) for name in names if name.strip())


def squeezed(text: str) -> str:
    """Without spaces, and letters joined by the font (« ﬁ ») taken apart."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace(SIGN, "")


def lost_on_paper(page: Page) -> dict[str, int]:
    wanted, text = names_on_screen(page), text_of_pdf(page.pdf(prefer_css_page_size=True))
    printed = squeezed(text)
    longest = sorted(wanted, key=len, reverse=True)
    found = {}
    for name in longest:  # a name that begins another is counted once the longer one is taken out
        found[name] = printed.count(name)
        printed = printed.replace(name, "\n")
    return {name: wanted[name] - found[name] for name in wanted if found[name] < wanted[name]}


@pytest.mark.parametrize("path", ["liste", "semaine"])
def test_every_child_of_a_list_is_on_its_paper(open_page, demo, path):
    page = open_page()
    log_in(page, demo.account("solene.dumas"))
    heading(page, "Bonjour")
    page.goto(f"/saint-loup/agents/{path}/")
    sites = [""] + [
        value for value in page.locator("select[name=lieu] option").evaluate_all("o => o.map(e => e.value)")
    ]
    met = 0
    for day in DAYS if path == "liste" else DAYS[:1]:
        for site in dict.fromkeys(sites):
            page.goto(f"/saint-loup/agents/{path}/?date={day}&lieu={site}")
            met += sum(names_on_screen(page).values())
            assert lost_on_paper(page) == {}, page.url
    assert met > 300


@pytest.mark.parametrize("path", ["reservations/", "demandes/1/", ""])
def test_a_page_of_a_family_on_paper_says_whose_it_is_and_has_no_button(open_page, demo, path):
    """Neither town nor family, and the buttons with them."""
    page = open_page()
    log_in(page, demo.account("nadia.ferrand"))
    page.goto(f"/saint-loup/famille/{path}")
    text = text_of_pdf(page.pdf(prefer_css_page_size=True))
    assert squeezed("Mairie de Saint-Loup") in squeezed(text)
    assert squeezed("Nadia Ferrand") in squeezed(text)
    page.emulate_media(media="print")
    assert page.locator(".btn:visible, .foot:visible").count() == 0
