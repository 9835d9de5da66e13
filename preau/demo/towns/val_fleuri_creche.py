"""The two crèches of Val-Fleuri: three kinds of care, sixty children, requests in each state."""

from datetime import timedelta
from typing import Any

from preau.demo import contracts, creche
from preau.demo.builder import Builder, Home, Person, Pupil
from preau.demo.creche import Group, hours
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import Offer
from preau.domain.creche.enums import CareType
from preau.domain.creche.models import Structure
from preau.domain.enrolments.models import Enrolment
from preau.domain.organisations.models import Site
from preau.domain.procedures.operations.answering_hours import DayAnswer

CHILDREN = 56  # without a story
PLANS = (
    {0: hours("8:00-17:30"), 1: hours("8:00-17:30"), 3: hours("8:00-17:30"), 4: hours("8:00-16:00")},
    {day: hours("8:30-17:00") for day in range(5)},
    {0: hours("9:00-12:00"), 2: hours("9:00-16:30"), 4: hours("9:00-12:00", "14:00-17:00")},
    {1: hours("7:30-18:00"), 2: hours("7:30-18:00"), 3: hours("7:30-18:00")},
    {day: hours("9:00-17:00") for day in (0, 1, 3)},
)
EARLY_AND_LATE = (
    {"weekdays": "01234", "from": "7:30", "to": "8:30", "places": 6},
    {"weekdays": "01234", "from": "17:30", "to": "18:30", "places": 6},
)


def build(builder: Builder, school: Site) -> None:
    """Write down the crèches."""
    infancy = builder.department("Petite enfance", "05 36 49 21 60", "petite-enfance@val-fleuri.example")
    poppies = creche.structure(
        builder,
        "Les Coquelicots",
        "3 rue du Lavoir",
        "05 36 49 21 61",
        [Group("Petits", builder.places(9), 0, 18), Group("Grands", builder.places(14), 18)],
        surplus=115,
    )
    dragonflies = creche.structure(
        builder,
        "Les Libellules bleues",
        "8 chemin des Vignes",
        "05 36 49 21 62",
        [Group("Petits et grands", builder.places(20), by_hour=EARLY_AND_LATE if builder.scale >= 1 else ())],
    )
    kinds = creche.kinds(builder, infancy, position=3)
    offers = {
        (site.pk, care): creche.offer(builder, activity, site, care)
        for site in (poppies, dragonflies)
        for care, activity in kinds.items()
    }
    regular = [offers[site.pk, CareType.REGULAR] for site in (poppies, dragonflies)]
    variable = [offers[site.pk, CareType.VARIABLE] for site in (poppies, dragonflies)]
    others = creche.crowd(builder, [*regular, *variable], max(6, round(CHILDREN * builder.scale)))
    plans = {each.pk: PLANS[number % len(PLANS)] for number, each in enumerate(others)}
    creche.hold(builder, plans, weeks=(-2, 6))
    contracts.open_contracts(builder, [Structure.objects.get(site=site) for site in (poppies, dragonflies)])
    _contracts(builder, [each for each in others if each.offer_id in {one.pk for one in regular}][:4], plans)
    _variable(builder, variable[1])
    _two_children(builder, regular[0], offers[poppies.pk, CareType.OCCASIONAL])
    _refused(builder, variable[0])
    _with_a_pupil(builder, variable[0], school)
    for each in others[:5]:
        _pending(builder, each)
    for site, director, deputy in (
        (poppies, ("Mme", "Sidonie", "Coquelin"), ("M.", "Anatole", "Bleuet")),
        (dragonflies, ("Mme", "Philippine", "Demoiselle"), None),
    ):
        who = f"directrice du multi-accueil {site.name}, ne voit que lui"
        builder.staff(Role.MANAGER, *director, who, departments=[infancy], sites=[site])
        if deputy:
            builder.staff(
                Role.AGENT, *deputy, f"adjoint du multi-accueil {site.name}", departments=[infancy], sites=[site]
            )


def _contracts(builder: Builder, enrolments: list[Enrolment], plans: dict[int, Any]) -> None:
    """Contracts in force of children in regular care: their hours are those that they hold already."""
    homes = {each.family.pk: each for each in builder.homes}
    for number, enrolment in enumerate(enrolments):
        home = homes[enrolment.family_id]
        contracts.income(builder, home, monthly=1900 + 650 * number, children=1 + number % 3)
        contracts.whole(builder, enrolment, home, contracts.terms(enrolment, plans[enrolment.pk]))


