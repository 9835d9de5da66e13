"""Pays Mellifère, a communauté de communes: périscolaire in two schools."""

from datetime import timedelta

from preau.demo import dossiers
from preau.demo.desk import Desk, Hours, Person, Pupil
from preau.demo.towns import small
from preau.demo.towns.pays_mellifere_characters import write_characters
from preau.demo.towns.pays_mellifere_moments import write_moments
from preau.domain.catalogue.enums import ActivityKind, BookingMode
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Department, Site

NAME = "Communauté de communes du Pays Mellifère"
THE_TOWN = "la communauté de communes du Pays Mellifère"
CONTACT = "education@pays-mellifere.example"
DEADLINE = {"kind": "hours", "hours": 48}
RULES = (
    "## Horaires\n\nL’accueil ouvre à 7 h 15 et ferme à 18 h 45.\n\n"
    "## Départ des enfants\n\nUn enfant part avec une personne nommée dans son dossier, sur présentation de sa carte.\n\n"
    "## Santé\n\nUn enfant fiévreux reste à la maison. Un traitement demande une ordonnance ou un PAI."
)

# What opens later: activity, kind, place, ages in months.
LATER = (
    ("Halte-garderie", ActivityKind.CRECHE, ("La Petite Ruche", SiteKind.CRECHE, "2 allée du Verger"), (3, 72)),
    ("Accueil de jeunes", ActivityKind.OUTINGS, ("Le Grand Essaim", SiteKind.LEISURE, "5 rue du Lavoir"), (120, 216)),
)


def build(desk: Desk) -> None:
    """Write down Pays Mellifère."""
    _open(desk)
    department = desk.department("Direction Éducation", "03 53 01 33 10", CONTACT)
    acacias = desk.site("École des Acacias", SiteKind.SCHOOL, "6 rue de la Fontaine", "03 53 01 33 21")
    bruyeres = desk.site("École des Bruyères", SiteKind.SCHOOL, "1 rue des Écoles", "03 53 01 33 22")
    desk.open_classes(
        acacias, ("Mme Apis", "M. Bourdaine", "Mme Callune", "M. Doré", "Mme Essaim", "M. Flor", "Mme Genêt", "M. Houx")
    )
    desk.open_classes(
        bruyeres, ("Mme Iris", "M. Jonc", "Mme Lierre", "M. Mauve", "Mme Nielle", "M. Orme", "Mme Prunelle", "M. Ronce")
    )
    dossiers.ask(desk, department, rules=RULES)
    activity = _activity(desk, department, "Accueil périscolaire", ActivityKind.AFTER_SCHOOL, position=1)
    offers = {}
    for school in (acacias, bruyeres):
        morning = desk.resource(school, "Accueil du matin", 24)
        evening = desk.resource(school, "Accueil du soir", 30)
        offers[school.pk] = desk.offer(
            activity,
            school,
            units=[
                Hours("M", "Matin", "7:15", "8:30", [morning]),
                Hours("S", "Soir", "16:15", "18:45", [evening]),
            ],
            deadline=DEADLINE,
        )
    halte = _others(desk, department, (acacias, bruyeres))
    _families(desk, acacias, bruyeres)
    small.crowd(desk, [acacias, bruyeres])
    dossiers.validate_all(desk, desk.homes)
    for school in (acacias, bruyeres):
        enrolments = small.enrol_all(desk, offers[school.pk], school=school)
        choices = [(0.4, ("S",)), (0.2, ("M", "S")), (0.1, ("M",)), (0.3, ())]
        small.book(desk, offers[school.pk], enrolments, "0134", choices)
    write_characters(desk, acacias, bruyeres, offers)
    write_moments(desk, department, acacias, bruyeres, offers, halte)
    small.staff(
        desk, department, ("M.", "Gaëtan", "Rucher"), ("Mme", "Violaine", "Butineau"), ("M.", "Ferdinand", "Hydromel")
    )


def _activity(
    desk: Desk,
    department: Department,
    name: str,
    kind: ActivityKind,
    *,
    position: int,
    booking_mode: BookingMode = BookingMode.DAY_UNITS,
) -> Activity:
    made = desk.activity(department, name, kind, position=position, booking_mode=booking_mode)
    made.requires_dossier = True
    made.save(update_fields=["requires_dossier"])
    return made


