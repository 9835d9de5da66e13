"""Slots as an order or a board reads them, turned into the plain facts that `bookings.rules` decides on."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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


@dataclass(frozen=True, slots=True)
class _Rules:
    """The settings of the offer of an enrolment, read once for all its slots."""

    opening: catalogue_rules.Opening
    book: catalogue_rules.Deadline | None
    change: catalogue_rules.Deadline | None
    cancel: catalogue_rules.Deadline | None


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
        self.rules: dict[int, _Rules] = {}  # by enrolment
        self.parsed: dict[str, catalogue_rules.Deadline] = {}  # equal settings are one deadline
        self.moments: dict[tuple[int, date, int], datetime] = {}  # by deadline, day and minute
        self.unreadable: set[int] = set()  # offers of which a setting cannot be read

    def __call__(self, slot: SlotRow, enrolment: BookableEnrolment) -> SlotFacts:
        rules = self.rules.get(enrolment.enrolment_id) or self._read_rules(enrolment)
        starts_at = catalogue_rules.instant_of(slot.on, slot.starts_minute, self.zone)
        book, change, cancel = (
            self._closing(each, slot.on, slot.starts_minute) for each in (rules.book, rules.change, rules.cancel)
        )
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
            opens_at=rules.opening.opens_at,
            window_closes_at=rules.opening.closes_at,
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

    def _read_rules(self, enrolment: BookableEnrolment) -> _Rules:
        rules = _Rules(
            self._opening(enrolment), *(self._deadline(enrolment, act) for act in ("book", "change", "cancel"))
        )
        self.rules[enrolment.enrolment_id] = rules
        return rules

    def _deadline(self, enrolment: BookableEnrolment, act: str) -> catalogue_rules.Deadline | None:
        """One deadline of an offer; None when it has none, or when it cannot be read, which closes the offer."""
        data = enrolment.deadlines[act]
        if not data:
            return None
        try:
            return self.parsed.setdefault(repr(sorted(data.items())), catalogue_rules.parse_deadline(data))
        except catalogue_rules.InvalidDeadline:
            self._close(enrolment, f"{act}_deadline")
            return None

    def _closing(self, deadline: catalogue_rules.Deadline | None, day: date, starts_minute: int) -> datetime | None:
        if deadline is None:
            return None
        key = (id(deadline), day, starts_minute)
        found = self.moments.get(key)
        if found is None:
            found = self.moments[key] = catalogue_rules.closing_moment(
                deadline, day=day, starts_minute=starts_minute, holidays=self.holidays, zone=self.zone
            )
        return found
