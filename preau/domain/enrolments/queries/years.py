"""The activities of one school year for one family: who is enrolled, and when reservations open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, FilteredRelation, Q

from preau.base.actor import Actor
from preau.base.ordering import by_name
from preau.domain.catalogue.enums import BookingMode, EnrolmentBy
from preau.domain.catalogue.models import Offer
from preau.domain.catalogue.rules import NEVER, InvalidOpening, opening_of
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.families.models import Family


@dataclass(frozen=True, slots=True)
class BookingOpening:
    """When the reservations of an activity open to a family; without a date, they are open or not needed."""

    activity: str
    needs_booking: bool
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class YearActivities:
    """What a school year offers to a family. `enrolled`: child id → names of activities, in order."""

    openings: tuple[BookingOpening, ...]
    enrolled: Mapping[int, tuple[str, ...]]


def year_activities(*, actor: Actor, family_id: int, year_id: int, on: date) -> YearActivities:
    """Return the activities of a school year, with their openings and the children enrolled (A07, A09-48). One query.

    An activity opens with the soonest of its places. What the service alone enrols in, an « abonnement »,
    and what is for another public have no opening to tell.

    :raises NotFound: the family is not the actor's.
    """
    actor.require_family(family_id)
    here = Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id, is_resident=True)
    rows = (
        Offer.objects.filter(organisation_id=actor.organisation_id, school_year_id=year_id, ends_on__gt=on)
        .annotate(
            lives_here=Exists(here),
            mine=FilteredRelation(
                "enrolments", condition=Q(enrolments__family_id=family_id, enrolments__status=EnrolmentStatus.ACTIVE)
            ),
            child_id=F("mine__child_id"),
        )
        .select_related("activity")
        .order_by("activity__position", *by_name("activity__name"), "pk")
    )
    openings: dict[str, BookingOpening] = {}
    enrolled: dict[int, dict[str, None]] = {}
    for row in rows:
        if row.child_id is not None:
            enrolled.setdefault(row.child_id, {})[row.activity.name] = None
        found = _opening(row, is_resident=row.lives_here)
        if found is not None:
            openings[found.activity] = _soonest(openings.get(found.activity), found)
    return YearActivities(tuple(openings.values()), {child: tuple(names) for child, names in enrolled.items()})


def _opening(row: Offer, *, is_resident: bool) -> BookingOpening | None:
    if row.is_subscription or row.activity.enrolment_by == EnrolmentBy.SERVICE:
        return None
    if row.activity.booking_mode == BookingMode.NONE:
        return BookingOpening(row.activity.name, False, None)
    try:
        opens_at = opening_of(row.openings, is_resident=is_resident).opens_at
    except InvalidOpening:
        return None  # closed: its page says why
    return None if opens_at == NEVER else BookingOpening(row.activity.name, True, opens_at)


def _soonest(known: BookingOpening | None, found: BookingOpening) -> BookingOpening:
    if known is None:
        return found
    if known.opens_at is None or found.opens_at is None:
        return BookingOpening(found.activity, found.needs_booking, None)
    return min(known, found, key=lambda each: each.opens_at or NEVER)
