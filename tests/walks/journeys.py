"""What the guides have in common: opening one's space, declaring, filling a dossier, being answered by an agent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.walks.hands import Pointer, starting
from tests.walks.steps import Walk, heading, log_in, mail_for

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


def choose_password(walk: Walk, button: str, password: str = PASSWORD) -> None:
    walk.hand.write("Mot de passe", password)
    walk.hand.write("Confirmation du mot de passe", password)
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


@dataclass(frozen=True)
class KnownFile:
    """A family that the service knows, of which an adult has no space yet."""

    number: str
    adult: str
    email: str
    child: str


def open_a_file_without_space(desk: Page, demo, slug: str, login: str, *, but: str = "-") -> KnownFile:
    """An agent opens the first such family, but not the one of this name."""
    log_in(desk, demo.account(login, slug))
    heading(desk, "Bonjour")
    desk.goto(f"/{slug}/agents/familles/")
    files = desk.get_by_role("rowheader").get_by_role("link").filter(has_not_text=but)
    for address in [files.nth(place).get_attribute("href") for place in range(files.count())]:
        desk.goto(str(address))
        line = desk.get_by_role("listitem").filter(has_text="sans espace").filter(has_text="@").first
        is_known = desk.get_by_role("main").get_by_text("espace actif").count()  # the other parent, in another walk
        if line.count() and not is_known:
            words = desk.get_by_role("main").inner_text()
            adult = line.get_by_role("button", name=starting("Inviter")).inner_text().strip().removeprefix("Inviter")
            child = desk.locator(".kidcard").get_by_role("heading").first.inner_text()
            return KnownFile(
                number=re.search(r"Dossier famille n°\s(\d+)", words)[1],  # type: ignore[index]
                adult=adult.strip(),
                email=re.search(r"\S+@\S+", line.inner_text())[0],  # type: ignore[index]
                child=child.split()[0],
            )
    raise AssertionError(f"every family of {slug} has its space")


def open_family(agent: Walk, slug: str, name: str) -> None:
    """An agent looks a family up, and opens the file of the first one found."""
    agent.page.goto(f"/{slug}/agents/familles/?q={name}")
    if "?q=" in agent.page.url:  # several have this name; one alone is opened at once
        agent.hand.act(agent.page.get_by_role("rowheader").get_by_role("link").first)
    expect(agent.page.get_by_role("main").get_by_text("Dossier famille n°").first).to_be_visible()


def sign_up(walk: Walk, slug: str, who: Someone, *, key: str = "", words: str = "Créer mon espace") -> None:
    """« Créer mon espace », alone, with the key of the service or without one."""
    walk.page.goto(f"/{slug}/")
    walk.hand.follow(words)
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
    unread = desk.get_by_label(re.compile("Je les valide sans les ouvrir"))
    if unread.count():  # pieces that this walk does not open
        unread.check()
    desk.get_by_role("button", name=re.compile("^Valider( et passer à la suivante)?$")).click()
    expect(desk.get_by_text(f"Demande n° {number} : acceptée")).to_be_visible()
    desk.goto(f"/{slug}/agents/demarches/{number}/")
    desk.get_by_role("button", name="Appliquer maintenant").click()
    expect(desk.get_by_text("la décision est appliquée et la famille prévenue")).to_be_visible()


def household_part(walk: Walk) -> None:
    """What is the same for all the children of the household."""
    walk.on("Notre foyer")
    walk.hand.tick("L’adresse et les personnes du foyer sont exactes")
    walk.hand.write("Téléphone en cas d’urgence", "06 39 98 12 34")
    walk.hand.press("Continuer")


def identity_part(walk: Walk, school: str) -> None:
    walk.on("Identité et école")
    walk.hand.tick("Le nom, le prénom et la date de naissance sont exacts")
    walk.hand.write("École à la rentrée", school)
    walk.hand.press("Continuer")


def health_part(walk: Walk, child: str) -> None:
    walk.on(f"La santé de {child}")
    walk.hand.write("Médecin de l’enfant", "Dr Sureau")
    walk.hand.press("Continuer")


def consents_part(walk: Walk) -> None:
    walk.on("Autorisations")
    legends = walk.page.get_by_role("main").get_by_role("group").locator("legend").all_inner_texts()
    for legend in legends:
        walk.hand.answer(re.sub(r"^\* |\s*\(facultatif\)$", "", legend), "Oui")
    walk.hand.press("Continuer")


def people_part(walk: Walk, known: str) -> None:
    walk.on("Personnes autorisées")
    if known:
        walk.sees(known)
    walk.hand.press("Continuer")


def documents_part(walk: Walk, files: Sequence[Path]) -> None:
    """« Envoyer » each piece that the dossier asks for, a scan then a photo."""
    walk.on("Documents")
    links = walk.page.get_by_role("main").get_by_role("link", name=starting("Envoyer "))
    for number, title in enumerate(links.all_inner_texts()):
        walk.hand.act(walk.page.get_by_role("link", name=" ".join(title.split())))
        walk.on("Envoyer un document")
        walk.hand.attach("Fichiers ou photos", files[number % len(files)])
        walk.hand.press("Enregistrer")
        walk.on("Documents")
    expect(links).to_have_count(0)
    walk.hand.press("Continuer")


def rules_part(walk: Walk, title: str) -> None:
    walk.on("Règlements")
    if walk.hand.field(f"J’ai lu et j’accepte : {title}").count():
        walk.hand.tick(f"J’ai lu et j’accepte : {title}")
    walk.hand.press("Continuer")


def enrol(walk: Walk, child: str, activity: str) -> None:
    """« Créer une inscription » : choice, récapitulatif, recorded."""
    walk.hand.act(walk.page.get_by_role("link", name=re.compile(rf"Inscrire {child}\s: {activity}")))
    walk.on(activity)
    place = walk.page.get_by_role("group", name=re.compile("Où")).get_by_role("radio").first
    walk.hand.answer("Où", place.evaluate("e => e.labels[0].innerText"))
    weekly = walk.page.get_by_role("group", name=re.compile("Jours réservés")).get_by_role("checkbox")
    if weekly.count():
        walk.hand.answer("Jours réservés chaque semaine", weekly.first.evaluate("e => e.labels[0].innerText"))
    walk.hand.press("Aller à l’étape 2")
    transmit(walk)
