"""Whether a child may be enrolled, for which period, and in which school. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from preau.base.search import fold
from preau.domain.catalogue.enums import Public
from preau.domain.catalogue.rules import age_in_months
from preau.domain.enrolments.enums import OfferState, Weeks


def participant_key(*, family_id: int, child_id: int | None, adult_id: int | None) -> str:
    """Return who takes the place, whatever the household that books: "c12", "a4" or, for a household, "f7"."""
    if child_id:
        return f"c{child_id}"
    return f"a{adult_id}" if adult_id else f"f{family_id}"


class PeriodOutsideOffer(Exception):
    """The enrolment's period is empty, or not inside that of the offer."""


class AlreadyEnrolled(Exception):
    """The participant has an enrolment in this offer over part of the period."""


class OfferFull(Exception):
    """No place is left in the offer, and nobody waits for one: it has no waiting list."""


class NobodyWaits(Exception):
    """The waiting list is empty."""


class EnrolmentOver(Exception):
    """The enrolment has ended, or its end would come before its start."""


class PatternEmpty(Exception):
    """An « abonnement » without any day."""


def period_fits(*, starts_on: date, ends_on: date, offer_starts_on: date, offer_ends_on: date) -> bool:
    """Tell whether [starts_on, ends_on) is a period inside that of the offer."""
    return offer_starts_on <= starts_on < ends_on <= offer_ends_on


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What eligibility reads of a child. `level` and `school_id` are those of the year of the offer."""

    born: date | None
    level: str = ""
    school_id: int | None = None
    is_resident: bool = True
    has_dossier: bool = False
    missing_documents: tuple[str, ...] = ()  # titles
    overdue_documents: tuple[str, ...] = ()  # titles: their « à fournir avant le » is past
    is_dossier_sent: bool = False  # the service is looking at it
    has_enrolment: bool = False
    waiting_rank: int | None = None


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What eligibility reads of an offer. Ages in months, [min, max); instants in UTC."""

    age_on: date
    min_age_months: int | None = None
    max_age_months: int | None = None
    levels: tuple[str, ...] = ()
    school_ids: frozenset[int] = frozenset()  # empty: whatever the school
    residence: Public = Public.ALL
    requires_dossier: bool = False
    by_service: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    is_readable: bool = True  # False: a setting of the offer could not be read, and nobody enrols until it is mended
    capacity: int | None = None
    taken: int = 0
    has_waiting_list: bool = False

    @property
    def remaining(self) -> int | None:
        """Places left; None when nothing limits them."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a child may not be enrolled by its family now. The screens say it in words, with what to do."""

    code: str
    at: datetime | None = None  # of not_open_yet and closed
    number: int | None = None  # age in months, or rank
    detail: str = ""


# The reason alone still lets the family ask: it joins the waiting list.
SOFT = frozenset({"full_waiting_list"})
# With these besides, it prepares its request, which is kept and sent by itself once the service has answered.
KEPT = frozenset({*SOFT, "dossier_sent"})


def eligibility(child: ChildFacts, terms: OfferTerms, *, now: datetime) -> list[Reason]:
    """Return every reason against an enrolment asked by a family now; nothing when it may be asked (A08).

    Codes: already_enrolled, waiting, by_service_only, not_born, too_young, too_old, school_unknown, wrong_level,
    wrong_school, not_resident, dossier_missing, dossier_sent, document_missing,
    piece_overdue, not_open_yet, closed, unreadable, full_waiting_list, full.
    """
    if child.has_enrolment:
        return [Reason("already_enrolled")]
    if child.waiting_rank is not None:
        return [Reason("waiting", number=child.waiting_rank)]
    if terms.by_service:
        return [*_of_age(child, terms), Reason("by_service_only")]
    found = [*_of_age(child, terms), *_of_school(child, terms)]
    if terms.residence is not Public.ALL and child.is_resident != (terms.residence is Public.RESIDENTS):
        found.append(Reason("not_resident" if terms.residence is Public.RESIDENTS else "resident"))
    if terms.requires_dossier and not child.has_dossier:
        found.append(Reason("dossier_sent" if child.is_dossier_sent else "dossier_missing"))
    elif terms.requires_dossier:  # while the dossier lacks, it asks for these pieces itself
        found += [Reason("piece_overdue", detail=title) for title in child.overdue_documents]
    found += [Reason("document_missing", detail=title) for title in child.missing_documents]
    return [*found, *_of_dates(terms, now), *_of_places(terms)]


