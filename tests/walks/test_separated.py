"""Two homes, one child: an agent writes its calendar, each parent finds its days, an objection freezes acts (A28)."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.walks.hands import Keyboard, Pointer, named
from tests.walks.journeys import open_family
from tests.walks.steps import Walk, heading, log_in, look, open_calendar

pytestmark = [pytest.mark.browser]

SLUG = "pays-mellifere"
AGENT = "violaine.butineau"
MOTHER, FATHER = "sixtine.aubrelle", "rodolphe.lormont"
HERS, HIS = "lundi 7 décembre", "lundi 14 décembre"


def option_with(field: Locator, words: str) -> str:
    """The whole label of the option that says these words."""
    return str(field.locator("option").filter(has_text=words).first.inner_text())


def open_custody(agent: Walk) -> None:
    open_family(agent, SLUG, "aubrelle")
    agent.hand.follow("Ninon Lormont")
    heading(agent.page, "Ninon Lormont")
    agent.hand.follow("Responsables et garde")
    agent.on("Responsables et garde")


def write_calendar(agent: Walk) -> None:
    """A week with each, from a Monday on: tried first, then kept."""
    open_custody(agent)
    agent.hand.act(agent.page.get_by_role("link", name=re.compile("^(Choisir un|Modifier le) calendrier")))
    agent.on("Calendrier de résidence")
    for label, who in (("Premier parent", "Sixtine"), ("Second parent", "Rodolphe")):
        agent.hand.pick(label, option_with(agent.hand.field(label), who))
    agent.hand.pick("L’enfant vit en alternance", "Une semaine sur deux, à partir d’une date")
    agent.hand.write("Premier jour chez le premier parent", "2026-12-07")
    agent.hand.press("Voir les prochaines semaines")
    agent.sees("Essai, pas encore enregistré")
    expect(agent.page.get_by_role("cell", name="14/12, Rodolphe")).to_be_visible()
    agent.hand.press("Enregistrer le calendrier")
    agent.sees("Le calendrier de résidence est enregistré.")
    agent.sees("Une semaine sur deux chez Sixtine Aubrelle, une semaine sur deux chez Rodolphe Lormont.")
    look(agent.page, "garde-enregistree")


def day(page: Page, words: str) -> Locator:
    return page.get_by_role("group", name=words)


def finds_its_days(page: Page, account: dict[str, str], *, mine: str, theirs: str) -> None:
    log_in(page, account)
    heading(page, "Bonjour")
    open_calendar(page, SLUG, "Ninon", "Accueil périscolaire")
    page.get_by_role("button", name="Mois suivant").click()
    expect(page.get_by_role("heading", level=2, name="Décembre 2026")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Chez vous une semaine sur deux")).to_be_visible()
    expect(day(page, mine).get_by_role("checkbox")).to_have_count(2)
    expect(day(page, theirs).get_by_role("checkbox")).to_have_count(0)
    expect(day(page, theirs).get_by_text("chez l’autre parent").first).to_be_visible()
    look(page, f"garde-{account['login']}")


def objects(parent: Walk) -> None:
    parent.page.goto(f"/{SLUG}/famille/entourage/")
    parent.hand.follow("Ninon Lormont")
    parent.on("Ninon Lormont")
    parent.hand.follow("Je ne suis pas d’accord avec une démarche de l’autre parent")
    parent.sees("Écrire une opposition")
    look(parent.page, "garde-opposition")
    parent.hand.write("Ce à quoi vous vous opposez, et pourquoi", "Je ne veux pas que Ninon mange à la cantine.")
    parent.hand.press("Je m’oppose")
    parent.sees("Votre opposition est enregistrée.")


def enrol(agent: Walk) -> None:
    """« Inscrire un enfant » at the counter."""
    open_family(agent, SLUG, "aubrelle")
    agent.hand.follow("Démarche au guichet")
    agent.on("Démarche au guichet")
    agent.hand.follow("Inscrire un enfant, terminer une inscription")
    agent.on("Inscriptions")
    agent.hand.pick("Enfant", option_with(agent.hand.field("Enfant"), "Ninon"))
    agent.hand.pick("Activité", option_with(agent.hand.field("Activité"), "Restauration - École des Bruyères"))
    agent.hand.act(agent.page.get_by_role("button", name=named("Inscrire")))


def test_each_parent_finds_its_days_and_an_objection_freezes_the_acts(demo, open_page):
    agent = Walk(Keyboard(open_page()), "garde-agent")
    log_in(agent.page, demo.account(AGENT, SLUG))
    heading(agent.page, "Bonjour")
    write_calendar(agent)
    mother, father = open_page(360), open_page(360)
    finds_its_days(mother, demo.account(MOTHER, SLUG), mine=HERS, theirs=HIS)
    finds_its_days(father, demo.account(FATHER, SLUG), mine=HIS, theirs=HERS)
    objects(Walk(Pointer(father), "garde-parent"))
    enrol(agent)
    agent.on("Une opposition écrite est enregistrée")
    agent.hand.follow("Ouvrir « Responsables et garde »")
    agent.on("Responsables et garde")
    agent.sees("Une opposition écrite est enregistrée pour cet enfant")
    # The other parent is not told who objects, nor why.
    mother.goto(f"/{SLUG}/famille/")
    expect(mother.get_by_text("cantine")).to_have_count(0)
    agent.hand.write("Pourquoi l’opposition est levée", "Accord écrit des deux parents.")
    agent.hand.press("Lever l’opposition")
    agent.sees("L’opposition est levée.")
    enrol(agent)
    expect(agent.page.get_by_role("row").filter(has_text="Restauration")).to_be_visible()


def test_the_calendar_of_two_homes_on_a_phone(demo, open_page):
    """Of parents who have one already: it is read, and its form looked at."""
    agent = Walk(Pointer(open_page(360)), "garde-telephone")
    log_in(agent.page, demo.account(AGENT, SLUG))
    heading(agent.page, "Bonjour")
    open_family(agent, SLUG, "desvignes")
    agent.hand.follow("Anatolie Desvignes")
    agent.on("Anatolie Desvignes")
    agent.hand.follow("Responsables et garde")
    agent.on("Responsables et garde")
    agent.sees("Semaines paires chez Ombeline Desvignes, semaines impaires chez Léopold Marcassin.")
    agent.hand.follow("Modifier le calendrier")
    agent.on("Calendrier de résidence")
