"""Closed lists of démarches."""

from enum import StrEnum


class ProcedureKind(StrEnum):
    BOOKING = "booking"  # « Modifier les réservations »
    ACCOUNT = "account"


class ProcedureStatus(StrEnum):
    DRAFT = "draft"  # Brouillon
    SUBMITTED = "submitted"  # Déposée
    IN_REVIEW = "in_review"  # En cours d'instruction
    MORE_ASKED = "more_asked"  # Complément demandé
    ACCEPTED = "accepted"  # Traitée positivement
    REFUSED = "refused"  # Traitée négativement
    CANCELLED = "cancelled"  # Annulée


class TimelineEvent(StrEnum):
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REFUSED = "refused"
    UNDONE = "undone"
