"""What each child of a family may be enrolled in, and why not: one row per child × activity × year (A08-06)."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.scope import limited
from preau.domain.catalogue.enums import AgeOn, EnrolmentBy, ParticipantKind, Public, WaitingList
from preau.domain.catalogue.models import Offer, Unit
from preau.domain.catalogue.rules import InvalidOpening, Opening, level_after, opening_of
from preau.domain.documents.enums import DocumentState
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.queries.folders import overdue_of
from preau.domain.enrolments.enums import EnrolmentStatus, OfferState
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.enrolments.queries.places import CURRENT, places_taken, waiting_ranks
from preau.domain.enrolments.rules import ChildFacts, OfferTerms, Reason, eligibility, state_of
from preau.domain.families.models import Family, ValidatedDossier
from preau.domain.families.queries.files import ChildCard, children_of_family
from preau.domain.organisations.enums import SiteKind

logger = logging.getLogger(__name__)

STATES = list(OfferState)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A part of the day that an « abonnement » may take. `weekdays`: digits, Monday is 0."""

    code: str
    name: str
    weekdays: str


@dataclass(frozen=True, slots=True)
class OfferOption:
    """One place and period of an activity, for one child. [starts_on, ends_on)."""

    offer_id: int
    name: str
    site_id: int
    site: str
    starts_on: date
    ends_on: date
    state: OfferState
    reasons: tuple[Reason, ...]
    remaining: int | None
    capacity: int | None
    min_age_months: int | None
    max_age_months: int | None
    levels: tuple[str, ...]
    residence: str
    requires_dossier: bool
    opens_at: datetime | None
    closes_at: datetime | None
    is_subscription: bool
    is_own_school: bool
    units: tuple[UnitLine, ...]
    enrolment_id: int | None
    enrolled_until: date | None

    @property
    def may_ask(self) -> bool:
        """Whether a family may prepare a request now, were it for the waiting list, or to be sent later."""
        return self.state in (OfferState.OPEN, OfferState.FULL, OfferState.AFTER_DOSSIER)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One activity of one year for one child, with the places where it may be."""

    child: ChildCard
    activity_id: int
    activity: str
    activity_kind: str
    needs_booking: bool
    is_reviewed: bool
    department_id: int
    department: str
    year_id: int | None
    year: str
    options: tuple[OfferOption, ...]
    requested: int | None = None  # number of the démarche under way

    @property
    def child_id(self) -> int:
        return self.child.child_id

    @property
    def best(self) -> OfferOption:
        """The option that leaves most to do; among equals the child's own school, then the fewest reasons."""
        return min(self.options, key=_rank)

    @property
    def state(self) -> OfferState:
        return self.best.state

    @property
    def choices(self) -> tuple[OfferOption, ...]:
        """The options that may be asked now, the child's own school first."""
        return tuple(sorted((each for each in self.options if each.may_ask), key=_rank))


@dataclass(frozen=True, slots=True)
class ChildOffers:
    """Everything that one child may be enrolled in."""

    child: ChildCard
    level: str
    school: str
    rows: tuple[OfferRow, ...]

    def count(self, *states: OfferState) -> int:
        """Return how many rows are in one of these states."""
        return sum(row.state in states for row in self.rows)


@dataclass(slots=True)
class _Material:
    """What is read once for all children of a family."""

    family: Family
    offers: list[Offer]
    units: dict[int, list[UnitLine]]
    enrolments: dict[tuple[int, int], Enrolment]
    ranks: dict[int, int]  # enrolment id → rank on the list
    taken: dict[int, int]
    schoolings: dict[int, list[Schooling]]
    dossiers: set[tuple[int, int]]
    requested: Mapping[tuple[int, int], int]
    missing: Mapping[tuple[int, str], str]  # (child, code of document type) → title
    overdue: Mapping[int, tuple[str, ...]]  # child → titles of the pieces whose day is past
    now: datetime
    today: date
    openings: dict[int, Opening] = field(default_factory=dict)
    dossiers_sent: frozenset[tuple[int, int]] = frozenset()


