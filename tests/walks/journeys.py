"""What the guides have in common: opening one's space, declaring, filling a dossier, being answered by an agent."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.walks.hands import Pointer
from tests.walks.steps import Walk, heading, mail_for

PASSWORD = "trombone-lagon-33-tortue"
SENT = "Nous avons bien enregistré votre demande"


@dataclass
class Someone:
    """A person whom no service knows: the address is never the same twice."""

    first_name: str
    last_name: str
    username: str = ""
    token: str = field(default_factory=lambda: uuid4().hex[:8])

    @property
    def email(self) -> str:
        return f"{self.token}@courriel.example"


def link_of(text: str, path: str) -> str:
    """The link of a mail."""
    found = re.search(rf"https?://[^\s/]+(/\S*{path}\S*)", text)
    assert found, text
    return found[1]


def enter(walk: Walk, slug: str, username: str, password: str = PASSWORD) -> None:
    """Log in from the home of the collectivité."""
    walk.page.goto(f"/{slug}/")
    type_identifiers(walk.hand, username, password)


def type_identifiers(hand: Pointer, username: str, password: str) -> None:
    hand.write("Identifiant ou courriel", username)
    hand.write("Mot de passe", password)
    hand.press("Connexion")


def accept_terms(walk: Walk) -> None:
    """The button wakes once the end has been seen."""
    walk.on("Conditions générales d’utilisation")
    accept = walk.page.get_by_role("button", name="J’accepte les conditions")
    expect(accept).to_be_disabled()
    walk.hand.read_to_the_end(walk.page.get_by_role("region", name="Texte des conditions"))
    expect(accept).to_be_enabled()
    walk.hand.act(accept)
    heading(walk.page, "Bonjour")


def choose_password(walk: Walk, button: str) -> None:
    walk.hand.write("Mot de passe", PASSWORD)
    walk.hand.write("Confirmation du mot de passe", PASSWORD)
    walk.hand.press(button)


def activate(walk: Walk, to: str) -> str:
    """From the mail of activation to « Mon espace »; return the identifiant."""
    text = mail_for(walk.page, "Création de votre espace personnel", to)
    assert "Voici vos identifiants de connexion" in text
    username = re.search(r"Nom d’utilisateur\s*: (\S+)", text)[1]  # type: ignore[index]
    provisional = re.search(r"Mot de passe\s*: (\S+)", text)[1]  # type: ignore[index]
    walk.page.goto(link_of(text, "/activation/"))
    walk.on("Activer mon espace")
    walk.hand.press("Activer mon espace")
    walk.on("Confirmation d’activation de l’espace")
    expect(walk.page.get_by_text("Votre espace a bien été activé pour le nom d’utilisateur")).to_contain_text(username)
    walk.hand.follow("Retour à l’accueil")
    heading(walk.page, "Bienvenue")
    type_identifiers(walk.hand, username, provisional)
    walk.on("Modification de vos identifiants")
    expect(walk.page.get_by_label("Identifiant d’utilisateur")).to_have_value(username)
    choose_password(walk, "Valider")
    heading(walk.page, "Votre mot de passe a été modifié avec succès")
    walk.hand.follow("Me connecter")
    type_identifiers(walk.hand, username, PASSWORD)
    accept_terms(walk)
    return username


def sign_up(walk: Walk, slug: str, who: Someone, *, key: str = "") -> None:
    """« Créer mon espace », alone, with the key of the service or without one."""
    walk.page.goto(f"/{slug}/")
    walk.hand.follow("Créer mon espace")
    walk.on("Création d’un espace personnel")
    walk.hand.pick("Civilité", "Madame")
    walk.hand.write("Nom d’usage", who.last_name)
    walk.hand.write("Prénom", who.first_name)
    walk.hand.write("Numéro", "2")
    walk.hand.write("Nom de la voie", "rue des Tilleuls")
    walk.hand.write("Code postal", "99320")
    walk.hand.write("Ville", "Ruchelles")
    walk.hand.write("Courriel", who.email)
    walk.hand.write("Mobile", "06 39 98 12 34")
    walk.hand.pick("Comment préférez-vous être prévenu ?", "Courriel")
    walk.hand.press("Aller à l’étape 2")
    walk.on("Services")
    if key:
        walk.hand.write("Enfance", key)
        walk.hand.press("Aller à l’étape 3")
    else:
        walk.hand.press("Continuer sans clé")
    walk.on("Regardez votre messagerie")
    walk.page.goto(link_of(mail_for(walk.page, "Création de votre espace personnel", who.email), "/verification/"))
    walk.on(f"Bienvenue {who.first_name}")
    who.username = walk.page.get_by_label("Identifiant d’utilisateur").input_value()
    choose_password(walk, "Créer mon espace")
    walk.sees("Félicitations, vous venez de créer votre espace")
    type_identifiers(walk.hand, who.username, PASSWORD)
    accept_terms(walk)


def sent_number(page: Page) -> int:
    heading(page, SENT)
    found = re.search(r"/demandes/(\d+)/", page.url)
    assert found
    return int(found[1])


def transmit(walk: Walk) -> int:
    """Read again, then send; return the number of the démarche."""
    walk.on("2 - Le récapitulatif")
    walk.hand.press("Transmettre ma demande")
    walk.on(SENT)
    return sent_number(walk.page)


def decide(desk: Page, slug: str, number: int) -> None:
    """An agent accepts a démarche, and does not wait for the minutes in which it may be taken back."""
    desk.goto(f"/{slug}/agents/demarches/{number}/")
    expect(desk.get_by_text(f"Demande n° {number}, déposée le")).to_be_visible()
    desk.get_by_label("Accepter").check()
    desk.get_by_role("button", name=re.compile("^Valider")).click()
    expect(desk.get_by_text(f"Demande n° {number} : acceptée")).to_be_visible()
    desk.goto(f"/{slug}/agents/demarches/{number}/")
    desk.get_by_role("button", name="Appliquer maintenant").click()
    expect(desk.get_by_text("la décision est appliquée et la famille prévenue")).to_be_visible()


def send_piece(walk: Walk, title: str, path: Path) -> None:
    """« Envoyer » one piece that the dossier asks for."""
    walk.hand.follow(f"Envoyer {title}")
    walk.on("Envoyer un document")
    walk.hand.attach("Fichier ou photo", path)
    walk.hand.press("Enregistrer")
    walk.on("Documents")
