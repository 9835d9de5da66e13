"""Merging what is there twice: a child, an adult, a whole dossier. One transaction, nothing lost, no way back.

Each app settles its own rows (`…operations.merging`); here they are called in the order of the apps, and the
démarches follow. The rules of conflicts are in docs/algorithms/merging.md.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.bookings.operations import merge_participant, move_bookings
from preau.domain.documents.operations import move_adult_documents, move_child_documents, move_family_documents
from preau.domain.enrolments.operations import fold_enrolment, hold_enrolments, move_enrolments, twin_enrolments
from preau.domain.families.enums import PersonKind
from preau.domain.families.models import Adult, HouseholdChild
from preau.domain.families.operations import (
    absorb_adult,
    absorb_child,
    absorb_family,
    archive_more,
    forget_adult,
    forget_child,
    forget_family,
)
from preau.domain.procedures.enums import ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure

KEYS = {PersonKind.CHILD: "c", PersonKind.ADULT: "a", PersonKind.FAMILY: "f"}


@transaction.atomic
def merge_children(*, actor: Actor, kept_id: int, absorbed_id: int, values: Mapping[str, Any], now: datetime) -> None:
    """Make one of two records of a child. It then lives in the households of both.

    :param values: what the agent chose, for the fields of `families.queries.CHILD_FIELDS`.
    :raises NotFound: one is unknown here, or both are the same; :raises NotAllowed: neither agent nor manager.
    """
    ids = [kept_id, absorbed_id]
    _hold(actor, Q(child_id__in=ids))
    hold_enrolments(actor=actor, child_ids=ids)
    absorb_child(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id, values=values, now=now)
    move_child_documents(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id)
    _move(actor, PersonKind.CHILD, kept_id, absorbed_id, now)
    rows = Procedure.objects.filter(organisation_id=actor.organisation_id, child_id=absorbed_id)
    for row in rows.select_for_update().order_by("pk"):
        row.child_id = kept_id
        if row.draft_key:
            row.draft_key = row.draft_key.replace(f"c{absorbed_id}", f"c{kept_id}", 1)
        _save(actor, row, PersonKind.CHILD, absorbed_id)
    families = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, child_id=kept_id)
    _fold(actor, list(families.values_list("family_id", flat=True)), PersonKind.CHILD, absorbed_id)
    forget_child(actor=actor, child_id=absorbed_id)


@transaction.atomic
def merge_adults(
    *,
    actor: Actor,
    kept_id: int,
    absorbed_id: int,
    values: Mapping[str, Any],
    keeps_other_login: bool = False,
    now: datetime,
) -> None:
    """Make one of two records of an adult. Those of two dossiers make one of the dossiers too, the kept adult's.

    Children and other adults of both stay side by side; those that are double are shown as such afterwards.

    :param values: what the agent chose, for the fields of `families.queries.ADULT_FIELDS`.
    :param keeps_other_login: of two logins, the absorbed record's is the one to keep.
    :raises NotFound: one is unknown here, or both are the same; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Adult.objects.filter(organisation_id=actor.organisation_id, pk__in=[kept_id, absorbed_id])
    families = dict(rows.values_list("pk", "family_id"))
    if not {kept_id, absorbed_id} <= families.keys():
        raise NotFound("adult")
    logins = dict(rows.values_list("pk", "account_id"))
    _hold(actor, Q(family_id__in=families.values()))
    hold_enrolments(actor=actor, adult_ids=families.keys(), family_ids=families.values())
    if len(families) == 2 and families[kept_id] != families[absorbed_id]:
        _merge_families(actor, families[kept_id], families[absorbed_id], now)
    _merge_adults(actor, kept_id, absorbed_id, values, keeps_other_login and bool(logins[absorbed_id]), now)


def _hold(actor: Actor, whose: Q) -> None:
    """Lock the démarches before the enrolments, as undoing or deciding one does: the two never wait for each other.

    A draft of reservations is left: an order deletes it after its enrolment.
    """
    rows = Procedure.objects.filter(whose, organisation_id=actor.organisation_id).order_by("pk")
    drafts = Q(kind=ProcedureKind.BOOKING, status=ProcedureStatus.DRAFT)
    list(rows.exclude(drafts).select_for_update(no_key=True).values_list("pk"))


