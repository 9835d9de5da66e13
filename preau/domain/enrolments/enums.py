"""Closed lists of enrolments."""

from enum import StrEnum


class EnrolmentStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"
