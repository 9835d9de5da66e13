"""Every page that the demo leads to: axe at 360 and in dark, no sideways scroll at 320, errors and empty states."""

import json
import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.walks import (
    test_absences,
    test_agents_day,
    test_contracts,
    test_family_desk,
    test_first_walk,
    test_guide_002,
    test_moments,
    test_separated,
    test_week,
)
from tests.walks.crawl import Met, survey
from tests.walks.steps import accessible, keep_shot, log_in, no_sideways_scroll, slug_of

# The first test of an audience follows its links before it looks at its pages: minutes, on a busy machine.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

IS_WHOLE = bool(os.environ.get("AUDIT_FULL"))
# Each address is opened once, at 360 px in light, and read whole by axe; then the same page is made narrow, then wide
# and dark, where only what depends on it is read again. The whole matrix is for bin/audit.
MATRIX = [(width, scheme) for width in (320, 768, 1280) for scheme in ("light", "dark")] if IS_WHOLE else []
PUBLIC = [
    "/",
    "/?q=rien-du-tout",
    "/saint-loup/",
    "/saint-loup/actualites/",
    "/saint-loup/simulateur-de-tarifs/",
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
MET_FIRST = (
    *("bertrade.sauvageon", "perpetue.valombre", "anthelme.clairvaux", "leopold.marcassin", "melisande.corbeval"),
    *("thomas.quemener", "hugo.bastide", "aicha.morvan", "olivier.prunier"),
    *("seraphine.duquai", "gaspard.hallebarde", "nolwenn.passerelle", "ysaline.beaugue", "eglantine.paquerette"),
    *("gaetan.rucher", "ferdinand.hydromel", "solene.dumas", "ondine.galinier", "eudes.sasse", "ondine.passeret"),
    "sidonie.coquelin",
)
# Pages to which no link leads, each with the walk that looks at it with axe, at 360 px.
OF_A_MOMENT: dict[str, Callable[..., None]] = {
    "family:booking_done": test_first_walk.test_at_360_pixels_with_one_thumb,
    "family:booking_recap": test_first_walk.test_at_360_pixels_with_one_thumb,
    "family:basket": test_week.test_no_tick_is_lost_by_tabs_back_or_a_closed_browser,
    "family:subscription": test_moments.test_a_standing_booking_is_suspended_on_a_phone,
    "family:enrolment_same": test_moments.test_the_same_enrolment_for_a_brother,
    "family:absence_recap": test_absences.test_several_children_for_a_part_of_the_day,
    "family:absence_sent": test_absences.test_several_children_for_a_part_of_the_day,
    "family:absence_back": test_absences.test_out_of_time_then_the_child_comes_after_all,
    "family:procedure_sent": test_guide_002.test_the_four_steps_of_the_year,
    "staff:contract_month": test_contracts.test_an_agent_types_the_month_of_a_parent_who_calls,
    "staff:mailing": test_agents_day.test_who_has_not_sent_the_vaccines_in_two_clicks_and_a_reminder,
    "staff:mails": test_agents_day.test_mails_that_could_not_leave_have_their_page,
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
# What a tablet opens by itself: walked, and looked at, in test_attendance.
OF_A_TABLET = {f"staff:attendance_{name}" for name in ("offline", "unlock", "worker")}
ELSEWHERE = {*OF_A_TABLET, *OF_A_MOMENT, *(name for opened in BESIDE.values() for name in opened)} - set(BESIDE)
ERROR_TITLE = re.compile("^Erreur,")
LOOKS = 20  # at a page that is still being laid out
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
    """Look at one page in each way: at 360 px, at 320, at 1280 in the dark."""
    page.goto(path)
    no_sideways_scroll(page)
    under_the_finger(page)
    accessible(page)
    keep_shot(page, f"light-{name}")
    resize(page, 320, "light")
    no_sideways_scroll(page)
    resize(page, 1280, "dark")
    no_sideways_scroll(page)
    accessible(page, only=["color-contrast"])
    keep_shot(page, f"dark-{name}")
    for width, scheme in MATRIX:
        resize(page, width, scheme)
        no_sideways_scroll(page)
        accessible(page)
        keep_shot(page, f"{scheme}-{name}")
    resize(page, 360, "light")


def resize(page: Page, width: int, scheme: str) -> None:
    # Colours do not glide: they are measured at once.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})


COVERED = """() => [...document.querySelectorAll('.btn.go')].filter(button => {
  if (!button.checkVisibility || !button.checkVisibility()) return false;
  if (!button.closest('.bar')) button.scrollIntoView({block: 'center', behavior: 'instant'});
  const box = button.getBoundingClientRect();
  const met = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return !met || !(button === met || button.contains(met));
}).map(button => button.innerText)"""


def under_the_finger(page: Page) -> None:
    """What is under the middle of a filled button is that button, not a shortcut over it: in a bar, where it stands.

    A window that has just been given its size is looked at again until it has taken it.
    """
    for _ in range(LOOKS):
        covered = page.evaluate(COVERED)
        if not covered:
            break
        page.wait_for_timeout(100)
    page.evaluate("scrollTo(0, 0)")
    assert covered == [], page.url


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


def look_at(open_page, found: list[Met]) -> None:
    for met in found:
        page = open_page(360)
        log_in(page, met.account)
        page.wait_for_url(lambda url: "/connexion/" not in url)
        for name, address in met.pages.items():
            for more in ("", *BESIDE.get(name, {}).values()):
                check(page, address + more, slug_of(name + more))
        page.context.close()


def test_public_pages(open_page):
    page = open_page(360)
    for path in PUBLIC:
        check(page, path, slug_of(path))


def test_family_pages(open_page, family_pages):
    look_at(open_page, family_pages)


def test_staff_pages(open_page, staff_pages):
    look_at(open_page, staff_pages)


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
