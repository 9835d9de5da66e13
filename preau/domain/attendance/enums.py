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
