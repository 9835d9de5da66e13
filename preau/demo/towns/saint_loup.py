"""Saint-Loup, the complete commune: two schools, périscolaire, mercredi, restauration, outings, holidays."""

from dataclasses import dataclass
from datetime import timedelta

from preau.demo.absences import HOLIDAYS, ILL, OTHER, OUTING, TEACHER, Service, TownAbsences
from preau.demo.builder import Builder, Home, Hours
from preau.demo.crowd import add_crowd
from preau.demo.patterns import Habit, book_by_habit, fill, habit, next_open_day
from preau.demo.texts import legal, privacy, terms
from preau.demo.towns.saint_loup_characters import NOT_ACTIVATED, write_characters
from preau.domain.absences.enums import ClosureKind
from preau.domain.accounts.enums import Role
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.enums import ActivityKind, OpenOn, ParticipantKind
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.catalogue.operations.places import close_days
from preau.domain.enrolments.models import Enrolment
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures.operations.orders import place_order

__all__ = ["NOT_ACTIVATED", "build"]

NAME = "Mairie de Saint-Loup"
THE_TOWN = "la mairie de Saint-Loup"
CONTACT = "dossier.enfance@saint-loup.example"
CROWD = 168  # families without a story

AFTER_SCHOOL_DEADLINE = {"kind": "working_days", "days": 2, "at": "10:00"}
WEDNESDAY_DEADLINE = {"kind": "weekday", "weekday": 3, "weeks_before": 1, "at": "12:00"}
CANTEEN_DEADLINE = {"kind": "working_days", "days": 3, "at": "23:59"}
CANTEEN_CANCEL = {"kind": "working_days", "days": 1, "at": "9:00"}
OUTINGS_DEADLINE = {"kind": "days", "days": 8, "at": "23:59"}

TILLEULS_TEACHERS = (
    "Mme Roumégous",
    "Mme Peyrat",
    "M. Delpech",
    "Mme Bonnafous",
    "Mme Carrère",
    "M. Sénéchal",
    "Mme Vidal",
    "M. Lartigue",
)
LAVOIR_TEACHERS = (
    "Mme Tressol",
    "M. Barthès",
    "Mme Cazalis",
    "Mme Marty",
    "M. Fauré",
    "Mme Gineste",
    "M. Rouanet",
    "Mme Puech",
)


@dataclass(slots=True)
class Places:
    """The sites and offers of the town."""

    tilleuls: Site
    lavoir: Site
    after_school: dict[int, Offer]  # school id → offer
    canteen: dict[int, Offer]
    wednesday: Offer
    holidays: Offer
    outings: Offer
    last_year: Offer
    next_year: dict[int, Offer]  # school id → offer, opened in June


@dataclass(slots=True)
class Rolls:
    """The enrolments made, by offer id. `free` leaves out the characters, who must find places full."""

    all: dict[int, list[Enrolment]]
    free: dict[int, list[Enrolment]]

    def add(self, enrolment: Enrolment, home: Home) -> None:
        self.all.setdefault(enrolment.offer_id, []).append(enrolment)
        if not home.is_character:
            self.free.setdefault(enrolment.offer_id, []).append(enrolment)


ABSENCES = TownAbsences(
    motives=(ILL, TEACHER, OUTING, HOLIDAYS, OTHER),
    closes=(ClosureKind.STRIKE, "grève des agents d’animation", "École du Lavoir"),
    services=(
        Service(
            (),
            {"kind": "same_day", "at": "8:30"},
            {
                "maladie": {"deducts": True, "proof_delay": {"days": 7}},
                "enseignant": {"deducts": True},
                "sortie": {"deducts": True},
            },
            "Le premier jour reste dû quand le repas est déjà commandé, sauf certificat médical sous 7 jours.",
        ),
    ),
)


def build(builder: Builder) -> None:
    """Write down Saint-Loup."""
    _open(builder)
    department = builder.department("Enfance", "05 36 49 10 20", CONTACT)
    builder.department("Petite enfance", "05 36 49 10 24", "petite.enfance@saint-loup.example")
    places = _places(builder, department)
    nadia, hugo = write_characters(builder, places.tilleuls, places.lavoir)
    add_crowd(builder, max(4, round(CROWD * builder.scale)), [places.tilleuls, places.lavoir])
    rolls = _enrol(builder, places)
    _book(builder, places, rolls)
    _rare_places(builder, places, rolls)
    _staff(builder, department, places)
    _orders(builder, places, nadia)
    _orders(builder, places, hugo)


