"""Kerploz, a commune of zone B: garderie without booking, restaurant by day."""

from preau.demo.desk import Desk, Hours, Person, Pupil
from preau.demo.towns import small
from preau.domain.catalogue.enums import ActivityKind, BookingMode
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Site

NAME = "Mairie de Kerploz"
THE_TOWN = "la mairie de Kerploz"
CONTACT = "espace-famille@kerploz.example"


def build(desk: Desk) -> None:
    """Write down Kerploz."""
    _open(desk)
    department = desk.department("Éducation Jeunesse", "02 61 91 44 90", CONTACT)
    school = desk.site("École Per-Jakez Ar Mor", SiteKind.SCHOOL, "5 straed ar Skol", "02 61 91 44 91")
    desk.open_classes(
        school,
        ("Mme Abgrall", "M. Bescond", "Mme Cariou", "M. Rio", "Mme Ezvan", "M. Floc’h", "Mme Guivarc’h", "M. Hascoët"),
    )
    care = desk.activity(
        department, "Garderie périscolaire", ActivityKind.AFTER_SCHOOL, position=1, booking_mode=BookingMode.NONE
    )
    canteen = desk.activity(department, "Restaurant scolaire", ActivityKind.CANTEEN, position=2)
    garderie = desk.offer(care, school)
    refectory = desk.resource(school, "Restaurant", 40, is_blocking=False)
    meals = desk.offer(
        canteen,
        school,
        units=[Hours("R", "Repas", "12:00", "13:20", [refectory])],
        deadline={"kind": "days", "days": 2, "at": "23:59"},
    )
    _families(desk, school)
    small.crowd(desk, [school])
    small.enrol_all(desk, garderie)
    small.book(desk, meals, small.enrol_all(desk, meals), "0134", [(0.8, ("R",)), (0.2, ())])
    small.staff(
        desk, department, ("Mme", "Nolwenn", "Tanguy-Ruz"), ("M.", "Goulven", "Le Drévo"), ("Mme", "Rozenn", "Bihannic")
    )


def _open(desk: Desk) -> None:
    desk.city = ("99560", "Kerploz")
    desk.open_town(
        "kerploz",
        **small.texts(
            name=NAME,
            the_town=THE_TOWN,
            product="Le Portail Famille",
            address="1 plasenn an Ti-Kêr, 99560 Kerploz",
            phone="02 61 91 44 90",
            contact=CONTACT,
        ),
        name=NAME,
        short_name="Kerploz",
        kind="commune",
        product_name="Portail Famille",
        slogan="Kerploz, entre lande et grève",
        mail_signature="Le service Éducation Jeunesse",
        brand="#1c4f8c",
        school_zone="B",
        identifier_policy="local_part",
        welcome_title="Bienvenue sur le Portail Famille",
        welcome_strapline="Vos démarches autour de l’école, toute l’année.",
        welcome_text=(
            "Votre identifiant est le début de votre adresse électronique, avant l’arobase.\n\n"
            "- Restaurant scolaire : réservez jour par jour\n- Garderie : sans réservation, venez quand il faut\n"
        ),
        private_welcome_text="La garderie ne se réserve pas : il suffit d’y être inscrit.",
        contact_name="Éducation Jeunesse",
        contact_address="1 plasenn an Ti-Kêr\n99560 Kerploz",
        contact_hours="Du lundi au vendredi, de 8 h 45 à 12 h et de 13 h 30 à 17 h",
        website="https://www.kerploz.example",
        labels={"bookings": "Modifier les réservations", "department": "Éducation Jeunesse"},
    )
    desk.news(
        (
            5,
            "Fest-noz des écoles samedi prochain",
            "Les élèves ouvrent le bal à la salle des fêtes, entrée libre.",
            "Chaque famille apporte un gâteau ou une bouteille de jus de pomme.",
        ),
        (
            25,
            "Du poisson de la criée au restaurant scolaire",
            "Une fois par semaine, selon la pêche.",
            "Le menu indique le bateau. Un autre plat est prévu pour les enfants allergiques.",
        ),
    )


def _families(desk: Desk, school: Site) -> None:
    desk.family(
        [Person("Mme", "Enora", "Kervizic", "trois enfants à l’école"), Person("M.", "Malo", "Kervizic")],
        [
            Pupil("Gwendal", "Kervizic", "CM2", "M", school),
            Pupil("Azilis", "Kervizic", "CE1", "F", school),
            Pupil("Ewen", "Kervizic", "MS", "M", school),
        ],
        is_character=True,
    )
    desk.family(
        [Person("M.", "Corentin", "Le Scouarnec", "un enfant à l’école")],
        [Pupil("Bleunwenn", "Le Scouarnec", "CP", "F", school)],
        is_character=True,
    )
