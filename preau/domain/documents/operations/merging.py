"""Two records made one: their pieces and the règlements that they accepted."""

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.documents.models import Document, RegulationAcceptance


def move_child_documents(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the pieces of a child to another record of it, in the caller's transaction; none takes another's place.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    Document.objects.filter(organisation_id=actor.organisation_id, child_id=absorbed_id).update(child_id=kept_id)


def move_family_documents(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the pieces of a household to another, in the caller's transaction; a règlement accepted twice is so once.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    Document.objects.filter(organisation_id=actor.organisation_id, family_id=absorbed_id).update(family_id=kept_id)
    accepted = RegulationAcceptance.objects.filter(organisation_id=actor.organisation_id)
    known = accepted.filter(family_id=kept_id).values_list("regulation_id", flat=True)
    accepted.filter(family_id=absorbed_id, regulation_id__in=list(known)).delete()
    accepted.filter(family_id=absorbed_id).update(family_id=kept_id)


def move_adult_documents(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the own papers of an adult to another record of it, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    Document.objects.filter(organisation_id=actor.organisation_id, adult_id=absorbed_id).update(adult_id=kept_id)
