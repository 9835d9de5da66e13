"""Absences as three guides tell them: 000 chapter 5 (two days, a certificate), 003 page 10 (several children, hours),
002 (out of time). By thumb, by keyboard and without script, at 360 px; then the agent who answers.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.walks.hands import Keyboard, Pointer
from tests.walks.steps import Walk, heading, log_in, look, mail_for, mails_for, no_sideways_scroll

pytestmark = [pytest.mark.browser]


@dataclass(frozen=True)
class Way:
    """A way to use the page, and the two days that it says: no two ways say the same."""

    name: str
    first: str
    last: str
    words: str


WAYS = (
    Way("pouce", "2026-11-25", "2026-11-26", "Du mercredi 25 novembre 2026 au jeudi 26 novembre 2026"),
    Way("clavier", "2026-11-27", "2026-11-30", "Du vendredi 27 novembre 2026 au lundi 30 novembre 2026"),
    Way("sans script", "2026-12-01", "2026-12-02", "Du mardi 1er décembre 2026 au mercredi 2 décembre 2026"),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_two_days_of_illness_with_a_certificate(demo, open_page, scan, way):
    """Guide 000, chapter 5: « Justifier une absence », the child, the dates, the enrolment, the motive, the proof."""
    page = open_page(360, scripts=way.name != "sans script")
    hand = Keyboard(page) if way.name == "clavier" else Pointer(page)
    walk = Walk(hand, f"absence-000-{way.name.replace(' ', '-')}", is_looked_at=way.name == "pouce")
    known = mails_for(open_page(), "Absence de Basile", "brindille").count()
    log_in(page, demo.account("octave.brindille", "val-fleuri"))
    heading(page, "Bonjour")
    hand.act(page.get_by_role("main").get_by_role("link", name=re.compile(r"^\W*Justifier une absence\W*$")).first)
    walk.on("Justifier une absence")
    hand.act(page.get_by_role("main").get_by_role("link", name=re.compile("Basile")))
    walk.sees("N’utilisez pas le portail")
    hand.press("Désélectionner tout")
    hand.press("Sélectionner tout")
    hand.write("Du", way.first)
    hand.write("Au", way.last)
    expect(page.get_by_role("group", name=re.compile("Inscriptions")).get_by_label("Accueil Régulier")).to_be_checked()
    hand.answer("Motif", "Maladie")
    hand.write("Commentaire", "Varicelle")
    hand.press("Aller à l’étape 2")
    walk.on("2 - Le récapitulatif")
    for words in (way.words, "Varicelle", "Ce que cela change"):
        walk.sees(words)
    hand.act(page.locator("summary").filter(has_text="Ajouter la pièce jointe"))
    hand.attach("Fichiers ou photos", scan)
    hand.press("Joindre")
    walk.sees("Le justificatif est joint")
    no_sideways_scroll(page)
    hand.press("Transmettre ma demande")
    walk.on("Nous avons bien enregistré votre demande")
    walk.sees("Déposée")
    mail_for(open_page(), "Absence de Basile", "brindille", known=known)


def test_several_children_for_a_part_of_the_day(demo, open_page):
    """Guide 003, page 10: « Mes démarches » then « Signaler une absence », the children ticked, hours, a motive."""
    page = open_page(360)
    walk = Walk(Pointer(page), "absence-003")
    log_in(page, demo.account("ysaline.beaugue", "entre-rives"))
    heading(page, "Bonjour")
    page.get_by_role("main").get_by_role("link", name="Signaler une absence").first.click()
    walk.on("Signaler une absence")
    walk.hand.press("Aller à l’étape 2")
    walk.sees("Cochez au moins un enfant.")
    look(page, "absence-003-erreur")
    for name in ("Ondin", "Marinette"):
        page.get_by_role("group", name=re.compile("Enfant")).get_by_label(name).check()
    for label, text in (
        ("Du", "2026-11-27"),
        ("Au", "2026-11-27"),
        ("Heure de début", "16:00"),
        ("Heure de fin", "18h30"),
    ):
        walk.hand.write(label, text)
    walk.hand.answer("Motif", "Congés")
    walk.hand.press("Aller à l’étape 2")
    walk.on("2 - Le récapitulatif")
    for words in ("Le vendredi 27 novembre 2026, 16:00-18:30", "Ondin", "Marinette", "Accueils matin et soir"):
        walk.sees(words)
    walk.hand.press("Transmettre ma demande")
    walk.on("Nous avons bien enregistré votre demande")
    expect(page.get_by_role("heading", level=2).filter(has_text="Absence")).to_have_count(2)


def test_out_of_time_then_the_child_comes_after_all(demo, open_page):
    """Guide 002: too late to cancel, the absence is justified until 48 h after; a day to come is taken back."""
    page = open_page(360)
    walk = Walk(Pointer(page), "absence-002")
    log_in(page, demo.account("enora.kervizic", "kerploz"))
    heading(page, "Bonjour")
    page.get_by_role("main").get_by_role("link", name="Justifier une absence").first.click()
    walk.on("Justifier une absence")
    walk.sees("jamais par courriel ni par téléphone")
    page.get_by_role("group", name=re.compile("Enfant")).get_by_label("Azilis").check()
    page.get_by_role("button", name="Aujourd’hui").click()
    expect(page.get_by_label("Azilis")).to_be_checked()
    walk.hand.write("Au", "2026-11-27")
    walk.hand.answer("Motif", "Maladie")
    walk.hand.press("Aller à l’étape 2")
    walk.on("2 - Le récapitulatif")
    walk.sees("Dû sans justificatif")
    walk.hand.press("Transmettre ma demande")
    walk.on("Nous avons bien enregistré votre demande")
    page.get_by_role("link", name=re.compile("Voir la demande")).first.click()
    walk.on("Absence d’Azilis")
    page.get_by_role("link", name="Annuler l’absence").click()
    walk.on("Mon enfant vient finalement")
    page.get_by_role("button", name="Annuler l’absence").click()
    walk.sees("de nouveau attendu")


def test_the_service_notes_a_call_and_answers_a_proof(demo, open_page):
    """Two taps from the list of the day; the motive of health is read on demand, then the answer."""
    desk = open_page(360)
    log_in(desk, demo.account("goulven.le-drevo", "kerploz"))
    heading(desk, "Bonjour")
    desk.goto("/kerploz/agents/liste/?date=2026-12-01")
    desk.get_by_role("link", name=re.compile("^Noter absent")).first.click()
    heading(desk, "Noter une absence")
    look(desk, "absence-guichet")
    desk.get_by_role("button", name="Enseignant absent").click()
    expect(desk.get_by_text("L’absence est notée, la famille est prévenue")).to_be_visible()
    expect(desk.get_by_text("Absent", exact=True).first).to_be_visible()
    no_sideways_scroll(desk)
    desk.goto("/kerploz/agents/demarches/?type=absence")
    desk.get_by_role("link", name=re.compile("Justifier une absence")).first.click()
    expect(desk.get_by_text("Motif de santé").first).to_be_visible()
    look(desk, "absence-agent")
    desk.get_by_role("button", name="Afficher la santé (accès journalisé)").click()
    expect(desk.get_by_text("Fièvre depuis hier soir.").first).to_be_visible()
