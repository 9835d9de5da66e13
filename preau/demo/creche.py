"""Crèches of the demo: structures, kinds of care, hours held and asked for, over the real operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from preau.base.actor import STAFF, Actor
from preau.demo.builder import Builder, Home, Person, Pupil
from preau.demo.people import BOYS, GIRLS, SURNAMES, WOMEN
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.enums import ActivityKind, BookingMode, Confirmation, EnrolmentBy, OpenOn
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.creche.enums import CareType
from preau.domain.creche.models import CareOffer, Section, Structure
from preau.domain.creche.operations import DayWish, book_days
from preau.domain.creche.queries.board import care_boards
from preau.domain.creche.queries.enrolments import find_care
from preau.domain.enrolments.models import Enrolment
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures.operations.answering_hours import DayAnswer, answer_hours
from preau.domain.procedures.operations.orders import place_order
from preau.kernel.clock_times import read_clock
from preau.kernel.time_ranges import Ranges, TimeRange

OPEN = {str(day): ["7:30", "18:30"] for day in range(5)}
NOTICE = {"kind": "hours", "hours": 48}
NAMES = {
    CareType.REGULAR: "Accueil Régulier",
    CareType.VARIABLE: "Accueil Variable",
    CareType.OCCASIONAL: "Accueil Occasionnel",
    CareType.EMERGENCY: "Accueil d’urgence",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A section to write down: name, places, from and to which month."""

    name: str
    places: int
    start: int = 0
    end: int | None = None
    by_hour: Sequence[Mapping[str, object]] = ()


def hours(*texts: str) -> Ranges:
    """Return ranges from « 9:30-17:30 »."""
    pairs = (text.split("-") for text in texts)
    return tuple(TimeRange(read_clock(start), read_clock(end)) for start, end in pairs)


def structure(
    builder: Builder, name: str, address: str, phone: str, groups: Sequence[Group], *, surplus: int = 100
) -> Site:
    """Set up a crèche with its sections."""
    site = builder.site(name, SiteKind.CRECHE, address, phone)
    made = Structure.objects.create(organisation_id=builder.id, site=site, hours=OPEN, surplus_percent=surplus)
    for position, group in enumerate(groups):
        Section.objects.create(
            organisation_id=builder.id,
            structure=made,
            name=group.name,
            position=position,
            min_age_months=group.start,
            max_age_months=group.end,
            places=group.places,
            places_by_hour=list(group.by_hour),
        )
    return site


def kinds(builder: Builder, department: Department, *, position: int) -> dict[CareType, Activity]:
    """Write down the kinds of care: the service enrols, and answers, but for occasional care that is booked at once."""
    found = {}
    for place, (care, name) in enumerate(NAMES.items(), start=position):
        is_reviewed = care in (CareType.REGULAR, CareType.VARIABLE)
        found[care] = Activity.objects.create(
            organisation_id=builder.id,
            department=department,
            name=name,
            kind=ActivityKind.CRECHE,
            position=place,
            booking_mode=BookingMode.TIME_RANGES,
            confirmation=Confirmation.REVIEWED if is_reviewed else Confirmation.IMMEDIATE,
            enrolment_by=EnrolmentBy.SERVICE,
        )
    return found


def offer(builder: Builder, activity: Activity, site: Site, care: CareType) -> Offer:
    """Open a kind of care in a structure, until the holidays of August."""
    year = builder.year
    made = Offer.objects.create(
        organisation_id=builder.id,
        activity=activity,
        site=site,
        name=f"{activity.name} - {site.name}"[:120],
        starts_on=year.starts_on,
        ends_on=date(year.ends_on.year, 8, 2),
        weekdays="01234",
        open_on=OpenOn.ALL_DAYS,
        change_deadline={"kind": "hours", "hours": 2} if care is CareType.OCCASIONAL else NOTICE,
    )
    CareOffer.objects.create(
        organisation_id=builder.id,
        offer=made,
        care=care,
        max_minutes=11 * 60,
        keeps_days=care in (CareType.REGULAR, CareType.VARIABLE),
    )
    return made


def crowd(builder: Builder, offers: Sequence[Offer], count: int) -> list[Enrolment]:
    """Enrol children without a story, from four months to nearly three years."""
    random, found = builder.random, []
    for number in range(count):
        name, sex = SURNAMES[(number * 7) % len(SURNAMES)], random.choice("FM")
        child = Pupil(random.choice(GIRLS if sex == "F" else BOYS), name, "", sex, months=random.randrange(4, 34))
        home = builder.family([Person("Mme", random.choice(WOMEN), name)], [child])
        found.append(builder.enrol(home, offers[number % len(offers)], home.children[0]))
    return found


def hold(builder: Builder, plans: Mapping[int, Mapping[int, Ranges]], *, weeks: tuple[int, int]) -> None:
    """Write the hours that children hold, as their structure had accepted them: weekday → hours, by enrolment."""
    monday = builder.today - timedelta(days=builder.today.weekday())
    days = [monday + timedelta(days=offset) for offset in range(7 * weeks[0], 7 * weeks[1])]
    wishes = [DayWish(pk, on, plan[on.weekday()]) for pk, plan in plans.items() for on in days if on.weekday() in plan]
    with transaction.atomic():
        book_days(actor=builder.actor, wishes=wishes, now=builder.now - timedelta(days=20))


def open_days(builder: Builder, enrolment: Enrolment, *, weeks: int, count: int = 5) -> list[date]:
    """Return the first open days of a child, so many weeks after this one."""
    start = builder.today - timedelta(days=builder.today.weekday()) + timedelta(days=7 * weeks)
    care = find_care(actor=builder.actor, enrolment_id=enrolment.pk)
    [board] = care_boards(
        actor=builder.actor, enrolments=[care], start=start, end=start + timedelta(days=28), now=builder.now
    )
    return [day.on for day in board.days if day.opening is not None and day.facts.is_covered][:count]


def ask(
    builder: Builder, home: Home, enrolment: Enrolment, wanted: Mapping[date, Ranges], *, hours_ago: int
) -> int | None:
    """Let a family ask for hours; return the number of its request."""
    if not wanted:
        return None
    wishes = [DayWish(enrolment.pk, on, ranges) for on, ranges in sorted(wanted.items())]
    placed = place_order(
        actor=builder.actor_of(home),
        items=[],
        hours=wishes,
        key=f"demo-{enrolment.pk}-{min(wanted):%Y%m%d}",
        now=builder.now - timedelta(hours=hours_ago),
    )
    return placed.first_number


def answer(builder: Builder, number: int | None, answers: Sequence[DayAnswer], *, hours_ago: int) -> None:
    """Let the director answer."""
    if number is None:
        return
    director = Actor(
        organisation_id=builder.id,
        audience=STAFF,
        display_name="La direction",
        time_zone=builder.organisation.time_zone,
        roles=frozenset({Role.MANAGER}),
    )
    answer_hours(actor=director, number=number, answers=answers, now=builder.now - timedelta(hours=hours_ago))
