"""Val-Fleuri, a syndicat: holiday centres and teenagers' outings over two sites, and two crèches."""

from datetime import timedelta

from preau.demo.absences import EVE, EVICTION, HOLIDAYS, HOSPITAL, ILL, OTHER, PLANNING, Service, TownAbsences
from preau.demo.builder import Builder, Hours, Person, Pupil
from preau.demo.towns import small, val_fleuri_creche
from preau.domain.absences.enums import ClosureKind
from preau.domain.catalogue.enums import ActivityKind, OpenOn
from preau.domain.catalogue.models import Activity, Offer, SchoolHoliday
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Site

NAME = "Syndicat de communes du Val-Fleuri"
THE_TOWN = "le syndicat de communes du Val-Fleuri"
CONTACT = "enfance@val-fleuri.example"
DEADLINE = {"kind": "hours", "hours": 48}


CARE = {
    "maladie": {"deducts": True, "waiting_days": 3, "proof_delay": {"days": 8}},
    "hospitalisation": {"deducts": True, "proof_delay": {"days": 15}},
    "eviction": {"deducts": True, "proof_delay": {"days": 8}},
}
WAITING = (
    "Les jours de maladie sont déduits sur certificat, après un délai de carence de trois jours calendaires : "
    "le premier jour d’absence et les deux qui suivent."
)
ABSENCES = TownAbsences(
    motives=(ILL, HOSPITAL, EVICTION, HOLIDAYS, PLANNING, OTHER),
    closes=(ClosureKind.WORKS, "chauffage en panne", "Les Libellules bleues"),
    services=(
        Service(("Accueil Régulier",), EVE, CARE, WAITING, frees=False, is_reviewed=True),
        Service(("Accueil Variable", "Accueil Occasionnel"), EVE, CARE, WAITING),
        Service(
            ("ALSH Vacances", "ADOS Vacances scolaires"),
            {"kind": "same_day", "at": "9:00"},
            {"maladie": {"deducts": True, "proof_delay": {"hours": 48}}},
            "Une journée annulée moins de 48 h avant reste due, sauf certificat médical sous 48 h.",
        ),
    ),
    together=False,
)


def build(builder: Builder) -> None:
    """Write down Val-Fleuri."""
    _open(builder)
    department = builder.department("Enfance Jeunesse", "05 36 49 21 40", CONTACT)
    school = builder.site("École intercommunale du Coteau", SiteKind.SCHOOL, "2 chemin du Coteau", "05 36 49 21 51")
    builder.open_classes(
        school,
        ("Mme Alibert", "Mme Bruyère", "M. Cantal", "Mme Dorée", "M. Enjalbert", "Mme Fabre", "M. Gransac", "Mme Hue"),
    )
    bellerive = builder.site("Site de Bellerive", SiteKind.LEISURE, "route du Moulin", "05 36 49 21 52")
    montclair = builder.site("Site de Montclair", SiteKind.LEISURE, "place du Marché", "05 36 49 21 53")
    centre = builder.activity(department, "ALSH Vacances", ActivityKind.HOLIDAYS, position=1)
    teens = builder.activity(department, "ADOS Vacances scolaires", ActivityKind.HOLIDAYS, position=2)
    periods = _periods(builder)
    offers = [_centre(builder, centre, bellerive, period) for period in periods]
    offers += [_centre(builder, centre, montclair, periods[-1], "Montclair, ")]
    evenings = _teens(builder, teens, montclair, periods[-1])
    _families(builder, school)
    small.crowd(builder, [school])
    for offer in offers:
        enrolments = small.enrol_all(builder, offer, share=0.5)
        small.book(builder, offer, enrolments, "01234", [(0.5, ("J",)), (0.15, ("M",)), (0.15, ("A",)), (0.2, ())])
    small.enrol_all(builder, evenings, share=0.2)
    val_fleuri_creche.build(builder, school)
    admin = ("Mme", "Ludivine", "Sauveterre")
    small.staff(builder, department, ("Mme", "Hortense", "Cabanel"), ("M.", "Régis", "Fontvieille"), admin)


