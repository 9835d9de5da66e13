"""Leaving an activity, and changing school or class during the year: bookings follow the child."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from preau.base import journal, outbox
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotFound
from preau.base.links import absolute
from preau.domain.accounts.enums import Role
from preau.domain.bookings.operations import OrderItem, change_bookings, hold_places
from preau.domain.bookings.queries import held_slots, slots_like
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import SchoolClass
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Subscription
from preau.domain.enrolments.operations import end_enrolment, end_subscriptions, enrol, put_in_class, subscribe
from preau.domain.enrolments.queries import OfferOfSchool, find_enrolment, offers_of_school
from preau.domain.enrolments.rules import AlreadyEnrolled, OfferFull, read_pattern
from preau.domain.families.models import Child
from preau.domain.families.queries.custody import check_not_frozen
from preau.domain.organisations.queries import mail_identity, organisation_by_id
from preau.domain.procedures.operations.mails import greeting_of, holder_of
from preau.domain.procedures.operations.promoting import tell_enrolment
from preau.kernel.french_dates import jj_mm_aaaa

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
    given_back = 0
    if line.status == EnrolmentStatus.ACTIVE and line.needs_booking:
        held = held_slots(actor=machine, enrolment_id=enrolment_id, start=max(on, _today(actor, now)))
        if held:
            item = OrderItem(enrolment_id, remove=frozenset(held.values()))
            outcome = change_bookings(actor=machine, items=[item], now=now, reason=reason or LEAVING)
            given_back = len(outcome.decision.removed)
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
        _tell_family(actor, family_id, child_id, target, mine, on=start, now=now)
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
    child_id: int,
    target: SchoolClass,
    activities: list[MovedActivity],
    *,
    on: date,
    now: datetime,
) -> None:
    """Tell a household once what follows its child, what does not, and the days that are lost."""
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    reader = holder_of(organisation_id=actor.organisation_id, family_id=family_id, child_id=child_id)
    if organisation is None or reader is None:
        return
    child = Child.objects.get(organisation_id=actor.organisation_id, pk=child_id)
    outbox.post(
        organisation_id=actor.organisation_id,
        template="child_moved",
        to=[reader.email],
        subject=f"{organisation.name} - Changement d’école",
        context={
            "organisation": mail_identity(organisation_id=actor.organisation_id),
            "greeting": greeting_of(reader=reader),
            "participant": child.first_name,
            "school": target.site.name,
            "day": jj_mm_aaaa(on),
            "activities": [
                {
                    "name": each.activity,
                    "site": each.site,
                    "moved": each.moved,
                    "lost": [jj_mm_aaaa(day) for day in sorted({day for day, _code in each.lost})],
                }
                for each in activities
            ],
            "link": absolute(reverse("family:bookings", args=[organisation.slug])),
        },
        dedupe_key=f"moved-{child_id}-{family_id}-{int(now.timestamp())}",
        now=now,
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
            procedure_number=old.procedure_number,
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
