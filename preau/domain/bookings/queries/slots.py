"""Slots as an order or a board reads them, turned into the plain facts that `bookings.rules` decides on."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.base.written import written
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.domain.bookings.rules import SlotFacts
from preau.domain.catalogue import rules as catalogue_rules
from preau.domain.catalogue.models import Slot
from preau.kernel.periods import Period

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot with its unit, as rows give them: an order reads sixty of them. Minutes of the local day."""

    slot_id: int
    offer_id: int
    on: date
    closed_reason: str
    unit_code: str
    unit_name: str
    position: int
    starts_minute: int
    resource_ids: Sequence[int]
    excludes: Sequence[str]  # codes of units
    requires: Sequence[str]


OF_SLOT = (
    "pk",
    "offer_id",
    "on",
    "closed_reason",
    *(f"unit__{name}" for name in ("code", "name", "position", "starts_minute")),
    *(f"unit__{name}" for name in ("resource_ids", "excludes", "requires")),
)  # the columns of a `SlotRow`, in its order


def slots_by_id(*, organisation_id: int, slot_ids: Collection[int]) -> list[SlotRow]:
    """Return slots of a collectivité, in the order of their keys. One query."""
    return [SlotRow(*row) for row in _slot_rows_by_id(organisation_id=organisation_id, slot_ids=slot_ids)]


@written
def _slot_rows_by_id(*, organisation_id: int, slot_ids: Collection[int]) -> QuerySet[Slot, Any]:
    rows = Slot.objects.filter(organisation_id=organisation_id, pk__in=slot_ids)
    return rows.order_by("pk").values_list(*OF_SLOT)


def load_facts(
    *,
    actor: Actor,
    enrolments: Mapping[int, BookableEnrolment],
    slots: Iterable[SlotRow],
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
        build(slot, enrolments[enrolment_id])
        for slot in slots
        for enrolment_id in enrolment_of_slot.get(slot.slot_id, ())
    ]


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
        self.deadlines: dict[tuple[int, str], catalogue_rules.Deadline | None] = {}
        self.unreadable: set[int] = set()  # offers of which a setting cannot be read

    def __call__(self, slot: SlotRow, enrolment: BookableEnrolment) -> SlotFacts:
        opening = self._opening(enrolment)
        book, change, cancel = (
            self._moment(enrolment, act, slot.on, slot.starts_minute) for act in ("book", "change", "cancel")
        )
        starts_at = self._instant(slot.on, slot.starts_minute)
        return SlotFacts(
            slot_id=slot.slot_id,
            enrolment_id=enrolment.enrolment_id,
            offer_id=enrolment.offer_id,
            participant_key=enrolment.participant_key,
            on=slot.on,
            unit_code=slot.unit_code,
            unit_name=slot.unit_name,
            position=slot.position,
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
                for resource_id in slot.resource_ids
                if (resource_id, slot.on) in self.counter_ids
            ),
            excludes=frozenset(slot.excludes),
            requires=frozenset(slot.requires),
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
        deadline = self._deadline(enrolment, act)
        if deadline is None:
            return None
        return catalogue_rules.closing_moment(
            deadline, day=day, starts_minute=starts_minute, holidays=self.holidays, zone=self.zone
        )

    def _deadline(self, enrolment: BookableEnrolment, act: str) -> catalogue_rules.Deadline | None:
        """One deadline of an offer, read once; None when it cannot be, which closes the offer."""
        key = (enrolment.offer_id, act)
        if key not in self.deadlines:
            try:
                self.deadlines[key] = catalogue_rules.parse_deadline(enrolment.deadlines[act])
            except catalogue_rules.InvalidDeadline:
                self._close(enrolment, f"{act}_deadline")
                self.deadlines[key] = None
        return self.deadlines[key]

    def _instant(self, day: date, minute: int) -> datetime:
        local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=self.zone)
        return local.astimezone(UTC)