def _open(builder: Builder) -> None:
    builder.city = ("99210", "Bellerive-le-Val")
    phone = "05 36 49 21 40"
    address = "Maison du Val, 1 route du Moulin, 99210 Bellerive-le-Val"
    builder.open_town(
        "val-fleuri",
        **small.texts(
            name=NAME, the_town=THE_TOWN, product="L’Espace Citoyens", address=address, phone=phone, contact=CONTACT
        ),
        name=NAME,
        short_name="Val-Fleuri",
        kind="syndicat",
        product_name="Espace Citoyens",
        slogan="Sept communes, un seul guichet",
        mail_signature="Le Syndicat de communes du Val-Fleuri",
        brand="#7a3f8f",
        school_zone="A",
        mails_provisional_password=True,
        welcome_title="Bienvenue sur votre espace citoyens",
        welcome_strapline="Les vacances de vos enfants, dans les sept communes du Val.",
        welcome_text=(
            "Réservez les journées de vacances et suivez vos demandes.\n\n"
            "- Accueils de loisirs à Bellerive et à Montclair\n- Séjours et sorties des 11-17 ans\n"
            "- Multi-accueils Les Coquelicots et Les Libellules bleues\n"
        ),
        private_welcome_text=(
            "Choisissez « Créer les réservations » pour ajouter ou retirer des journées, ou demander "
            "des horaires de crèche.\n\nUn changement de jour ou d’horaire est pris en compte avec un délai de 48 h."
        ),
        contact_name="Pôle Enfance Jeunesse",
        contact_address="Maison du Val\n1 route du Moulin\n99210 Bellerive-le-Val",
        contact_hours="Du mardi au vendredi, de 9 h à 12 h 30 et de 14 h à 17 h 30",
        website="https://www.val-fleuri.example",
        labels={
            "bookings": "Créer les réservations",
            "absence": "Justifier une absence",
            "department": "Enfance Jeunesse",
        },
    )
    builder.news(
        (
            4,
            "Vacances : le programme des deux sites est prêt",
            "Bellerive explore la rivière, Montclair construit un théâtre d’ombres.",
            "Prévoyez des bottes à Bellerive et de vieux cartons à Montclair.",
        ),
        (
            18,
            "Les 11-17 ans choisissent leurs sorties",
            "Trois idées sont soumises au vote jusqu’à la fin du mois.",
            "Chaque jeune inscrit reçoit un bulletin auprès de l’équipe d’animation.",
        ),
    )


def _periods(builder: Builder) -> list[SchoolHoliday]:
    """The holidays that have just passed or run now, and the next ones."""
    rows = list(
        SchoolHoliday.objects.filter(
            organisation_id=builder.id, starts_on__lte=builder.today, ends_on__gte=builder.year.starts_on
        )
        .exclude(name__startswith="Pont")
        .order_by("-starts_on")[:1]
    )
    return [*rows, builder.holiday_after(builder.today)]


def _centre(builder: Builder, activity: Activity, site: Site, period: SchoolHoliday, prefix: str = "") -> Offer:
    label = f"{prefix}{period.starts_on:%d/%m/%Y}"
    morning = builder.resource(site, f"Matinée, {label}", 40)
    afternoon = builder.resource(site, f"Après-midi, {label}", 40)
    return builder.offer(
        activity,
        site,
        units=[
            Hours("J", "Journée", "8:00", "18:00", [morning, afternoon], excludes=["M", "A"]),
            Hours("M", "Matin", "8:00", "12:00", [morning], excludes=["J"]),
            Hours("A", "Après-midi", "13:30", "18:00", [afternoon], excludes=["J"]),
        ],
        period=(period.starts_on, period.ends_on),
        weekdays="01234",
        open_on=OpenOn.SCHOOL_HOLIDAYS,
        deadline=DEADLINE,
    )


def _teens(builder: Builder, activity: Activity, site: Site, period: SchoolHoliday) -> Offer:
    room = builder.resource(site, "Minibus", 8)
    return builder.offer(
        activity,
        site,
        units=[Hours("S", "Sortie", "13:00", "22:00", [room])],
        period=(period.starts_on, min(period.ends_on, period.starts_on + timedelta(days=21))),
        weekdays="13",
        open_on=OpenOn.SCHOOL_HOLIDAYS,
        deadline={"kind": "days", "days": 8, "at": "23:59"},
    )


def _families(builder: Builder, school: Site) -> None:
    builder.family(
        [
            Person("Mme", "Capucine", "Hautefeuille", "deux enfants, vacances à Bellerive et à Montclair"),
            Person("M.", "Ivan", "Hautefeuille"),
        ],
        [
            Pupil("Solal", "Hautefeuille", "CE2", "M", school),
            Pupil("Mirabelle", "Hautefeuille", "GS", "F", school),
        ],
        is_character=True,
    )
    builder.family(
        [Person("M.", "Gonzague", "Petitbois", "un enfant, seul responsable")],
        [Pupil("Philomène", "Petitbois", "CM2", "F", school)],
        is_character=True,
    )
    builder.family(
        [Person("Mme", "Rosalie", "Tournemire")],
        [Pupil("Anselme", "Tournemire", "CP", "M", school)],
        is_character=True,
    )
