"""Rows turned into the plain facts that `bookings.rules` decides on."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, CharField, F, JSONField, OuterRef, Q, QuerySet, Subquery, Value

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.scope import limited
from preau.base.written import written
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.bookings.models import Booking
from preau.domain.bookings.rules import DayKey
from preau.domain.catalogue import queries as catalogue_queries
from preau.domain.catalogue import rules as catalogue_rules
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import PublicHoliday
from preau.domain.documents.queries.folders import overdue_of
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.families.enums import Books
from preau.domain.families.queries.children import without_closed
from preau.domain.families.queries.custody import OwnDays, own_days, standing_calendars
from preau.kernel.periods import Period

logger = logging.getLogger(__name__)

DEADLINE_REACH = timedelta(days=45)  # how far back the working days of a deadline may be counted


@dataclass(frozen=True, slots=True)
class BookableEnrolment:
    """One line of « Modifier les réservations »: who, what, where, when. [starts_on, ends_on)."""

    enrolment_id: int
    family_id: int
    child_id: int | None
    adult_id: int | None
    participant_key: str
    participant: str  # first name of the child or adult; "" when the household itself takes part
    hue: int
    activity: str
    activity_kind: str
    confirmation: str
    department_id: int
    offer_id: int
    site_id: int
    site: str
    class_name: str
    starts_on: date
    ends_on: date
    shown_weekdays: str
    is_resident: bool
    deadlines: Mapping[str, Mapping[str, object]]
    openings: Sequence[Mapping[str, object]]
    weekdays: str
    open_on: str
    own_days: OwnDays | None = None  # None: any day
    requires_dossier: bool = False

    @property
    def place(self) -> str:
        """Return what is booked, and where: « Accueil périscolaire, École des Tilleuls » (A10-02)."""
        return catalogue_rules.place_name(activity=self.activity, site=self.site)


@dataclass(frozen=True, slots=True)
class Held:
    """One booking that holds a place, as an order or a board reads it."""

    booking_id: int
    participant_key: str
    enrolment_id: int
    offer_id: int
    on: date
    slot_id: int
    unit_code: str
    requires: frozenset[str]  # codes of the units that this one needs the same day


def bookable_enrolments(*, actor: Actor, on: date, family_id: int | None = None) -> list[BookableEnrolment]:
    """Return the enrolments that may be booked by day units on or after a day, with class (A09-02).

    For a family, those of its households; for an agent, those of `family_id` inside the agent's
    departments and sites. Two queries whatever the number of children.

    :raises NotFound: `family_id` is not the actor's.
    """
    family_ids = actor.family_ids if actor.audience == FAMILY else frozenset()
    if family_id is not None:
        actor.require_family(family_id)
        family_ids = frozenset({family_id})
    return _views(actor, _rows_of_families(actor=actor, family_ids=family_ids, on=on), on=on)


@written
def _rows_of_families(*, actor: Actor, family_ids: Collection[int], on: date) -> QuerySet[Enrolment]:
    rows = _bookable_rows(actor).filter(family_id__in=family_ids, ends_on__gt=on)
    return _with_columns(actor, rows).order_by(
        F("child__birth_date").asc(nulls_last=True), "child_id", "offer__activity__position", "starts_on", "pk"
    )


def bookable_ids(*, actor: Actor, on: date) -> QuerySet[Enrolment, Any]:
    """Return the ids of the enrolments that may be booked on or after a day: to be read inside another query."""
    return _bookable_rows(actor).filter(ends_on__gt=on).values("pk")


def find_bookable(*, actor: Actor, enrolment_id: int, on: date) -> BookableEnrolment:
    """Return one enrolment with its class.

    :raises NotFound: it does not exist, is not the actor's, or cannot be booked by day units.
    """
    found = _views(actor, _rows_by_id(actor=actor, enrolment_ids=[enrolment_id], lock=False), on=on)
    if not found:
        raise NotFound("enrolment")
    return found[0]


def load_bookable(*, actor: Actor, enrolment_ids: Collection[int], lock: bool = False) -> dict[int, BookableEnrolment]:
    """Return several enrolments by id in one query, without class.

    With `lock`, they stay held until the end of the transaction, in primary-key order: a merge of the records that
    they name waits, or is over (docs/algorithms/places.md).

    :raises NotFound: one of them is not the actor's.
    """
    held = _rows_by_id(actor=actor, enrolment_ids=enrolment_ids, lock=lock)
    if lock and _has_waited(held, enrolment_ids):
        held = _rows_by_id(actor=actor, enrolment_ids=enrolment_ids, lock=lock)
    found = {row.pk: _view(row, class_name="") for row in held}
    if len(found) != len(set(enrolment_ids)):
        raise NotFound("enrolment")
    return found


@written
def _rows_by_id(*, actor: Actor, enrolment_ids: Collection[int], lock: bool) -> QuerySet[Enrolment]:
    rows = _with_columns(actor, _bookable_rows(actor).filter(pk__in=enrolment_ids))
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk") if lock else rows


def _has_waited(rows: Collection[Enrolment], enrolment_ids: Collection[int]) -> bool:
    """Tell whether rows changed while the lock was waited for: the joined persons are then those of before.

    PostgreSQL gives the new enrolment with what the old one was joined to: no person, or no row.
    """
    columns = [vars(row) for row in rows]
    is_torn = any(
        (row["child_id"] and row["child_name"] is None) or (row["adult_id"] and row["adult_name"] is None)
        for row in columns
    )
    return is_torn or len(rows) != len(set(enrolment_ids))


def lacking_piece(*, actor: Actor, enrolments: Iterable[BookableEnrolment], on: date) -> frozenset[int]:
    """Return the enrolments that ask for a dossier of which a piece is overdue (« à fournir avant le… »).

    No query when none asks for a dossier; see `documents.queries.pieces_due` otherwise.
    """
    asking = [each for each in enrolments if each.requires_dossier and each.child_id is not None]
    children: dict[int, set[int]] = {}
    for each in asking:
        children.setdefault(each.family_id, set()).add(each.child_id or 0)
    late = {
        (family_id, child_id)
        for family_id, ids in children.items()
        for child_id in overdue_of(actor=actor, family_id=family_id, child_ids=sorted(ids), on=on)
    }
    return frozenset(each.enrolment_id for each in asking if (each.family_id, each.child_id) in late)


def load_held(*, actor: Actor, participant_keys: Collection[str], days: Collection[date]) -> list[Held]:
    """Return the bookings that hold a place for these participants on these days. One query."""
    rows = _held_rows(organisation_id=actor.organisation_id, participant_keys=participant_keys, days=days)
    return [_held(*row) for row in rows]


def held_and_holidays(
    *, actor: Actor, participant_keys: Collection[str], days: Collection[date]
) -> tuple[list[Held], frozenset[date]]:
    """Return what `load_held` does, and the public holidays that a deadline before these days may have to skip.

    One query: one table after the other in the same answer, as an order counts its queries.
    """
    if not days:
        return [], frozenset()
    found = _held_and_holiday_rows(
        organisation_id=actor.organisation_id,
        participant_keys=participant_keys,
        days=days,
        first=min(days) - DEADLINE_REACH,
        last=max(days),
    )
    return (
        [_held(*row) for row in found if row[0] is not None],
        frozenset(row[_ON] for row in found if row[0] is None),
    )


_OF_HELD = (
    "participant_key",
    "pk",
    "enrolment_id",
    "slot_id",
    "on",
    "slot__offer_id",
    "slot__unit__code",
    "slot__unit__requires",
)
_ON = _OF_HELD.index("on")


@written
def _held_rows(
    *, organisation_id: int, participant_keys: Collection[str], days: Collection[date]
) -> QuerySet[Booking, Any]:
    return _of_participants(organisation_id, participant_keys, days)


@written
def _held_and_holiday_rows(
    *, organisation_id: int, participant_keys: Collection[str], days: Collection[date], first: date, last: date
) -> QuerySet[Booking, Any]:
    holidays = PublicHoliday.objects.filter(organisation_id=organisation_id, on__gte=first, on__lte=last)
    nobody = [Value(None, each) for each in (CharField(), BigIntegerField(), BigIntegerField(), BigIntegerField())]
    nothing = [Value(None, each) for each in (BigIntegerField(), CharField(), JSONField())]
    held = _of_participants(organisation_id, participant_keys, days)
    return held.union(holidays.values_list(*nobody, "on", *nothing), all=True)


def _of_participants(
    organisation_id: int, participant_keys: Collection[str], days: Collection[date]
) -> QuerySet[Booking, Any]:
    """What some participants hold on some days, found by who they are and not by the day (`base.column_statistics`)."""
    rows = Booking.objects.filter(
        organisation_id=organisation_id,
        participant_key__in=participant_keys,
        on__in=days,
        status__in=HOLDS_PLACE,
    )
    return rows.values_list(*_OF_HELD)


def _held(key: str, booking_id: int, enrolment_id: int, slot_id: int, *what: Any) -> Held:
    on, offer_id, unit_code, requires = what
    return Held(
        booking_id=booking_id,
        participant_key=key,
        enrolment_id=enrolment_id,
        offer_id=offer_id,
        on=on,
        slot_id=slot_id,
        unit_code=unit_code,
        requires=frozenset(requires),
    )


def school_holidays_for(
    *, actor: Actor, enrolments: Iterable[BookableEnrolment], days: Collection[date]
) -> list[Period]:
    """Return the school holidays that say whose day it is. No query unless two homes share them by halves."""
    if not days or not any(each.own_days and each.own_days.needs_holidays for each in enrolments):
        return []
    return catalogue_queries.school_holidays_between(
        organisation_id=actor.organisation_id, start=min(days), end=max(days) + timedelta(days=1)
    )


def held_by_participant(held: Iterable[Held]) -> tuple[dict[str, dict[int, int]], dict[DayKey, frozenset[str]]]:
    """Return who holds each slot (participant → slot → enrolment), and the units held by participant, offer and day."""
    slots: dict[str, dict[int, int]] = {}
    units: dict[DayKey, set[str]] = {}
    for booking in held:
        slots.setdefault(booking.participant_key, {})[booking.slot_id] = booking.enrolment_id
        units.setdefault((booking.participant_key, booking.offer_id, booking.on), set()).add(booking.unit_code)
    return slots, {key: frozenset(codes) for key, codes in units.items()}


def _bookable_rows(actor: Actor) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        status=EnrolmentStatus.ACTIVE,
        offer__activity__booking_mode=BookingMode.DAY_UNITS,
    )
    if actor.audience == FAMILY:
        return without_closed(actor=actor, rows=rows.filter(family_id__in=actor.family_ids))
    return limited(rows, actor=actor, department="offer__activity__department", site="offer__site")


def _residence(actor: Actor) -> dict[str, Subquery]:
    """What says the days of the household of an enrolment, read along with it: no query of its own."""
    kept = standing_calendars(organisation_id=actor.organisation_id).filter(
        child_id=OuterRef("child_id"), books=Books.OWN_DAYS
    )
    side_a, side_b = (kept.filter(**{f"adult_{side}__family_id": OuterRef("family_id")}) for side in "ab")
    return {
        "days_as_a": Subquery(side_a.values("calendar")[:1]),
        "days_as_b": Subquery(side_b.values("calendar")[:1]),
    }


def _with_columns(actor: Actor, rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Enrolments with the columns that `_view` reads of other tables.

    Whole rows of seven tables would take longer to build than to decide on.
    """
    return rows.annotate(**_COLUMNS, **_residence(actor))


