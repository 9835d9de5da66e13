"""Families of Pays Mellifère caught at one moment of a page: a list to wait on, an agreement to give, a file to send."""

from collections.abc import Mapping

from preau.demo import dossiers
from preau.demo.desk import Desk, Home, Person, Pupil
from preau.demo.papers import face
from preau.domain.catalogue.enums import WaitingList
from preau.domain.catalogue.models import Offer
from preau.domain.enrolments.operations import enrol
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import Child
from preau.domain.families.operations import add_contact, link_child, receive_photo, save_contact
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures import operations as acts
from preau.domain.procedures.enums import ProcedureKind

PLACES_OF_THE_SMALL_ONES = 2


def write_moments(
    desk: Desk, department: Department, acacias: Site, bruyeres: Site, offers: Mapping[int, Offer], halte: Offer
) -> None:
    """Write down these families, and the démarche that is about one child."""
    _about_a_child(desk, department)
    _ready_to_send(desk, acacias)
    _by_direct_debit(desk, bruyeres)
    _just_sent(desk, acacias)
    _waiting(desk, halte)
    _collected(desk, acacias, offers[acacias.pk])
    _just_separated(desk, bruyeres, offers[bruyeres.pk])
    _written_twice_too(desk, bruyeres)


def ask_school(desk: Desk, home: Home, child: Child, school: Site) -> int:
    """Ask for another school, which is not a usual act: the other parent must agree. Return its number."""
    actor, now = desk.actor_of(home), desk.now
    subject = {"kind": ProcedureKind.SCHOOLING, "family_id": home.family.pk, "child_id": child.pk}
    draft = acts.start(actor=actor, now=now, **subject)
    values = {"year_id": desk.year.pk, "level": home.levels[child.pk], "site_id": school.pk, "derogation": ""}
    acts.save_step(actor=actor, draft_id=draft.draft_id, step="schooling", values=values, now=now)
    return acts.submit(actor=actor, draft_id=draft.draft_id, now=now).view.number


def _about_a_child(desk: Desk, department: Department) -> None:
    made = dossiers.form(
        desk,
        department,
        "depart",
        "Départ de la collectivité",
        "L’enfant change d’école ? Dites-le ici : ses réservations s’arrêtent ce jour-là.",
        {"code": "jour", "label": "Dernier jour", "kind": "date", "required": True},
        {"code": "radiation", "label": "Il me faut un certificat de radiation", "kind": "yes_no", "required": True},
        {"code": "precision", "label": "Une précision", "kind": "long", "required": False},
    )
    made.is_about_child = True
    made.save(update_fields=["is_about_child"])


def _ready_to_send(desk: Desk, school: Site) -> None:
    who = Person("Mme", "Perpétue", "Valombre", "dossier complet, à relire et à envoyer")
    home = desk.family([who], [Pupil("Achille", "Valombre", "CP", "M", school)], is_character=True)
    dossiers.fill(desk, home, home.children[0], days_ago=1)


def _by_direct_debit(desk: Desk, school: Site) -> None:
    """Direct debit asks for two pieces of the household: they are sent from the dossier of a child."""
    who = Person("M.", "Anthelme", "Clairvaux", "dossier commencé, prélèvement : RIB et mandat à envoyer")
    home = desk.family([who], [Pupil("Ysé", "Clairvaux", "CE1", "F", school)], is_character=True)
    dossiers.fill(desk, home, home.children[0], days_ago=1, but=("rules",), direct_debit=True)


def _just_sent(desk: Desk, school: Site) -> None:
    who = Person("Mme", "Zélie", "Montaubert", "dossier à regarder, deux personnes à déclarer")
    home = desk.family([who], [Pupil("Corentine", "Montaubert", "CE2", "F", school)], is_character=True)
    dossiers.send(desk, home, dossiers.fill(desk, home, home.children[0], days_ago=1), days_ago=1)


