"""The guide of a communauté de communes, screen by screen, with its labels (requirements A02, A05, A07, A08)."""

import re

import pytest
from playwright.sync_api import expect

from tests.walks.journeys import (
    Someone,
    activate,
    consents_part,
    decide,
    documents_part,
    enrol,
    enter,
    health_part,
    household_part,
    identity_part,
    open_a_file_without_space,
    people_part,
    rules_part,
    sign_up,
    transmit,
)
from tests.walks.steps import Walk, heading, log_in, mail_for

pytestmark = [pytest.mark.browser]

SLUG = "pays-mellifere"
AGENT = "gaetan.rucher"
ACTIVITY = "Accueil périscolaire"
IN_DOUBLE = "Saint-Amour"  # of whom there are two records: not known by her e-mail alone


def test_case_1_the_mail_has_come(demo, desk, walk):
    file = open_a_file_without_space(desk, demo, SLUG, AGENT, but=IN_DOUBLE)
    desk.get_by_role("button", name=f"Inviter {file.adult}").click()
    expect(desk.get_by_text("Le courriel d’activation est parti")).to_be_visible()
    activate(walk, file.email)
    walk.on("Bonjour")
    walk.hand.follow("Entourage")
    walk.on("Entourage")
    walk.sees(file.adult)


def test_case_1_no_mail_but_the_key_of_the_service(demo, desk, walk):
    file = open_a_file_without_space(desk, demo, SLUG, AGENT, but=IN_DOUBLE)
    desk.get_by_role("link", name=f"Clé {file.adult}").click()
    heading(desk, "Clé enfance")
    desk.get_by_role("button", name="Faire une clé").click()
    key = desk.get_by_role("heading", level=2).inner_text()
    assert re.fullmatch(r"\d{4}-[A-Z]{3}-\d{3}", key)
    first_name, last_name = file.adult.split(" ", 1)
    sign_up(walk, SLUG, Someone(first_name, last_name), key=key)
    walk.hand.follow("Entourage")
    walk.on("Entourage")
    walk.sees(f"Informations du foyer (Dossier n° {file.number})")


def declare_entourage(walk: Walk, who: Someone) -> int:
    """« Déclarer mon entourage » : a child, the other parent, a person to call; return the number."""
    walk.hand.follow("Entourage")
    walk.on("Entourage")
    walk.hand.follow("Déclarer mon entourage")
    walk.on("Déclarer mon entourage")
    walk.sees("Elle doit être validée avant de pouvoir continuer.")
    walk.hand.follow("Ajouter un enfant")
    walk.on("Ajouter à mon entourage")
    walk.hand.write("Nom de famille", who.last_name)
    walk.hand.write("Prénom", "Céleste")
    walk.hand.write("Date de naissance", "2019-03-14")
    walk.hand.press("Ajouter")
    walk.on("Déclarer mon entourage")
    walk.hand.follow("Ajouter un co-représentant")
    walk.on("Ajouter à mon entourage")
    walk.hand.pick("Civilité", "Monsieur")
    walk.hand.write("Nom d’usage", who.last_name)
    walk.hand.write("Prénom", "Anatole")
    walk.hand.press("Recopier les informations du titulaire")
    expect(walk.hand.field("Nom de la voie")).to_have_value("rue des Tilleuls")
    walk.hand.press("Effacer")
    expect(walk.hand.field("Nom de la voie")).to_have_value("")
    walk.hand.press("Recopier les informations du titulaire")
    expect(walk.hand.field("Ville")).to_have_value("Ruchelles")
    expect(walk.hand.field("Prénom")).to_have_value("Anatole")
    walk.hand.press("Ajouter")
    walk.on("Déclarer mon entourage")
    walk.hand.follow("Ajouter un contact")
    walk.on("Ajouter à mon entourage")
    walk.hand.pick("Cette personne", "peut venir chercher les enfants")
    walk.hand.write("Nom d’usage", "Cendrars")
    walk.hand.write("Prénom", "Rosalie")
    walk.hand.write("Lien avec les enfants", "grand-mère")
    walk.hand.write("Téléphone", "06 39 98 45 67")
    walk.hand.press("Ajouter")
    walk.sees("3 personnes à déclarer")
    walk.hand.follow("Aller à l’étape 2")
    return transmit(walk)