def _others(desk: Desk, department: Department, schools: tuple[Site, ...]) -> Offer:
    """What else the dossier opens: at once for school days, on a later date for the rest. Return the halte-garderie."""
    meals = _activity(desk, department, "Restauration", ActivityKind.CANTEEN, position=2)
    name = "Temps d’activités périscolaires (TAP)"
    tap = _activity(desk, department, name, ActivityKind.AFTER_SCHOOL, position=3, booking_mode=BookingMode.NONE)
    for school in schools:
        refectory = desk.resource(school, "Réfectoire", 60, is_blocking=False)
        hours = [Hours("R", "Repas", "12:00", "13:20", [refectory])]
        desk.offer(meals, school, units=hours, deadline=DEADLINE)
        desk.offer(tap, school)
    monday = desk.today + timedelta(days=28 - desk.today.weekday())
    later = [{"public": "all", "opens_at": desk.local(monday, 8)}]
    made = []
    for position, (name, kind, place, ages) in enumerate(LATER, start=4):
        activity = _activity(desk, department, name, kind, position=position, booking_mode=BookingMode.NONE)
        offer = desk.offer(activity, desk.site(*place), weekdays="01234")
        offer.min_age_months, offer.max_age_months = ages
        offer.enrolment_openings = later
        offer.save(update_fields=["min_age_months", "max_age_months", "enrolment_openings"])
        made.append(offer)
    return made[0]


def _open(desk: Desk) -> None:
    desk.city = ("99320", "Ruchelles")
    phone = "03 53 01 33 10"
    desk.open_town(
        "pays-mellifere",
        **small.texts(
            name=NAME,
            the_town=THE_TOWN,
            product="L’Espace Familles",
            address="8 place du Rucher, 99320 Ruchelles",
            phone=phone,
            contact=CONTACT,
        ),
        name=NAME,
        short_name="Pays Mellifère",
        kind="communaute",
        product_name="Espace Familles",
        slogan="Toutes les écoles communautaires, un seul espace",
        mail_signature="La Direction Éducation",
        brand="#9a5b00",
        school_zone="A",
        mails_provisional_password=True,
        reviews_entourage=True,
        welcome_title="Bienvenue sur votre Espace Familles",
        welcome_strapline="Un dossier par enfant, une fois par an, et le reste suit.",
        welcome_text=(
            "Cet espace remplace le dossier papier des écoles communautaires.\n\n"
            "- Réservez l’accueil du matin et du soir\n- Retrouvez les personnes de votre entourage\n"
        ),
        private_welcome_text="Une question sur votre dossier ? La Direction Éducation répond sous deux jours.",
        contact_name="Direction Éducation",
        contact_address="8 place du Rucher\n99320 Ruchelles",
        contact_hours="Lundi, mardi, jeudi et vendredi, de 8 h 30 à 12 h",
        website="https://www.pays-mellifere.example",
        labels={"bookings": "Créer les réservations", "space_name": "espace familles", "department": "Éducation"},
    )
    desk.news(
        (
            6,
            "Transport scolaire : deux arrêts déplacés",
            "À Ruchelles, le car s’arrête désormais devant la halle.",
            "Les horaires ne changent pas. L’arrêt de la poste reste desservi le soir.",
        ),
        (
            20,
            "Les écoles plantent une haie mellifère",
            "Cent arbustes offerts par les apiculteurs du pays.",
            "Rendez-vous un samedi matin, avec des gants, dans chaque école.",
        ),
    )


def _families(desk: Desk, acacias: Site, bruyeres: Site) -> None:
    desk.family(
        [
            Person("Mme", "Mélisande", "Corbeval", "deux enfants à l’École des Acacias"),
            Person("M.", "Fulbert", "Corbeval"),
        ],
        [Pupil("Honorine", "Corbeval", "CE1", "F", acacias), Pupil("Aymeric", "Corbeval", "PS", "M", acacias)],
        is_character=True,
    )
    desk.family(
        [Person("M.", "Ludger", "Sainte-Avoie", "un enfant à l’École des Bruyères")],
        [Pupil("Pétronille", "Sainte-Avoie", "CM1", "F", bruyeres)],
        is_character=True,
    )
