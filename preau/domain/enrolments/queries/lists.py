"""Enrolments as agents read them: those of a family, waiting lists, what may be enrolled in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.scope import limited
from preau.base.written import written
from preau.domain.catalogue.enums import WaitingList
from preau.domain.catalogue.models import Offer
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Subscription
from preau.domain.enrolments.queries.places import participants_of_offers, places_taken, waiting_ranks
from preau.domain.enrolments.rules import PatternLine, read_pattern
from preau.domain.families.queries.children import without_closed


@dataclass(frozen=True, slots=True)
class EnrolmentLine:
    """One enrolment with what an agent says of it. [starts_on, ends_on)."""

    enrolment_id: int
    family_id: int
    family: str
    child_id: int | None
    participant: str
    hue: int
    activity: str
    site_id: int
    site: str
    offer_id: int
    offer: str
    needs_booking: bool
    starts_on: date
    ends_on: date
    status: str
    waiting_since: datetime | None
    rank: int | None
    ended_reason: str
    pattern: tuple[PatternLine, ...]


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer as agents choose it. `taken` counts those enrolled; `waiting` those on the list."""

    offer_id: int
    activity: str
    site: str
    name: str
    year: str
    starts_on: date
    ends_on: date
    capacity: int | None
    taken: int
    waiting: int
    has_waiting_list: bool

    @property
    def remaining(self) -> int | None:
        """Places that nobody holds; None without limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def label(self) -> str:
        """« Accueil de loisirs - Le Grand Marronnier - 2026-2027 »."""
        return " - ".join(dict.fromkeys(part for part in (self.activity, self.name, self.site, self.year) if part))


def visible_enrolments(*, actor: Actor) -> QuerySet[Enrolment]:
    """Return the enrolments that an actor may read: a family its own, an agent those of its departments and sites."""
    rows = Enrolment.objects.filter(organisation_id=actor.organisation_id)
    if actor.audience == FAMILY:
        return without_closed(actor=actor, rows=rows.filter(family_id__in=actor.family_ids))
    return limited(rows, actor=actor, department="offer__activity__department", site="offer__site")


def enrolments_of_family(*, actor: Actor, family_id: int, on: date) -> list[EnrolmentLine]:
    """Return the enrolments of a family that run or wait on or after a day, children in order. Three queries.

    :raises NotFound: the family is not the actor's.
    """
    actor.require_family(family_id)
    return _lines(actor, _rows_of_family(actor=actor, family_id=family_id, on=on))


@written
def _rows_of_family(*, actor: Actor, family_id: int, on: date) -> QuerySet[Enrolment]:
    rows = _joined(visible_enrolments(actor=actor)).filter(
        Q(status=EnrolmentStatus.WAITING) | Q(status=EnrolmentStatus.ACTIVE, ends_on__gt=on), family_id=family_id
    )
    return rows.order_by("child__birth_date", "child_id", "offer__activity__position", "starts_on")


def find_enrolment(*, actor: Actor, enrolment_id: int) -> EnrolmentLine:
    """Return one enrolment.

    :raises NotFound: unknown, or not the actor's.
    """
    found = _lines(actor, _joined(visible_enrolments(actor=actor)).filter(pk=enrolment_id))
    if not found:
        raise NotFound("enrolment")
    return found[0]


def waiting_list(*, actor: Actor, offer_id: int) -> list[EnrolmentLine]:
    """Return who waits for a place in an offer, first come first. Three queries."""
    rows = _joined(visible_enrolments(actor=actor)).filter(offer_id=offer_id, status=EnrolmentStatus.WAITING)
    return _lines(actor, rows.order_by("waiting_since", "pk"))


def offer_line(*, actor: Actor, offer_id: int, on: date) -> OfferLine:
    """Return one offer of this agent's departments and sites.

    :raises NotFound: unknown, or another's.
    """
    found = _offer_lines(actor, visible_offers(actor=actor).filter(pk=offer_id), on=on)
    if not found:
        raise NotFound("offer")
    return found[0]


def offers_to_enrol(*, actor: Actor, on: date) -> list[OfferLine]:
    """Return the offers that run on or after a day, for an agent to enrol in. Three queries."""
    return _offer_lines(actor, visible_offers(actor=actor).filter(ends_on__gt=on), on=on)


def offers_with_limit(*, actor: Actor, on: date) -> list[OfferLine]:
    """Return the offers whose places are counted, or which have a waiting list. Three queries."""
    limited = Q(enrolment_capacity__isnull=False) | ~Q(waiting_list=WaitingList.NONE.value)
    return _offer_lines(actor, visible_offers(actor=actor).filter(limited, ends_on__gt=on), on=on)


@dataclass(frozen=True, slots=True)
class PlacesLeft:
    """What an offer has left on a day; None where places are not counted."""

    left: int | None
    capacity: int | None
    has_waiting_list: bool = False


def places_left(*, actor: Actor, offer_id: int, on: date) -> PlacesLeft | None:
    """Return the places left in an offer on a day, those on its waiting list served first; None when it is gone.

    Two queries.
    """
    offer = Offer.objects.filter(organisation_id=actor.organisation_id, pk=offer_id).first()
    if offer is None:
        return None
    capacity = offer.enrolment_capacity
    if capacity is None:
        return PlacesLeft(None, None)
    taken = places_taken(actor=actor, offer_ids=[offer_id], on=on)
    return PlacesLeft(max(0, capacity - taken.get(offer_id, 0)), capacity, offer.waiting_list != WaitingList.NONE)


def visible_offers(*, actor: Actor) -> QuerySet[Offer]:
    """Return the offers of an agent's departments and sites."""
    rows = Offer.objects.filter(organisation_id=actor.organisation_id)
    return limited(rows, actor=actor, department="activity__department", site="site")


