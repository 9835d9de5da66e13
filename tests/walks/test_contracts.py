"""Guide 003, pages 6 and 7: the contract signed on line or on paper, then the planning of the month (A17, A18)."""

import re

import pytest
from playwright.sync_api import Page, expect

from preau.kernel.french_words import of
from tests.walks.hands import Pointer, starting
from tests.walks.steps import Walk, accessible, log_in, mail_for, no_sideways_scroll
from tests.walks.test_guide_003 import open_menu

pytestmark = [pytest.mark.browser]

SLUG = "entre-rives"
DIRECTOR = "eudes.sasse"  # of the four crèches
ON_LINE = {  # a contract is signed once: each hand has its own
    "thumb": ("gaspard.hallebarde", "Ilona"),
    "mouse": ("aubepine.corvelle", "Lison"),
    "keyboard": ("theophraste.vergnole", "Côme"),
}
ON_PAPER = "tiburce.delaporte"


def open_contract(walk: Walk) -> None:
    """« Dans « Mes démarches », « Contrats d’accueil », vous pouvez voir votre contrat »."""
    open_menu(walk, "Mes démarches", "Contrats d’accueil")
    walk.on("Contrats d’accueil")
    walk.sees("Voici vos contrats d’accueil.")
    walk.hand.act(walk.page.get_by_role("main").get_by_role("link", name=re.compile("^Contrat n°")).first)
    walk.on("Contrat d’accueil")


def code_for(page: Page, login: str) -> str:
    found = re.search(r"\b(\d{6})\b", mail_for(page, "Votre code pour signer", login))
    assert found
    return found[1]


def countersign(desk: Page, demo, child: str) -> None:
    """The director signs last."""
    log_in(desk, demo.account(DIRECTOR, SLUG))
    desk.goto(f"/{SLUG}/agents/contrats/")
    desk.get_by_role("link", name=re.compile(child)).first.click()
    desk.get_by_role("button", name=starting("Signer pour la structure")).click()
    expect(desk.get_by_text("Contrat signé et scellé.")).to_be_visible()
    accessible(desk)
    expect(desk.get_by_text("Dossier de preuve")).to_be_visible()


def test_the_contract_is_read_to_its_end_and_signed_on_line_then_the_planning_is_seen(walk, demo, desk):
    login, child = ON_LINE[walk.manner]
    account = demo.account(login, SLUG)
    log_in(walk.page, account)
    walk.sees("attend votre signature")
    open_contract(walk)
    walk.sees("Pourquoi ce prix")
    walk.hand.follow("Lire et signer en ligne")
    walk.on("Lire et signer le contrat")
    sign = walk.page.get_by_role("button", name=starting("Signer le contrat"))
    expect(sign).to_be_disabled()
    walk.hand.read_to_the_end(walk.page.get_by_role("region", name="Texte du contrat"))
    expect(sign).to_be_enabled()
    walk.hand.press("Recevoir le code")
    walk.sees("Le code est parti")
    walk.hand.read_to_the_end(walk.page.get_by_role("region", name="Texte du contrat"))
    walk.hand.tick("J’ai lu le contrat jusqu’à la fin, et j’accepte de le signer en ligne")
    walk.hand.write("Code reçu par courriel", code_for(desk, account["login"]))
    walk.hand.press("Signer le contrat")
    walk.on("Contrat d’accueil")
    walk.sees("Vous avez signé.")
    countersign(desk, demo, child)
    walk.page.reload()
    walk.sees("Signé par tous")
    open_menu(walk, "Mes démarches", "Calendrier des inscriptions")
    walk.on("Calendrier des inscriptions")
    walk.hand.follow("planning mensuel")
    walk.on(f"Planning {of(child)}")
    for words in ("Réservée", "Présent", "Absence excusée", "Sortie scolaire", "Sur liste d’attente", "Majoration"):
        walk.sees(words)
    walk.hand.follow("Mois suivant")
    expect(walk.page.get_by_text("08:30").first).to_be_visible()
    accessible(walk.page)
    no_sideways_scroll(walk.page)


def test_the_contract_is_signed_on_paper_by_the_parent_of_another_home(open_page, demo, desk, photo):
    walk = Walk(Pointer(open_page(360)), "contracts-on-paper", manner="thumb")
    log_in(walk.page, demo.account(ON_PAPER, SLUG))
    open_contract(walk)
    expect(walk.page.get_by_text("€")).to_have_count(0)
    walk.hand.follow("Transmettre le contrat signé")
    walk.on("Transmettre le contrat signé")
    walk.hand.press("Transmettre le contrat signé")
    walk.sees("Choisissez un fichier")
    walk.hand.attach("Contrat signé et daté", photo)
    walk.hand.press("Transmettre le contrat signé")
    walk.on("Contrat d’accueil")
    walk.sees("Votre contrat signé est envoyé.")
    log_in(desk, demo.account(DIRECTOR, SLUG))
    desk.goto(f"/{SLUG}/agents/contrats/")
    desk.get_by_role("link", name=re.compile("Eulalie")).first.click()
    desk.get_by_role("button", name=starting("Accepter ce papier")).click()
    expect(desk.get_by_text("À vous de signer.")).to_be_visible()
    desk.get_by_role("button", name=starting("Signer pour la structure")).click()
    expect(desk.get_by_text("Contrat signé et scellé.")).to_be_visible()


def test_a_director_writes_a_contract_sees_its_price_and_sends_it(desk, demo):
    log_in(desk, demo.account(DIRECTOR, SLUG))
    desk.goto(f"/{SLUG}/agents/contrats/")
    desk.get_by_role("link", name=re.compile("Écrire le contrat.*Rose")).click()
    desk.get_by_label(starting("Mardi")).first.fill("8h30 à 17h")
    desk.get_by_role("button", name="Calculer le prix").click()
    expect(desk.get_by_role("heading", name="Ce que paiera la famille")).to_be_visible()
    expect(desk.get_by_text("ressources non communiquées").first).to_be_visible()
    accessible(desk)
    desk.get_by_role("button", name="Enregistrer le brouillon").click()
    desk.get_by_role("button", name="Envoyer aux parents").click()
    expect(desk.get_by_text("envoyé aux parents")).to_be_visible()
    for path in ("heures/", "renouvellement/", "?voir=en-cours"):
        desk.goto(f"/{SLUG}/agents/contrats/{path}")
        accessible(desk)


def test_an_agent_types_the_month_of_a_parent_who_calls(open_page, demo):
    page = open_page(360)
    log_in(page, demo.account(DIRECTOR, SLUG))
    page.wait_for_url(re.compile("/agents/"))
    page.goto(f"/{SLUG}/agents/contrats/?voir=en-cours")
    page.get_by_role("link", name=re.compile("Passerelle")).first.click()
    page.get_by_role("link", name=starting("Saisir")).last.click()
    expect(page.get_by_role("heading", level=1, name=starting("Planning"))).to_be_visible()
    no_sideways_scroll(page)
    accessible(page)
    first = page.get_by_role("main").get_by_role("textbox").first
    first.fill("demain")
    page.get_by_role("button", name="Enregistrer le mois").click()
    expect(page.get_by_text("Rien n’est enregistré.")).to_be_visible()
    expect(first).to_have_value("demain")
    accessible(page)
    first.fill("9h à 16h")
    page.get_by_role("button", name="Enregistrer le mois").click()
    expect(page.get_by_text("Le planning du mois est enregistré.")).to_be_visible()
    expect(page.get_by_text("Annoncé par", exact=False).first).to_be_visible()
