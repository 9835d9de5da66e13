"""Reads of démarches."""

from preau.domain.procedures.queries.orders import (
    ProcedureItem,
    ProcedureView,
    TimelineLine,
    booking_draft,
    booking_drafts,
    find_order,
    find_procedure,
    items_of_drafts,
    latest_procedures,
    list_procedures,
    open_drafts,
    preview_order,
    view_of,
)

__all__ = [
    "ProcedureItem",
    "ProcedureView",
    "TimelineLine",
    "booking_draft",
    "booking_drafts",
    "find_order",
    "find_procedure",
    "items_of_drafts",
    "latest_procedures",
    "list_procedures",
    "open_drafts",
    "preview_order",
    "view_of",
]