def _joined(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Enrolments with the columns that a line shows of what they are joined to."""
    return rows.select_related("family", "child", "adult", "offer__activity", "offer__site").only(*_OF_LINE)


_OF_LINE = (
    *("family_id", "child_id", "adult_id", "offer_id", "starts_on", "ends_on", "status", "waiting_since"),
    *("ended_reason", "family__name", "child__first_name", "child__hue", "adult__first_name", "offer__name"),
    *("offer__site_id", "offer__site__name", "offer__activity_id", "offer__activity__name"),
    "offer__activity__booking_mode",
)


def _lines(actor: Actor, rows: Iterable[Enrolment]) -> list[EnrolmentLine]:
    found = list(rows)
    ranks = waiting_ranks(actor=actor, enrolments=[row for row in found if row.status == EnrolmentStatus.WAITING])
    patterns = {
        each.enrolment_id: read_pattern(each.pattern)
        for each in _pattern_rows(organisation_id=actor.organisation_id, enrolment_ids=[row.pk for row in found])
    }
    return [_line(row, ranks.get(row.pk), patterns.get(row.pk, ())) for row in found]


@written
def _pattern_rows(*, organisation_id: int, enrolment_ids: Collection[int]) -> QuerySet[Subscription]:
    rows = Subscription.objects.filter(organisation_id=organisation_id, enrolment_id__in=enrolment_ids)
    return rows.order_by("starts_on")


def _line(row: Enrolment, rank: int | None, pattern: tuple[PatternLine, ...]) -> EnrolmentLine:
    person = row.child or row.adult
    return EnrolmentLine(
        enrolment_id=row.pk,
        family_id=row.family_id,
        family=row.family.name,
        child_id=row.child_id,
        participant=person.first_name if person else "",
        hue=row.child.hue if row.child else 0,
        activity=row.offer.activity.name,
        site_id=row.offer.site_id,
        site=row.offer.site.name,
        offer_id=row.offer_id,
        offer=row.offer.name,
        needs_booking=row.offer.activity.booking_mode != "none",
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        status=row.status,
        waiting_since=row.waiting_since,
        rank=rank,
        ended_reason=row.ended_reason,
        pattern=pattern,
    )


def _offer_lines(actor: Actor, rows: QuerySet[Offer], *, on: date) -> list[OfferLine]:
    found = list(
        rows.select_related("activity", "site", "school_year").order_by(
            "activity__position", *by_name("activity__name"), "starts_on", *by_name("site__name"), "pk"
        )
    )
    ids = [offer.pk for offer in found]
    waiting = participants_of_offers(actor=actor, offer_ids=ids, holds=Q(status=EnrolmentStatus.WAITING))
    taken = places_taken(actor=actor, offer_ids=ids, on=on, with_waiting=False)
    return [
        OfferLine(
            offer_id=row.pk,
            activity=row.activity.name,
            site=row.site.name,
            name=row.name,
            year=row.school_year.label if row.school_year else "",
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            capacity=row.enrolment_capacity,
            taken=taken.get(row.pk, 0),
            waiting=waiting.get(row.pk, 0),
            has_waiting_list=row.waiting_list != WaitingList.NONE,
        )
        for row in found
    ]
