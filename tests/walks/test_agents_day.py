"""The agent's day, counted in actions: found, booked, decided, written at the counter, reminded."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.walks.steps import accessible, heading, log_in, no_sideways_scroll

pytestmark = [pytest.mark.browser]
AGENT, SLUG = "gaetan.rucher", "pays-mellifere"


class Hand:
    """Counts clicks, keys and typed words as one action each."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def click(self, target: Locator) -> None:
        target.click()
        self.actions += 1

    def search(self, words: str) -> None:
        """Type in the field of the menu, then Enter."""
        self.page.get_by_role("searchbox", name="Rechercher").fill(words)
        self.page.keyboard.press("Enter")
        self.actions += 1


def at_the_desk(open_page, demo, width=1280, *, who=AGENT, slug=SLUG) -> Hand:
    page = open_page(width)
    log_in(page, demo.account(who, slug))
    heading(page, "Bonjour")
    return Hand(page)


def test_canteen_and_evening_for_both_children_in_six_actions(open_page, demo):
    hand = at_the_desk(open_page, demo, who="solene.dumas", slug="saint-loup")
    page = hand.page
    hand.search("nadia ferrand")
    heading(page, "Ferrand")
    hand.click(page.get_by_role("link", name="Réserver", exact=True))
    heading(page, "Réserver pour la famille")
    accessible(page)
    for moment in ("Repas, Restauration scolaire", "Soir, Accueil périscolaire"):
        boxes = page.get_by_role("button", name=re.compile(rf"{moment}.*pour tous"))
        hand.click(boxes.last)
        expect(page.locator("input[name=garde]")).not_to_have_count(0)
    hand.click(page.get_by_role("button", name="Relire"))
    heading(page, "Relire avant d’enregistrer")
    accessible(page)
    if page.get_by_label("Motif").is_visible():
        page.get_by_label("Motif").fill("Au téléphone")
    hand.click(page.get_by_role("button", name="Enregistrer pour la famille"))
    expect(page.get_by_text(re.compile(r"Demandes? n°.*ajout|retrait")).first).to_be_visible()
    assert hand.actions <= 6


def test_a_dossier_of_three_pieces_in_six_actions(open_page, demo):
    hand = at_the_desk(open_page, demo)
    page = hand.page
    hand.click(page.get_by_role("link", name=re.compile("^Décider.*n° 1$")))
    pieces = page.locator("details[name=pieces]")
    expect(pieces).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollHeight") <= 960, "one screen"
    accessible(page)
    for _piece in range(2):
        hand.click(page.locator("details[open] button", has_text="Valider et voir la suivante"))
        expect(page.get_by_text("La pièce est validée.")).to_be_visible()
        expect(page.locator("details[name=pieces][open] img")).to_be_visible()
    hand.click(page.locator("details[open] button", has_text="Valider la pièce"))
    expect(page.get_by_text("La pièce est validée.")).to_be_visible()
    expect(page.get_by_text("n’a pas été ouverte")).to_have_count(0)
    hand.click(page.get_by_role("button", name=re.compile("^Valider")).last)
    expect(page.get_by_text(re.compile("Demande n° 1.*acceptée"))).to_be_visible()
    assert hand.actions <= 6
    # Taken back: the other walks find it as it was.
    page.get_by_role("button", name=re.compile("Reprendre la décision")).first.click()
    expect(page.get_by_text("la décision est reprise")).to_be_visible()


def test_a_family_is_opened_at_the_counter_on_a_phone_or_a_desk(open_page, demo):
    hand = at_the_desk(open_page, demo, 360)
    page = hand.page
    page.goto(f"/{SLUG}/agents/familles/nouvelle/")
    no_sideways_scroll(page)
    accessible(page)
    page.get_by_label(re.compile("Civilité")).first.select_option("Mme")
    page.get_by_label(re.compile("Nom d’usage")).first.fill("Vergerac")
    page.get_by_label(re.compile(r"^\W*Prénom")).first.fill("Maude")
    page.get_by_label(re.compile("Nom de la voie")).fill("rue des Prés")
    page.get_by_label(re.compile("Code postal")).fill("99180")
    page.get_by_label(re.compile("Ville")).fill("Mellifère")
    page.locator("[name=e1-last_name]").fill("Vergerac")
    page.locator("[name=e1-first_name]").fill("Zoé")
    page.locator("[name=e1-birth_date]").fill("2021-05-12")
    page.get_by_role("button", name="Ouvrir le dossier").click()
    heading(page, "Vergerac")
    no_sideways_scroll(page)
    accessible(page)
    page.get_by_role("link", name=re.compile("^Dossier papier")).first.click()
    accessible(page)
    no_sideways_scroll(page)


