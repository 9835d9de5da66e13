"""Enrolments as families live them: made, promoted, left, moved with the child; bookings follow, each act is told."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.bookings.operations import OrderItem, Outcome, change_bookings, hold_places
from preau.domain.bookings.queries.week import held_slots, slots_like, untouched_slots
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import SchoolClass
from preau.domain.contracts.operations.ending import cut_contracts
from preau.domain.creche.operations import give_back_hours
from preau.domain.creche.queries.enrolments import hold_care
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Subscription
from preau.domain.enrolments.operations.enrolling import end_enrolment, enrol, promote_waiting
from preau.domain.enrolments.operations.schooling import put_in_class
from preau.domain.enrolments.operations.subscribing import end_subscriptions, subscribe
from preau.domain.enrolments.queries.lists import EnrolmentLine, find_enrolment
from preau.domain.enrolments.queries.moves import OfferOfSchool, offers_of_school
from preau.domain.enrolments.rules import AlreadyEnrolled, OfferFull, in_pattern, read_pattern
from preau.domain.families.models import Child
from preau.domain.families.queries.custody import check_not_frozen, parents_elsewhere
from preau.domain.procedures.enums import ProcedureKind, TimelineEvent
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.answering_hours import close_hours
from preau.domain.procedures.operations.messages import holder_of, note, reader_of
from preau.kernel.french_dates import jj_mm_aaaa


@transaction.atomic
def book_subscriptions(*, actor: Actor, enrolment_id: int, now: datetime) -> Outcome | None:
    """Book what the « abonnement » of an enrolment says, from now to its end; None when it has none (A08-08).

    Running it again books only what has opened since. A day that a person has cancelled stays cancelled.
    What is full or past its deadline is left out and told in the outcome.
    """
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    row = (
        Enrolment.objects.filter(organisation_id=actor.organisation_id, pk=enrolment_id, status=EnrolmentStatus.ACTIVE)
        .select_related("offer")
        .first()
    )
    subscriptions = Subscription.objects.filter(organisation_id=actor.organisation_id, enrolment_id=enrolment_id)
    today = now.astimezone(actor.zone).date()
    current = [each for each in subscriptions.order_by("starts_on") if each.ends_on > today]
    if row is None or not current:
        return None
    booked = booked_enrolment(actor=machine, row=row)
    if booked.offer.activity.booking_mode != BookingMode.DAY_UNITS:
        return None
    add: set[int] = set()
    for each in current:
        lines = read_pattern(each.pattern)
        slots = untouched_slots(
            actor=machine, enrolment_id=booked.pk, start=max(each.starts_on, today), end=each.ends_on
        )
        add |= {slot_id for (on, code), slot_id in slots.items() if in_pattern(lines, on=on, unit_code=code)}
    if not add:
        return None
    outcome = change_bookings(actor=machine, items=[OrderItem(booked.pk, frozenset(add))], now=now)
    journal.record(
        actor=actor,
        act="subscription.booked",
        at=now,
        subject_type="enrolment",
        subject_id=enrolment_id,
        added=len(outcome.decision.added),
        refused=len(outcome.decision.refused),
    )
    return outcome


def booked_enrolment(*, actor: Actor, row: Enrolment) -> Enrolment:
    """Return the enrolment whose slots are booked: this one, or that in the offer that the « abonnement » is for.

    Reserved to the machine: the second is made when it is not there.

    :raises OfferFull: the offer has no place left.
    """
    target_id = row.offer.booked_offer_id
    participant: dict[str, int | None] = {"child_id": row.child_id, "adult_id": row.adult_id}
    rows = Enrolment.objects.filter(
        organisation_id=row.organisation_id,
        family_id=row.family_id,
        **participant,
        status=EnrolmentStatus.ACTIVE,
    ).select_related("offer__activity")
    if target_id == row.offer_id:
        return rows.get(pk=row.pk)
    found = rows.filter(offer_id=target_id, ends_on__gt=row.starts_on).order_by("starts_on").first()
    if found is not None:
        return found
    target = row.offer.subscribes_to
    if target is None:
        raise OfferFull(target_id)
    made = enrol(
        actor=actor,
        family_id=row.family_id,
        child_id=row.child_id,
        adult_id=row.adult_id,
        offer_id=target_id,
        starts_on=max(row.starts_on, target.starts_on),
        ends_on=min(row.ends_on, target.ends_on),
    )
    return rows.get(pk=made.pk)


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
    asked = _procedure_of(actor, line.enrolment_id)
    reader = reader_of(actor=actor, number=asked.number) if asked and asked.number else None
    reader = reader or holder_of(
        organisation_id=actor.organisation_id, family_id=line.family_id, child_id=line.child_id
    )
    others = (
        parents_elsewhere(organisation_id=actor.organisation_id, child_id=line.child_id, family_id=line.family_id)
        if line.child_id is not None
        else []
    )
    for each in [*([reader] if reader else []), *others]:
        is_other_home = each is not reader
        post_letter(
            organisation_id=actor.organisation_id,
            reader=each,
            template=template,
            subject=subject,
            key=f"{template}-{actor.organisation_id}-{line.enrolment_id}{f'-{each.pk}' if is_other_home else ''}",
            now=now,
            route="family:child" if is_other_home else "family:enrolments",
            args=[line.child_id] if is_other_home else (),
            participant=line.participant,
            activity=line.activity,
            rank=line.rank,
            last=line.ends_on - ONE_DAY,
            is_other_home=is_other_home,
        )


def _procedure_of(actor: Actor, enrolment_id: int) -> Procedure | None:
    """The démarche that asked for an enrolment; None when the service made it."""
    return Procedure.objects.filter(
        organisation_id=actor.organisation_id, kind=ProcedureKind.ENROLMENT, enrolment_id=enrolment_id
    ).first()


def _note(actor: Actor, row: Enrolment, event: TimelineEvent, *, now: datetime) -> None:
    procedure = _procedure_of(actor, row.pk)
    if procedure is not None:
        note(actor=actor, row=procedure, event=event, by="", detail=str(row.pk), now=now)


LEAVING = "Fin de l’inscription"
MOVING = "Changement d’école"


@dataclass(frozen=True, slots=True)
class MovedActivity:
    """What became of one activity of a child who changes school. Days that could not be had are `lost`."""

    activity: str
    site: str  # new site; "" when the activity does not exist there
    moved: int
    lost: tuple[tuple[date, str], ...]  # day, code of the unit


@dataclass(frozen=True, slots=True)
class Moved:
    """A child in its new class, and its activities."""

    class_name: str
    school: str
    activities: tuple[MovedActivity, ...]


@transaction.atomic
def leave(*, actor: Actor, enrolment_id: int, on: date, now: datetime, reason: str = "") -> int:
    """End an enrolment on a day, excluded, and give back what it holds from that day on; return how many places.

    An act of the service is told by mail, without its reason.

    :raises NotFound: no such enrolment for this agent.
    :raises EnrolmentOver: it has ended before that day.
    :raises ActFrozen: a holder of authority objects to acts of the service for the child.
    """
    if not actor.is_system:
        actor.require_role(Role.AGENT, Role.MANAGER)
    line = find_enrolment(actor=actor, enrolment_id=enrolment_id)
    check_not_frozen(actor=actor, child_ids=[line.child_id or 0])
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    cut_contracts(actor=machine, enrolment_id=enrolment_id, ends_on=on, reason=reason or LEAVING, now=now)
    close_hours(actor=actor, enrolment_id=enrolment_id, on=max(on, _today(actor, now)), now=now)
    hold_care(actor=actor, enrolment_ids=[enrolment_id])  # what is accepted at this moment is given back too
    given_back = 0
    if line.status == EnrolmentStatus.ACTIVE and line.needs_booking:
        held = held_slots(actor=machine, enrolment_id=enrolment_id, start=max(on, _today(actor, now)))
        if held:
            item = OrderItem(enrolment_id, remove=frozenset(held.values()))
            outcome = change_bookings(actor=machine, items=[item], now=now, reason=reason or LEAVING)
            given_back = len(outcome.decision.removed)
    start = max(on, _today(actor, now))
    given_back += give_back_hours(actor=machine, enrolment_id=enrolment_id, start=start, now=now, reason=reason)
    end_subscriptions(actor=machine, enrolment_id=enrolment_id, on=on)
    end_enrolment(actor=actor, enrolment_id=enrolment_id, on=on, now=now, reason=reason)
    if actor.is_staff:
        ended = find_enrolment(actor=actor, enrolment_id=enrolment_id)
        tell_enrolment(actor=actor, line=ended, template="enrolment_ended", subject="Fin d’une inscription", now=now)
    return given_back


@transaction.atomic
def move_child(*, actor: Actor, child_id: int, school_class_id: int, on: date, now: datetime) -> Moved:
    """Put a child in a class from a day; when the school changes, its activities and bookings follow (A08).

    Each enrolment in an offer that is not for the new school's pupils ends that day, and goes on in the same
    activity's offer for that school, past deadlines; a place that is not free there is told in `lost`.

    :raises NotFound: the class or the child is not of the actor's collectivité.
    :raises ActFrozen: a holder of authority objects to acts of the service for the child.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    check_not_frozen(actor=actor, child_ids=[child_id])
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    schooling = put_in_class(actor=actor, child_id=child_id, school_class_id=school_class_id, on=on)
    target = SchoolClass.objects.select_related("site", "school_year").get(
        organisation_id=actor.organisation_id, pk=school_class_id
    )
    start = max(schooling.starts_on, _today(actor, now))
    pairs = list(
        offers_of_school(
            actor=machine, child_id=child_id, site_id=target.site_id, start=start, end=target.school_year.ends_on
        )
    )
    concerned = {old.offer_id for old, _offer in pairs} | {offer.offer_id for _old, offer in pairs if offer}
    hold_places(actor=machine, offer_ids=concerned, start=start)
    activities = [_move(machine, enrolment, offer, on=start, now=now) for enrolment, offer in pairs]
    by_family: dict[int, list[MovedActivity]] = {}
    for (enrolment, _offer), became in zip(pairs, activities, strict=True):
        by_family.setdefault(enrolment.family_id, []).append(became)
    for family_id, mine in by_family.items():
        _tell_family(actor, family_id, child_id=child_id, target=target, activities=mine, on=start, now=now)
    journal.record(
        actor=actor,
        act="child.moved",
        at=now,
        subject_type="child",
        subject_id=child_id,
        class_id=school_class_id,
        enrolments=len(activities),
    )
    return Moved(target.name, target.site.name, tuple(activities))