def _open(builder: Builder) -> None:
    builder.city = ("99140", "Saint-Loup")
    address = "2 place de la Mairie, 99140 Saint-Loup"
    builder.open_town(
        "saint-loup",
        terms=terms(the_town=THE_TOWN, product="L’Espace Citoyens", contact=CONTACT),
        name=NAME,
        short_name="Saint-Loup",
        kind="commune",
        product_name="Espace Citoyens",
        slogan="Le guichet des familles, à toute heure",
        mail_signature="La Mairie",
        brand="#1f6b57",
        school_zone="A",
        mails_provisional_password=True,
        territory=["99140 Saint-Loup"],
        asks_agents_second_factor=True,
        welcome_title="Bienvenue sur votre espace citoyens",
        welcome_strapline="La cantine, le périscolaire et les mercredis, sans courir.",
        welcome_text=(
            "Réservez les jours de vos enfants depuis votre téléphone. La réponse est immédiate, et vous gardez une"
            " preuve de chaque demande.\n\n"
            "- Accueil du matin et du soir, mercredi, restauration scolaire\n"
            "- Places restantes et dates limites écrites avant de choisir\n"
            "- Annulation en décochant, jusqu’à la date limite\n"
        ),
        private_welcome_text=(
            "Ici, vous gérez les journées de vos enfants. Choisissez « Modifier les réservations », cochez, relisez,"
            " validez."
        ),
        legal_text=legal(organisation=NAME, address=address, phone="05 36 49 10 00"),
        privacy_text=privacy(the_town=THE_TOWN, contact="dpo@saint-loup.example"),
        contact_name="Service Enfance",
        contact_phone="05 36 49 10 20",
        contact_email=CONTACT,
        contact_address="2 place de la Mairie\n99140 Saint-Loup",
        contact_hours="Du lundi au vendredi, de 9 h à 12 h et de 14 h à 17 h",
        website="https://www.saint-loup.example",
        labels={"bookings": "Modifier les réservations", "department": "Enfance"},
    )
    builder.news(
        (
            2,
            "Mercredis : pensez au goûter d’anniversaire",
            "Les animateurs fêtent les anniversaires du mois le dernier mercredi.",
            "Prévenez l’équipe une semaine avant. Les gâteaux sont préparés au centre, avec les enfants.",
        ),
        (
            9,
            "Le restaurant scolaire cuisine les légumes de la plaine",
            "Deux maraîchers de la commune fournissent désormais les deux écoles.",
            "Un menu végétarien est servi chaque mardi. Les allergènes sont affichés à l’entrée du restaurant.",
        ),
        (
            23,
            "Accueil du soir : l’étude reprend au Lavoir",
            "Une demi-heure au calme pour les devoirs, du lundi au vendredi, sauf le mercredi.",
            "L’étude se réserve avec l’accueil du soir. Elle ne coûte rien de plus.",
        ),
    )


