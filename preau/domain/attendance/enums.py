"""Closed lists of attendance."""

from enum import StrEnum


class Act(StrEnum):
    """What one tap says."""

    PRESENT = "present"
    ABSENT = "absent"
    LEFT = "left"
    UNDO = "undo"  # of one tap before


class Seen(StrEnum):
    """What is known of a child at one moment. Nothing yet: `WAITED`."""

    WAITED = "waited"
    PRESENT = "present"
    ABSENT = "absent"


class Alert(StrEnum):
    """Why somebody has to look at a child, today."""

    LATE = "late"  # expected, not announced absent, not pointed though the others are
    AWAY = "away"  # expected, did not come
    UNBOOKED = "unbooked"  # came without having booked
    CONFLICT = "conflict"  # two devices said two things
