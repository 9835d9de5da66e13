"""What an agent asks and answers: one missing piece, then a part of a declaration (A10, A23)."""

import re

import pytest
from playwright.sync_api import expect

from tests.walks.hands import Keyboard, Pointer
from tests.walks.journeys import transmit
from tests.walks.steps import Walk, heading, log_in, look, mail_for

pytestmark = [pytest.mark.browser]

SLUG = "pays-mellifere"
AGENT, PARENT = "gaetan.rucher", "zelie.montaubert"
PIECE = "Attestation d’assurance responsabilité civile"


@pytest.fixture
def agent(demo, open_page) -> Walk:
    made = Walk(Keyboard(open_page()), "reponse-agent")
    log_in(made.page, demo.account(AGENT, SLUG))
    heading(made.page, "Bonjour")
    return made


@pytest.fixture
def parent(demo, open_page) -> Walk:
    made = Walk(Pointer(open_page(360)), "reponse-parent")
    log_in(made.page, demo.account(PARENT, SLUG))
    made.on("Bonjour")
    return made


def open_case(agent: Walk, text: str) -> int:
    """Search the queue, open the first case; return its number."""
    agent.page.goto(f"/{SLUG}/agents/demarches/?q={text}")
    agent.on("Démarches à traiter")
    agent.hand.act(agent.page.get_by_role("main").get_by_role("link", name=re.compile("n° ")).first)
    agent.page.wait_for_url(re.compile(r"/demarches/\d+/"))
    look(agent.page, f"{agent.name}-cas-{text}")
    return int(re.search(r"/demarches/(\d+)/", agent.page.url)[1])  # type: ignore[index]


def validate(agent: Walk) -> None:
    agent.hand.act(agent.page.get_by_role("button", name=re.compile("^Valider( et passer à la suivante)?$")))


def apply(agent: Walk, number: int) -> None:
    """Do not wait for the minutes in which the decision may be taken back."""
    agent.page.goto(f"/{SLUG}/agents/demarches/{number}/")
    agent.hand.press("Appliquer maintenant")
    agent.sees("la décision est appliquée et la famille prévenue")


def ask_for_the_piece(agent: Walk, number: int) -> None:
    agent.hand.answer("Décision", "Demander un complément")
    agent.hand.tick(PIECE)
    agent.hand.write("Mot à la famille", "L’attestation est celle de l’an dernier.")
    validate(agent)
    agent.sees(f"Demande n° {number} : le complément est demandé à la famille.")


def send_the_piece(parent: Walk, number: int, path) -> None:
    """Nothing is open again but that piece."""
    parent.page.goto(f"/{SLUG}/famille/")
    parent.hand.act(parent.page.get_by_role("link", name=f"Répondre {number}"))
    asked = parent.page.get_by_role("region", name="Le service vous demande un complément")
    expect(asked.get_by_text("celle de l’an dernier")).to_be_visible()
    expect(asked.get_by_role("listitem")).to_have_count(1)
    expect(asked.get_by_role("listitem")).to_contain_text(PIECE)
    look(parent.page, "reponse-parent-complement")
    parent.hand.attach(f"Fichiers ou photos : {PIECE}", path)
    parent.hand.press("Envoyer cette pièce")
    parent.sees("Tout ce qui était demandé est envoyé.")
    expect(asked).to_have_count(0)


def take_the_others_as_they_are(agent: Walk) -> None:
    """This agent has not opened them: it says that it knows."""
    unread = agent.page.get_by_label(re.compile("Je les valide sans les ouvrir"))
    if unread.count():
        agent.hand.tick(unread.evaluate("box => box.labels[0].innerText.trim()"))


def accept_the_piece(agent: Walk, number: int) -> None:
    agent.page.goto(f"/{SLUG}/agents/demarches/{number}/")
    pieces = agent.page.get_by_role("region", name="Documents joints")
    piece = pieces.get_by_role("group").filter(has_text=PIECE).filter(has_text="À vérifier")
    agent.hand.act(piece.locator("summary"))
    agent.hand.act(piece.get_by_role("button", name=re.compile("^Valider (la pièce|et voir la suivante)")))
    expect(pieces.get_by_role("group").filter(has_text=PIECE).last).to_contain_text("Validé")
    take_the_others_as_they_are(agent)
    validate(agent)
    agent.sees(f"Demande n° {number} : acceptée")
    apply(agent, number)


def test_one_missing_piece_is_asked_sent_and_accepted(agent, parent, scan):
    number = open_case(agent, "montaubert")
    ask_for_the_piece(agent, number)
    send_the_piece(parent, number, scan)
    accept_the_piece(agent, number)
    mail_for(parent.page, f"Votre demande n° {number} est traitée", "montaubert")
    parent.page.goto(f"/{SLUG}/famille/demandes/{number}/")
    parent.sees("Traitée positivement")


def declare_two_persons(parent: Walk) -> int:
    parent.page.goto(f"/{SLUG}/famille/demarches/entourage/")
    parent.on("Déclarer mon entourage")
    for first_name in ("Rosemonde", "Thibaud"):
        parent.hand.follow("Ajouter un contact")
        parent.on("Ajouter à mon entourage")
        parent.hand.pick("Cette personne", "peut venir chercher les enfants")
        parent.hand.write("Nom d’usage", "Montaubert")
        parent.hand.write("Prénom", first_name)
        parent.hand.write("Téléphone", "06 39 98 45 67")
        parent.hand.press("Ajouter")
        parent.on("Déclarer mon entourage")
    parent.hand.follow("Aller à l’étape 2")
    return transmit(parent)


def test_a_part_of_a_declaration_is_accepted(agent, parent):
    number = declare_two_persons(parent)
    agent.page.goto(f"/{SLUG}/agents/demarches/{number}/")
    refused = agent.hand.field("Thibaud Montaubert")
    agent.hand.reach(refused)
    agent.page.keyboard.press("Space")
    expect(refused).not_to_be_checked()
    agent.hand.tick("Ajouter un mot à la famille")
    agent.hand.write("Mot à la famille", "Il manque la pièce d’identité de Thibaud.")
    validate(agent)
    agent.sees(f"Demande n° {number} : acceptée en partie.")
    apply(agent, number)
    look(agent.page, "reponse-agent-en-partie")
    parent.page.goto(f"/{SLUG}/famille/demandes/{number}/")
    answer = parent.page.get_by_role("region", name="Ce que dit le service")
    expect(answer).to_contain_text("Il manque la pièce d’identité de Thibaud.")
    expect(answer.get_by_role("listitem").first).to_contain_text("Thibaud Montaubert")
    look(parent.page, "reponse-parent-en-partie")
    parent.page.goto(f"/{SLUG}/famille/entourage/")
    contacts = parent.page.get_by_role("region", name="Contacts")
    expect(contacts).to_contain_text("Rosemonde Montaubert")
    expect(contacts).not_to_contain_text("Thibaud")
