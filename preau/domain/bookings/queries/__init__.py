"""Reads of planned presences, for families, agents and the operations of this app."""

from preau.domain.bookings.queries.board import Board, SlotView, slot_board
from preau.domain.bookings.queries.facts import (
    BookableEnrolment,
    bookable_enrolments,
    find_bookable,
    load_bookable,
    load_counters,
    load_facts,
    load_held,
)

__all__ = [
    "Board",
    "BookableEnrolment",
    "SlotView",
    "bookable_enrolments",
    "find_bookable",
    "load_bookable",
    "load_counters",
    "load_facts",
    "load_held",
    "slot_board",
]