def _variable(builder: Builder, offer: Offer) -> None:
    """The example of the guide: a child in variable care, whose mother asks for a week and changes a day."""
    home = _home(builder, Person("Mme", "Églantine", "Pâquerette", "un enfant en accueil variable"), 20, "Lucile")
    enrolment = builder.enrol(home, offer, home.children[0])
    creche.hold(builder, {enrolment.pk: {day: hours("9:00-17:00") for day in range(4)}}, weeks=(-2, 3))
    days = creche.open_days(builder, enrolment, weeks=4)
    creche.ask(builder, home, enrolment, dict.fromkeys(days[:3], hours("9:30-17:30")), hours_ago=20)


def _two_children(builder: Builder, regular: Offer, occasional: Offer) -> None:
    """A family of two: one in regular care, with hours proposed by the structure, one in occasional care."""
    home = builder.family(
        [Person("M.", "Octave", "Brindille", "deux enfants, accueils régulier et occasionnel")],
        [
            Pupil("Basile", "Brindille", "", "M", months=27),
            Pupil("Apolline", "Brindille", "", "F", months=11),
        ],
        is_character=True,
    )
    first = builder.enrol(home, regular, home.children[0])
    contracts.income(builder, home, monthly=3100, children=2)
    week = {day: hours("8:00-17:00") for day in range(5)}
    draft = contracts.draft(builder, first, contracts.terms(first, week, start=builder.today + timedelta(days=14)))
    contracts.sent(builder, draft, at=builder.now - timedelta(days=1))
    second = builder.enrol(home, occasional, home.children[1])
    creche.hold(
        builder,
        {first.pk: {day: hours("8:00-17:00") for day in range(5)}, second.pk: {1: hours("9:00-11:30")}},
        weeks=(-2, 2),
    )
    days = creche.open_days(builder, first, weeks=3, count=2)
    number = creche.ask(builder, home, first, dict.fromkeys(days, hours("7:30-18:30")), hours_ago=40)
    words = "L’équipe est au complet le soir."
    answers = [DayAnswer(day, "propose", hours("7:30-17:30"), words) for day in days]
    creche.answer(builder, number, answers, hours_ago=12)


def _refused(builder: Builder, offer: Offer) -> None:
    home = _home(
        builder, Person("Mme", "Marguerite", "Aubépine", "un enfant en accueil variable, demande refusée"), 9, "Isidore"
    )
    enrolment = builder.enrol(home, offer, home.children[0])
    creche.hold(builder, {enrolment.pk: {0: hours("9:00-16:00"), 1: hours("9:00-16:00")}}, weeks=(-2, 4))
    days = creche.open_days(builder, enrolment, weeks=2)
    if len(days) < 3:
        return  # the year of care ends
    number = creche.ask(builder, home, enrolment, {days[-1]: hours("8:00-18:00")}, hours_ago=60)
    words = "Le groupe part en sortie toute la journée."
    creche.answer(builder, number, [DayAnswer(days[-1], "refuse", reason=words)], hours_ago=30)
    accepted = creche.ask(builder, home, enrolment, {days[2]: hours("9:00-12:00")}, hours_ago=58)
    creche.answer(builder, accepted, [DayAnswer(days[2], "accept")], hours_ago=29)


def _with_a_pupil(builder: Builder, offer: Offer, school: Site) -> None:
    """A child at school, a child in care: one week for both."""
    home = builder.family(
        [Person("M.", "Clovis", "Serpolet", "une élève et un bébé en accueil variable")],
        [Pupil("Violette", "Serpolet", "CP", "F", school), Pupil("Théo", "Serpolet", "", "M", months=14)],
        is_character=True,
    )
    enrolment = builder.enrol(home, offer, home.children[1])
    creche.hold(builder, {enrolment.pk: {day: hours("8:30-16:30") for day in range(5)}}, weeks=(-1, 2))


def _pending(builder: Builder, enrolment: Enrolment) -> None:
    """Requests of other families, to be decided: some where there is hardly room."""
    home = next(each for each in builder.homes if each.family.pk == enrolment.family_id)
    days = creche.open_days(builder, enrolment, weeks=2)
    if not days:
        return  # the year of care ends
    wanted = {days[enrolment.pk % len(days)]: hours("7:30-18:30"), days[-1]: hours("8:00-18:00")}
    creche.ask(builder, home, enrolment, wanted, hours_ago=6 + enrolment.pk % 30)


def _home(builder: Builder, adult: Person, months: int, first_name: str) -> Home:
    return builder.family([adult], [Pupil(first_name, adult.last_name, "", "F", months=months)], is_character=True)
