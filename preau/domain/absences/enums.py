"""Closed lists of absences."""

from enum import StrEnum


class ProofState(StrEnum):
    """Where the proof of an absence stands."""

    NOT_ASKED = "not_asked"  # the rule of the motive asks for none
    AWAITED = "awaited"  # to be sent before `Absence.proof_due_at`
    RECEIVED = "received"  # sent, not looked at yet
    VALID = "valid"
    REFUSED = "refused"
    MISSED = "missed"  # not sent in time


class Effect(StrEnum):
    """What an absence changes for one planned moment."""

    FREED = "freed"  # announced in time: the moment is cancelled, its place given back
    DUE = "due"  # the moment stays due
    DEDUCTED = "deducted"  # the moment is not due
    NOTED = "noted"  # nothing was booked: the team is told


class Why(StrEnum):
    """Why a moment is due, or is not."""

    IN_TIME = "in_time"
    WAITING = "waiting"  # délai de carence
    NOT_DEDUCTED = "not_deducted"  # this motive deducts nothing
    PROOF_AWAITED = "proof_awaited"
    PROOF_RECEIVED = "proof_received"
    PROOF_REFUSED = "proof_refused"
    PROOF_MISSED = "proof_missed"
    BEYOND = "beyond"  # past the most days that are deducted
    NO_RULE = "no_rule"  # no rule says anything of this motive that day
    PROVEN = "proven"
    GRANTED = "granted"  # the motive is enough
    UNBOOKED = "unbooked"


class Source(StrEnum):
    """Who said it."""

    FAMILY = "family"
    SERVICE = "service"  # by telephone or at the counter


class ClosureKind(StrEnum):
    """Why a service closes on a day on which it was planned to open."""

    STRIKE = "strike"
    WEATHER = "weather"
    OUTING = "outing"  # a class goes out
    WORKS = "works"
    STAFF = "staff"  # not enough of it
    OTHER = "other"


class Fate(StrEnum):
    """What announcing would do to one planned moment."""

    FREE = "free"  # still in time: it is cancelled
    ABSENT = "absent"
    SAID = "said"  # announced before
    TOO_LATE = "too_late"  # the structure must be called
