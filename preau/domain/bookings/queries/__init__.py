"""Reads of planned presences, for families, agents and the operations of this app."""

from preau.domain.bookings.queries.board import Board, SlotView, slot_board
from preau.domain.bookings.queries.expected import (
    Expected,
    Headcount,
    Tension,
    expected_between,
    headcounts,
    tensions,
)
from preau.domain.bookings.queries.facts import (
    BookableEnrolment,
    bookable_enrolments,
    find_bookable,
    held_by_participant,
    holidays_around,
    lacking_piece,
    load_bookable,
    load_counters,
    load_facts,
    load_held,
    school_holidays_for,
)
from preau.domain.bookings.queries.week import (
    PlannedUnit,
    enrolments_left_empty,
    held_slots,
    planned_units,
    slots_like,
    untouched_slots,
)

__all__ = [
    "Board",
    "BookableEnrolment",
    "Expected",
    "Headcount",
    "PlannedUnit",
    "SlotView",
    "Tension",
    "bookable_enrolments",
    "enrolments_left_empty",
    "expected_between",
    "find_bookable",
    "headcounts",
    "held_by_participant",
    "held_slots",
    "holidays_around",
    "lacking_piece",
    "load_bookable",
    "load_counters",
    "load_facts",
    "load_held",
    "planned_units",
    "school_holidays_for",
    "slot_board",
    "slots_like",
    "tensions",
    "untouched_slots",
]
