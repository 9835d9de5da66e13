"""Households in démarches: an objection stops what waits, a household is left when nothing runs there, and what is
there twice is merged (docs/algorithms/merging.md).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.absences.operations.merging import fold_absences, move_absences
from preau.domain.accounts.enums import Role
from preau.domain.attendance.operations.merging import fold_presences, move_presences
from preau.domain.bookings.operations import merge_participant, move_bookings
from preau.domain.contracts.operations.merging import merge_contracts, move_contracts
from preau.domain.creche.operations import merge_hours, move_hours
from preau.domain.documents.operations.merging import move_adult_documents, move_child_documents, move_family_documents
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations.merging import fold_enrolment, hold_enrolments, move_enrolments, twin_enrolments
from preau.domain.families.enums import PersonKind
from preau.domain.families.models import Adult, HouseholdChild
from preau.domain.families.operations.custody import (
    lift_objection,
    object_to_acts,
    remove_household,
    withdraw_objection,
)
from preau.domain.families.operations.merging import (
    absorb_adult,
    absorb_child,
    absorb_family,
    archive_more,
    forget_adult,
    forget_child,
    forget_family,
)
from preau.domain.families.queries.custody import has_objection
from preau.domain.pricing.operations.merging import merge_incomes
from preau.domain.procedures.enums import OBJECTION, OF_BASKET, OPEN_STATUSES, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedurePiece
from preau.domain.procedures.queries.cases import same_drafts


class HouseholdInUse(Exception):
    """The child is enrolled, or a démarche waits, in the household that it would leave."""


@transaction.atomic
def receive_objection(*, actor: Actor, child_id: int, adult_id: int, text: str, now: datetime) -> int:
    """Keep an objection, mark what waits for the service about the child, and return the id of the objection.

    :raises NotFound, NotAllowed: see `families.operations.custody.object_to_acts`.
    """
    made = object_to_acts(actor=actor, child_id=child_id, adult_id=adult_id, text=text, now=now)
    _mark(actor, child_id)
    return made


@transaction.atomic
def end_objection(*, actor: Actor, objection_id: int, reason: str, now: datetime) -> None:
    """Lift an objection with a reason, and what it had stopped with it, unless another one stands.

    :raises NotFound, NotAllowed, ValueError: see `families.operations.custody.lift_objection`.
    """
    _mark(actor, lift_objection(actor=actor, objection_id=objection_id, reason=reason, now=now))


@transaction.atomic
def take_back_objection(*, actor: Actor, objection_id: int, now: datetime) -> None:
    """End one's own objection, and what it had stopped with it, unless another one stands.

    :raises NotFound: not the actor's own, or ended before.
    """
    _mark(actor, withdraw_objection(actor=actor, objection_id=objection_id, now=now))


@transaction.atomic
def take_from_household(*, actor: Actor, child_id: int, family_id: int, now: datetime) -> None:
    """Take a child out of a household where it was put by mistake. What that household had begun for it is forgotten.

    :raises HouseholdInUse: an enrolment runs, or a démarche waits, for the child in this household.
    :raises NotFound, NotAllowed, LastHousehold: see `families.operations.custody.remove_household`.
    """
    here = {"organisation_id": actor.organisation_id, "family_id": family_id, "child_id": child_id}
    today = now.astimezone(actor.zone).date()
    runs = Enrolment.objects.filter(**here, ends_on__gt=today).exclude(status=EnrolmentStatus.ENDED)
    waits = Procedure.objects.filter(**here, status__in=OPEN_STATUSES)
    if runs.exists() or waits.exists():
        raise HouseholdInUse
    remove_household(actor=actor, child_id=child_id, family_id=family_id, now=now)
    drafts = Procedure.objects.filter(**here, status=ProcedureStatus.DRAFT)
    ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure__in=drafts.values("pk")).delete()
    drafts.delete()


def _mark(actor: Actor, child_id: int) -> None:
    """Write on each démarche that waits about the child whether an objection stands. It is not told whose."""
    stands = has_objection(actor=actor, child_id=child_id)
    rows = Procedure.objects.select_for_update().filter(
        organisation_id=actor.organisation_id, child_id=child_id, status__in=OPEN_STATUSES
    )
    for row in rows.exclude(kind=ProcedureKind.BOOKING).order_by("pk"):
        kept = [code for code in row.anomalies if code != OBJECTION]
        row.anomalies = [OBJECTION, *kept] if stands else kept
        row.is_clean = not row.anomalies
        row.save(update_fields=["anomalies", "is_clean"])


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
    _move(actor, PersonKind.CHILD, kept_id=kept_id, absorbed_id=absorbed_id, now=now)
    rows = Procedure.objects.filter(organisation_id=actor.organisation_id, child_id=absorbed_id)
    for row in rows.select_for_update().order_by("pk"):
        row.child_id = kept_id
        _save(actor, row, PersonKind.CHILD, absorbed_id)
    families = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, child_id=kept_id)
    _fold(actor, list(families.values_list("family_id", flat=True)), PersonKind.CHILD, absorbed_id, now=now)
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
    _merge_adults(
        actor,
        kept_id,
        absorbed_id=absorbed_id,
        values=values,
        keeps_other_login=keeps_other_login and bool(logins[absorbed_id]),
        now=now,
    )


def _hold(actor: Actor, whose: Q) -> None:
    """Lock the démarches before the enrolments, as undoing or deciding one does: the two never wait for each other.

    A draft of reservations is left: an order deletes it after its enrolment.
    """
    rows = Procedure.objects.filter(whose, organisation_id=actor.organisation_id).order_by("pk")
    drafts = Q(kind__in=OF_BASKET, status=ProcedureStatus.DRAFT)
    list(rows.exclude(drafts).select_for_update(no_key=True).values_list("pk"))


def _merge_families(actor: Actor, kept_id: int, absorbed_id: int, now: datetime) -> None:
    same = _same_login(actor, kept_id, absorbed_id)
    absorb_family(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id, now=now)
    move_family_documents(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id)
    _move(actor, PersonKind.FAMILY, kept_id=kept_id, absorbed_id=absorbed_id, now=now)
    rows = Procedure.objects.filter(organisation_id=actor.organisation_id, family_id=absorbed_id)
    for row in rows.select_for_update().order_by("pk"):
        row.family_id = kept_id
        _save(actor, row, PersonKind.FAMILY, absorbed_id)
    _fold(actor, [kept_id], PersonKind.FAMILY, absorbed_id, now=now)
    for mine, theirs in same:
        _merge_adults(actor, mine, absorbed_id=theirs, values={}, keeps_other_login=False, now=now)
    forget_family(actor=actor, family_id=absorbed_id)


def _same_login(actor: Actor, kept_id: int, absorbed_id: int) -> list[tuple[int, int]]:
    """The adults of both households who log in with one account: one person, whatever their names."""
    rows = Adult.objects.filter(organisation_id=actor.organisation_id, account_id__isnull=False)
    mine = {row.account_id: row.pk for row in rows.filter(family_id=kept_id)}
    return [(mine[row.account_id], row.pk) for row in rows.filter(family_id=absorbed_id) if row.account_id in mine]


def _merge_adults(
    actor: Actor, kept_id: int, *, absorbed_id: int, values: Mapping[str, Any], keeps_other_login: bool, now: datetime
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
    _move(actor, PersonKind.ADULT, kept_id=kept_id, absorbed_id=absorbed_id, now=now)
    family_id = Adult.objects.get(organisation_id=actor.organisation_id, pk=kept_id).family_id
    _fold(actor, [family_id], PersonKind.ADULT, absorbed_id, now=now)
    forget_adult(actor=actor, adult_id=absorbed_id)


def _move(actor: Actor, kind: PersonKind, *, kept_id: int, absorbed_id: int, now: datetime) -> None:
    """Enrolments, classes, bookings and absences."""
    left_out = move_enrolments(actor=actor, kind=kind, kept_id=kept_id, absorbed_id=absorbed_id)
    cancelled = merge_participant(actor=actor, kind=kind, kept_id=kept_id, absorbed_id=absorbed_id, now=now)
    met = merge_hours(actor=actor, kind=kind, kept_id=kept_id, absorbed_id=absorbed_id, now=now)
    merge_contracts(actor=actor, kind=kind, kept_id=kept_id, absorbed_id=absorbed_id)
    if kind is PersonKind.FAMILY:
        merge_incomes(actor=actor, kept_id=kept_id, absorbed_id=absorbed_id)
    move_absences(actor=actor, kind=kind, kept_id=kept_id, absorbed_id=absorbed_id)
    move_presences(actor=actor, kind=kind, kept_id=kept_id, absorbed_id=absorbed_id)
    more = {"classes": list(left_out), "cancelled_bookings": cancelled, "cancelled_hours": met}
    archive_more(actor=actor, kind=kind, absorbed_id=absorbed_id, more=more)


def _fold(actor: Actor, family_ids: list[int], kind: PersonKind, absorbed_id: int, *, now: datetime) -> None:
    """Enrolments of one participant in one offer are one; démarches and drafts follow."""
    for twins in twin_enrolments(actor=actor, family_ids=family_ids):
        move_bookings(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id)
        move_contracts(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id)
        move_hours(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id)
        fold_absences(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id, now=now)
        fold_presences(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id)
        rows = Procedure.objects.filter(organisation_id=actor.organisation_id, enrolment_id=twins.absorbed_id)
        for row in rows.select_for_update().order_by("pk"):
            row.enrolment_id = twins.kept_id
            _save(actor, row, kind, absorbed_id)
        fold_enrolment(actor=actor, kept_id=twins.kept_id, absorbed_id=twins.absorbed_id)


def _save(actor: Actor, row: Procedure, kind: PersonKind, absorbed_id: int) -> None:
    """Write a démarche that moved. Of two drafts about one thing the latest stays; of one basket, each keeps a key."""
    others = Procedure.objects.filter(organisation_id=actor.organisation_id).exclude(pk=row.pk)
    if row.status == ProcedureStatus.DRAFT:
        twin = same_drafts(row=row).exclude(pk=row.pk).first()
        if twin is not None:
            lost = twin if twin.updated_at < row.updated_at else row
            draft = {"kind": lost.kind, "answers": lost.answers, "wishes": lost.wishes}
            archive_more(actor=actor, kind=kind, absorbed_id=absorbed_id, more={f"draft {lost.pk}": draft})
            lost.pieces.all().delete()
            lost.delete()
            if lost is row:
                return
    elif row.order_key and others.filter(order_key=row.order_key, enrolment_id=row.enrolment_id or 0).exists():
        row.order_key = f"{row.order_key[:50]}-{row.pk}"
    row.save()
