"""Kerploz, a commune of zone B: a dossier each year, then activities, then bookings, each at its date."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from preau.demo import dossiers
from preau.demo.absences import HOLIDAYS, ILL, OTHER, OUTING, TEACHER, Service, TownAbsences
from preau.demo.builder import Builder, Home, Hours, Person, Pupil
from preau.demo.dossiers import Kind
from preau.demo.towns import small
from preau.demo.towns.pays_mellifere_characters import IN_TWO_TOWNS
from preau.domain.absences.enums import ClosureKind
from preau.domain.catalogue.enums import ActivityKind, BookingMode, OpenOn
from preau.domain.catalogue.models import Activity, Offer, SchoolYear
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations.subscribing import subscribe
from preau.domain.enrolments.rules import PatternLine
from preau.domain.families.enums import ContactKind
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures.operations.changes import book_subscriptions

NAME = "Mairie de Kerploz"
THE_TOWN = "la mairie de Kerploz"
CONTACT = "espace-famille@kerploz.example"
CANTEEN_DEADLINE = {"kind": "days", "days": 2, "at": "23:59"}
CENTRE_DEADLINE = {"kind": "working_days", "days": 3, "at": "12:00"}
SMALL_LEVELS, BIG_LEVELS = ("PS", "MS", "GS", "CP", "CE1", "CE2"), ("CM1", "CM2")
KINDS = (
    Kind(
        "carnet",
        "Carnet de vaccination",
        help="Les pages des vaccins, ou l’attestation d’un médecin.",
        is_sensitive=True,
    ),
    Kind(
        "revenus",
        "Justificatif de revenus",
        subject="family",
        help="Avis d’impôt, attestation de la CAF ou de la MSA. Sans lui, le tarif le plus haut s’applique.",
    ),
    Kind("alternance", "Calendrier de garde alternée", ("alternate",), help="Signé des deux parents."),
    Kind("pai", "PAI signé, ou certificat médical en attendant", ("pai",), is_sensitive=True),
    Kind("divers", "Divers", (), validity="forever"),
)
RULES = (
    "## Restaurant scolaire\n\nUn repas se réserve ou s’annule jusqu’à l’avant-veille, avant minuit.\n\n"
    "## Garderie\n\nElle ouvre à 7 h 15 et ferme à 18 h 45, sans réservation.\n\n"
    "## Accueil de loisirs et Passerelle\n\nUne journée s’annule trois jours ouvrés avant, jusqu’à midi."
)

WELCOME = (
    "Chaque année, les familles mettent à jour leur espace, puis réinscrivent leurs enfants. C’est obligatoire.\n\n"
    "1. **Je me connecte** : mon identifiant est le début de mon adresse électronique, avant l’arobase.\n"
    "2. **Le dossier administratif** : un par enfant. À garder sous la main : le carnet de vaccination, un "
    "justificatif de revenus, le calendrier de garde alternée si nécessaire.\n"
    "3. **L’inscription aux activités** : elle s’ouvre dès que le dossier est validé.\n"
    "4. **Les réservations** : elles s’ouvrent à des dates annoncées.\n"
)


@dataclass(slots=True)
class Services:
    """What the children of one school year may be enrolled in."""

    garderie: Offer
    meals: Offer
    standing: Offer  # « Abonnement restauration »
    centre: dict[str, list[Offer]] = field(default_factory=dict)  # level → Wednesdays, then holidays

    def for_level(self, level: str) -> list[Offer]:
        """Every enrolment that a child of a level has, but for the « abonnement » : it is a choice."""
        return [self.garderie, self.meals, *self.centre[level]]


FAQ = (
    ("Je dois modifier mes informations personnelles", "Après connexion, ouvrez « Profil »."),
    (
        "J’ai un enfant scolarisé en cours d’année",
        "Ouvrez « Entourage », puis « Déclarer mon entourage » : ajoutez l’enfant. Le service vous répond par courriel.",
    ),
    (
        "Je souhaite suivre l’état de mes demandes",
        "Ouvrez « Mon tableau de bord », puis « Dernières demandes » : chaque demande y garde son numéro et sa réponse.",
    ),
    (
        "Je n’ai pas accès aux réservations",
        "Ouvrez « Créer une inscription » et inscrivez votre enfant à chaque activité. L’abonnement au restaurant "
        "scolaire reste au choix. Rien ne s’ouvre ? Le dossier administratif n’est pas encore validé.",
    ),
    (
        "Je ne me souviens plus de mon mot de passe",
        "Choisissez « J’ai oublié mon mot de passe » sous le cadre de connexion. Un courriel vous en fait choisir un "
        "autre.",
    ),
    (
        "Nouvelle famille à Kerploz ?",
        "Choisissez « Créer mon espace ». Une fois votre adresse électronique vérifiée, reprenez à l’étape 1.",
    ),
)


ABSENCES = TownAbsences(
    motives=(ILL, TEACHER, OUTING, HOLIDAYS, OTHER),
    closes=(ClosureKind.STRIKE, "grève du personnel de restauration", "École Per-Jakez Ar Mor"),
    services=(
        Service(
            (),
            {"kind": "after", "hours": 48},
            {
                "maladie": {"deducts": True, "proof_delay": {"hours": 48}},
                "enseignant": {"deducts": True},
                "sortie": {"deducts": True},
            },
            "Hors délai, l’absence se justifie ici jusqu’à 48 h après, jamais par courriel ni par téléphone.",
        ),
    ),
)


def build(builder: Builder) -> None:
    """Write down Kerploz."""
    _open(builder)
    builder.questions(*FAQ)
    department = builder.department("Éducation Jeunesse", "02 61 91 44 90", CONTACT)
    school = builder.site("École Per-Jakez Ar Mor", SiteKind.SCHOOL, "5 straed ar Skol", "02 61 91 44 91")
    centre = builder.site("Ti ar Vugale", SiteKind.LEISURE, "3 straed ar C’hoad", "02 61 91 44 92")
    builder.open_classes(
        school,
        ("Mme Abgrall", "M. Bescond", "Mme Cariou", "M. Rio", "Mme Ezvan", "M. Floc’h", "Mme Guivarc’h", "M. Hascoët"),
    )
    dossiers.ask(builder, department, kinds=KINDS, rules=RULES)
    activities = _activities(builder, department)
    services = _services(builder, activities, school, centre, builder.year)
    if builder.prepared != builder.year:
        _services(builder, activities, school, centre, builder.prepared)
    ready = _ready(builder, school)
    small.crowd(builder, [school])
    dossiers.validate_all(builder, builder.homes)
    meals, wednesdays = _enrol(builder, services, builder.homes)
    small.book(builder, services.meals, meals, "0134", [(0.8, ("R",)), (0.2, ())])
    for offer, enrolments in wednesdays.items():
        small.book(builder, offer, enrolments, "2", [(0.4, ("J",)), (0.15, ("M",)), (0.15, ("A",)), (0.3, ())])
    for home in ready:
        dossiers.validate_all(builder, [home], year=builder.prepared)
    _subscribe(builder, services, ready[0])
    _of_two_towns(builder, school)
    _re_enrolling(builder, school)
    _sent(builder, school)
    _begun(builder, school)
    small.staff(
        builder,
        department,
        ("Mme", "Nolwenn", "Tanguy-Ruz"),
        ("M.", "Goulven", "Le Drévo"),
        ("Mme", "Rozenn", "Bihannic"),
    )


def _open(builder: Builder) -> None:
    builder.city = ("99560", "Kerploz")
    builder.open_town(
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
        welcome_text=WELCOME,
        private_welcome_text="La garderie ne se réserve pas : il suffit d’y être inscrit.",
        contact_name="Éducation Jeunesse",
        contact_address="1 plasenn an Ti-Kêr\n99560 Kerploz",
        contact_hours="Du lundi au vendredi, de 8 h 45 à 12 h et de 13 h 30 à 17 h",
        website="https://www.kerploz.example",
        labels={
            "bookings": "Modifier les réservations",
            "absence": "Justifier une absence",
            "department": "Éducation Jeunesse",
        },
    )
    builder.news(
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


def _activities(builder: Builder, department: Department) -> dict[str, Activity]:
    """The five lines of the enrolment step, the centre and the Passerelle on Wednesdays and in holidays."""
    lines = (
        ("meals", "Restaurant scolaire", ActivityKind.CANTEEN, BookingMode.DAY_UNITS),
        ("garderie", "Garderie périscolaire", ActivityKind.AFTER_SCHOOL, BookingMode.NONE),
        ("wednesday", "Accueil de loisirs mercredi", ActivityKind.WEDNESDAY, BookingMode.DAY_UNITS),
        ("holidays", "Accueil de loisirs vacances", ActivityKind.HOLIDAYS, BookingMode.DAY_UNITS),
        ("big_wednesday", "Passerelle mercredi", ActivityKind.WEDNESDAY, BookingMode.DAY_UNITS),
        ("big_holidays", "Passerelle vacances", ActivityKind.HOLIDAYS, BookingMode.DAY_UNITS),
        ("standing", "Abonnement restauration", ActivityKind.CANTEEN, BookingMode.NONE),
    )
    made = {}
    for position, (code, name, kind, mode) in enumerate(lines, start=1):
        made[code] = builder.activity(department, name, kind, position=position, booking_mode=mode)
        made[code].requires_dossier = True
        made[code].save(update_fields=["requires_dossier"])
    return made


def _services(
    builder: Builder, activities: dict[str, Activity], school: Site, centre: Site, year: SchoolYear
) -> Services:
    """Write the offers of a school year, each with the date on which its reservations open."""
    label = f" {year.label}" if year != builder.year else ""
    refectory = builder.resource(school, f"Restaurant{label}", 60, is_blocking=False)
    opened, soon = [{"public": "all", "opens_at": builder.local(day, 8)} for day in _openings(builder, year)]
    meals = builder.offer(
        activities["meals"],
        school,
        units=[Hours("R", "Repas", "12:00", "13:20", [refectory])],
        year=year,
        deadline=CANTEEN_DEADLINE,
        openings=[opened],
    )
    standing = builder.offer(activities["standing"], school, year=year)
    standing.is_subscription, standing.subscribes_to = True, meals
    standing.save(update_fields=["is_subscription", "subscribes_to"])
    services = Services(builder.offer(activities["garderie"], school, year=year), meals, standing)
    for codes, levels, places in (
        (("wednesday", "holidays"), SMALL_LEVELS, 30),
        (("big_wednesday", "big_holidays"), BIG_LEVELS, 16),
    ):
        room = f"{activities[codes[0]].name.split()[0]}{label}"
        morning = builder.resource(centre, f"{room}, matinée", places)
        afternoon = builder.resource(centre, f"{room}, après-midi", places)
        units = [
            Hours("J", "Journée", "8:00", "18:00", [morning, afternoon], excludes=["M", "A"]),
            Hours("M", "Matin", "8:00", "12:15", [morning], excludes=["J"]),
            Hours("A", "Après-midi", "13:30", "18:00", [afternoon], excludes=["J"]),
        ]
        common = {"units": units, "year": year, "deadline": CENTRE_DEADLINE}
        pair = [
            builder.offer(activities[codes[0]], centre, weekdays="2", shown_weekdays="2", openings=[opened], **common),
            builder.offer(
                activities[codes[1]],
                centre,
                weekdays="01234",
                open_on=OpenOn.SCHOOL_HOLIDAYS,
                openings=[soon],
                **common,
            ),
        ]
        for offer in pair:
            offer.levels = list(levels)
            offer.save(update_fields=["levels"])
        services.centre.update(dict.fromkeys(levels, pair))
    return services


def _openings(builder: Builder, year: SchoolYear) -> tuple[date, date]:
    """The Mondays on which reservations open: in July for school days, then for the next holidays."""
    summer = _monday(year.starts_on - timedelta(weeks=8))
    coming = _monday(builder.today + timedelta(days=9))
    if year != builder.year:  # the year to come, in June
        return max(summer, coming), max(summer, coming) + timedelta(weeks=11)
    return min(summer, _monday(builder.today - timedelta(days=7))), coming


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _enrol(
    builder: Builder, services: Services, homes: Iterable[Home]
) -> tuple[list[Enrolment], dict[Offer, list[Enrolment]]]:
    """Enrol the characters everywhere, and most others: return the meals, and the Wednesdays by offer."""
    meals: list[Enrolment] = []
    wednesdays: dict[Offer, list[Enrolment]] = {}
    for home in homes:
        for child in home.children:
            for offer in services.for_level(home.levels[child.pk]):
                if not home.is_character and builder.random.random() > 0.7:
                    continue
                made = builder.enrol(home, offer, child)
                if offer == services.meals:
                    meals.append(made)
                elif offer.weekdays == "2":
                    wednesdays.setdefault(offer, []).append(made)
    return meals, wednesdays


def _subscribe(builder: Builder, services: Services, home: Home) -> None:
    """« Abonnement » : one child eats every day, another on Mondays and Thursdays."""
    for child, weekdays in zip(home.children, ((0, 1, 3, 4), (0, 3)), strict=False):
        made = builder.enrol(home, services.standing, child)
        pattern = [PatternLine(weekday, "R") for weekday in weekdays]
        subscribe(actor=builder.actor, enrolment_id=made.pk, pattern=pattern, starts_on=builder.today)
        book_subscriptions(actor=builder.actor, enrolment_id=made.pk, now=builder.now)


def _ready(builder: Builder, school: Site) -> list[Home]:
    """Families for whom everything is validated."""
    return [
        builder.family(
            [
                Person("Mme", "Enora", "Kervizic", "trois enfants, dossiers validés, abonnés au restaurant scolaire"),
                Person("M.", "Malo", "Kervizic"),
            ],
            [
                Pupil("Gwendal", "Kervizic", "CM2", "M", school),
                Pupil("Azilis", "Kervizic", "CE1", "F", school),
                Pupil("Ewen", "Kervizic", "MS", "M", school),
            ],
            is_character=True,
        ),
        builder.family(
            [Person("M.", "Corentin", "Le Scouarnec", "un enfant inscrit, sans abonnement")],
            [Pupil("Bleunwenn", "Le Scouarnec", "CP", "F", school)],
            is_character=True,
        ),
    ]


def _of_two_towns(builder: Builder, school: Site) -> None:
    builder.family(
        [
            Person(
                "Mme",
                "Iseult",
                "Lancelin",
                "le même identifiant qu’au Pays Mellifère",
                email=IN_TWO_TOWNS,
                is_shared=True,
            )
        ],
        [Pupil("Yseline", "Lancelin", "GS", "F", school)],
        is_character=True,
    )


def _re_enrolling(builder: Builder, school: Site) -> None:
    """Last year everything was said: it is there to confirm. Its pieces have expired."""
    home = builder.family(
        [Person("Mme", "Solenn", "Penvern", "réinscription à faire, réponses de l’an dernier à confirmer")],
        [
            Pupil("Tugdual", "Penvern", "CE2", "M", school),
            Pupil("Nolwen", "Penvern", "GS", "F", school),
            Pupil("Briac", "Penvern", "CM1", "M", school),
        ],
        is_character=True,
        contacts=[(ContactKind.PICK_UP, "Janig", "Penvern", "grand-mère")],
    )
    dossiers.remember(builder, home, builder.year_before(builder.prepared), days_ago=400, avoid="Arachides")


def _sent(builder: Builder, school: Site) -> None:
    home = builder.family(
        [Person("M.", "Yann", "Guillerm", "dossier déposé, en cours de traitement")],
        [Pupil("Maëlle", "Guillerm", "CE1", "F", school)],
        is_character=True,
    )
    dossiers.send(builder, home, dossiers.fill(builder, home, home.children[0], days_ago=1), days_ago=1)


def _begun(builder: Builder, school: Site) -> None:
    home = builder.family(
        [Person("Mme", "Gwenola", "Ropars", "dossier commencé, il manque un justificatif")],
        [Pupil("Titouan", "Ropars", "MS", "M", school)],
        is_character=True,
    )
    dossiers.fill(builder, home, home.children[0], but=("people", "revenus", "rules"), days_ago=2)