def _of_age(child: ChildFacts, terms: OfferTerms) -> list[Reason]:
    if terms.min_age_months is None and terms.max_age_months is None:
        return []
    if child.born is None:
        return [Reason("not_born")]
    age = age_in_months(child.born, on=terms.age_on)
    if terms.min_age_months is not None and age < terms.min_age_months:
        return [Reason("too_young", number=age)]
    if terms.max_age_months is not None and age >= terms.max_age_months:
        return [Reason("too_old", number=age)]
    return []


def _of_school(child: ChildFacts, terms: OfferTerms) -> list[Reason]:
    if not terms.levels and not terms.school_ids:
        return []
    if child.school_id is None and not child.level:
        return [Reason("school_unknown")]
    found = []
    if terms.levels and child.level not in terms.levels:
        found.append(Reason("wrong_level", detail=child.level))
    if terms.school_ids and child.school_id not in terms.school_ids:
        found.append(Reason("wrong_school"))
    return found


def _of_dates(terms: OfferTerms, now: datetime) -> list[Reason]:
    if not terms.is_readable:
        return [Reason("unreadable")]
    if terms.closes_at is not None and now >= terms.closes_at:
        return [Reason("closed", at=terms.closes_at)]
    if terms.opens_at is not None and now < terms.opens_at:
        return [Reason("not_open_yet", at=terms.opens_at)]
    return []


def _of_places(terms: OfferTerms) -> list[Reason]:
    if terms.remaining != 0:
        return []
    return [Reason("full_waiting_list" if terms.has_waiting_list else "full")]


def state_of(reasons: Sequence[Reason], *, is_requested: bool = False) -> OfferState:
    """Return what the reasons leave to do.

    >>> state_of([Reason("not_open_yet")]), state_of([Reason("not_open_yet"), Reason("too_old")])
    (<OfferState.SOON: 'soon'>, <OfferState.NOT_ELIGIBLE: 'not_eligible'>)
    """
    codes = {reason.code for reason in reasons}
    if "already_enrolled" in codes:
        return OfferState.ENROLLED
    if "waiting" in codes:
        return OfferState.WAITING
    if is_requested:
        return OfferState.REQUESTED
    if not codes:
        return OfferState.OPEN
    if codes <= SOFT:
        return OfferState.FULL
    if codes <= KEPT:
        return OfferState.AFTER_DOSSIER
    if codes <= {*SOFT, "by_service_only"}:
        return OfferState.BY_SERVICE
    if codes <= {*SOFT, "not_open_yet"}:
        return OfferState.SOON
    if codes <= {*SOFT, "closed", "unreadable", "full"}:
        return OfferState.CLOSED
    return OfferState.NOT_ELIGIBLE


@dataclass(frozen=True, slots=True)
class PatternLine:
    """One line of an « abonnement »: a weekday (Monday is 0), a unit, and which weeks."""

    weekday: int
    unit_code: str
    weeks: Weeks = Weeks.EVERY


def read_pattern(data: Iterable[object]) -> tuple[PatternLine, ...]:
    """Return the lines kept as JSON, each once, in order; what cannot be read is left out."""
    found: set[tuple[int, str, str]] = set()
    for each in data:
        if not isinstance(each, dict):
            continue
        weekday, unit, weeks = each.get("weekday"), each.get("unit"), each.get("weeks", "every")
        if isinstance(weekday, int) and 0 <= weekday <= 6 and isinstance(unit, str) and unit and weeks in list(Weeks):
            found.add((weekday, unit, str(weeks)))
    return tuple(PatternLine(weekday, unit, Weeks(weeks)) for weekday, unit, weeks in sorted(found))


