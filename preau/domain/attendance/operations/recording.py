"""Recording what happens: taps are kept as they were said, and each presence is what its taps make."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.attendance.enums import Act
from preau.domain.attendance.models import Presence, PresenceTap
from preau.domain.attendance.queries.roster import (
    Planned,
    SheetPlace,
    activity_of_section,
    attached,
    place_of,
    planned_on,
)
from preau.domain.attendance.queries.sheets import presences
from preau.domain.attendance.rules import (
    LATEST_SYNC,
    MAX_REASON,
    MOST_SEEN,
    MOST_TAPS,
    InvalidTap,
    SheetKey,
    Tap,
    TooManyTaps,
    after_own,
    check_day,
    check_tap,
    contradicts,
    fold,
    last_standing,
    unread_by,
)
from preau.domain.enrolments.queries.files import visible_children
from preau.domain.families.models import Child
from preau.kernel.clock_times import DAY
from preau.kernel.time_ranges import TimeRange

RowKey = tuple[int, int]  # child, minute at which the moment starts


@dataclass(frozen=True, slots=True)
class Pointed:
    """A tap with the line that it is about."""

    child_id: int
    starts_minute: int
    tap: Tap

    @property
    def row(self) -> RowKey:
        return (self.child_id, self.starts_minute)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written. `repeated`: taps that had already been received; `conflicts`: lines to look at again."""

    written: int
    repeated: int
    conflicts: frozenset[RowKey]


@transaction.atomic
def record(
    *, actor: Actor, key: SheetKey, on: date, pointed: Sequence[Pointed], now: datetime, reason: str = ""
) -> Recorded:
    """Keep taps of one sheet. Sent twice, a tap is one; in any order, the presence is the same (`rules.fold`).

    A child who was not planned is added, when it is one that the actor may open. About ten queries, whatever their
    number: the presences are made, then held, then written together.

    :raises NotFound: the sheet or a child is not the actor's.
    :raises TooEarly, DayIsOver, ReasonMissing: see `rules.check_day`; site staff write the day itself, or what a
        tablet kept of it.
    :raises TooManyTaps, InvalidTap: nothing is written.
    """
    actor.require_role(Role.AGENT, Role.MANAGER, Role.SITE_STAFF)
    reason = " ".join(reason.replace("\x00", "").split())[:MAX_REASON]
    _check(actor, on, pointed, now=now, reason=reason)
    place = place_of(actor=actor, key=key)
    kept = list(presences(actor=actor, place=place, on=on))
    planned = attached(planned=planned_on(actor=actor, place=place, on=on), kept=kept)
    sheet = _Sheet(place, on, planned, frozenset((each.child_id, each.starts_minute) for each in kept))
    held = _hold(actor, sheet, {each.row for each in pointed})
    known = _taps_of(actor, held.values())
    fresh = _fresh(actor, pointed)
    written: list[PresenceTap] = []
    for each in sorted(fresh, key=lambda each: (each.tap.said_at, each.tap.key)):
        presence = held[each.row]
        written.append(_append(actor, presence, known[presence.pk], each.tap, now=now, reason=reason))
    PresenceTap.objects.bulk_create(written)
    touched = {each.row for each in fresh}
    for row in touched:
        _settle(held[row], known[held[row].pk], sheet.planned.get(row), actor=actor, now=now)
    Presence.objects.bulk_update([held[row] for row in sorted(touched)], _WRITTEN)
    journal.record(actor=actor, act="attendance.recorded", at=now, sheet=key.code, on=on.isoformat(), taps=len(written))
    conflicts = frozenset(row for row in touched if held[row].has_conflict)
    return Recorded(len(written), len(pointed) - len(written), conflicts)


_WRITTEN = (
    *("seen", "arrived_minute", "left_minute", "collected_by", "taps_count", "last_tap", "has_conflict"),
    *("updated_at", "updated_by", "is_announced", "is_expected", "enrolment", "booking", "care_range"),
)


def _check(actor: Actor, on: date, pointed: Sequence[Pointed], *, now: datetime, reason: str) -> None:
    if len(pointed) > MOST_TAPS:
        raise TooManyTaps
    for each in pointed:
        check_tap(each.tap)
        if not 0 <= each.starts_minute < DAY:
            raise InvalidTap(each.tap.key)
    today = now.astimezone(actor.zone).date()
    is_late_sync = on < today and all(
        each.tap.said_at.astimezone(actor.zone).date() == on and now - each.tap.said_at <= LATEST_SYNC
        for each in pointed
    )
    if not is_late_sync:
        check_day(on, today=today, corrects=actor.has_role(Role.AGENT, Role.MANAGER), reason=reason)


@dataclass(frozen=True, slots=True)
class _Sheet:
    place: SheetPlace
    on: date
    planned: Mapping[RowKey, Planned]
    known: frozenset[RowKey]  # those that are there already


