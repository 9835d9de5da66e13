"""What a merge would move: told to the agent before it is done."""

from typing import Any

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.bookings.models import Booking
from preau.domain.documents.models import Document
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import Adult, ChildHealth, Consent, Contact, Guardianship, HouseholdChild
from preau.domain.procedures.models import Procedure


def moves_of_child(*, actor: Actor, child_id: int) -> dict[str, int]:
    """Return how many rows of each sort go with a child that is absorbed. Nine queries.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    mine = {"organisation_id": actor.organisation_id, "child_id": child_id}
    return _counts(
        actor,
        Enrolment.objects.filter(**mine),
        {
            "households": HouseholdChild.objects.filter(**mine),
            "adults": Guardianship.objects.filter(**mine),
            "contacts": Contact.objects.filter(**mine, removed_at=None),
            "health": ChildHealth.objects.filter(**mine),
            "consents": Consent.objects.filter(**mine),
            "documents": Document.objects.filter(**mine),
            "procedures": Procedure.objects.filter(**mine),
        },
    )


def moves_of_adult(*, actor: Actor, adult_id: int, with_dossier: bool) -> dict[str, int]:
    """Return how many rows of each sort go with an adult that is absorbed, and with its dossier. Eight queries at most.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    mine = {"organisation_id": actor.organisation_id}
    if not with_dossier:
        links = {"children": Guardianship.objects.filter(**mine, adult_id=adult_id)}
        return _counts(actor, Enrolment.objects.filter(**mine, adult_id=adult_id), links)
    family = Adult.objects.filter(**mine, pk=adult_id).values("family_id")
    return _counts(
        actor,
        Enrolment.objects.filter(**mine, family_id__in=family),
        {
            "adults": Adult.objects.filter(**mine, family_id__in=family),
            "children": HouseholdChild.objects.filter(**mine, family_id__in=family),
            "contacts": Contact.objects.filter(**mine, family_id__in=family, removed_at=None),
            "documents": Document.objects.filter(**mine, family_id__in=family),
            "procedures": Procedure.objects.filter(**mine, family_id__in=family),
        },
    )


def _counts(actor: Actor, enrolments: QuerySet[Enrolment], others: dict[str, QuerySet[Any]]) -> dict[str, int]:
    held = Booking.objects.filter(
        organisation_id=actor.organisation_id, enrolment_id__in=enrolments.values("pk"), status__in=HOLDS_PLACE
    )
    found = {**others, "enrolments": enrolments, "bookings": held}
    return {name: rows.count() for name, rows in found.items()}
