"""Two records made one: their pieces and the règlements that they accepted."""

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import DocumentState
from preau.domain.documents.models import Document, RegulationAcceptance

STANDING = (DocumentState.TO_CHECK, DocumentState.VALID)


def move_child_documents(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the pieces of a child to another record of it, in the caller's transaction.

    Of two pieces of one kind that both wait, or are both valid, the latest stands; the other stays, as replaced.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Document.objects.filter(organisation_id=actor.organisation_id)
    _settle(rows.filter(child_id__in=[kept_id, absorbed_id]), merged="child_id")
    rows.filter(child_id=absorbed_id).update(child_id=kept_id)


def move_family_documents(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the pieces of a household to another, in the caller's transaction; a règlement accepted twice is so once.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Document.objects.filter(organisation_id=actor.organisation_id)
    _settle(rows.filter(family_id__in=[kept_id, absorbed_id]), merged="family_id")
    rows.filter(family_id=absorbed_id).update(family_id=kept_id)
    accepted = RegulationAcceptance.objects.filter(organisation_id=actor.organisation_id)
    known = accepted.filter(family_id=kept_id).values_list("regulation_id", flat=True)
    accepted.filter(family_id=absorbed_id, regulation_id__in=list(known)).delete()
    accepted.filter(family_id=absorbed_id).update(family_id=kept_id)


def move_adult_documents(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the own papers of an adult to another record of it, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Document.objects.filter(organisation_id=actor.organisation_id)
    _settle(rows.filter(adult_id__in=[kept_id, absorbed_id]), merged="adult_id")
    rows.filter(adult_id=absorbed_id).update(adult_id=kept_id)


def _settle(rows: QuerySet[Document], *, merged: str) -> None:
    """Mark as replaced what a later piece of the same kind and state will stand beside once the records are one."""
    names = [name for name in ("family_id", "child_id", "adult_id") if name != merged]
    seen, older = set(), []
    for row in rows.filter(state__in=STANDING).order_by("-deposited_at", "-pk"):
        key = (row.state, row.document_type_id, row.owner_id, row.about_id, *(getattr(row, name) for name in names))
        if key in seen:
            older.append(row.pk)
        seen.add(key)
    rows.filter(pk__in=older).update(state=DocumentState.REPLACED)
