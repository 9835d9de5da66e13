"""What a family sees of what happened."""

from dataclasses import dataclass
from datetime import date

from preau.base.actor import Actor
from preau.domain.attendance.enums import Seen
from preau.domain.attendance.models import Presence
from preau.domain.families.queries.children import without_closed


@dataclass(frozen=True, slots=True)
class SeenMoment:
    """What was recorded of a child at one moment. Minutes of the local day; with whom it left is not told here."""

    child_id: int
    enrolment_id: int | None
    activity_id: int
    on: date
    starts_minute: int
    moment: str
    is_present: bool
    is_expected: bool
    arrived: int | None
    left: int | None
    slot_id: int | None  # of what was booked by units


def seen_moments(*, actor: Actor, start: date, end: date) -> list[SeenMoment]:
    """Return what was recorded in [start, end) of the children of a family actor, in order. One query.

    Of the children of its households, less those that are closed to it. What two tablets contradict is not told
    before somebody has looked.
    """
    rows = Presence.objects.filter(
        organisation_id=actor.organisation_id,
        child_id__in=actor.child_ids or (),
        on__gte=start,
        on__lt=end,
        has_conflict=False,
    ).exclude(seen=Seen.WAITED)
    rows = without_closed(actor=actor, rows=rows)
    return [
        SeenMoment(
            child_id=row.child_id,
            enrolment_id=row.enrolment_id,
            activity_id=row.activity_id,
            on=row.on,
            starts_minute=row.starts_minute,
            moment=row.moment,
            is_present=row.seen == Seen.PRESENT,
            is_expected=row.is_expected,
            arrived=row.arrived_minute,
            left=row.left_minute,
            slot_id=row.booking.slot_id if row.booking else None,
        )
        for row in rows.select_related("booking").order_by("on", "starts_minute", "pk")
    ]