def _places(builder: Builder, department: Department) -> Places:
    tilleuls = builder.site("École des Tilleuls", SiteKind.SCHOOL, "4 rue des Tilleuls", "05 36 49 10 31")
    lavoir = builder.site("École du Lavoir", SiteKind.SCHOOL, "11 rue du Lavoir", "05 36 49 10 32")
    refectory_site = builder.site("Restaurant scolaire", SiteKind.CANTEEN, "9 rue du Lavoir", "05 36 49 10 33")
    centre = builder.site("Centre de loisirs Les Mésanges", SiteKind.LEISURE, "chemin du Ruisseau", "05 36 49 10 34")
    house = builder.site("Maison des familles", SiteKind.LEISURE, "1 place du Marché", "05 36 49 10 35")
    builder.open_classes(tilleuls, TILLEULS_TEACHERS)
    builder.open_classes(lavoir, LAVOIR_TEACHERS)
    builder.open_classes(tilleuls, TILLEULS_TEACHERS, year=builder.last_year)
    builder.open_classes(lavoir, LAVOIR_TEACHERS, year=builder.last_year)

    after_school = builder.activity(department, "Accueil périscolaire", ActivityKind.AFTER_SCHOOL, position=1)
    canteen = builder.activity(department, "Restauration scolaire", ActivityKind.CANTEEN, position=2)
    wednesday = builder.activity(department, "Centre de loisirs Mercredi", ActivityKind.WEDNESDAY, position=3)
    holidays = builder.activity(department, "Centre de loisirs Vacances", ActivityKind.HOLIDAYS, position=4)
    outings = builder.activity(
        department, "Sorties et activités", ActivityKind.OUTINGS, position=5, participant=ParticipantKind.HOUSEHOLD
    )

    morning = {s.pk: builder.resource(s, "Accueil du matin", 56) for s in (tilleuls, lavoir)}
    evening = {s.pk: builder.resource(s, "Accueil du soir", 68) for s in (tilleuls, lavoir)}
    study = builder.resource(lavoir, "Salle d’étude", 24)
    refectory = builder.resource(refectory_site, "Réfectoire", 190, is_blocking=False)

    def day(school: Site) -> list[Hours]:
        units = [
            Hours("M", "Matin", "7:30", "8:20", [morning[school.pk]]),
            Hours("S", "Soir", "16:30", "18:30", [evening[school.pk]]),
        ]
        if school == lavoir:
            units.append(Hours("E", "Étude", "16:45", "17:30", [study], requires=["S"]))
        return units

    return Places(
        tilleuls=tilleuls,
        lavoir=lavoir,
        after_school={
            s.pk: builder.offer(after_school, s, units=day(s), deadline=AFTER_SCHOOL_DEADLINE)
            for s in (tilleuls, lavoir)
        },
        canteen={
            s.pk: builder.offer(
                canteen,
                s,
                units=[Hours("R", "Repas", "11:45", "13:30", [refectory])],
                deadline=CANTEEN_DEADLINE,
                cancel=CANTEEN_CANCEL,
            )
            for s in (tilleuls, lavoir)
        },
        wednesday=builder.offer(
            wednesday,
            centre,
            units=_leisure_units(builder, centre, 80),
            weekdays="2",
            shown_weekdays="2",
            deadline=WEDNESDAY_DEADLINE,
            openings=[
                {
                    "public": "residents",
                    "opens_at": builder.local(builder.year.starts_on - timedelta(days=75), 8),
                    "closes_at": None,
                },
                {
                    "public": "non_residents",
                    "opens_at": builder.local(builder.year.starts_on - timedelta(days=45), 8),
                    "closes_at": None,
                },
            ],
        ),
        holidays=_holiday_offer(builder, holidays, centre),
        outings=_outings(builder, outings, house),
        last_year=builder.offer(
            after_school, tilleuls, units=day(tilleuls), year=builder.last_year, deadline=AFTER_SCHOOL_DEADLINE
        ),
        next_year={
            s.pk: builder.offer(
                after_school,
                s,
                units=day(s),
                year=builder.next_year,
                deadline=AFTER_SCHOOL_DEADLINE,
                openings=[
                    {
                        "public": "all",
                        "opens_at": builder.local(builder.next_year.starts_on.replace(month=6, day=15), 8),
                    }
                ],
            )
            for s in (tilleuls, lavoir)
        },
    )


def _leisure_units(builder: Builder, centre: Site, capacity: int, prefix: str = "") -> list[Hours]:
    morning = builder.resource(centre, f"{prefix}Matinée", capacity)
    meal = builder.resource(centre, f"{prefix}Repas", capacity)
    afternoon = builder.resource(centre, f"{prefix}Après-midi", capacity)
    return [
        Hours("J", "Journée", "7:30", "18:30", [morning, meal, afternoon], excludes=["M", "MR", "A"]),
        Hours("M", "Matin", "7:30", "12:00", [morning], excludes=["J", "MR"]),
        Hours("MR", "Matin et repas", "7:30", "13:30", [morning, meal], excludes=["J", "M", "A"]),
        Hours("A", "Après-midi", "13:30", "18:30", [afternoon], excludes=["J", "MR"]),
    ]