def _waiting(desk: Desk, halte: Offer) -> None:
    """The places of the halte-garderie are taken by twins: another child waits."""
    halte.enrolment_capacity, halte.waiting_list = PLACES_OF_THE_SMALL_ONES, WaitingList.BY_DATE
    halte.save(update_fields=["enrolment_capacity", "waiting_list"])
    twins = [Pupil(name, "Mirecourt", "", "F", months=20) for name in ("Aurianne", "Flavie")]
    home = desk.family([Person("Mme", "Gersende", "Mirecourt", has_email=False)], twins)
    for child in home.children:
        desk.enrol(home, halte, child)
    who = Person("M.", "Évrard", "Tournelle", "un enfant en liste d’attente à la halte-garderie")
    other = desk.family([who], [Pupil("Colombe", "Tournelle", "", "F", months=15)], is_character=True)
    enrol(
        actor=desk.actor,
        family_id=other.family.pk,
        offer_id=halte.pk,
        child_id=other.children[0].pk,
        waits_from=desk.now,
    )


def _collected(desk: Desk, school: Site, offer: Offer) -> None:
    """A grandmother whose face the team sees at the door."""
    who = Person("Mme", "Bertrade", "Sauvageon", "une personne autorisée, avec sa photo")
    home = desk.family([who], [Pupil("Lucien", "Sauvageon", "GS", "M", school)], is_character=True)
    save_contact(
        actor=desk.actor_of(home),
        child_id=home.children[0].pk,
        values={
            "kind": ContactKind.PICK_UP,
            "first_name": "Albertine",
            "last_name": "Sauvageon",
            "link": "grand-mère",
            "phone": home.adults[0].phone,
        },
        photo=receive_photo(name="albertine.jpg", content=face()),
        now=desk.now,
    )
    _open(desk, home, offer)


def _just_separated(desk: Desk, school: Site, offer: Offer) -> None:
    """Two households, and no calendar yet: the service writes it."""
    one = Person("Mme", "Sixtine", "Aubrelle", "séparée de M. Lormont, calendrier de garde à écrire")
    two = Person("M.", "Rodolphe", "Lormont", "séparé de Mme Aubrelle, calendrier de garde à écrire")
    mother = desk.family([one], [Pupil("Ninon", "Lormont", "CE1", "F", school)], is_character=True)
    father = desk.family([two], is_character=True)
    link_child(actor=desk.actor, family_id=father.family.pk, child_id=mother.children[0].pk)
    _open(desk, mother, offer)
    desk.enrol(father, offer, mother.children[0])


def _written_twice_too(desk: Desk, school: Site) -> None:
    """The same child in two dossiers, each with something that the other lacks."""
    adults = (
        Person("Mme", "Brunehaut", "Vaucelles", has_email=False),
        Person("M.", "Gontran", "Vaucelles", has_email=False),
    )
    homes = [desk.family([adult], [Pupil("Perceval", "Vaucelles", "CE2", "M", school)]) for adult in adults]
    born = homes[0].children[0].birth_date
    Child.objects.filter(organisation_id=desk.id, pk=homes[1].children[0].pk).update(birth_date=born)
    for home, (first_name, kind) in zip(
        homes, (("Odette", ContactKind.PICK_UP), ("Firmin", ContactKind.CALL)), strict=True
    ):
        add_contact(
            actor=desk.actor,
            family_id=home.family.pk,
            kind=kind,
            first_name=first_name,
            last_name="Vaucelles",
            phone=home.adults[0].phone,
            child_id=home.children[0].pk,
        )


def _open(desk: Desk, home: Home, offer: Offer) -> None:
    """Validate the dossiers of a household, and enrol its children."""
    dossiers.validate_all(desk, [home])
    if desk.prepared != desk.year:
        dossiers.validate_all(desk, [home], year=desk.prepared)
    for child in home.children:
        desk.enrol(home, offer, child)