_OF_OFFER = (
    "site_id",
    "shown_weekdays",
    "weekdays",
    "open_on",
    "book_deadline",
    "change_deadline",
    "cancel_deadline",
    "openings",
)
_COLUMNS = {
    **{name: F(f"offer__{name}") for name in _OF_OFFER},
    "offer_starts_on": F("offer__starts_on"),
    "offer_ends_on": F("offer__ends_on"),
    "activity": F("offer__activity__name"),
    "activity_kind": F("offer__activity__kind"),
    "confirmation": F("offer__activity__confirmation"),
    "department_id": F("offer__activity__department_id"),
    "requires_dossier": F("offer__activity__requires_dossier"),
    "site": F("offer__site__name"),
    "child_name": F("child__first_name"),
    "adult_name": F("adult__first_name"),
    "hue": F("child__hue"),
    "is_resident": F("family__is_resident"),
}


def _views(actor: Actor, found: list[Enrolment], *, on: date) -> list[BookableEnrolment]:
    child_ids = {row.child_id for row in found if row.child_id}
    # The class matters at school, not at the leisure centre.
    classes = {
        (child_id, site_id): " ".join(filter(None, words))
        for child_id, site_id, *words in _class_rows(organisation_id=actor.organisation_id, child_ids=child_ids, on=on)
    }
    return [_view(row, class_name=classes.get((row.child_id or 0, vars(row)["site_id"]), "")) for row in found]


