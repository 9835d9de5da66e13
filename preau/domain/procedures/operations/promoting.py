"""Enrolments as families live them: told of each act of the service, of their rank, of the place that is theirs."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from preau.base import outbox
from preau.base.actor import Actor
from preau.base.links import absolute
from preau.domain.accounts.models import Account
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations import enrol, promote_waiting
from preau.domain.enrolments.queries import EnrolmentLine, find_enrolment
from preau.domain.families.queries.custody import check_not_frozen, parents_elsewhere
from preau.domain.organisations.queries import mail_identity, organisation_by_id
from preau.domain.procedures.enums import TimelineEvent
from preau.domain.procedures.models import Procedure, TimelineEntry
from preau.domain.procedures.operations.mails import greeting_of, holder_of, reader_of
from preau.domain.procedures.operations.subscribing import book_subscriptions

ONE_DAY = timedelta(days=1)


@transaction.atomic
def promote(
    *, actor: Actor, offer_id: int, now: datetime, enrolment_id: int | None = None, over_capacity: bool = False
) -> EnrolmentLine:
    """Give a place to the first of a waiting list, or to one whom an agent names; book its « abonnement », tell it.

    :raises NotFound, NobodyWaits, OfferFull, EnrolmentOver: see `enrolments.operations.promote_waiting`.
    :raises ActFrozen: a holder of authority objects to acts of the service for the child.
    """
    row = promote_waiting(
        actor=actor, offer_id=offer_id, now=now, enrolment_id=enrolment_id, over_capacity=over_capacity
    )
    check_not_frozen(actor=actor, child_ids=[row.child_id or 0])
    book_subscriptions(actor=actor, enrolment_id=row.pk, now=now)
    _note(actor, row, TimelineEvent.PROMOTED, now=now)
    line = find_enrolment(actor=actor, enrolment_id=row.pk)
    tell_enrolment(
        actor=actor, line=line, template="enrolment_promoted", subject="Une place pour votre enfant", now=now
    )
    return line


@transaction.atomic
def enrol_for_family(
    *,
    actor: Actor,
    family_id: int,
    child_id: int,
    offer_id: int,
    starts_on: date | None = None,
    ends_on: date | None = None,
    over_capacity: bool = False,
    now: datetime,
) -> EnrolmentLine:
    """Enrol a child as the service decides, on the waiting list when it is full, and tell the family (A08-12).

    :raises NotFound, PeriodOutsideOffer, AlreadyEnrolled, OfferFull: see `enrolments.operations.enrol`.
    :raises ActFrozen: a holder of authority objects to acts of the service for the child.
    """
    check_not_frozen(actor=actor, child_ids=[child_id])
    made = enrol(
        actor=actor,
        family_id=family_id,
        child_id=child_id,
        offer_id=offer_id,
        starts_on=starts_on,
        ends_on=ends_on,
        over_capacity=over_capacity,
        waits_from=now,
    )
    line = find_enrolment(actor=actor, enrolment_id=made.pk)
    waits = made.status == EnrolmentStatus.WAITING
    template, subject = ("enrolment_waiting", "Liste d’attente") if waits else ("enrolment_made", "Une inscription")
    tell_enrolment(actor=actor, line=line, template=template, subject=subject, now=now)
    return line


def tell_waiting(*, actor: Actor, enrolment_id: int, now: datetime) -> None:
    """Write on the démarche, and by mail, that a child is on a waiting list, with its rank."""
    row = Enrolment.objects.get(organisation_id=actor.organisation_id, pk=enrolment_id)
    _note(actor, row, TimelineEvent.WAITING, now=now)
    line = find_enrolment(actor=actor, enrolment_id=enrolment_id)
    tell_enrolment(actor=actor, line=line, template="enrolment_waiting", subject="Liste d’attente", now=now)


def tell_enrolment(*, actor: Actor, line: EnrolmentLine, template: str, subject: str, now: datetime) -> None:
    """Post one mail about an enrolment to who asked for it, or else to the holder of the family: first name only.

    The parents of the child's other household are told too, of what is the child's alone.
    """
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    if organisation is None:
        return
    reader = reader_of(actor=actor, number=line.procedure_number) if line.procedure_number else None
    reader = reader or holder_of(
        organisation_id=actor.organisation_id, family_id=line.family_id, child_id=line.child_id
    )
    link = absolute(reverse("family:enrolments", args=[organisation.slug]))
    if reader is not None:
        _post_enrolment(actor, line, reader, template, f"{organisation.name} - {subject}", link, "", now)
    if line.child_id is None:
        return
    file = absolute(reverse("family:child", args=[organisation.slug, line.child_id]))
    for other in parents_elsewhere(
        organisation_id=actor.organisation_id, child_id=line.child_id, family_id=line.family_id
    ):
        _post_enrolment(actor, line, other, template, f"{organisation.name} - {subject}", file, f"-{other.pk}", now)


def _post_enrolment(
    actor: Actor,
    line: EnrolmentLine,
    reader: Account,
    template: str,
    subject: str,
    link: str,
    key: str,
    now: datetime,
) -> None:
    outbox.post(
        organisation_id=actor.organisation_id,
        template=template,
        to=[reader.email],
        subject=subject,
        context={
            "organisation": mail_identity(organisation_id=actor.organisation_id),
            "greeting": greeting_of(reader=reader),
            "participant": line.participant,
            "activity": line.activity,
            "rank": line.rank,
            "last": line.ends_on - ONE_DAY,
            "link": link,
            "is_other_home": bool(key),
        },
        dedupe_key=f"{template}-{actor.organisation_id}-{line.enrolment_id}{key}",
        now=now,
    )


def _note(actor: Actor, row: Enrolment, event: TimelineEvent, *, now: datetime) -> None:
    procedures = Procedure.objects.filter(organisation_id=actor.organisation_id, number=row.procedure_number or 0)
    procedure = procedures.select_related().first()
    if procedure is not None:
        TimelineEntry.objects.create(
            organisation_id=actor.organisation_id, procedure=procedure, at=now, event=event, by="", detail=str(row.pk)
        )