def cannot_go_on_yet(walk: Walk) -> None:
    """The declaration must be validated before the dossier."""
    walk.page.goto(f"/{SLUG}/famille/dossier/")
    walk.on("Dossier administratif")
    walk.sees("est chez le service")


def begin_dossier(walk: Walk) -> None:
    """« Ma famille », « Créer une inscription » : the dossier administratif comes first."""
    walk.page.goto(f"/{SLUG}/famille/")
    walk.on("Bonjour")
    walk.hand.follow("Créer une inscription")
    walk.on("Créer une inscription")
    walk.hand.act(walk.page.get_by_role("main").get_by_role("link", name=re.compile("dossier", re.IGNORECASE)).first)
    walk.on("Dossier administratif")
    walk.hand.follow("Commencer le dossier de Céleste")
    household_part(walk)
    identity_part(walk, "École des Acacias")
    walk.on("La santé de Céleste")
    walk.hand.answer("Une allergie ou un traitement demande-t-il un PAI ?", "Oui, un PAI est en préparation")
    walk.hand.write("Ce qu’il ne doit ni manger ni toucher", "arachide")


def interrupted(walk: Walk, who: Someone) -> None:
    """The tab is closed in the middle; another day, the dossier is taken up where it was left."""
    walk.hand.press("Finir plus tard")
    walk.on("Dossier administratif")
    walk.page.context.clear_cookies()
    enter(walk, SLUG, who.username)
    heading(walk.page, "Bonjour")
    walk.sees("Votre brouillon est gardé. Rien n’est envoyé.")
    walk.hand.follow("Reprendre")
    walk.on("Dossier administratif")
    walk.hand.follow("Reprendre le dossier de Céleste")
    walk.on("La santé de Céleste")
    expect(walk.hand.field("Ce qu’il ne doit ni manger ni toucher")).to_have_value("arachide")


def finish_dossier(walk: Walk, files) -> int:
    health_part(walk, "Céleste")
    consents_part(walk)
    people_part(walk, "Rosalie Cendrars")
    documents_part(walk, files)
    rules_part(walk, "Règlement des accueils")
    return transmit(walk)


def ask_school(walk: Walk) -> int:
    """The activities of a school wait for the child to be in that school: the page says so and leads there."""
    walk.page.goto(f"/{SLUG}/famille/inscriptions/")
    walk.on("Créer une inscription")
    walk.sees("Inscrivez d’abord Céleste à l’école")
    walk.hand.follow("Inscrire un enfant à l’école")
    walk.on("Inscrire un enfant à l’école")
    walk.hand.pick("École demandée", "École des Acacias")
    walk.hand.press("Aller à l’étape 2")
    return transmit(walk)


def test_case_2_an_unknown_family(demo, desk, walk, scan, photo):
    who = Someone("Ondine", "Verdurin")

    def answered(number: int) -> None:
        mail_for(walk.page, f"Votre demande n° {number}", who.email)
        decide(desk, SLUG, number)
        mail_for(walk.page, f"Votre demande n° {number} est traitée", who.email)

    log_in(desk, demo.account(AGENT, SLUG))
    sign_up(walk, SLUG, who)
    walk.on("Bonjour")
    number = declare_entourage(walk, who)
    cannot_go_on_yet(walk)
    answered(number)
    begin_dossier(walk)
    interrupted(walk, who)
    answered(finish_dossier(walk, [scan, photo]))
    answered(ask_school(walk))
    walk.page.goto(f"/{SLUG}/famille/")
    walk.hand.follow("Créer une inscription")
    walk.on("Créer une inscription")
    enrol(walk, "Céleste", ACTIVITY)
    walk.page.goto(f"/{SLUG}/famille/reservations/")
    walk.on("Créer les réservations")
    walk.hand.act(walk.page.get_by_role("link", name=re.compile(f"Ouvrir le calendrier.*Céleste, {ACTIVITY}")).first)
    walk.on("1 - Ma demande")
