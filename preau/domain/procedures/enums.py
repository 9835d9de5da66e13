"""Closed lists of démarches."""

from enum import StrEnum


class ProcedureKind(StrEnum):
    BOOKING = "booking"  # « Modifier les réservations »
    HOURS = "hours"  # « Créer les réservations » of a crèche: hours, answered by the structure or at once
    ACCOUNT = "account"
    ENTOURAGE = "entourage"  # « Déclarer mon entourage », « Déclarer un nouvel enfant »
    DOSSIER = "dossier"  # dossier administratif of a school year
    ENROLMENT = "enrolment"  # « Créer une inscription »
    SCHOOLING = "schooling"  # « Inscrire un enfant à l’école »
    MOVE = "move"  # « Signaler un déménagement »
    SITUATION = "situation"  # « Changement de situation familiale »
    PAI = "pai"  # « Demande de PAI »
    DOCUMENT = "document"  # « Envoyer un document »
    ABSENCE = "absence"  # « Signaler une absence », « Justifier une absence »
    FORM = "form"  # kinds that a collectivité writes as data


# What is ticked and not sent: a draft is one person’s alone.
OF_BASKET = (ProcedureKind.BOOKING, ProcedureKind.HOURS)

# Acts on the person of a child: the service does none of them while a holder of authority objects (art. 372-2).
ACTS_ON_CHILD = (ProcedureKind.DOSSIER, ProcedureKind.ENROLMENT, ProcedureKind.SCHOOLING, ProcedureKind.PAI)
OBJECTION = "objection"  # the anomaly that says so, on every démarche about the child


class ProcedureStatus(StrEnum):
    DRAFT = "draft"  # Brouillon
    SUBMITTED = "submitted"  # Déposée
    IN_REVIEW = "in_review"  # En cours d'instruction
    MORE_ASKED = "more_asked"  # Complément demandé
    PROPOSED = "proposed"  # Autres horaires proposés: the family answers
    ACCEPTED = "accepted"  # Traitée positivement
    REFUSED = "refused"  # Traitée négativement
    CANCELLED = "cancelled"  # Annulée


# What waits for somebody: the service for the first two, the family for the others.
OPEN_STATUSES = (
    ProcedureStatus.SUBMITTED,
    ProcedureStatus.IN_REVIEW,
    ProcedureStatus.MORE_ASKED,
    ProcedureStatus.PROPOSED,
)


class LineChange(StrEnum):
    """What a line of a démarche of reservations asks for."""

    ADD = "add"
    REMOVE = "remove"


class DayState(StrEnum):
    """What became of one day of a request for hours."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    PROPOSED = "proposed"  # other hours, that the family accepts or not
    REFUSED = "refused"


class OtherParent(StrEnum):
    """Whether a non-usual act waits for the other holder of authority (Code civil, art. 372-2 a contrario)."""

    NOT_NEEDED = ""
    WAITING = "waiting"
    AGREED = "agreed"
    OBJECTED = "objected"


class TimelineEvent(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    MORE_ASKED = "more_asked"
    NO_MORE_ASKED = "no_more_asked"  # asked by mistake
    COMPLETED = "completed"  # the family gave what was asked
    CANCELLED = "cancelled"
    AGREED = "agreed"  # the other parent
    OBJECTED = "objected"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REFUSED = "refused"
    PROPOSED = "proposed"  # other hours
    TAKEN = "taken"  # the family took the hours proposed
    DECLINED = "declined"  # it did not
    UNDONE = "undone"
    WAITING = "waiting"  # accepted, on the waiting list of a full activity
    PROMOTED = "promoted"  # a place was given from that list


class FollowKind(StrEnum):
    """What a service follows among its families, and may remind them of."""

    DOSSIERS = "dossiers"  # of the year, not sent
    PIECES = "pieces"  # missing, refused or over
    CONSENTS = "consents"  # authorisations without an answer
    SPACES = "spaces"  # adults whose space is not open


class PlanState(StrEnum):
    """What the planning says of a moment of a child (A18-04); two of them may stand in one box (A18-11)."""

    RESERVED = "reserved"
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"
    CANCELLED = "cancelled"
    OUTING = "outing"  # school outing: nothing is due
    WAITING = "waiting"  # on the waiting list
    NOT_ENROLLED = "not_enrolled"
    TO_VALIDATE = "to_validate"  # the service has not answered yet
    SURCHARGE = "surcharge"  # came without having booked
    CLOSED = "closed"
