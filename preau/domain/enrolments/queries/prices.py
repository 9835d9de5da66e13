"""What activities cost: to one household, child by child, with why; and to anybody who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.domain.catalogue.models import Activity, Unit
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.queries.files import check_family_visible
from preau.domain.families.models import Family
from preau.domain.families.queries.files import children_of_family
from preau.domain.pricing.enums import Measure
from preau.domain.pricing.queries.quotients import QuotientLine, quotients_for, standing_line
from preau.domain.pricing.queries.scales import READERS
from preau.domain.pricing.queries.tariffs import TariffOn, Tariffs, tariffs_on
from preau.domain.pricing.rules.explaining import Step
from preau.domain.pricing.rules.grids import InvalidGrid
from preau.domain.pricing.rules.tariff_words import EACH, explain, quotient_words
from preau.domain.pricing.rules.tariffs import Priced, Situation, Tariff, price

AHEAD = timedelta(days=120)  # moments of offers that begin soon are shown too
SAMPLE = {Measure.QUARTER: 15, Measure.HALF_HOUR: 30, Measure.HOUR: 60, Measure.MINUTE: 60}  # one unit, in minutes


@dataclass(frozen=True, slots=True)
class PriceLine:
    """The price of one unit, and for which children: "" when it is the same for all of them."""

    children: str
    priced: Priced
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class PricedMoment:
    """Moments of an activity that one tariff prices: « Matin, Soir ». `lines` is empty when it has no price."""

    code: str
    name: str
    tariff: TariffOn | None
    lines: tuple[PriceLine, ...]

    @property
    def per(self) -> str:
        """Return what the price is of: « la demi-heure »."""
        return EACH[self.tariff.terms.measure if self.tariff and self.tariff.terms else Measure.EACH]


@dataclass(frozen=True, slots=True)
class PricedActivity:
    """An activity with the price of each of its moments."""

    activity_id: int
    name: str
    moments: tuple[PricedMoment, ...]
    is_mine: bool = False  # a child of the household is enrolled in it


@dataclass(frozen=True, slots=True)
class HouseholdPrices:
    """The prices of a household on a day, with the quotient that they come from. `line` None: none was ever said."""

    family_id: int
    name: str
    on: date
    line: QuotientLine | None
    is_known: bool
    is_resident: bool
    activities: tuple[PricedActivity, ...]

    @property
    def quotient_words(self) -> str:
        """Return the quotient as it is read: « 742 »."""
        return quotient_words(self.line.value) if self.line and self.line.value is not None else ""


def household_prices(*, actor: Actor, family_id: int, on: date) -> HouseholdPrices:
    """Return what activities cost to a household, for each of its children. Eight queries.

    Whoever reads them can find the quotient: they are for the adults of that household, and for agents who price.

    :raises NotFound: not the actor's; :raises NotAllowed: an agent whose roles do not price.
    """
    if actor.is_staff:
        actor.require_role(*READERS)
        check_family_visible(actor=actor, family_id=family_id)
    family = Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id).first()
    if family is None:
        raise NotFound("family")
    children = children_of_family(actor=actor, family_id=family_id)
    tariffs = tariffs_on(organisation_id=actor.organisation_id, on=on)
    lines = quotients_for(organisation_id=actor.organisation_id, family_ids=[family_id]).get(family_id, [])
    line = standing_line(lines=lines, on=on)
    quotient = line.on(on) if line else None
    is_resident = bool(family.is_resident)
    enrolled = _enrolled(actor, family_id, on)

    def situations(activity_id: int) -> list[tuple[str, Situation]]:
        count = max(len(enrolled.get(activity_id, ())), 1)
        return [
            (
                child.first_name,
                Situation(quotient, is_resident=is_resident, rank=rank, present=count, enrolled=count),
            )
            for rank, child in enumerate(children, start=1)
        ] or [("", Situation(quotient, is_resident=is_resident))]

    found = [
        PricedActivity(
            activity.pk,
            activity.name,
            tuple(_moment(tariffs, moments, situations(activity.pk)) for moments in _by_tariff(tariffs, units)),
            is_mine=activity.pk in enrolled,
        )
        for activity, units in _moments(actor.organisation_id, tariffs, on)
    ]
    found.sort(key=lambda each: not each.is_mine)
    return HouseholdPrices(family_id, family.name, on, line, quotient is not None, is_resident, tuple(found))


def prices_of(*, organisation_id: int, on: date, situations: Sequence[tuple[str, Situation]]) -> list[PricedActivity]:
    """Return what activities cost in some situations, each with its name: a simulator keeps nothing. Four queries."""
    tariffs = tariffs_on(organisation_id=organisation_id, on=on)
    return [
        PricedActivity(
            activity.pk,
            activity.name,
            tuple(_moment(tariffs, moments, situations) for moments in _by_tariff(tariffs, units)),
        )
        for activity, units in _moments(organisation_id, tariffs, on)
    ]


def _enrolled(actor: Actor, family_id: int, on: date) -> dict[int, set[int]]:
    """By activity, the children of a household who are enrolled in it."""
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        status=EnrolmentStatus.ACTIVE,
        child__isnull=False,
        starts_on__lte=on,
        ends_on__gt=on,
    )
    found: dict[int, set[int]] = {}
    for activity_id, child_id in rows.values_list("offer__activity_id", "child_id"):
        found.setdefault(activity_id, set()).add(child_id or 0)
    return found


Moment = tuple[int, str, str]  # activity, code, name


def _moments(organisation_id: int, tariffs: Tariffs, on: date) -> list[tuple[Activity, list[Moment]]]:
    """The activities that have a tariff, in their order, each with the moments of its offers of now."""
    activities = Activity.objects.filter(organisation_id=organisation_id, pk__in=tariffs.activity_ids)
    units = Unit.objects.filter(
        organisation_id=organisation_id,
        offer__activity_id__in=tariffs.activity_ids,
        offer__starts_on__lte=on + AHEAD,
        offer__ends_on__gt=on,
    )
    by_activity: dict[int, dict[str, Moment]] = {}
    for activity_id, code, name in units.order_by("position", "starts_minute", "pk").values_list(
        "offer__activity_id", "code", "name"
    ):
        by_activity.setdefault(activity_id, {}).setdefault(code, (activity_id, code, name))
    return [
        (activity, list(by_activity[activity.pk].values()))
        for activity in activities.order_by("position", *by_name("name"))
        if activity.pk in by_activity
    ]


def _by_tariff(tariffs: Tariffs, moments: Iterable[Moment]) -> list[list[Moment]]:
    """Moments that one tariff prices together; one without a price stands alone, and is said."""
    found: dict[tuple[int, str], list[Moment]] = {}
    for each in moments:
        tariff = tariffs.of(each[0], each[1])
        key = (tariff.tariff_id, "") if tariff else (0, each[1])
        found.setdefault(key, []).append(each)
    return list(found.values())


def _moment(tariffs: Tariffs, moments: Sequence[Moment], situations: Sequence[tuple[str, Situation]]) -> PricedMoment:
    activity_id, code, _name = moments[0]
    tariff = tariffs.of(activity_id, code)
    name = ", ".join(dict.fromkeys(each[2] for each in moments))
    try:
        lines = _lines(tariff.terms, situations) if tariff and tariff.terms else []
    except InvalidGrid:  # a share of a cost that nobody said yet: this moment alone has no price
        lines = []
    return PricedMoment(code, name, tariff, tuple(lines))


def _lines(terms: Tariff, situations: Sequence[tuple[str, Situation]]) -> list[PriceLine]:
    """One line a price: children who pay the same are told together, all of them without a name."""
    by_price: dict[tuple[int, str], tuple[list[str], Priced]] = {}
    for name, situation in situations:
        found = price(terms, _one_unit(terms, situation))
        key = (found.unit_cents, repr(found.changes))
        by_price.setdefault(key, ([], found))[0].append(name)
    is_one = len(by_price) == 1
    return [
        PriceLine("" if is_one else ", ".join(names), found, tuple(explain(found, of_unit=True)))
        for names, found in by_price.values()
    ]


def _one_unit(terms: Tariff, situation: Situation) -> Situation:
    minutes = SAMPLE.get(terms.measure, 0)
    if not minutes:
        return situation
    return replace(situation, minutes=minutes)
