"""Families of Pays Mellifère caught at one moment of a page: a list to wait on, an agreement to give, a file to send."""

from collections.abc import Mapping

from preau.demo import dossiers
from preau.demo.builder import Builder, Home, Person, Pupil
from preau.demo.papers import face
from preau.domain.catalogue.enums import WaitingList
from preau.domain.catalogue.models import Offer
from preau.domain.enrolments.operations.enrolling import enrol
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import Child
from preau.domain.families.operations.contacts import save_contact
from preau.domain.families.operations.household import add_contact, link_child
from preau.domain.families.operations.photos import receive_photo
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.rules import About

PLACES_OF_THE_SMALL_ONES = 2


def write_moments(
    builder: Builder, department: Department, acacias: Site, bruyeres: Site, offers: Mapping[int, Offer], halte: Offer
) -> None:
    """Write down these families, and the démarche that is about one child."""
    _about_a_child(builder, department)
    _ready_to_send(builder, acacias)
    _by_direct_debit(builder, bruyeres)
    _just_sent(builder, acacias)
    _waiting(builder, halte)
    _collected(builder, acacias, offers[acacias.pk])
    _just_separated(builder, bruyeres, offers[bruyeres.pk])
    _written_twice_too(builder, bruyeres)


def ask_school(builder: Builder, home: Home, child: Child, school: Site) -> int:
    """Ask for another school, which is not a usual act: the other parent must agree. Return its number."""
    actor, now = builder.actor_of(home), builder.now
    subject = {"kind": ProcedureKind.SCHOOLING, "family_id": home.family.pk, "about": About(child.pk)}
    draft = drafts.start(actor=actor, now=now, **subject)
    values = {
        "year_id": builder.year.pk,
        "year": builder.year.label,
        "level": home.levels[child.pk],
        "site_id": school.pk,
        "school": school.name,
        "derogation": "",
    }
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step="schooling", values=values, now=now)
    return drafts.submit(actor=actor, draft_id=draft.draft_id, now=now).view.number


def _about_a_child(builder: Builder, department: Department) -> None:
    made = dossiers.form(
        builder,
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


def _ready_to_send(builder: Builder, school: Site) -> None:
    who = Person("Mme", "Perpétue", "Valombre", "dossier complet, à relire et à envoyer")
    home = builder.family([who], [Pupil("Achille", "Valombre", "CP", "M", school)], is_character=True)
    dossiers.fill(builder, home, home.children[0], days_ago=1)


def _by_direct_debit(builder: Builder, school: Site) -> None:
    """Direct debit asks for two pieces of the household: they are sent from the dossier of a child."""
    who = Person("M.", "Anthelme", "Clairvaux", "dossier commencé, prélèvement : RIB et mandat à envoyer")
    home = builder.family([who], [Pupil("Ysé", "Clairvaux", "CE1", "F", school)], is_character=True)
    dossiers.fill(builder, home, home.children[0], days_ago=1, but=("rules",), direct_debit=True)


def _just_sent(builder: Builder, school: Site) -> None:
    who = Person("Mme", "Zélie", "Montaubert", "dossier à regarder, deux personnes à déclarer")
    home = builder.family([who], [Pupil("Corentine", "Montaubert", "CE2", "F", school)], is_character=True)
    dossiers.send(builder, home, dossiers.fill(builder, home, home.children[0], days_ago=1), days_ago=1)


def _waiting(builder: Builder, halte: Offer) -> None:
    """The places of the halte-garderie are taken by twins: another child waits."""
    halte.enrolment_capacity, halte.waiting_list = PLACES_OF_THE_SMALL_ONES, WaitingList.BY_DATE
    halte.save(update_fields=["enrolment_capacity", "waiting_list"])
    twins = [Pupil(name, "Mirecourt", "", "F", months=20) for name in ("Aurianne", "Flavie")]
    home = builder.family([Person("Mme", "Gersende", "Mirecourt", has_email=False)], twins)
    for child in home.children:
        builder.enrol(home, halte, child)
    who = Person("M.", "Évrard", "Tournelle", "un enfant en liste d’attente à la halte-garderie")
    other = builder.family([who], [Pupil("Colombe", "Tournelle", "", "F", months=15)], is_character=True)
    enrol(
        actor=builder.actor,
        family_id=other.family.pk,
        offer_id=halte.pk,
        child_id=other.children[0].pk,
        waits_from=builder.now,
    )


def _collected(builder: Builder, school: Site, offer: Offer) -> None:
    """A grandmother whose face the team sees at the door."""
    who = Person("Mme", "Bertrade", "Sauvageon", "une personne autorisée, avec sa photo")
    home = builder.family([who], [Pupil("Lucien", "Sauvageon", "GS", "M", school)], is_character=True)
    save_contact(
        actor=builder.actor_of(home),
        child_id=home.children[0].pk,
        values={
            "kind": ContactKind.PICK_UP,
            "first_name": "Albertine",
            "last_name": "Sauvageon",
            "link": "grand-mère",
            "phone": home.adults[0].phone,
        },
        photo=receive_photo(name="albertine.jpg", content=face()),
        now=builder.now,
    )
    _open(builder, home, offer)


def _just_separated(builder: Builder, school: Site, offer: Offer) -> None:
    """Two households, and no calendar yet: the service writes it."""
    one = Person("Mme", "Sixtine", "Aubrelle", "séparée de M. Lormont, calendrier de garde à écrire")
    two = Person("M.", "Rodolphe", "Lormont", "séparé de Mme Aubrelle, calendrier de garde à écrire")
    mother = builder.family([one], [Pupil("Ninon", "Lormont", "CE1", "F", school)], is_character=True)
    father = builder.family([two], is_character=True)
    link_child(actor=builder.actor, family_id=father.family.pk, child_id=mother.children[0].pk)
    _open(builder, mother, offer)
    builder.enrol(father, offer, mother.children[0])


def _written_twice_too(builder: Builder, school: Site) -> None:
    """The same child in two dossiers, each with something that the other lacks."""
    adults = (
        Person("Mme", "Brunehaut", "Vaucelles", has_email=False),
        Person("M.", "Gontran", "Vaucelles", has_email=False),
    )
    homes = [builder.family([adult], [Pupil("Perceval", "Vaucelles", "CE2", "M", school)]) for adult in adults]
    born = homes[0].children[0].birth_date
    Child.objects.filter(organisation_id=builder.id, pk=homes[1].children[0].pk).update(birth_date=born)
    for home, (first_name, kind) in zip(
        homes, (("Odette", ContactKind.PICK_UP), ("Firmin", ContactKind.CALL)), strict=True
    ):
        add_contact(
            actor=builder.actor,
            family_id=home.family.pk,
            kind=kind,
            first_name=first_name,
            last_name="Vaucelles",
            phone=home.adults[0].phone,
            child_id=home.children[0].pk,
            now=builder.now,
        )


def _open(builder: Builder, home: Home, offer: Offer) -> None:
    """Validate the dossiers of a household, and enrol its children."""
    dossiers.validate_all(builder, [home])
    if builder.prepared != builder.year:
        dossiers.validate_all(builder, [home], year=builder.prepared)
    for child in home.children:
        builder.enrol(home, offer, child)