def offers_for_family(
    *,
    actor: Actor,
    family_id: int,
    now: datetime,
    requested: Mapping[tuple[int, int], int] | None = None,
    dossiers_sent: Collection[tuple[int, int]] = (),
) -> list[ChildOffers]:
    """Return what each child of a family may be enrolled in, now or later, with reasons (A08-01 to A08-06).

    At most sixteen queries, whatever the number of children and offers. An agent sees the offers of its
    departments and sites.

    :param requested: (child id, offer id) → number of the démarche under way, read by the caller.
    :param dossiers_sent: (child id, school year id) of the dossiers that the service is looking at, read by the caller.
    :raises NotFound: the family is not the actor's.
    """
    actor.require_family(family_id)
    family = Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id).first()
    if family is None:
        raise NotFound("family")
    children = children_of_family(actor=actor, family_id=family_id)
    material = _read(actor, family, children, now=now, requested=requested or {})
    material.dossiers_sent = frozenset(dossiers_sent)
    return [_child_offers(child, material) for child in children]


def _read(
    actor: Actor,
    family: Family,
    children: Collection[ChildCard],
    *,
    now: datetime,
    requested: Mapping[tuple[int, int], int],
) -> _Material:
    organisation_id = actor.organisation_id
    today = now.astimezone(actor.zone).date()
    ids = [child.child_id for child in children]
    offers = _offers(actor, today)
    limited = [offer.pk for offer in offers if offer.enrolment_capacity is not None]
    enrolments = {
        (row.child_id or 0, row.offer_id): row
        for row in Enrolment.objects.filter(
            organisation_id=organisation_id,
            family_id=family.pk,
            child_id__in=ids,
            status__in=CURRENT,
            ends_on__gt=today,
        ).order_by("starts_on")
    }
    waiting = [row for row in enrolments.values() if row.status == EnrolmentStatus.WAITING]
    schoolings: dict[int, list[Schooling]] = {}
    for schooling in (
        Schooling.objects.filter(organisation_id=organisation_id, child_id__in=ids)
        .select_related("school_class__school_year", "school_class__site")
        .order_by("starts_on")
    ):
        schoolings.setdefault(schooling.child_id, []).append(schooling)
    asking = ids if any(offer.activity.requires_dossier for offer in offers) else []
    dossiers = ValidatedDossier.objects.filter(organisation_id=organisation_id, child_id__in=asking)
    return _Material(
        family=family,
        offers=offers,
        units=_units(actor, offers),
        enrolments=enrolments,
        ranks=waiting_ranks(actor=actor, enrolments=waiting),
        taken=places_taken(actor=actor, offer_ids=limited, on=today),
        schoolings=schoolings,
        dossiers=set(dossiers.values_list("child_id", "school_year_id")),
        requested=requested,
        missing=_missing_documents(actor, family.pk, child_ids=ids, offers=offers, today=today),
        overdue=overdue_of(actor=actor, family_id=family.pk, child_ids=asking, on=today) if asking else {},
        now=now,
        today=today,
    )


def _offers(actor: Actor, today: date) -> list[Offer]:
    rows = Offer.objects.filter(
        organisation_id=actor.organisation_id, ends_on__gt=today, activity__participant=ParticipantKind.CHILD
    )
    rows = limited(rows, actor=actor, department="activity__department", site="site")
    return list(
        rows.select_related("activity__department", "site", "school_year").order_by(
            "school_year__starts_on",
            "activity__position",
            *by_name("activity__name"),
            "starts_on",
            *by_name("site__name"),
            "pk",
        )
    )