def _merge_families(actor: Actor, kept_id: int, absorbed_id: int, now: datetime) -> None:
    same = _same_login(actor, kept_id, absorbed_id)
    absorb_family(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id, now=now)
    move_family_documents(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id)
    _move(actor, PersonKind.FAMILY, kept_id, absorbed_id, now)
    rows = Procedure.objects.filter(organisation_id=actor.organisation_id, family_id=absorbed_id)
    for row in rows.select_for_update().order_by("pk"):
        row.family_id = kept_id
        _save(actor, row, PersonKind.FAMILY, absorbed_id)
    _fold(actor, [kept_id], PersonKind.FAMILY, absorbed_id)
    for mine, theirs in same:
        _merge_adults(actor, mine, theirs, {}, False, now)
    forget_family(actor=actor, family_id=absorbed_id)


def _same_login(actor: Actor, kept_id: int, absorbed_id: int) -> list[tuple[int, int]]:
    """The adults of both households who log in with one account: one person, whatever their names."""
    rows = Adult.objects.filter(organisation_id=actor.organisation_id, account_id__isnull=False)
    mine = {row.account_id: row.pk for row in rows.filter(family_id=kept_id)}
    return [(mine[row.account_id], row.pk) for row in rows.filter(family_id=absorbed_id) if row.account_id in mine]


def _merge_adults(
    actor: Actor, kept_id: int, absorbed_id: int, values: Mapping[str, Any], keeps_other_login: bool, now: datetime
) -> None:
    if not Adult.objects.filter(organisation_id=actor.organisation_id, pk=absorbed_id).exists() and values:
        return  # one login in both dossiers: merged with them
    absorb_adult(
        actor=actor,
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        values=values,
        keeps_other_login=keeps_other_login,
        now=now,
    )
    move_adult_documents(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id)
    _move(actor, PersonKind.ADULT, kept_id, absorbed_id, now)
    family_id = Adult.objects.get(organisation_id=actor.organisation_id, pk=kept_id).family_id
    _fold(actor, [family_id], PersonKind.ADULT, absorbed_id)
    forget_adult(actor=actor, adult_id=absorbed_id)


def _move(actor: Actor, kind: PersonKind, kept_id: int, absorbed_id: int, now: datetime) -> None:
    """Enrolments, classes and bookings."""
    left_out = move_enrolments(actor=actor, kind=kind, kept_id=kept_id, absorbed_id=absorbed_id)
    letter = KEYS[kind]
    cancelled = merge_participant(
        actor=actor, kept_key=f"{letter}{kept_id}", absorbed_key=f"{letter}{absorbed_id}", now=now
    )
    more = {"classes": list(left_out), "cancelled_bookings": cancelled}
    archive_more(actor=actor, kind=kind, absorbed_id=absorbed_id, more=more)


def _fold(actor: Actor, family_ids: list[int], kind: PersonKind, absorbed_id: int) -> None:
    """Enrolments of one participant in one offer are one; démarches and drafts follow."""
    for twins in twin_enrolments(actor=actor, family_ids=family_ids):
        move_bookings(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id)
        rows = Procedure.objects.filter(organisation_id=actor.organisation_id, enrolment_id=twins.absorbed_id)
        for row in rows.select_for_update().order_by("pk"):
            row.enrolment_id = twins.kept_id
            _save(actor, row, kind, absorbed_id)
        fold_enrolment(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id)


def _save(actor: Actor, row: Procedure, kind: PersonKind, absorbed_id: int) -> None:
    """Write a démarche that moved. Of two drafts about one thing the latest stays; of one basket, each keeps a key."""
    others = Procedure.objects.filter(organisation_id=actor.organisation_id).exclude(pk=row.pk)
    if row.status == ProcedureStatus.DRAFT:
        drafts = others.filter(status=ProcedureStatus.DRAFT, kind=row.kind)
        if row.kind == ProcedureKind.BOOKING:
            twin = drafts.filter(account_id=row.account_id, enrolment_id=row.enrolment_id or 0).first()
        else:
            twin = drafts.filter(family_id=row.family_id, draft_key=row.draft_key).first()
        if twin is not None:
            lost = twin if twin.updated_at < row.updated_at else row
            draft = {"kind": lost.kind, "answers": lost.answers, "payload": lost.payload}
            archive_more(actor=actor, kind=kind, absorbed_id=absorbed_id, more={f"draft {lost.pk}": draft})
            lost.pieces.all().delete()
            lost.delete()
            if lost is row:
                return
    elif row.order_key and others.filter(order_key=row.order_key, enrolment_id=row.enrolment_id or 0).exists():
        row.order_key = f"{row.order_key[:50]}-{row.pk}"
    row.save()
