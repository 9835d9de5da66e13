"""Pays Mellifère, a communauté de communes: périscolaire in two schools."""

from datetime import timedelta

from preau.demo import dossiers
from preau.demo.absences import ILL, OTHER, OUTING, TEACHER, Service, TownAbsences
from preau.demo.builder import Builder, Hours, Person, Pupil
from preau.demo.towns import small
from preau.demo.towns.pays_mellifere_characters import write_characters
from preau.demo.towns.pays_mellifere_moments import write_moments
from preau.domain.absences.enums import ClosureKind
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


ABSENCES = TownAbsences(
    motives=(ILL, TEACHER, OUTING, OTHER),
    closes=(ClosureKind.WEATHER, "verglas sur les routes", "École des Bruyères"),
    services=(
        Service(
            (),
            {"kind": "same_day", "at": "9:30"},
            {
                "maladie": {
                    "deducts": True,
                    "proof_delay": {"hours": 72},
                    "unproven_waiting_days": 2,
                    "most_days": 10,
                },
                "enseignant": {"deducts": True},
                "sortie": {"deducts": True},
            },
            "Sans certificat sous 72 h, les deux premiers jours restent dus.",
        ),
    ),
)


def build(builder: Builder) -> None:
    """Write down Pays Mellifère."""
    _open(builder)
    department = builder.department("Direction Éducation", "03 53 01 33 10", CONTACT)
    acacias = builder.site("École des Acacias", SiteKind.SCHOOL, "6 rue de la Fontaine", "03 53 01 33 21")
    bruyeres = builder.site("École des Bruyères", SiteKind.SCHOOL, "1 rue des Écoles", "03 53 01 33 22")
    builder.open_classes(
        acacias, ("Mme Apis", "M. Bourdaine", "Mme Callune", "M. Doré", "Mme Essaim", "M. Flor", "Mme Genêt", "M. Houx")
    )
    builder.open_classes(
        bruyeres, ("Mme Iris", "M. Jonc", "Mme Lierre", "M. Mauve", "Mme Nielle", "M. Orme", "Mme Prunelle", "M. Ronce")
    )
    dossiers.ask(builder, department, rules=RULES)
    activity = _activity(builder, department, "Accueil périscolaire", ActivityKind.AFTER_SCHOOL, position=1)
    offers = {}
    for school in (acacias, bruyeres):
        morning = builder.resource(school, "Accueil du matin", 24)
        evening = builder.resource(school, "Accueil du soir", 30)
        offers[school.pk] = builder.offer(
            activity,
            school,
            units=[
                Hours("M", "Matin", "7:15", "8:30", [morning]),
                Hours("S", "Soir", "16:15", "18:45", [evening]),
            ],
            deadline=DEADLINE,
        )
    halte = _others(builder, department, (acacias, bruyeres))
    _families(builder, acacias, bruyeres)
    small.crowd(builder, [acacias, bruyeres])
    dossiers.validate_all(builder, builder.homes)
    for school in (acacias, bruyeres):
        enrolments = small.enrol_all(builder, offers[school.pk], school=school)
        choices = [(0.4, ("S",)), (0.2, ("M", "S")), (0.1, ("M",)), (0.3, ())]
        small.book(builder, offers[school.pk], enrolments, "0134", choices)
    write_characters(builder, acacias, bruyeres, offers)
    write_moments(builder, department, acacias, bruyeres, offers, halte)
    small.staff(
        builder,
        department,
        ("M.", "Gaëtan", "Rucher"),
        ("Mme", "Violaine", "Butineau"),
        ("M.", "Ferdinand", "Hydromel"),
    )


def _activity(
    builder: Builder,
    department: Department,
    name: str,
    kind: ActivityKind,
    *,
    position: int,
    booking_mode: BookingMode = BookingMode.DAY_UNITS,
) -> Activity:
    made = builder.activity(department, name, kind, position=position, booking_mode=booking_mode)
    made.requires_dossier = True
    made.save(update_fields=["requires_dossier"])
    return made


def _others(builder: Builder, department: Department, schools: tuple[Site, ...]) -> Offer:
    """What else the dossier opens: at once for school days, on a later date for the rest. Return the halte-garderie."""
    meals = _activity(builder, department, "Restauration", ActivityKind.CANTEEN, position=2)
    name = "Temps d’activités périscolaires (TAP)"
    tap = _activity(builder, department, name, ActivityKind.AFTER_SCHOOL, position=3, booking_mode=BookingMode.NONE)
    for school in schools:
        refectory = builder.resource(school, "Réfectoire", 60, is_blocking=False)
        hours = [Hours("R", "Repas", "12:00", "13:20", [refectory])]
        builder.offer(meals, school, units=hours, deadline=DEADLINE)
        builder.offer(tap, school)
    monday = builder.today + timedelta(days=28 - builder.today.weekday())
    later = [{"public": "all", "opens_at": builder.local(monday, 8)}]
    made = []
    for position, (name, kind, place, ages) in enumerate(LATER, start=4):
        activity = _activity(builder, department, name, kind, position=position, booking_mode=BookingMode.NONE)
        offer = builder.offer(activity, builder.site(*place), weekdays="01234")
        offer.min_age_months, offer.max_age_months = ages
        offer.enrolment_openings = later
        offer.save(update_fields=["min_age_months", "max_age_months", "enrolment_openings"])
        made.append(offer)
    return made[0]


def _open(builder: Builder) -> None:
    builder.city = ("99320", "Ruchelles")
    phone = "03 53 01 33 10"
    builder.open_town(
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
        agents_may_force=True,
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
    builder.news(
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


def _families(builder: Builder, acacias: Site, bruyeres: Site) -> None:
    builder.family(
        [
            Person("Mme", "Mélisande", "Corbeval", "deux enfants à l’École des Acacias"),
            Person("M.", "Fulbert", "Corbeval"),
        ],
        [Pupil("Honorine", "Corbeval", "CE1", "F", acacias), Pupil("Aymeric", "Corbeval", "PS", "M", acacias)],
        is_character=True,
    )
    builder.family(
        [Person("M.", "Ludger", "Sainte-Avoie", "un enfant à l’École des Bruyères")],
        [Pupil("Pétronille", "Sainte-Avoie", "CM1", "F", bruyeres)],
        is_character=True,
    )
