"""Acts that make a démarche, and acts on it."""

from preau.domain.procedures.operations.orders import (
    MAX_KEY_LENGTH,
    PlacedOrder,
    announce,
    discard_booking_draft,
    draft_same,
    place_order,
    save_booking_draft,
    undo_order,
)

__all__ = [
    "MAX_KEY_LENGTH",
    "PlacedOrder",
    "announce",
    "discard_booking_draft",
    "draft_same",
    "place_order",
    "save_booking_draft",
    "undo_order",
]