def _hold(actor: Actor, sheet: _Sheet, rows: Collection[RowKey]) -> dict[RowKey, Presence]:
    """Make the presences that are not there yet, and lock those of the sheet that are spoken of."""
    place, on, planned, known = sheet.place, sheet.on, sheet.planned, sheet.known
    added = {row for row in rows if row not in planned and row not in known}
    _check_children(actor, {child_id for child_id, _start in added}, on)
    fallback = place.activity_id or (activity_of_section(actor=actor, place=place) if added else 0)
    made = []
    for row in sorted(set(rows) - known):
        plan = planned.get(row)
        hours = plan.hours if plan else _hours_of_added(place, row[1])
        made.append(
            Presence(
                organisation_id=actor.organisation_id,
                child_id=row[0],
                on=on,
                activity_id=plan.activity_id if plan else fallback,
                site_id=place.site_id,
                section_id=place.key.section_id or None,
                moment=place.moment,
                starts_minute=hours.start,
                ends_minute=hours.end,
                is_expected=plan is not None,
            )
        )
    Presence.objects.bulk_create(made, ignore_conflicts=True)
    children = {child_id for child_id, _start in rows}
    locked = presences(actor=actor, place=place, on=on).filter(child_id__in=children).select_for_update()
    held = {(each.child_id, each.starts_minute): each for each in locked}
    if not set(rows) <= set(held):
        raise InvalidTap("row")
    return held


def _hours_of_added(place: SheetPlace, start: int) -> TimeRange:
    """A child who was not planned is there for the moment; in a section, from its own hour to the end of the day."""
    return place.hours if place.hours is not None else TimeRange(start, DAY)


def _check_children(actor: Actor, child_ids: Collection[int], on: date) -> None:
    known = Child.objects.filter(organisation_id=actor.organisation_id, pk__in=child_ids)
    found = set(known.values_list("pk", flat=True)) if child_ids else set()
    if not set(child_ids) <= found & visible_children(actor=actor, child_ids=child_ids, on=on):
        raise NotFound("child")


def _taps_of(actor: Actor, held: Collection[Presence]) -> dict[int, list[Tap]]:
    rows = PresenceTap.objects.filter(organisation_id=actor.organisation_id, presence__in=[each.pk for each in held])
    found: dict[int, list[Tap]] = {each.pk: [] for each in held}
    for row in rows.order_by("serial"):
        found[row.presence_id].append(_read(row))
    return found


def _read(row: PresenceTap) -> Tap:
    return Tap(
        key=row.key,
        act=Act(row.act),
        said_at=row.said_at,
        device=row.device,
        minute=row.minute,
        is_typed=row.is_typed,
        who=row.who,
        target=row.target,
        seen=row.seen,
        serial=row.serial,
    )


def _fresh(actor: Actor, pointed: Sequence[Pointed]) -> list[Pointed]:
    """What was not received yet; read once the presences are held."""
    rows = PresenceTap.objects.filter(organisation_id=actor.organisation_id, key__in={each.tap.key for each in pointed})
    received = set(rows.values_list("key", flat=True))
    return list({each.tap.key: each for each in pointed if each.tap.key not in received}.values())


def _append(actor: Actor, presence: Presence, taps: list[Tap], said: Tap, *, now: datetime, reason: str) -> PresenceTap:
    tap = replace(
        said, serial=len(taps) + 1, said_at=after_own(replace(said, said_at=min(said.said_at, now)), before=taps)
    )
    unread = unread_by(tap, before=taps)
    if not unread:
        presence.has_conflict = False  # whoever says it has read all that was said
    elif contradicts(tap, unread=unread):
        presence.has_conflict = True
    taps.append(tap)
    return PresenceTap(
        organisation_id=actor.organisation_id,
        presence=presence,
        serial=tap.serial,
        key=tap.key,
        act=tap.act,
        minute=tap.minute,
        is_typed=tap.is_typed,
        who=tap.who,
        target=tap.target,
        seen=min(tap.seen, MOST_SEEN),
        device=tap.device,
        said_at=tap.said_at,
        received_at=now,
        reason=reason,
        by=actor.display_name[:120],
        account_id=actor.account_id,
    )


def _settle(presence: Presence, taps: Sequence[Tap], plan: Planned | None, *, actor: Actor, now: datetime) -> None:
    _write_state(presence, taps)
    if presence.arrived_minute is not None and (presence.left_minute or DAY) < presence.arrived_minute:
        presence.has_conflict = True  # it left before it came: one of the two hours is wrong
    presence.updated_at, presence.updated_by = now, actor.display_name[:120]
    if plan is not None:  # what was planned and is no more stays written: a bill reads it
        presence.is_expected, presence.is_announced = True, plan.is_announced
        presence.enrolment_id, presence.booking_id = plan.enrolment_id, plan.booking_id
        presence.care_range_id = plan.range_id


def _write_state(presence: Presence, taps: Sequence[Tap]) -> None:
    state, last = fold(taps), last_standing(taps)
    presence.seen, presence.arrived_minute = state.seen, state.arrived
    presence.left_minute, presence.collected_by = state.left, state.who
    presence.taps_count, presence.last_tap = len(taps), last.key if last else ""


def settle(*, presence: Presence) -> None:
    """Make a presence what its taps make, in the caller's transaction, once they were put together."""
    _write_state(presence, [_read(row) for row in presence.taps.order_by("serial")])
    presence.save(update_fields=["seen", "arrived_minute", "left_minute", "collected_by", "taps_count", "last_tap"])
