"""A strike: an agent closes a school with a preview, asks who comes to the minimum service, a family answers, and the
school opens after all.
"""

import re
from datetime import date, timedelta

import pytest

from tests.walks.conftest import TODAY
from tests.walks.hands import Pointer
from tests.walks.steps import Walk, heading, log_in, mail_for

pytestmark = [pytest.mark.browser]
SCHOOL = "École Per-Jakez Ar Mor"
DAY = date.fromisoformat(TODAY) + timedelta(days=6)  # a Monday


@pytest.mark.parametrize("width", [360, 1280])
def test_a_school_closes_and_opens_after_all(demo, open_page, width):
    page = open_page(width)
    hand = Pointer(page)
    walk = Walk(hand, f"fermeture-{width}", is_looked_at=True)
    log_in(page, demo.account("goulven.le-drevo", "kerploz"))
    heading(page, "Bonjour")
    hand.act(page.get_by_role("navigation", name="Menu principal").get_by_role("link", name=re.compile("Fermetures")))
    walk.on("Fermetures")
    hand.act(page.get_by_role("link", name="Déclarer une fermeture"))
    walk.on("Nouvelle fermeture")
    hand.write("Du", DAY.isoformat())
    hand.pick("Lieu", SCHOOL)
    words = f"grève des enseignants {width}"
    hand.write("Ce que les familles lisent", words)
    hand.press("Voir qui est concerné")
    walk.on("Qui est concerné")
    walk.sees(re.compile("[0-9]+ personnes attendues"))
    hand.press("Fermer et prévenir les familles")
    walk.on(words)
    walk.sees("C’est fermé.")
    closure = page.url
    hand.act(page.get_by_role("link", name="Service minimum d’accueil"))
    hand.write("Où et à quelles heures", "À l’école, de 8 h 30 à 16 h 30")
    hand.write("Réponses jusqu’au", (DAY - timedelta(days=3)).isoformat())
    hand.press("Demander aux parents")
    walk.on("Service minimum d’accueil")
    walk.sees("Personne n’a dit venir pour l’instant.")
    if width == 360:
        answered_at_home(demo, open_page)
        page.reload()
        walk.sees(re.compile("[1-9] enfants? vien"))
    page.goto(closure)
    hand.press("Annuler la fermeture")
    walk.sees("La fermeture est annulée")
    walk.on(words)


def answered_at_home(demo, open_page):
    page = open_page(360)
    hand = Pointer(page)
    walk = Walk(hand, "service-minimum", is_looked_at=True)
    account = demo.account("enora.kervizic", "kerploz")
    log_in(page, account)
    heading(page, "Bonjour")
    hand.act(page.get_by_role("link", name=re.compile("Répondre.*Service minimum")).first)
    walk.on("Service minimum d’accueil")
    for child in page.get_by_role("group").all():
        child.get_by_text("Vient", exact=True).click()
    hand.press("Envoyer ma réponse")
    walk.sees("Votre réponse est enregistrée")
    mail = mail_for(page, "Service minimum d’accueil", "enora")
    assert "8 h 30" in mail
