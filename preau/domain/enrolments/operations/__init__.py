"""Acts of enrolment: in an offer, on a waiting list, in a class, by subscription."""

from preau.domain.enrolments.operations.enrolling import end_enrolment, enrol, promote_waiting
from preau.domain.enrolments.operations.merging import (
    Twins,
    fold_enrolment,
    hold_enrolments,
    move_enrolments,
    twin_enrolments,
)
from preau.domain.enrolments.operations.schooling import (
    RolledOver,
    copy_classes,
    put_in_class,
    roll_over_classes,
    school_child,
)
from preau.domain.enrolments.operations.subscribing import end_subscriptions, subscribe

__all__ = [
    "RolledOver",
    "Twins",
    "copy_classes",
    "end_enrolment",
    "end_subscriptions",
    "enrol",
    "fold_enrolment",
    "hold_enrolments",
    "move_enrolments",
    "promote_waiting",
    "put_in_class",
    "roll_over_classes",
    "school_child",
    "subscribe",
    "twin_enrolments",
]