@written
def _class_rows(*, organisation_id: int, child_ids: Collection[int], on: date) -> QuerySet[Schooling, Any]:
    rows = Schooling.objects.filter(organisation_id=organisation_id, child_id__in=child_ids)
    begun = rows.filter(Q(starts_on__lte=on) | Q(school_class__school_year__starts_on__lte=on)).order_by("starts_on")
    return begun.values_list("child_id", "school_class__site_id", "school_class__name", "school_class__teacher")


def _view(row: Enrolment, *, class_name: str) -> BookableEnrolment:
    columns = vars(row)
    return BookableEnrolment(
        enrolment_id=row.pk,
        participant_key=row.participant_key,
        participant=columns["child_name"] or columns["adult_name"] or "",
        hue=columns["hue"] or 0,
        class_name=class_name,
        starts_on=max(row.starts_on, columns["offer_starts_on"]),
        ends_on=min(row.ends_on, columns["offer_ends_on"]),
        deadlines={act: columns[f"{act}_deadline"] for act in ("book", "change", "cancel")},
        openings=columns["openings"],
        own_days=_own_days(columns),
        **{name: columns[name] for name in _AS_READ},
    )


def _own_days(columns: Mapping[str, Any]) -> OwnDays | None:
    if columns["days_as_a"]:
        return own_days(side="a", calendar=columns["days_as_a"])
    return own_days(side="b", calendar=columns["days_as_b"]) if columns["days_as_b"] else None


_AS_READ = (
    "family_id",
    "child_id",
    "adult_id",
    "offer_id",
    "activity",
    "activity_kind",
    "confirmation",
    "department_id",
    "site_id",
    "site",
    "shown_weekdays",
    "weekdays",
    "open_on",
    "is_resident",
    "requires_dossier",
)
