"""Who may come where nothing is booked: a garderie open to all those enrolled has its list too."""

from datetime import date

from django.db.models import F

from preau.base.actor import Actor
from preau.base.ordering import name_key
from preau.base.scope import limited
from preau.domain.bookings.queries.expected import Expected, classes_between
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.queries import closures_of, load_calendars
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.kernel.periods import Period

NO_UNIT = ""


def enrolled_between(*, actor: Actor, start: date, end: date, site_id: int | None = None) -> list[Expected]:
    """Return the children enrolled in what needs no booking, on each open day of [start, end). Three queries.

    Limited to the departments and sites of the agent; `unit` is NO_UNIT. An « abonnement » books elsewhere: it is not
    a place where one goes.
    """
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        status=EnrolmentStatus.ACTIVE,
        child_id__isnull=False,
        offer__activity__booking_mode=BookingMode.NONE,
        offer__is_subscription=False,
        starts_on__lt=end,
        ends_on__gt=start,
    )
    rows = limited(rows, actor=actor, department="offer__activity__department", site="offer__site")
    if site_id is not None:
        rows = rows.filter(offer__site_id=site_id)
    # An offer may be enrolled in for no day of the week: then it is a list of interest, not a place.
    rows = rows.exclude(offer__weekdays="").order_by(F("pk"))
    found = list(rows.select_related("child", "family", "offer__activity", "offer__site"))
    if not found:
        return []
    offers = {row.offer_id: row.offer for row in found}
    calendars = load_calendars(organisation_id=actor.organisation_id, offers=[*offers.values()], start=start, end=end)
    closed = {
        offer_id: closures_of(offer=offer, calendar=calendars[offer_id], start=start, end=end)
        for offer_id, offer in offers.items()
    }
    classes = classes_between(actor=actor, start=start, end=end, child_ids={row.child_id or 0 for row in found})
    lines = [
        _line(row, day, classes)
        for row in found
        for day in Period(max(start, row.starts_on), min(end, row.ends_on)).days()
        if day not in closed[row.offer_id]
    ]
    return sorted(lines, key=lambda line: (line.on, name_key(line.site), name_key(line.last_name), line.enrolment_id))


def _line(row: Enrolment, day: date, classes: dict[int, tuple[str, str]]) -> Expected:
    child, offer = row.child, row.offer
    assert child is not None  # noqa: S101 -- filtered
    class_name, level = classes.get(child.pk, ("", ""))
    return Expected(
        on=day,
        enrolment_id=row.pk,
        family_id=row.family_id,
        first_name=child.first_name,
        last_name=child.last_name,
        hue=child.hue,
        class_name=class_name,
        level=level,
        activity_id=offer.activity_id,
        activity=offer.activity.name,
        site_id=offer.site_id,
        site=offer.site.name,
        unit_code="",
        unit=NO_UNIT,
        starts_minute=0,
        position=0,
        child_id=child.pk,
    )