def test_who_has_not_sent_the_vaccines_in_two_clicks_and_a_reminder(open_page, demo):
    hand = at_the_desk(open_page, demo, who="violaine.butineau")
    page = hand.page
    hand.click(page.get_by_role("link", name="Suivi"))
    hand.click(page.get_by_role("link", name="Documents attendus"))
    expect(page.get_by_role("cell", name="Carnet de vaccination").first).to_be_visible()
    assert hand.actions <= 2
    accessible(page)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Relancer les familles cochées").click()
    heading(page, "Relancer 1 famille")
    accessible(page)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Envoi"))
    accessible(page)


def test_a_known_child_is_enrolled_again_in_twelve_taps(open_page, demo):
    page = open_page(360)
    log_in(page, demo.account("solenn.penvern", "kerploz"))
    heading(page, "Bonjour")
    thumb = Hand(page)
    thumb.click(page.get_by_role("main").get_by_role("link", name=re.compile("Dossier administratif, Briac")))
    thumb.click(page.get_by_role("link", name=re.compile("^Réinscription de Briac")))
    no_sideways_scroll(page)
    accessible(page)
    for box in page.get_by_role("checkbox").all():
        thumb.click(box)
    thumb.click(page.get_by_role("button", name="Continuer"))
    # Its papers are over: they are asked for, nothing else.
    expect(page.get_by_text("Il reste à compléter")).to_be_visible()
    expect(page.get_by_text(re.compile("Documents")).first).to_be_visible()
    assert thumb.actions + 1 <= 12


def test_mails_that_could_not_leave_have_their_page(open_page, demo):
    page = at_the_desk(open_page, demo, who="ferdinand.hydromel").page
    page.goto(f"/{SLUG}/agents/courriels/")
    heading(page, "Courriels non partis")
    expect(page.get_by_text("Tous les courriels sont partis.")).to_be_visible()
    accessible(page)


def test_the_year_passes_class_by_class_then_all_together_and_is_taken_back(open_page, demo):
    page = at_the_desk(open_page, demo, 360, who="lazare.confluent", slug="entre-rives").page
    page.goto("/entre-rives/agents/classes/")
    heading(page, "Passage d’année")
    page.get_by_role("button", name="Recopier les classes").click()
    expect(page.get_by_text("Classes créées")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Ouvrir.*CE1")).first.click()
    heading(page, "CE1")
    no_sideways_scroll(page)
    accessible(page)
    pupils = page.get_by_role("combobox")
    pupils.first.select_option(label="Quitte l’école")
    page.get_by_role("button", name="Enregistrer pour").click()
    expect(page.get_by_text(re.compile("Partis\\W+1\\."))).to_be_visible()
    expect(page.get_by_text("Classe passée")).to_have_count(1)
    page.get_by_label("J’ai relu où va chaque classe").check()
    page.get_by_role("button", name="Faire passer").click()
    expect(page.get_by_text(re.compile("Élèves passés"))).to_be_visible()
    expect(page.get_by_role("button", name="Faire passer")).to_have_count(0)
    no_sideways_scroll(page)
    accessible(page)
    for _passage in range(2):
        page.get_by_role("button", name="Annuler ce passage").click()
        expect(page.get_by_text("de nouveau à placer")).to_be_visible()
    expect(page.get_by_role("button", name="Annuler ce passage")).to_have_count(0)
    expect(page.get_by_role("button", name="Faire passer")).to_be_visible()