def _holiday_offer(builder: Builder, activity: Activity, centre: Site) -> Offer:
    """Open the next holidays, bookable in some days only: first by those who live here."""
    period = builder.holiday_after(builder.today + timedelta(days=14))
    opens = builder.today + timedelta(days=6)
    return builder.offer(
        activity,
        centre,
        units=_leisure_units(builder, centre, 48, "Vacances, "),
        period=(period.starts_on, period.ends_on),
        weekdays="01234",
        open_on=OpenOn.SCHOOL_HOLIDAYS,
        deadline={"kind": "weekday", "weekday": 4, "weeks_before": 1, "at": "12:00"},
        openings=[
            {"public": "residents", "opens_at": builder.local(opens, 18), "closes_at": None},
            {"public": "non_residents", "opens_at": builder.local(opens + timedelta(days=4), 18), "closes_at": None},
        ],
    )


def _outings(builder: Builder, activity: Activity, house: Site) -> Offer:
    """A few Saturdays for whole families."""
    start = max(builder.today - timedelta(days=21), builder.year.starts_on)
    bus = builder.resource(house, "Car", 45)
    made = builder.offer(
        activity,
        house,
        units=[Hours("D", "Sortie", "9:00", "17:30", [bus])],
        period=(start, min(start + timedelta(days=120), builder.year.ends_on)),
        weekdays="5",
        shown_weekdays="5",
        deadline=OUTINGS_DEADLINE,
    )
    days = sorted({on for _, on, _ in builder.slots(made, made.starts_on, made.ends_on)})
    for day in days[1::2]:
        close_days(
            actor=builder.actor,
            offer_id=made.pk,
            start=day,
            end=day + timedelta(days=1),
            reason="Pas de sortie ce samedi",
        )
    return made


def _staff(builder: Builder, department: Department, places: Places) -> None:
    builder.staff(Role.AGENT, "Mme", "Solène", "Dumas", "agent du service Enfance", departments=[department])
    builder.staff(Role.MANAGER, "M.", "Bruno", "Keller", "responsable du service Enfance", departments=[department])
    builder.staff(
        Role.SITE_STAFF, "Mme", "Lucie", "Fabre", "animatrice à l’École des Tilleuls", sites=[places.tilleuls]
    )
    builder.staff(Role.REGISSEUR, "M.", "Yann", "Le Bihan", "régisseur")
    builder.staff(Role.ADMIN, "Mme", "Estelle", "Garnier", "administratrice de la collectivité")


def _enrol(builder: Builder, places: Places) -> Rolls:
    rolls = Rolls({}, {})
    for home in builder.homes:
        for child in home.children:
            school = home.schools[child.pk]
            for offer, share in (
                (places.after_school[school.pk], 0.72),
                (places.canteen[school.pk], 0.88),
                (places.wednesday, 0.45),
                (places.holidays, 0.25),
            ):
                if home.is_character or builder.random.random() < share:
                    rolls.add(builder.enrol(home, offer, child), home)
            if home.is_character and builder.today > builder.year.ends_on - timedelta(days=45):
                rolls.add(builder.enrol(home, places.next_year[school.pk], child), home)
        if home.is_character or builder.random.random() < 0.2:
            rolls.add(builder.enrol(home, places.outings), home)
    nadia = builder.homes[0]
    for child in nadia.children[:1]:
        rolls.add(builder.enrol(nadia, places.last_year, child), nadia)
    return rolls


def _book(builder: Builder, places: Places, rolls: Rolls) -> None:
    total = 0
    for school_id, offer in places.after_school.items():
        study = (0.12, ("S", "E")) if school_id == places.lavoir.pk else (0.12, ("S",))
        choices = [(0.30, ()), (0.18, ("M",)), (0.28, ("S",)), (0.12, ("M", "S")), study]
        habits = {e.pk: habit(builder, "0134", choices) for e in rolls.all.get(offer.pk, [])}
        habits |= _habits_of_nadia(builder, offer)
        total += book_by_habit(builder, offer, habits)
    for offer in places.canteen.values():
        habits = {e.pk: habit(builder, "0134", [(0.76, ("R",)), (0.24, ())]) for e in rolls.all.get(offer.pk, [])}
        total += book_by_habit(builder, offer, habits)
    wednesday = [(0.40, ("J",)), (0.10, ("M",)), (0.12, ("MR",)), (0.10, ("A",)), (0.28, ())]
    habits = {e.pk: habit(builder, "2", wednesday) for e in rolls.all.get(places.wednesday.pk, [])}
    habits |= {e.pk: {} for e in _of_nadia(builder, places.wednesday)}
    total += book_by_habit(builder, places.wednesday, habits)
    habits = {e.pk: habit(builder, "5", [(0.5, ("D",)), (0.5, ())]) for e in rolls.all.get(places.outings.pk, [])}
    total += book_by_habit(builder, places.outings, habits)
    total += _book_last_year(builder, places, rolls)
    builder.report(f"Saint-Loup : {len(builder.homes)} familles, {total} réservations")


