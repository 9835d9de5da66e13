"""Families of Pays Mellifère, each caught at one state of the family file."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from preau.demo import dossiers
from preau.demo.desk import Desk, Home, Person, Pupil
from preau.demo.towns.pays_mellifere_moments import ask_school
from preau.domain.catalogue.models import Offer
from preau.domain.documents.models import DocumentType
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import Child, Guardianship
from preau.domain.families.operations import invite_adult, link_child, save_health
from preau.domain.families.operations.custody import set_residence
from preau.domain.organisations.models import Site
from preau.domain.procedures import operations as acts
from preau.kernel.residence import WeekParity

NOT_ACTIVATED = ("Aliénor", "Grandchamp")  # has the activation mail
WITHOUT_MAIL = ("Philippine", "Vautrain")  # known to the service: an agent gives her a key
IN_TWO_TOWNS = "iseult.lancelin@courriel-partage.example"


def write_characters(desk: Desk, acacias: Site, bruyeres: Site, offers: Mapping[int, Offer]) -> None:
    """Write down the families of each state, from the unknown to the validated."""
    _without_account(desk, acacias, bruyeres)
    _begun(desk, acacias)
    _sent(desk, bruyeres)
    _refused(desk, acacias)
    _asked(desk, bruyeres)
    _declaring(desk)
    _in_double(desk, acacias)
    for home, school in (_expired(desk, acacias), _protected(desk, bruyeres), _two_towns(desk, acacias)):
        _validate(desk, home, offers[school.pk])
    _in_turn(desk, acacias, bruyeres, offers[bruyeres.pk])
    _written_twice(desk, acacias)


def _validate(desk: Desk, home: Home, offer: Offer) -> None:
    dossiers.validate_all(desk, [home])
    if desk.prepared != desk.year:
        dossiers.validate_all(desk, [home], year=desk.prepared)
    for child in home.children:
        desk.enrol(home, offer, child)


def _without_account(desk: Desk, acacias: Site, bruyeres: Site) -> None:
    invited = desk.family(
        [Person("Mme", *NOT_ACTIVATED)], [Pupil("Blaise", "Grandchamp", "CE2", "M", acacias)], is_character=True
    )
    invite_adult(actor=desk.actor, adult_id=invited.adults[0].pk, now=desk.now)
    desk.family(
        [Person("Mme", *WITHOUT_MAIL, has_email=False)],
        [Pupil("Barnabé", "Vautrain", "MS", "M", bruyeres)],
        is_character=True,
    )


def _begun(desk: Desk, school: Site) -> None:
    home = _home(desk, ("Mme", "Clotilde", "Rambervil", "dossier commencé, carnet à envoyer"), "Oscar", "CP", school)
    dossiers.fill(desk, home, home.children[0], but=("consents", "people", "carnet", "assurance"), days_ago=1)


def _sent(desk: Desk, school: Site) -> None:
    home = _home(desk, ("M.", "Baptistin", "Ormesson", "dossier envoyé, le service le regarde"), "Lison", "GS", school)
    child = home.children[0]
    draft_id = dossiers.fill(
        desk, home, child, days_ago=1, but=("carnet",), pai="asked", avoid="Fruits à coque", treatments="Adrénaline"
    )
    for code in ("carnet", "pai"):
        dossiers.send_piece(desk, home, code, child=child, now=desk.now - timedelta(days=1), is_photo=code == "pai")
    dossiers.send(desk, home, draft_id, days_ago=1)


def _refused(desk: Desk, school: Site) -> None:
    home = _home(desk, ("Mme", "Sidonie", "Tavernier", "dossier refusé, à reprendre"), "Eloi", "CE2", school)
    child, reason = home.children[0], "Le carnet de vaccination est celui d’un autre enfant."
    draft_id = dossiers.fill(desk, home, child, but=("carnet",))
    now = desk.now - timedelta(days=5)
    dossiers.send_piece(desk, home, "carnet", child=child, now=now, is_photo=True)
    number = dossiers.send(desk, home, draft_id)
    dossiers.refuse_piece(desk, home, "carnet", reason=reason, now=desk.now - timedelta(days=3))
    dossiers.decide(desk, number, accept=False, reason=reason)


def _asked(desk: Desk, school: Site) -> None:
    """An agent asks for one piece again; family and agent write to each other on the démarche."""
    home = _home(
        desk, ("Mme", "Ysoline", "Chantereine", "une pièce lui est demandée, messages"), "Lubin", "CE1", school
    )
    number = dossiers.send(desk, home, dossiers.fill(desk, home, home.children[0], days_ago=4), days_ago=4)
    kind = DocumentType.objects.get(organisation_id=desk.id, code="carnet")
    agent = dossiers.agent(desk)
    text = "Bonjour, la page des rappels manque. Pouvez-vous la photographier ?"
    acts.ask_more(actor=agent, number=number, text=text, types={kind.pk: kind.title}, now=desk.now - timedelta(days=2))
    said = "Bonjour, le carnet est chez le médecin jusqu’à vendredi. Est-ce trop tard ?"
    acts.write_message(actor=desk.actor_of(home), number=number, text=said, now=desk.now - timedelta(days=1))
    answer = "Pas de souci : la demande reste ouverte."
    acts.write_message(actor=agent, number=number, text=answer, now=desk.now - timedelta(hours=20))


def _declaring(desk: Desk) -> None:
    home = desk.family(
        [Person("Mme", "Hermance", "Quillevéré", "nouvelle arrivée, entourage à valider")], is_character=True
    )
    child = {"role": "child", "last_name": "Quillevéré", "first_name": "Margot", "sex": "F"}
    father = {"role": "co_holder", "civility": "M.", "last_name": "Quillevéré", "first_name": "Titouan"}
    born = desk.birth_date("CE1").isoformat()
    dossiers.declare(desk, home, {**child, "birth_date": born}, {**father, "has_authority": True})
    alone = desk.family(
        [Person("Mme", "Quitterie", "Aubépin", "nouvelle arrivée, un enfant à valider sans anomalie")],
        is_character=True,
    )
    only = {"role": "child", "last_name": "Aubépin", "first_name": "Mahaut", "sex": "F"}
    dossiers.declare(desk, alone, {**only, "birth_date": desk.birth_date("CP").isoformat()})


def _in_double(desk: Desk, school: Site) -> None:
    """A child of one household is declared again by another: the agent is told."""
    first = _home(
        desk, ("Mme", "Radegonde", "Beaumanoir", "son enfant est aussi déclaré ailleurs"), "Ambroise", "CP", school
    )
    second = desk.family(
        [Person("M.", "Childéric", "Beaumanoir", "déclare un enfant déjà connu du service")], is_character=True
    )
    child = first.children[0]
    again: dict[str, Any] = {"role": "child", "last_name": child.last_name, "first_name": child.first_name, "sex": "M"}
    dossiers.declare(desk, second, {**again, "birth_date": child.birth_date.isoformat() if child.birth_date else ""})


def _expired(desk: Desk, school: Site) -> tuple[Home, Site]:
    """The PAI of last year is over: the team must know, and the parent renew it."""
    home = _home(
        desk, ("Mme", "Eugénie", "Fromentel", "dossier validé, PAI expiré à renouveler"), "Philibert", "CM1", school
    )
    child, before = home.children[0], desk.now - timedelta(days=390)
    until = (desk.today - timedelta(days=20)).isoformat()
    sheet = {"pai": "signed", "pai_until": until, "avoid": "Arachides", "doctor_name": "Dr Ormeau", "vaccines": ["dtp"]}
    save_health(actor=desk.actor, child_id=child.pk, values=sheet, now=before, by=home.adults[0].full_name)
    year = desk.year_before(desk.year)
    dossiers.send_piece(desk, home, "pai", child=child, now=before, is_photo=True, accept=True, year=year)
    now = desk.now - timedelta(days=60)
    dossiers.send_piece(desk, home, "carnet", child=child, now=now, accept=True, year=desk.year)
    return home, school


def _protected(desk: Desk, school: Site) -> tuple[Home, Site]:
    home = desk.family(
        [Person("Mme", "Théodora", "Malicorne", "adresse protégée, contact interdit", has_protected_address=True)],
        [Pupil("Perrin", "Malicorne", "GS", "M", school)],
        is_character=True,
        contacts=[(ContactKind.FORBIDDEN, "Enguerrand", "Malicorne", "père")],
    )
    now = desk.now - timedelta(days=30)
    dossiers.send_piece(desk, home, "jugement", child=home.children[0], now=now, accept=True)
    return home, school


def _two_towns(desk: Desk, school: Site) -> tuple[Home, Site]:
    who = "un même identifiant ici et à Kerploz"
    home = desk.family(
        [Person("Mme", "Iseult", "Lancelin", who, email=IN_TWO_TOWNS, is_shared=True)],
        [Pupil("Tristan", "Lancelin", "CM2", "M", school)],
        is_character=True,
    )
    return home, school


def _in_turn(desk: Desk, asked: Site, school: Site, offer: Offer) -> None:
    """One child, two households, even weeks and odd ones. One parent asks for another school: the other must agree."""
    mother = _home(desk, ("Mme", "Ombeline", "Desvignes", "garde alternée, semaines paires"), "Anatolie", "CE2", school)
    father = desk.family([Person("M.", "Léopold", "Marcassin", "garde alternée, semaines impaires")], is_character=True)
    child = mother.children[0]
    link_child(actor=desk.actor, family_id=father.family.pk, child_id=child.pk)
    Guardianship.objects.filter(organisation_id=desk.id, child=child).update(payer_share_percent=50)
    set_residence(
        actor=desk.actor,
        child_id=child.pk,
        pattern=WeekParity(even="a", changes_on=0),
        adult_a_id=mother.adults[0].pk,
        adult_b_id=father.adults[0].pk,
        now=desk.now - timedelta(days=80),
    )
    dossiers.send_piece(
        desk, mother, "alternance", child=child, now=desk.now - timedelta(days=85), is_photo=True, accept=True
    )
    _validate(desk, mother, offer)
    desk.enrol(father, offer, child)
    ask_school(desk, mother, child, asked)


def _written_twice(desk: Desk, school: Site) -> None:
    """A child and its mother whom two agents wrote down, each in a dossier: the service merges them."""
    homes = [
        desk.family(
            [Person("Mme", "Aliénor", "Saint-Amour", email="alienor.saint-amour@courriel-pays-mellifere.example")],
            [Pupil("Gauvain", "Saint-Amour", "CE1", "M", school)],
        )
        for _agent in range(2)
    ]
    born = homes[0].children[0].birth_date
    Child.objects.filter(organisation_id=desk.id, pk=homes[1].children[0].pk).update(birth_date=born)


def _home(desk: Desk, who: tuple[str, str, str, str], first_name: str, level: str, school: Site) -> Home:
    return desk.family([Person(*who)], [Pupil(first_name, who[2], level, "M", school)], is_character=True)