def _missing_documents(
    actor: Actor, family_id: int, *, child_ids: Collection[int], offers: Iterable[Offer], today: date
) -> dict[tuple[int, str], str]:
    """Return the pieces asked for by an activity that are not validated. Two queries, none when none is asked for.

    A piece counts for a child when it is that child's, or the household's.
    """
    codes = {code for offer in offers for code in offer.activity.required_document_types}
    if not codes:
        return {}
    types = DocumentType.objects.filter(organisation_id=actor.organisation_id, code__in=codes)
    known = {each.code: each for each in types}
    titles = {code: known[code].title if code in known else code for code in sorted(codes)}
    if unknown := codes - set(known):
        # Fail closed: a requirement that cannot be read is a requirement that is not met.
        logger.error("pieces asked by an activity are unknown: %s", ", ".join(sorted(unknown)))
    titles = {code: title for code, title in titles.items() if code not in known or known[code].is_active}
    rows = Document.objects.filter(
        Q(good_until=None) | Q(good_until__gte=today),
        Q(child_id=None, family_id=family_id) | Q(child_id__in=child_ids),
        organisation_id=actor.organisation_id,
        document_type__code__in=codes,
        state=DocumentState.VALID,
    )
    held = set(rows.values_list("child_id", "document_type__code"))
    return {
        (child_id, code): title
        for child_id in child_ids
        for code, title in titles.items()
        if not held & {(child_id, code), (None, code)}
    }


def _units(actor: Actor, offers: Iterable[Offer]) -> dict[int, list[UnitLine]]:
    """Return the units that an « abonnement » books, by the offer that holds them."""
    weekdays = {offer.booked_offer_id: offer.weekdays for offer in offers if offer.is_subscription}
    found: dict[int, list[UnitLine]] = {}
    if not weekdays:
        return found
    rows = Unit.objects.filter(organisation_id=actor.organisation_id, offer_id__in=weekdays)
    for unit in rows.select_related("offer").order_by("position", "pk"):
        line = UnitLine(unit.code, unit.name, unit.weekdays or unit.offer.weekdays)
        found.setdefault(unit.offer_id, []).append(line)
    return found


def _child_offers(child: ChildCard, material: _Material) -> ChildOffers:
    groups: dict[tuple[int, int | None], list[Offer]] = {}
    for offer in material.offers:
        groups.setdefault((offer.activity_id, offer.school_year_id), []).append(offer)
    current = [each for each in material.schoolings.get(child.child_id, []) if each.starts_on <= material.today]
    school_class = current[-1].school_class if current else None
    return ChildOffers(
        child=child,
        level=school_class.level if school_class else "",
        school=school_class.site.name if school_class else "",
        rows=tuple(_row(child, offers, material) for offers in groups.values()),
    )


def _row(child: ChildCard, offers: list[Offer], material: _Material) -> OfferRow:
    first = offers[0]
    numbers = [material.requested.get((child.child_id, offer.pk)) for offer in offers]
    requested = next((number for number in numbers if number), None)
    return OfferRow(
        child=child,
        activity_id=first.activity_id,
        activity=first.activity.name,
        activity_kind=first.activity.kind,
        needs_booking=first.activity.booking_mode != "none",
        is_reviewed=first.activity.confirmation == "reviewed",
        department_id=first.activity.department_id,
        department=first.activity.department.name,
        year_id=first.school_year_id,
        year=first.school_year.label if first.school_year else "",
        options=tuple(_option(child, offer, material) for offer in offers),
        requested=requested,
    )


def _option(child: ChildCard, offer: Offer, material: _Material) -> OfferOption:
    enrolment = material.enrolments.get((child.child_id, offer.pk))
    facts, terms = _facts(child, offer, enrolment, material), _terms(offer, material)
    reasons = eligibility(facts, terms, now=material.now)
    return OfferOption(
        offer_id=offer.pk,
        name=offer.name,
        site_id=offer.site_id,
        site=offer.site.name,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        state=state_of(reasons, is_requested=(child.child_id, offer.pk) in material.requested),
        reasons=tuple(reasons),
        remaining=terms.remaining,
        capacity=offer.enrolment_capacity,
        min_age_months=offer.min_age_months,
        max_age_months=offer.max_age_months,
        levels=tuple(offer.levels),
        residence=offer.residence,
        requires_dossier=offer.activity.requires_dossier,
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        is_subscription=offer.is_subscription,
        is_own_school=facts.school_id == offer.site_id,
        units=tuple(material.units.get(offer.booked_offer_id, ())) if offer.is_subscription else (),
        enrolment_id=enrolment.pk if enrolment else None,
        enrolled_until=enrolment.ends_on if enrolment else None,
    )