def _of_nadia(builder: Builder, offer: Offer) -> list[Enrolment]:
    """The first character's enrolments in an offer, eldest child first."""
    rows = Enrolment.objects.filter(organisation_id=builder.id, family=builder.homes[0].family, offer=offer)
    return list(rows.order_by("child__birth_date"))


def _habits_of_nadia(builder: Builder, offer: Offer) -> dict[int, Habit]:
    """Her Thursdays and Wednesdays stay free: she must find places taken by others."""
    week: tuple[Habit, ...] = ({0: ("M", "S"), 1: ("S",), 4: ("M",)}, {0: ("S",), 1: ("S",)})
    return {enrolment.pk: chosen for enrolment, chosen in zip(_of_nadia(builder, offer), week, strict=False)}


def _book_last_year(builder: Builder, places: Places, rolls: Rolls) -> int:
    end = places.last_year.ends_on
    slots = [row for row in builder.slots(places.last_year, end - timedelta(weeks=4), end) if row[1].weekday() < 2]
    return builder.book([(e.pk, slot_id) for e in rolls.all.get(places.last_year.pk, []) for slot_id, _, _ in slots])


def _rare_places(builder: Builder, places: Places, rolls: Rolls) -> None:
    """Fill an evening and a Wednesday, nearly fill others, and put the refectory above its alert one day."""
    tilleuls = places.after_school[places.tilleuls.pk]
    free = rolls.free.get(tilleuls.pk, [])
    full = next_open_day(builder, tilleuls, after=8, weekdays="3")
    fill(builder, tilleuls, full, "S", free)
    fill(builder, tilleuls, next_open_day(builder, tilleuls, after=9, weekdays="4"), "S", free, leaving=2)
    fill(builder, tilleuls, next_open_day(builder, tilleuls, after=11, weekdays="0"), "M", free, leaving=1)
    mercredi = rolls.free.get(places.wednesday.pk, [])
    full = next_open_day(builder, places.wednesday, after=8, weekdays="2")
    fill(builder, places.wednesday, full, "J", mercredi)
    if full is not None:
        nearly = next_open_day(builder, places.wednesday, after=(full - builder.today).days + 1, weekdays="2")
        fill(builder, places.wednesday, nearly, "J", mercredi, leaving=3)
    feast = next_open_day(builder, places.canteen[places.tilleuls.pk], after=9, weekdays="3")
    for offer in places.canteen.values():
        fill(builder, offer, feast, "R", rolls.all.get(offer.pk, []), leaving=None)


def _orders(builder: Builder, places: Places, home: Home) -> None:
    """Let a family place a real order two days ago, so that its latest démarches are not empty."""
    child = home.children[0]
    offer = places.after_school[home.schools[child.pk].pk]
    enrolment = Enrolment.objects.get(organisation_id=builder.id, family=home.family, child=child, offer=offer)
    start = max(builder.today, builder.year.starts_on) + timedelta(days=10)
    slots = [slot_id for slot_id, _, code in builder.slots(offer, start, start + timedelta(days=12)) if code == "M"]
    taken = set(enrolment.bookings.filter(slot_id__in=slots).values_list("slot_id", flat=True))
    wanted = frozenset(slot_id for slot_id in slots if slot_id not in taken)
    if wanted:
        place_order(
            actor=builder.actor_of(home),
            items=[OrderItem(enrolment_id=enrolment.pk, add=wanted)],
            key=f"demo-{home.family.number}",
            now=builder.now - timedelta(days=2),
        )
