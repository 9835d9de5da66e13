"""Closed lists of enrolments."""

from enum import StrEnum


class EnrolmentStatus(StrEnum):
    WAITING = "waiting"  # on the waiting list of a full offer
    ACTIVE = "active"
    ENDED = "ended"


class Weeks(StrEnum):
    """Which ISO weeks a line of an « abonnement » books."""

    EVERY = "every"
    EVEN = "even"
    ODD = "odd"


class OfferState(StrEnum):
    """What a child may do with an offer, the best first."""

    ENROLLED = "enrolled"
    WAITING = "waiting"
    REQUESTED = "requested"  # a démarche is under way
    OPEN = "open"
    FULL = "full"  # only the waiting list is left
    AFTER_DOSSIER = "after_dossier"  # prepared now, sent by itself once the service has validated the dossier
    SOON = "soon"  # all is met but the date
    BY_SERVICE = "by_service"
    CLOSED = "closed"
    NOT_ELIGIBLE = "not_eligible"