def write_pattern(lines: Iterable[PatternLine]) -> list[dict[str, object]]:
    """Return lines as JSON."""
    return [{"weekday": each.weekday, "unit": each.unit_code, "weeks": each.weeks.value} for each in lines]


def in_pattern(lines: Sequence[PatternLine], *, on: date, unit_code: str) -> bool:
    """Tell whether an « abonnement » books a unit of a day. Weeks are those of the calendar (ISO numbers).

    >>> in_pattern([PatternLine(0, "R", Weeks.ODD)], on=date(2026, 12, 28), unit_code="R")  # Monday of week 53
    True
    """
    week = on.isocalendar().week
    return any(
        line.weekday == on.weekday()
        and line.unit_code == unit_code
        and (line.weeks is Weeks.EVERY or (week % 2 == 0) == (line.weeks is Weeks.EVEN))
        for line in lines
    )


# How a way and a saint are shortened on letters and maps.
SHORT_WAYS = {
    "all": "allee",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "boul": "boulevard",
    "ch": "chemin",
    "chem": "chemin",
    "imp": "impasse",
    "lot": "lotissement",
    "pl": "place",
    "r": "rue",
    "rte": "route",
    "sq": "square",
}
SHORT_SAINTS = {"st": "saint", "ste": "sainte"}


@dataclass(frozen=True, slots=True)
class Sector:
    """A street, or a part of it, that belongs to a school. Numbers are included; None has no bound."""

    site_id: int
    street: str
    postcode: str = ""
    side: Weeks = Weeks.EVERY
    from_number: int | None = None
    to_number: int | None = None


def school_of_address(sectors: Iterable[Sector], *, number: str, street: str, postcode: str) -> int | None:
    """Return the school (site id) of an address, or None when no sector holds it.

    A part of a street wins over the whole street. « 12 bis » and « B12 » count as 12; without a number, only a
    whole street fits.
    """
    written, name = _number_and_street(number, street)
    house = int(written) if written else None
    matching = [
        sector
        for sector in sectors
        if _number_and_street("", sector.street)[1] == name
        and sector.postcode in ("", postcode.strip())
        and _holds(sector, house)
    ]
    matching.sort(key=lambda each: (_is_whole(each), each.from_number or 0, each.site_id))
    return matching[0].site_id if matching else None


def _number_and_street(number: str, street: str) -> tuple[str, str]:
    """The number of a house and its street in one spelling: « 11, r. St Michel » is « 11 » and « rue saint michel »."""
    within = re.match(r"\s*(\d{1,6})\s*(?:bis|ter|quater|[a-d])?\b[\s,]*(?=\D)", street, re.IGNORECASE)
    alone = re.search(r"\d{1,6}", number)
    words = fold(street[within.end() :] if within else street).split()
    name = " ".join(
        [SHORT_WAYS.get(words[0], words[0]), *(SHORT_SAINTS.get(word, word) for word in words[1:])] if words else []
    )
    return (alone[0] if alone else within[1] if within else ""), name


def _is_whole(sector: Sector) -> bool:
    return sector.side is Weeks.EVERY and sector.from_number is None and sector.to_number is None


def _holds(sector: Sector, house: int | None) -> bool:
    if house is None:
        return _is_whole(sector)
    if sector.side is not Weeks.EVERY and (house % 2 == 0) != (sector.side is Weeks.EVEN):
        return False
    return (sector.from_number or 0) <= house and (sector.to_number is None or house <= sector.to_number)


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class that may receive a child."""

    class_id: int
    site_id: int
    level: str
    name: str
    pupils: int = 0


def class_for(classes: Iterable[ClassFacts], *, site_id: int, level: str, like: str = "") -> ClassFacts | None:
    """Return the class of a school and level for a child: that whose last word is the old class's (« CE1 B » →
    « CE2 B »), or else the least filled, then the first by name; None when there is none.
    """
    fitting = [each for each in classes if each.site_id == site_id and each.level == level]
    last = like.split()[-1:] if len(like.split()) > 1 else []
    fitting.sort(key=lambda each: (bool(last) and each.name.split()[-1:] != last, each.pupils, each.name))
    return fitting[0] if fitting else None