def _facts(child: ChildCard, offer: Offer, enrolment: Enrolment | None, material: _Material) -> ChildFacts:
    level, school_id = _schooled(material.schoolings.get(child.child_id, []), offer)
    codes = offer.activity.required_document_types
    is_waiting = enrolment is not None and enrolment.status == EnrolmentStatus.WAITING
    return ChildFacts(
        born=child.birth_date,
        level=level,
        school_id=school_id,
        is_resident=material.family.is_resident,
        has_dossier=(child.child_id, offer.school_year_id or 0) in material.dossiers,
        is_dossier_sent=(child.child_id, offer.school_year_id or 0) in material.dossiers_sent,
        missing_documents=tuple(
            material.missing[(child.child_id, code)] for code in codes if (child.child_id, code) in material.missing
        ),
        overdue_documents=material.overdue.get(child.child_id, ()),
        has_enrolment=enrolment is not None and not is_waiting,
        waiting_rank=material.ranks.get(enrolment.pk) if enrolment and is_waiting else None,
    )


def _schooled(schoolings: list[Schooling], offer: Offer) -> tuple[str, int | None]:
    """Return (level, school) for the year of an offer: as known, or as the last class known lets expect."""
    year = offer.school_year
    if year is None:
        known = [each for each in schoolings if each.starts_on < offer.ends_on]
        return (known[-1].school_class.level, known[-1].school_class.site_id) if known else ("", None)
    same = [each for each in schoolings if each.school_class.school_year_id == year.pk]
    if same:
        return same[-1].school_class.level, same[-1].school_class.site_id
    before = [each for each in schoolings if each.school_class.school_year.starts_on < year.starts_on]
    if not before:
        return "", None
    last = before[-1].school_class
    level = level_after(last.level, years=year.starts_on.year - last.school_year.starts_on.year)
    return level or "", last.site_id if level is not None else None


def _terms(offer: Offer, material: _Material) -> OfferTerms:
    opening, is_readable = _opening(offer, material)
    return OfferTerms(
        age_on=_age_on(offer, material.today),
        min_age_months=offer.min_age_months,
        max_age_months=offer.max_age_months,
        levels=tuple(offer.levels),
        school_ids=schools_of_offer(offer=offer),
        residence=Public(offer.residence),
        requires_dossier=offer.activity.requires_dossier,
        by_service=offer.activity.enrolment_by == EnrolmentBy.SERVICE,
        opens_at=opening.opens_at,
        closes_at=opening.closes_at,
        is_readable=is_readable,
        capacity=offer.enrolment_capacity,
        taken=material.taken.get(offer.pk, 0),
        has_waiting_list=offer.waiting_list != WaitingList.NONE,
    )


def _opening(offer: Offer, material: _Material) -> tuple[Opening, bool]:
    """Return the opening, and whether it could be read: if not, that offer alone is closed."""
    try:
        return opening_of(offer.enrolment_openings, is_resident=material.family.is_resident), True
    except InvalidOpening:
        logger.error("offer %s is closed: its setting enrolment_openings cannot be read", offer.pk)
        return Opening(), False


def schools_of_offer(*, offer: Offer) -> frozenset[int]:
    """Return the schools whose pupils an offer is for; empty for all. No query when the site was read with it.

    Without a choice of the collectivité, what takes place in a school is for its own pupils.
    """
    if offer.school_ids:
        return frozenset(offer.school_ids)
    return frozenset({offer.site_id}) if offer.site.kind == SiteKind.SCHOOL else frozenset()


def _age_on(offer: Offer, today: date) -> date:
    match offer.age_on:
        case AgeOn.ENTRY:
            return max(today, offer.starts_on)
        case AgeOn.SCHOOL_YEAR:
            year = offer.school_year.starts_on.year if offer.school_year else offer.starts_on.year
            return date(year, 12, 31)
        case _:
            return offer.starts_on


def _rank(option: OfferOption) -> tuple[int, bool, int, int]:
    return STATES.index(option.state), not option.is_own_school, len(option.reasons), option.offer_id
