"""Rows turned into the plain facts that `bookings.rules` decides on."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import BigIntegerField, CharField, F, JSONField, OuterRef, Q, QuerySet, Subquery, Value

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.scope import limited
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.bookings.models import Booking
from preau.domain.bookings.rules import DayKey, SlotFacts
from preau.domain.catalogue import queries as catalogue_queries
from preau.domain.catalogue import rules as catalogue_rules
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import PublicHoliday, Slot
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
    rows = (
        _bookable_rows(actor)
        .filter(family_id__in=family_ids, ends_on__gt=on)
        .order_by(
            F("child__birth_date").asc(nulls_last=True), "child_id", "offer__activity__position", "starts_on", "pk"
        )
    )
    return _views(actor, rows, on=on)


def bookable_ids(*, actor: Actor, on: date) -> QuerySet[Enrolment, Any]:
    """Return the ids of the enrolments that may be booked on or after a day: to be read inside another query."""
    return _bookable_rows(actor).filter(ends_on__gt=on).values("pk")


def find_bookable(*, actor: Actor, enrolment_id: int, on: date) -> BookableEnrolment:
    """Return one enrolment with its class.

    :raises NotFound: it does not exist, is not the actor's, or cannot be booked by day units.
    """
    found = _views(actor, _bookable_rows(actor).filter(pk=enrolment_id), on=on)
    if not found:
        raise NotFound("enrolment")
    return found[0]


def load_bookable(*, actor: Actor, enrolment_ids: Collection[int], lock: bool = False) -> dict[int, BookableEnrolment]:
    """Return several enrolments by id in one query, without class.

    With `lock`, they stay held until the end of the transaction, in primary-key order: a merge of the records that
    they name waits, or is over (docs/algorithms/places.md).

    :raises NotFound: one of them is not the actor's.
    """
    rows = _with_columns(actor, _bookable_rows(actor).filter(pk__in=enrolment_ids))
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    held = list(rows)
    if lock and _has_waited(held, enrolment_ids):
        held = list(rows.all())
    found = {row.pk: _view(row, class_name="") for row in held}
    if len(found) != len(set(enrolment_ids)):
        raise NotFound("enrolment")
    return found


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


def load_facts(
    *,
    actor: Actor,
    enrolments: Mapping[int, BookableEnrolment],
    slots: Iterable[Slot],
    enrolment_of_slot: Mapping[int, Iterable[int]],
    counter_ids: Mapping[tuple[int, date], int],
    holidays: frozenset[date],
    school_holidays: Collection[Period] = (),
    lacking_piece: Collection[int] = (),
) -> list[SlotFacts]:
    """Return the facts of each slot for each enrolment that asks for it. No query.

    :param school_holidays: read when a child's two homes share them by halves.
    :param lacking_piece: enrolment ids that `lacking_piece` found.
    """
    build = _FactsBuilder(
        actor,
        holidays,
        counter_ids=counter_ids,
        school_holidays=school_holidays,
        lacking_piece=lacking_piece,
    )
    return [
        build(slot, enrolments[enrolment_id]) for slot in slots for enrolment_id in enrolment_of_slot.get(slot.pk, ())
    ]


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
    return [_held(*row) for row in _held_rows(actor, participant_keys, days)]


def held_and_holidays(
    *, actor: Actor, participant_keys: Collection[str], days: Collection[date]
) -> tuple[list[Held], frozenset[date]]:
    """Return what `load_held` does, and the public holidays that a deadline before these days may have to skip.

    One query: one table after the other in the same answer, as an order counts its queries.
    """
    if not days:
        return [], frozenset()
    holidays = PublicHoliday.objects.filter(
        organisation_id=actor.organisation_id, on__gte=min(days) - DEADLINE_REACH, on__lte=max(days)
    )
    nobody = [Value(None, each) for each in (CharField(), BigIntegerField(), BigIntegerField(), BigIntegerField())]
    nothing = [Value(None, each) for each in (BigIntegerField(), CharField(), JSONField())]
    rows = _held_rows(actor, participant_keys, days).union(holidays.values_list(*nobody, "on", *nothing), all=True)
    found = list(rows)
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


def _held_rows(actor: Actor, participant_keys: Collection[str], days: Collection[date]) -> QuerySet[Booking, Any]:
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id,
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


def _views(actor: Actor, rows: QuerySet[Enrolment], *, on: date) -> list[BookableEnrolment]:
    found = list(_with_columns(actor, rows))
    classes: dict[tuple[int, int], str] = {}  # the class matters at school, not at the leisure centre
    schoolings = (
        Schooling.objects.filter(
            organisation_id=actor.organisation_id, child_id__in={row.child_id for row in found if row.child_id}
        )
        .filter(Q(starts_on__lte=on) | Q(school_class__school_year__starts_on__lte=on))
        .select_related("school_class")
        .order_by("starts_on")
    )
    for schooling in schoolings:
        classes[(schooling.child_id, schooling.school_class.site_id)] = _class_words(schooling)
    return [_view(row, class_name=classes.get((row.child_id or 0, vars(row)["site_id"]), "")) for row in found]


def _class_words(schooling: Schooling) -> str:
    school_class = schooling.school_class
    return " ".join(part for part in (school_class.name, school_class.teacher) if part)


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


class _FactsBuilder:
    """Builds facts slot after slot; the moments of one day and offer are computed once."""

    def __init__(
        self,
        actor: Actor,
        holidays: frozenset[date],
        *,
        counter_ids: Mapping[tuple[int, date], int],
        school_holidays: Collection[Period],
        lacking_piece: Collection[int],
    ) -> None:
        self.zone = actor.zone
        self.holidays = holidays
        self.counter_ids = counter_ids
        self.school_holidays = school_holidays
        self.lacking_piece = lacking_piece
        self.moments: dict[tuple[int, str, date, int], datetime | None] = {}
        self.unreadable: set[int] = set()  # offers of which a setting cannot be read

    def __call__(self, slot: Slot, enrolment: BookableEnrolment) -> SlotFacts:
        unit = slot.unit
        opening = self._opening(enrolment)
        book, change, cancel = (
            self._moment(enrolment, act, slot.on, unit.starts_minute) for act in ("book", "change", "cancel")
        )
        starts_at = self._instant(slot.on, unit.starts_minute)
        return SlotFacts(
            slot_id=slot.pk,
            enrolment_id=enrolment.enrolment_id,
            offer_id=enrolment.offer_id,
            participant_key=enrolment.participant_key,
            on=slot.on,
            unit_code=unit.code,
            unit_name=unit.name,
            position=unit.position,
            starts_at=starts_at,
            closed_reason=slot.closed_reason,
            is_covered=enrolment.starts_on <= slot.on < enrolment.ends_on,
            opens_at=opening.opens_at,
            window_closes_at=opening.closes_at,
            book_closes_at=book or starts_at,
            change_closes_at=change,
            cancel_closes_at=cancel or starts_at,
            counter_ids=tuple(
                self.counter_ids[(resource_id, slot.on)]
                for resource_id in unit.resource_ids
                if (resource_id, slot.on) in self.counter_ids
            ),
            excludes=frozenset(unit.excludes),
            requires=frozenset(unit.requires),
            is_own_day=enrolment.own_days is None or enrolment.own_days.holds(slot.on, self.school_holidays),
            lacks_piece=enrolment.enrolment_id in self.lacking_piece,
            is_readable=enrolment.offer_id not in self.unreadable,
        )

    def _opening(self, enrolment: BookableEnrolment) -> catalogue_rules.Opening:
        try:
            return catalogue_rules.opening_of(enrolment.openings, is_resident=enrolment.is_resident)
        except catalogue_rules.InvalidOpening:
            self._close(enrolment, "openings")
            return catalogue_rules.Opening()

    def _close(self, enrolment: BookableEnrolment, setting: str) -> None:
        """Close this offer alone, and tell whoever reads the log: nobody can be told a rule that cannot be read."""
        if enrolment.offer_id not in self.unreadable:
            logger.error("offer %s is closed: its setting %s cannot be read", enrolment.offer_id, setting)
        self.unreadable.add(enrolment.offer_id)

    def _moment(self, enrolment: BookableEnrolment, act: str, day: date, starts_minute: int) -> datetime | None:
        data = enrolment.deadlines[act]
        if not data:
            return None
        key = (enrolment.offer_id, act, day, starts_minute)
        if key not in self.moments:
            self.moments[key] = self._closing(enrolment, act, day, starts_minute)
        return self.moments[key]

    def _closing(self, enrolment: BookableEnrolment, act: str, day: date, starts_minute: int) -> datetime | None:
        try:
            deadline = catalogue_rules.parse_deadline(enrolment.deadlines[act])
        except catalogue_rules.InvalidDeadline:
            self._close(enrolment, f"{act}_deadline")
            return None
        return catalogue_rules.closing_moment(
            deadline, day=day, starts_minute=starts_minute, holidays=self.holidays, zone=self.zone
        )

    def _instant(self, day: date, minute: int) -> datetime:
        local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=self.zone)
        return local.astimezone(UTC)
