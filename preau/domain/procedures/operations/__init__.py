"""Acts that make a démarche, and acts on it."""

from preau.domain.procedures.operations.custody import (
    HouseholdInUse,
    end_objection,
    receive_objection,
    take_back_objection,
    take_from_household,
)
from preau.domain.procedures.operations.deciding import Decided, apply_held, ask_more, decide, take, take_back
from preau.domain.procedures.operations.engine import (
    AnswersTooLong,
    Submission,
    begin_again,
    check_start,
    discard_draft,
    problems_of,
    save_step,
    start,
    submit,
)
from preau.domain.procedures.operations.looking import check_again, check_piece, read_case_health
from preau.domain.procedures.operations.merging import merge_adults, merge_children
from preau.domain.procedures.operations.moving import Moved, MovedActivity, leave, move_child
from preau.domain.procedures.operations.orders import (
    MAX_KEY_LENGTH,
    PlacedOrder,
    announce,
    copy_draft,
    discard_booking_draft,
    draft_same,
    place_order,
    save_booking_draft,
    undo_order,
)
from preau.domain.procedures.operations.promoting import enrol_for_family, promote
from preau.domain.procedures.operations.sending import join_document, send_document, submit_at_counter
from preau.domain.procedures.operations.subscribing import book_subscriptions
from preau.domain.procedures.operations.talking import (
    answer_as_other_parent,
    attach,
    cancel,
    complete,
    write_message,
)

__all__ = [
    "MAX_KEY_LENGTH",
    "AnswersTooLong",
    "Decided",
    "HouseholdInUse",
    "Moved",
    "MovedActivity",
    "PlacedOrder",
    "Submission",
    "announce",
    "answer_as_other_parent",
    "apply_held",
    "ask_more",
    "attach",
    "begin_again",
    "book_subscriptions",
    "cancel",
    "check_again",
    "check_piece",
    "check_start",
    "complete",
    "copy_draft",
    "decide",
    "discard_booking_draft",
    "discard_draft",
    "draft_same",
    "end_objection",
    "enrol_for_family",
    "join_document",
    "leave",
    "merge_adults",
    "merge_children",
    "move_child",
    "place_order",
    "problems_of",
    "promote",
    "read_case_health",
    "receive_objection",
    "save_booking_draft",
    "save_step",
    "send_document",
    "start",
    "submit",
    "submit_at_counter",
    "take",
    "take_back",
    "take_back_objection",
    "take_from_household",
    "undo_order",
    "write_message",
]