def _tell_family(
    actor: Actor,
    family_id: int,
    *,
    child_id: int,
    target: SchoolClass,
    activities: list[MovedActivity],
    on: date,
    now: datetime,
) -> None:
    """Tell a household once what follows its child, what does not, and the days that are lost."""
    reader = holder_of(organisation_id=actor.organisation_id, family_id=family_id, child_id=child_id)
    if reader is None:
        return
    child = Child.objects.get(organisation_id=actor.organisation_id, pk=child_id)
    post_letter(
        organisation_id=actor.organisation_id,
        reader=reader,
        template="child_moved",
        subject="Changement d’école",
        key=f"moved-{child_id}-{family_id}-{int(now.timestamp())}",
        now=now,
        route="family:bookings",
        participant=child.first_name,
        school=target.site.name,
        day=jj_mm_aaaa(on),
        activities=[
            {
                "name": each.activity,
                "site": each.site,
                "moved": each.moved,
                "lost": [jj_mm_aaaa(day) for day in sorted({day for day, _code in each.lost})],
            }
            for each in activities
        ],
    )


def _move(machine: Actor, old: Enrolment, offer: OfferOfSchool | None, *, on: date, now: datetime) -> MovedActivity:
    name = old.offer.activity.name
    books = old.offer.activity.booking_mode == BookingMode.DAY_UNITS
    held = held_slots(actor=machine, enrolment_id=old.pk, start=on) if books else {}
    made = _enrol_there(machine, old, offer, on=on) if offer is not None else None
    if made is None:
        leave(actor=machine, enrolment_id=old.pk, on=on, now=now, reason=MOVING)
        return MovedActivity(name, "", 0, tuple(sorted((day, code) for day, code in held)))
    items = []
    if held:
        there = slots_like(actor=machine, enrolment_id=made.pk, wanted=set(held))
        items = [
            OrderItem(old.pk, remove=frozenset(held.values())),
            OrderItem(made.pk, add=frozenset(there.values())),
        ]
        outcome = change_bookings(actor=machine, items=items, now=now, reason=MOVING)
        added = {(each.on, each.unit_code) for each in outcome.decision.added}
    else:
        added = set()
    patterns = Subscription.objects.filter(
        organisation_id=machine.organisation_id, enrolment_id=old.pk, ends_on__gt=on
    ).order_by("starts_on")
    for each in patterns:
        subscribe(actor=machine, enrolment_id=made.pk, pattern=read_pattern(each.pattern), starts_on=on)
    leave(actor=machine, enrolment_id=old.pk, on=on, now=now, reason=MOVING)
    lost = tuple(sorted(key for key in held if key not in added))
    return MovedActivity(name, offer.site if offer else "", len(added), lost)


def _enrol_there(machine: Actor, old: Enrolment, offer: OfferOfSchool, *, on: date) -> Enrolment | None:
    try:
        return enrol(
            actor=machine,
            family_id=old.family_id,
            child_id=old.child_id,
            offer_id=offer.offer_id,
            starts_on=max(on, old.starts_on, offer.starts_on),
            ends_on=min(old.ends_on, offer.ends_on),
            over_capacity=True,
        )
    except AlreadyEnrolled:
        return Enrolment.objects.filter(
            organisation_id=machine.organisation_id,
            family_id=old.family_id,
            child_id=old.child_id or 0,
            offer_id=offer.offer_id,
            status=EnrolmentStatus.ACTIVE,
        ).first()
    except (OfferFull, NotFound):
        return None


def _today(actor: Actor, now: datetime) -> date:
    return now.astimezone(actor.zone).date()
