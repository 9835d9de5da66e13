"""The guide of a portal with a wide menu: first connection, documents, sheets of the children (A02, A12, A20, A21)."""

import re

import pytest
from playwright.sync_api import expect

from tests.walks.hands import starting
from tests.walks.journeys import (
    Someone,
    accept_terms,
    choose_password,
    link_of,
    open_a_file_without_space,
    sign_up,
    type_identifiers,
)
from tests.walks.steps import Walk, mail_for

pytestmark = [pytest.mark.browser]

SLUG = "entre-rives"
AGENT = "ondine.passeret"
ALL_SAID = "Duquai"  # the family whose sheets are complete
NEW_PASSWORD = "sentier-lagon-33-tortue"


def open_menu(walk: Walk, group: str, entry: str) -> None:
    """« Dépliez le menu principal »."""
    menu = walk.page.get_by_role("navigation", name="Menu principal")
    walk.hand.act(menu.locator("summary").filter(has_text=group))
    walk.hand.act(menu.get_by_role("link", name=entry, exact=True))


def first_connection(walk: Walk, email: str) -> None:
    """« Mot de passe oublié ? » with the e-mail that the service knows."""
    walk.page.goto(f"/{SLUG}/")
    walk.hand.follow("Mot de passe oublié ?")
    walk.on("Mot de passe ou identifiant oublié")
    walk.hand.write("Courriel ou identifiant", email)
    walk.hand.press("Recevoir le courriel")
    walk.on("Regardez votre messagerie")
    walk.page.goto(link_of(mail_for(walk.page, "Création de votre espace personnel", email), "/activation/"))
    walk.on("Activer mon espace")
    username = walk.page.get_by_label("Identifiant d’utilisateur").input_value()
    choose_password(walk, "Activer mon espace", NEW_PASSWORD)
    walk.on("Confirmation d’activation de l’espace")
    walk.hand.follow("Retour à l’accueil")
    type_identifiers(walk.hand, username, NEW_PASSWORD)
    accept_terms(walk)


def send(walk: Walk, to_whom: str, title: str, path) -> None:
    """« Envoyer un document », of the family or of one child, under the right title."""
    open_menu(walk, "Mes démarches", "Envoyer un document")
    walk.on("Pièces justificatives")
    folder = walk.page.get_by_role("region", name=to_whom)
    expect(folder.get_by_text("Aucun document nécessaire")).to_be_visible()
    walk.hand.act(folder.get_by_role("link", name=starting("Envoyer un document")))
    walk.on("Envoyer un document")
    walk.hand.pick("Type de document", title)
    walk.hand.attach("Fichiers ou photos", path)
    walk.hand.press("Enregistrer")
    walk.on("Pièces justificatives")
    expect(folder.get_by_role("listitem").filter(has_text=title)).to_contain_text("Déposé le")


def open_file(walk: Walk, child: str) -> None:
    """« Ma famille », then the child."""
    open_menu(walk, "Ma famille", "Informations du foyer")
    walk.on("Entourage")
    walk.hand.act(walk.page.get_by_role("main").get_by_role("link", name=re.compile(child)).first)
    walk.on(child)


def answer_consents(walk: Walk, child: str) -> None:
    walk.hand.follow("Autorisations")
    walk.on(child)
    questions = walk.page.get_by_role("main").get_by_role("group").locator("legend").all_inner_texts()
    for number, question in enumerate(questions):
        walk.hand.answer(question, "Non" if number % 2 else "Oui")
    walk.hand.press("Enregistrer")
    walk.sees("Vos réponses sont enregistrées.")
    walk.sees("Réponse du")


def name_a_person(walk: Walk) -> None:
    """Who may collect the child: named, then corrected."""
    walk.hand.follow("Personnes autorisées")
    walk.hand.follow("Ajouter une personne")
    walk.sees("Prévenez cette personne")
    walk.hand.pick("Cette personne", "peut venir chercher l’enfant")
    walk.hand.write("Nom", "Batelière")
    walk.hand.write("Prénom", "Berthe")
    walk.hand.write("Qualité", "grand-mère")
    walk.hand.write("Mobile", "06 39 98 14 12")
    walk.hand.press("Enregistrer")
    walk.sees("La liste est à jour.")
    person = walk.page.get_by_role("listitem").filter(has_text="Berthe Batelière")
    expect(person).to_contain_text("grand-mère")
    walk.hand.follow("Modifier Berthe Batelière")
    expect(walk.hand.field("Mobile")).to_have_value("06 39 98 14 12")
    walk.hand.tick("À prévenir aussi en cas d’urgence")
    walk.hand.press("Enregistrer")
    walk.sees("La liste est à jour.")


def fill_health(walk: Walk) -> None:
    walk.hand.follow("Santé")
    walk.sees("Qui a consulté la fiche santé")
    walk.hand.write("Ce qu’il ne doit ni manger ni toucher", "œuf cru")
    walk.hand.pick("Ses repas", "Végétarien")
    vaccines = walk.page.get_by_role("group", name=re.compile("Vaccins obligatoires")).get_by_role("checkbox")
    for name in [vaccines.nth(place).evaluate("e => e.labels[0].innerText") for place in range(vaccines.count())]:
        walk.hand.answer("Vaccins obligatoires à jour", name)
    walk.hand.write("Médecin de l’enfant", "Dr Batellerie")
    walk.hand.press("Enregistrer")
    walk.sees("La fiche santé est enregistrée.")


def test_create_the_dossier(walk):
    who = Someone("Capucine", "Lahalle")
    sign_up(walk, SLUG, who, words="Je veux créer mon dossier")
    open_menu(walk, "Ma famille", "Informations du foyer")
    walk.on("Entourage")
    walk.sees("Informations du foyer (Dossier n°")


def test_first_connection_then_documents_and_sheets(demo, desk, walk, scan, photo):
    file = open_a_file_without_space(desk, demo, SLUG, AGENT, but=ALL_SAID)
    first_connection(walk, file.email)
    walk.on("Bonjour")
    send(walk, "Famille", "Justificatif de domicile", scan)
    send(walk, file.child, "Carnet de santé", photo)
    open_file(walk, file.child)
    walk.sees(f"Informations du foyer (Dossier n° {file.number})")
    walk.sees("Enfants à charge")
    walk.sees("Remplir la fiche santé")
    fill_health(walk)
    answer_consents(walk, file.child)
    name_a_person(walk)
    walk.hand.follow("Identité")
    walk.on(file.child)
    walk.hand.press("J’ai renseigné mes fiches")
    walk.sees("vos fiches sont à jour")
    walk.sees("Fiches 2026-2027 renseignées le")
