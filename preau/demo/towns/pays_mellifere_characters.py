"""Families of Pays Mellifère, each caught at one state of the family file."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from preau.demo import dossiers
from preau.demo.builder import Builder, Home, Person, Pupil
from preau.demo.towns.pays_mellifere_moments import ask_school
from preau.domain.catalogue.models import Offer
from preau.domain.documents.models import DocumentType
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import Child
from preau.domain.families.operations.children import save_health
from preau.domain.families.operations.custody import set_residence, set_shares
from preau.domain.families.operations.household import link_child
from preau.domain.families.operations.invitations import invite_adult
from preau.domain.organisations.models import Site
from preau.domain.procedures.operations import decisions, messages
from preau.kernel.residence import WeekParity

NOT_ACTIVATED = ("Aliénor", "Grandchamp")  # has the activation mail
WITHOUT_MAIL = ("Philippine", "Vautrain")  # known to the service: an agent gives her a key
IN_TWO_TOWNS = "iseult.lancelin@courriel-partage.example"


def write_characters(builder: Builder, acacias: Site, bruyeres: Site, offers: Mapping[int, Offer]) -> None:
    """Write down the families of each state, from the unknown to the validated."""
    _without_account(builder, acacias, bruyeres)
    _begun(builder, acacias)
    _sent(builder, bruyeres)
    _refused(builder, acacias)
    _asked(builder, bruyeres)
    _declaring(builder)
    _in_double(builder, acacias)
    for home, school in (_expired(builder, acacias), _protected(builder, bruyeres), _two_towns(builder, acacias)):
        _validate(builder, home, offers[school.pk])
    _in_turn(builder, acacias, bruyeres, offers[bruyeres.pk])
    _written_twice(builder, acacias)


def _validate(builder: Builder, home: Home, offer: Offer) -> None:
    dossiers.validate_all(builder, [home])
    if builder.prepared != builder.year:
        dossiers.validate_all(builder, [home], year=builder.prepared)
    for child in home.children:
        builder.enrol(home, offer, child)


def _without_account(builder: Builder, acacias: Site, bruyeres: Site) -> None:
    invited = builder.family(
        [Person("Mme", *NOT_ACTIVATED)], [Pupil("Blaise", "Grandchamp", "CE2", "M", acacias)], is_character=True
    )
    invite_adult(actor=builder.actor, adult_id=invited.adults[0].pk, now=builder.now)
    builder.family(
        [Person("Mme", *WITHOUT_MAIL, has_email=False)],
        [Pupil("Barnabé", "Vautrain", "MS", "M", bruyeres)],
        is_character=True,
    )


def _begun(builder: Builder, school: Site) -> None:
    home = _home(builder, ("Mme", "Clotilde", "Rambervil", "dossier commencé, carnet à envoyer"), "Oscar", "CP", school)
    dossiers.fill(builder, home, home.children[0], but=("consents", "people", "carnet", "assurance"), days_ago=1)


def _sent(builder: Builder, school: Site) -> None:
    home = _home(
        builder, ("M.", "Baptistin", "Ormesson", "dossier envoyé, le service le regarde"), "Lison", "GS", school
    )
    child = home.children[0]
    draft_id = dossiers.fill(
        builder, home, child, days_ago=1, but=("carnet",), pai="asked", avoid="Fruits à coque", treatments="Adrénaline"
    )
    for code in ("carnet", "pai"):
        dossiers.send_piece(
            builder, home, code, child=child, now=builder.now - timedelta(days=1), is_photo=code == "pai"
        )
    dossiers.send(builder, home, draft_id, days_ago=1)


def _refused(builder: Builder, school: Site) -> None:
    home = _home(builder, ("Mme", "Sidonie", "Tavernier", "dossier refusé, à reprendre"), "Eloi", "CE2", school)
    child, reason = home.children[0], "Le carnet de vaccination est celui d’un autre enfant."
    draft_id = dossiers.fill(builder, home, child, but=("carnet",))
    now = builder.now - timedelta(days=5)
    dossiers.send_piece(builder, home, "carnet", child=child, now=now, is_photo=True)
    number = dossiers.send(builder, home, draft_id)
    dossiers.refuse_piece(builder, home, "carnet", reason=reason, now=builder.now - timedelta(days=3))
    dossiers.decide(builder, number, accept=False, reason=reason)


def _asked(builder: Builder, school: Site) -> None:
    """An agent asks for one piece again; family and agent write to each other on the démarche."""
    home = _home(
        builder, ("Mme", "Ysoline", "Chantereine", "une pièce lui est demandée, messages"), "Lubin", "CE1", school
    )
    number = dossiers.send(builder, home, dossiers.fill(builder, home, home.children[0], days_ago=4), days_ago=4)
    kind = DocumentType.objects.get(organisation_id=builder.id, code="carnet")
    agent = dossiers.agent(builder)
    text = "Bonjour, la page des rappels manque. Pouvez-vous la photographier ?"
    decisions.ask_more(
        actor=agent, number=number, text=text, types={kind.pk: kind.title}, now=builder.now - timedelta(days=2)
    )
    said = "Bonjour, le carnet est chez le médecin jusqu’à vendredi. Est-ce trop tard ?"
    messages.write_message(actor=builder.actor_of(home), number=number, text=said, now=builder.now - timedelta(days=1))
    answer = "Pas de souci : la demande reste ouverte."
    messages.write_message(actor=agent, number=number, text=answer, now=builder.now - timedelta(hours=20))


def _declaring(builder: Builder) -> None:
    home = builder.family(
        [Person("Mme", "Hermance", "Quillevéré", "nouvelle arrivée, entourage à valider")], is_character=True
    )
    child = {"role": "child", "last_name": "Quillevéré", "first_name": "Margot", "sex": "F"}
    father = {"role": "co_holder", "civility": "M.", "last_name": "Quillevéré", "first_name": "Titouan"}
    born = builder.birth_date("CE1").isoformat()
    dossiers.declare(builder, home, {**child, "birth_date": born}, {**father, "has_authority": True})
    alone = builder.family(
        [Person("Mme", "Quitterie", "Aubépin", "nouvelle arrivée, un enfant à valider sans anomalie")],
        is_character=True,
    )
    only = {"role": "child", "last_name": "Aubépin", "first_name": "Mahaut", "sex": "F"}
    dossiers.declare(builder, alone, {**only, "birth_date": builder.birth_date("CP").isoformat()})


def _in_double(builder: Builder, school: Site) -> None:
    """A child of one household is declared again by another: the agent is told."""
    first = _home(
        builder, ("Mme", "Radegonde", "Beaumanoir", "son enfant est aussi déclaré ailleurs"), "Ambroise", "CP", school
    )
    second = builder.family(
        [Person("M.", "Childéric", "Beaumanoir", "déclare un enfant déjà connu du service")], is_character=True
    )
    child = first.children[0]
    again: dict[str, Any] = {"role": "child", "last_name": child.last_name, "first_name": child.first_name, "sex": "M"}
    dossiers.declare(builder, second, {**again, "birth_date": child.birth_date.isoformat() if child.birth_date else ""})


def _expired(builder: Builder, school: Site) -> tuple[Home, Site]:
    """The PAI of last year is over: the team must know, and the parent renew it."""
    home = _home(
        builder, ("Mme", "Eugénie", "Fromentel", "dossier validé, PAI expiré à renouveler"), "Philibert", "CM1", school
    )
    child, before = home.children[0], builder.now - timedelta(days=390)
    until = (builder.today - timedelta(days=20)).isoformat()
    sheet = {"pai": "signed", "pai_until": until, "avoid": "Arachides", "doctor_name": "Dr Ormeau", "vaccines": ["dtp"]}
    save_health(actor=builder.actor, child_id=child.pk, values=sheet, now=before, by=home.adults[0].full_name)
    year = builder.year_before(builder.year)
    dossiers.send_piece(builder, home, "pai", child=child, now=before, is_photo=True, accept=True, year=year)
    now = builder.now - timedelta(days=60)
    dossiers.send_piece(builder, home, "carnet", child=child, now=now, accept=True, year=builder.year)
    return home, school


def _protected(builder: Builder, school: Site) -> tuple[Home, Site]:
    home = builder.family(
        [Person("Mme", "Théodora", "Malicorne", "adresse protégée, contact interdit", has_protected_address=True)],
        [Pupil("Perrin", "Malicorne", "GS", "M", school)],
        is_character=True,
        contacts=[(ContactKind.FORBIDDEN, "Enguerrand", "Malicorne", "père")],
    )
    now = builder.now - timedelta(days=30)
    dossiers.send_piece(builder, home, "jugement", child=home.children[0], now=now, accept=True)
    return home, school


def _two_towns(builder: Builder, school: Site) -> tuple[Home, Site]:
    who = "un même identifiant ici et à Kerploz"
    home = builder.family(
        [Person("Mme", "Iseult", "Lancelin", who, email=IN_TWO_TOWNS, is_shared=True)],
        [Pupil("Tristan", "Lancelin", "CM2", "M", school)],
        is_character=True,
    )
    return home, school


def _in_turn(builder: Builder, asked: Site, school: Site, offer: Offer) -> None:
    """One child, two households, even weeks and odd ones. One parent asks for another school: the other must agree."""
    mother = _home(
        builder, ("Mme", "Ombeline", "Desvignes", "garde alternée, semaines paires"), "Anatolie", "CE2", school
    )
    father = builder.family(
        [Person("M.", "Léopold", "Marcassin", "garde alternée, semaines impaires")], is_character=True
    )
    child = mother.children[0]
    link_child(actor=builder.actor, family_id=father.family.pk, child_id=child.pk)
    set_shares(
        actor=builder.actor,
        child_id=child.pk,
        shares={mother.family.pk: 50, father.family.pk: 50},
        now=builder.now - timedelta(days=80),
    )
    set_residence(
        actor=builder.actor,
        child_id=child.pk,
        pattern=WeekParity(even="a", changes_on=0),
        adult_a_id=mother.adults[0].pk,
        adult_b_id=father.adults[0].pk,
        now=builder.now - timedelta(days=80),
    )
    dossiers.send_piece(
        builder, mother, "alternance", child=child, now=builder.now - timedelta(days=85), is_photo=True, accept=True
    )
    _validate(builder, mother, offer)
    builder.enrol(father, offer, child)
    ask_school(builder, mother, child, asked)


def _written_twice(builder: Builder, school: Site) -> None:
    """A child and its mother whom two agents wrote down, each in a dossier: the service merges them."""
    homes = [
        builder.family(
            [Person("Mme", "Aliénor", "Saint-Amour", email="alienor.saint-amour@courriel-pays-mellifere.example")],
            [Pupil("Gauvain", "Saint-Amour", "CE1", "M", school)],
        )
        for _agent in range(2)
    ]
    born = homes[0].children[0].birth_date
    Child.objects.filter(organisation_id=builder.id, pk=homes[1].children[0].pk).update(birth_date=born)


def _home(builder: Builder, who: tuple[str, str, str, str], first_name: str, level: str, school: Site) -> Home:
    return builder.family([Person(*who)], [Pupil(first_name, who[2], level, "M", school)], is_character=True)
