"""The guide of a commune: the four steps of the year, then its F.A.Q. (requirements A02, A05, A07, A08, A09)."""

import re

import pytest
from playwright.sync_api import expect

from tests.walks.hands import starting
from tests.walks.journeys import (
    choose_password,
    consents_part,
    decide,
    documents_part,
    enrol,
    enter,
    health_part,
    household_part,
    identity_part,
    link_of,
    people_part,
    rules_part,
    transmit,
    type_identifiers,
)
from tests.walks.steps import Walk, heading, log_in, mail_for, mails_for

pytestmark = [pytest.mark.browser]

SLUG = "kerploz"
AGENT = "nolwenn.tanguy-ruz"
# Two brothers and sisters to enrol again with last year's answers, and a dossier that lacks a piece.
CHILDREN = {
    "mouse": ("solenn.penvern", "Tugdual"),
    "thumb": ("solenn.penvern", "Nolwen"),
    "keyboard": ("gwenola.ropars", "Titouan"),
}
ASKING = "yann.guillerm"  # whose password is forgotten: no other walk logs in with it


def steps_of_the_year(walk: Walk) -> None:
    walk.page.goto(f"/{SLUG}/famille/dossier/")
    walk.on("Dossier administratif")
    for step in ("Je me connecte", "Le dossier administratif", "L’inscription aux activités", "Les réservations"):
        expect(walk.page.get_by_role("heading", level=2, name=step)).to_be_visible()


def fill_dossier(walk: Walk, child: str, files) -> int:
    """Step 2: what was said last year is there, to confirm."""
    fold = walk.page.get_by_role("group").filter(has_text=child)
    if fold.get_attribute("open") is None:  # one child at a time is open: the first that has something to do
        walk.hand.act(fold.locator("summary"))
    walk.hand.act(fold.get_by_role("link", name=starting("Foyer")))
    household_part(walk)
    identity_part(walk, "École Per-Jakez Ar Mor")
    health_part(walk, child)
    consents_part(walk)
    people_part(walk, "")
    documents_part(walk, files)
    rules_part(walk, "Règlement des accueils")
    return transmit(walk)


def test_the_four_steps_of_the_year(demo, desk, walk, scan, photo):
    login, child = CHILDREN[walk.manner]
    account = demo.account(login, SLUG)
    log_in(desk, demo.account(AGENT, SLUG))
    enter(walk, SLUG, account["login"], account["password"])
    walk.on("Bonjour")
    steps_of_the_year(walk)
    number = fill_dossier(walk, child, [scan, photo])
    decide(desk, SLUG, number)
    mail_for(walk.page, f"Votre demande n° {number} est traitée", login.partition(".")[2])
    steps_of_the_year(walk)
    walk.hand.follow(f"Créer une inscription : {child}")
    for activity in ("Restaurant scolaire", "Garderie périscolaire", "Abonnement restauration"):
        walk.on("Créer une inscription")
        enrol(walk, child, activity)
        walk.hand.follow("Créer une inscription")
    steps_of_the_year(walk)
    walk.sees("sans réservation, l’inscription suffit")
    walk.hand.act(walk.page.get_by_role("main").get_by_role("link", name="Modifier les réservations").last)
    walk.on("Modifier les réservations")
    walk.hand.act(walk.page.get_by_role("link", name=re.compile(f"Ouvrir le calendrier.*{child}, Restaurant")).first)
    walk.on("1 - Ma demande")


FAQ = {
    "Je dois modifier mes informations personnelles": "« Profil »",
    "J’ai un enfant scolarisé en cours d’année": "« Entourage »",
    "Je souhaite suivre l’état de mes demandes": "« Mon tableau de bord »",
    "Je n’ai pas accès aux réservations": "« Créer une inscription »",
    "Je ne me souviens plus de mon mot de passe": "« J’ai oublié mon mot de passe »",
}


def read_the_faq(walk: Walk) -> None:
    """Each question opens, and names where to go."""
    walk.page.goto(f"/{SLUG}/")
    walk.on("Bienvenue")
    for question, place in FAQ.items():
        fold = walk.page.get_by_role("group").filter(has_text=question)
        walk.hand.act(fold.locator("summary"))
        expect(fold.get_by_text(place)).to_be_visible()


def forget_the_password(walk: Walk, account) -> None:
    subject = "Votre identifiant et votre mot de passe"
    known = mails_for(walk.page, subject, "guillerm").count()
    walk.page.goto(f"/{SLUG}/")
    walk.hand.follow("J’ai oublié mon mot de passe")
    walk.on("Mot de passe ou identifiant oublié")
    walk.hand.write("Courriel ou identifiant", account["login"])
    walk.hand.press("Recevoir le courriel")
    heading(walk.page, "Regardez votre messagerie")
    walk.page.goto(link_of(mail_for(walk.page, subject, "guillerm", known=known), "/nouveau-mot-de-passe/"))
    walk.on("Nouveau mot de passe")
    password = f"trombone-{walk.manner}-33-tortue"
    choose_password(walk, "Valider", password)
    heading(walk.page, "Votre mot de passe a été modifié avec succès")
    walk.hand.follow("Me connecter")
    type_identifiers(walk.hand, account["login"], password)
    walk.on("Bonjour")


def test_the_questions_of_the_faq(demo, walk):
    read_the_faq(walk)
    forget_the_password(walk, demo.account(ASKING, SLUG))
    walk.page.goto(f"/{SLUG}/famille/")
    walk.hand.follow("Profil")
    walk.on("Profil")
    walk.hand.write("Téléphone", "02 61 91 00 42")
    walk.hand.press("Enregistrer")
    heading(walk.page, "Profil")
    expect(walk.hand.field("Téléphone")).to_have_value("02 61 91 00 42")
    walk.page.goto(f"/{SLUG}/famille/")
    walk.hand.follow("Entourage")
    walk.on("Entourage")
    walk.hand.follow("Déclarer mon entourage")
    walk.on("Déclarer mon entourage")
    walk.hand.follow("Ajouter un enfant")
    walk.on("Ajouter à mon entourage")
    walk.hand.write("Nom de famille", "Guillerm")
    walk.hand.write("Prénom", f"Perig-{walk.manner}")
    walk.hand.write("Date de naissance", "2021-05-02")
    walk.hand.press("Ajouter")
    walk.on("Déclarer mon entourage")
    walk.hand.follow("Aller à l’étape 2")
    number = transmit(walk)
    walk.page.goto(f"/{SLUG}/famille/")
    walk.hand.act(
        walk.page.get_by_role("region", name="Mon tableau de bord").get_by_role("link", name="Dernières demandes")
    )
    walk.on("Dernières demandes")
    walk.sees(f"Demande n° {number}")
    walk.page.goto(f"/{SLUG}/famille/")
    walk.hand.follow("Créer une inscription")
    walk.on("Créer une inscription")
    walk.sees("Le dossier 2026-2027")
