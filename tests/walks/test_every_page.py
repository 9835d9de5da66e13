"""Every page that the demo leads to: axe at 360 and in dark, no sideways scroll at 320, errors and empty states."""

import json
import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.walks import test_family_desk, test_first_walk, test_guide_002, test_moments, test_separated
from tests.walks.crawl import Met, survey
from tests.walks.steps import accessible, keep_shot, log_in, no_sideways_scroll, slug_of

# The first test of an audience follows its links before it looks at its pages: minutes, on a busy machine.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("walks"), pytest.mark.timeout(900)]

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
    "/pays-mellifere/creer-mon-espace/",
    "/pays-mellifere/creer-mon-espace/verification/inconnu/",
    "/nulle-part/",
    "/demo/courriels/",
    "/demo/galerie/",
    "/val-fleuri/",
    "/pays-mellifere/",
    "/kerploz/",
    "/entre-rives/",
]
# The collectivités whose families and agents are followed, the richest in states first. Kerploz has its own walk.
FOLLOWED = ("pays-mellifere", "saint-loup", "entre-rives", "val-fleuri")
# Those who hold a page that few others have: met first, the survey ends sooner.
MET_FIRST = ("bertrade.sauvageon", "perpetue.valombre", "anthelme.clairvaux", "leopold.marcassin")
# Pages to which no link leads, each with the walk that looks at it with axe, at 360 px.
OF_A_MOMENT: dict[str, Callable[..., None]] = {
    "family:booking_done": test_first_walk.test_at_360_pixels_with_one_thumb,
    "family:booking_recap": test_first_walk.test_at_360_pixels_with_one_thumb,
    "family:enrolment_same": test_moments.test_the_same_enrolment_for_a_brother,
    "family:procedure_sent": test_guide_002.test_the_four_steps_of_the_year,
    "staff:child_contact_photo": test_family_desk.test_the_team_sees_the_face_of_who_collects_a_child,
    "staff:custody_calendar": test_separated.test_the_calendar_of_two_homes_on_a_phone,
}
# What a button opens beside a page, by the name of the page that it opens.
BESIDE = {
    "family:booking_grid": {
        "family:booking_grid": "?vue=semaine&debut=2026-12-07",
        "family:booking_periodicity": "periodicite/",
    }
}
ELSEWHERE = {*OF_A_MOMENT, *(name for opened in BESIDE.values() for name in opened)} - set(BESIDE)
ERROR_TITLE = re.compile("^Erreur,")
MAY_STAY_EMPTY = {"family:dossier_part part=people"}  # a person may be added, or none
EMPTY_SEARCHES = ("familles/?q=zzzz", "demarches/?q=zzzz", "liste/?date=2026-12-25")
# A form that lacks a compulsory answer: it is sent as it is.
LACKING = """() => {
  const lacks = e => e.required && (e.type === 'radio'
    ? !e.form.querySelector(`[name="${e.name}"]:checked`) : e.type === 'checkbox' ? !e.checked : !e.value);
  const forms = [...document.querySelectorAll('main form[method=post][novalidate]')];
  const form = forms.find(each => [...each.elements].some(lacks));
  if (!form) return false;
  (form.querySelector('.btn.go') || form.querySelector('button')).click();
  return true;
}"""


def check(page: Page, path: str, name: str) -> None:
    """Axe reads each page at 360 px and in the dark; the narrowest screen adds only its width."""
    page.goto(path)
    no_sideways_scroll(page)
    if page.viewport_size["width"] > 320:  # type: ignore[index]
        accessible(page)
    keep_shot(page, name)


@pytest.fixture(scope="module")
def followed(demo):
    """The accounts to follow, by role."""
    accounts = json.loads((demo.data / "accounts.json").read_text(encoding="utf-8"))

    def of(*roles: str) -> list[dict[str, str]]:
        found = [each for each in accounts if each["role"] in roles and each["organisation"] in FOLLOWED]
        return sorted(found, key=lambda each: (each["login"] not in MET_FIRST, FOLLOWED.index(each["organisation"])))

    return of


@pytest.fixture(scope="module")
def family_pages(bare_page, followed) -> list[Met]:
    return survey(bare_page, followed("family"), "family", elsewhere=ELSEWHERE)


@pytest.fixture(scope="module")
def staff_pages(bare_page, followed) -> list[Met]:
    return survey(bare_page, followed("agent", "manager", "admin"), "staff", elsewhere=ELSEWHERE)


def look_at(open_page, found: list[Met], width: int, scheme: str) -> None:
    for met in found:
        page = open_page(width, scheme=scheme)
        log_in(page, met.account)
        page.wait_for_url(lambda url: "/connexion/" not in url)
        for name, address in met.pages.items():
            for more in ("", *BESIDE.get(name, {}).values()):
                check(page, address + more, f"{scheme}-{slug_of(name + more)}")
        page.context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_public_pages(open_page, width, scheme):
    page = open_page(width, scheme=scheme)
    for path in PUBLIC:
        check(page, path, f"{scheme}-{slug_of(path)}")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_family_pages(open_page, family_pages, width, scheme):
    look_at(open_page, family_pages, width, scheme)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_staff_pages(open_page, staff_pages, width, scheme):
    look_at(open_page, staff_pages, width, scheme)


def test_searches_that_find_nothing(demo, open_page):
    page = open_page(360)
    log_in(page, demo.account("solene.dumas"))
    page.wait_for_url("**/agents/")
    for path in EMPTY_SEARCHES:
        check(page, f"/saint-loup/agents/{path}", f"vide-{slug_of(path)}")


def test_forms_that_lack_an_answer(open_page, family_pages, staff_pages):
    """Each says so at the top and at the field, and its title begins with « Erreur, »."""
    page, sent = open_page(360), 0
    page.goto("/pays-mellifere/creer-mon-espace/")
    assert page.evaluate(LACKING)
    expect(page).to_have_title(ERROR_TITLE)
    accessible(page)
    for met in [*family_pages, *staff_pages]:
        page = open_page(360)
        log_in(page, met.account)
        page.wait_for_url(lambda url: "/connexion/" not in url)
        for name, address in met.pages.items():
            page.goto(address)
            if name not in MAY_STAY_EMPTY and page.evaluate(LACKING):
                expect(page).to_have_title(ERROR_TITLE)
                accessible(page)
                no_sideways_scroll(page)
                keep_shot(page, f"erreur-{slug_of(name)}")
                sent += 1
        page.context.close()
    assert sent > 8
