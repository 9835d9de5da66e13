"""Hours of care taken and given back: locked, judged, written in bulk."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from preau.base import journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.accounts.enums import Role
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange, DaySheet, Placement
from preau.domain.creche.queries.board import elsewhere_of, load_day_facts
from preau.domain.creche.queries.enrolments import CareEnrolment, SectionView, find_care, load_care
from preau.domain.creche.queries.sheets import (
    Day,
    Expected,
    booked_ranges,
    expected_in,
    held_by,
    ranges_by_day,
    sheets_of,
)
from preau.domain.creche.rules import (
    MOST_DAYS,
    CareRefused,
    CareUnreadable,
    Crowd,
    DayFacts,
    HeldElsewhere,
    NoRoom,
    Wish,
    find_room,
    refusal_of_day,
)
from preau.domain.families.enums import PersonKind
from preau.kernel.periods import monday_of
from preau.kernel.time_ranges import Ranges, TimeRange

AT_ONCE = 500  # rows of one statement


class TooManyDays(Exception):
    """More than `MOST_DAYS` days of one enrolment in one request."""


@dataclass(frozen=True, slots=True)
class DayWish:
    """The hours that an enrolment would hold on a day, instead of those it holds; none gives the day back."""

    enrolment_id: int
    on: date
    ranges: Ranges

    @property
    def key(self) -> Day:
        return self.enrolment_id, self.on


@dataclass(frozen=True, slots=True)
class RefusedDay:
    """A day that cannot be had, the fact that says why, and at which hours there is no room."""

    wish: DayWish
    fact: type[CareRefused]
    crowds: tuple[Crowd, ...] = ()


@dataclass(slots=True)
class CareOutcome:
    """What a request gives. `before` holds, by enrolment and day, the hours that were held. `idle` days are so already.

    `pending` are the days that the structure answers itself: they may be asked for.
    """

    enrolments: Mapping[int, CareEnrolment]
    before: Mapping[Day, Ranges] = field(default_factory=dict)
    granted: list[DayWish] = field(default_factory=list)
    pending: list[DayWish] = field(default_factory=list)
    refused: list[RefusedDay] = field(default_factory=list)
    idle: list[DayWish] = field(default_factory=list)


def preview_days(
    *,
    actor: Actor,
    wishes: Sequence[DayWish],
    now: datetime,
    asked: Collection[Day] = (),
    enrolments: Mapping[int, CareEnrolment] | None = None,
    answers: bool = False,
) -> CareOutcome:
    """Tell what asking for these days would give now, without lock nor write. Three queries, three more for enrolments.

    :param asked: enrolment and day of the requests that wait for their answer.
    :param enrolments: those that the actor may ask for, when the caller has just read them.
    :param answers: judge the room of what a structure answers itself, too.
    :raises NotFound: an enrolment is not the actor's; :raises TooManyDays: a family asks for more than `MOST_DAYS`.
    """
    if not wishes:
        return CareOutcome(enrolments or {})
    if enrolments is None:
        enrolments = load_care(actor=actor, enrolment_ids={each.enrolment_id for each in wishes})
    material = _read(actor, wishes, enrolments, now=now, asked=asked, answers=answers)
    return _decide(material, actor=actor, now=now, answers=answers)


def preview_each(
    *, actor: Actor, requests: Mapping[int, Sequence[DayWish]], enrolments: Mapping[int, CareEnrolment], now: datetime
) -> dict[int, CareOutcome]:
    """Tell what accepting each request alone would give now, without lock nor write. Three queries for all of them.

    :param requests: days by request, of enrolments that the actor may read, given in `enrolments`.
    """
    every = [wish for wishes in requests.values() for wish in wishes]
    if not every:
        return {number: CareOutcome(enrolments) for number in requests}
    material = _read(actor, every, enrolments, now=now, asked=(), answers=True)
    return {
        number: _decide(replace(material, wishes=wishes), actor=actor, now=now, answers=True)
        for number, wishes in requests.items()
    }


def book_days(
    *,
    actor: Actor,
    wishes: Sequence[DayWish],
    now: datetime,
    asked: Collection[Day] = (),
    reason: str = "",
    exceeds: bool = False,
    answers: bool = False,
) -> CareOutcome:
    """Take and give back hours, in the caller's transaction: the sheets of the days are locked, then judged.

    The caller holds the enrolments (`hold_care`) before it reads what waits for them.

    A family is held to notice and windows, and what its structure answers itself comes back as `pending`, not
    written. An agent, and the machine, write what has room.

    :param reason: of an agent, kept on each range that it makes.
    :param exceeds: go past the places: the caller has checked that the agent may, and gives a reason.
    :param answers: what a structure had to answer is decided here; it was asked in time, whatever the notice now.
    :raises NotFound: an enrolment is not the actor's; :raises TooManyDays: a family asks for more than `MOST_DAYS`.
    """
    if not wishes:
        return CareOutcome({})
    enrolments = load_care(actor=actor, enrolment_ids={each.enrolment_id for each in wishes})
    material = _read(actor, wishes, enrolments, now=now, asked=asked, answers=answers, lock=True)
    outcome = _decide(material, actor=actor, now=now, exceeds=exceeds, answers=answers)
    _write(actor, material, outcome, now=now, reason=reason)
    return outcome


@dataclass(frozen=True, slots=True)
class _Material:
    """All that is read to decide on some days."""

    wishes: Sequence[DayWish]
    enrolments: Mapping[int, CareEnrolment]
    facts: Mapping[Day, DayFacts]
    sections: Mapping[Day, SectionView]  # of each wish
    openings: Mapping[Day, TimeRange | None]  # by section and day, the weeks whole where a surplus is judged
    expected: Sequence[Expected]
    held: Sequence[Expected]  # by the children, in any section


def _read(
    actor: Actor,
    wishes: Sequence[DayWish],
    enrolments: Mapping[int, CareEnrolment],
    *,
    now: datetime,
    asked: Collection[Day],
    answers: bool,
    lock: bool = False,
) -> _Material:
    most = max(Counter(each.enrolment_id for each in wishes).values())
    if most > MOST_DAYS and actor.audience == FAMILY:
        raise TooManyDays(most)
    if any(each.enrolment_id not in enrolments for each in wishes):
        raise NotFound("enrolment")
    rows = [enrolments[pk] for pk in sorted({each.enrolment_id for each in wishes})]
    # What the structure answers itself takes no place: neither is its room read, nor its sheets held.
    taking = [each for each in wishes if _takes(actor, enrolments[each.enrolment_id], answers)]
    judged = set().union(*(_days_judged(enrolments[each.enrolment_id], each.on) for each in taking))
    days = sorted(judged | {each.on for each in wishes})
    facts = load_day_facts(actor=actor, enrolments=rows, days=days, now=now, asked=asked)
    sections = {each.key: section for each in wishes if (section := enrolments[each.enrolment_id].section_on(each.on))}
    openings = {
        (sections[each.key].section_id, on): facts[each.enrolment_id, on].structure_opening
        for each in taking
        if each.key in sections
        for on in _days_judged(enrolments[each.enrolment_id], each.on)
    }
    if lock and openings:
        _hold(actor, openings)
    expected = expected_in(actor=actor, section_ids={pk for pk, _on in openings}, days={on for _pk, on in openings})
    child_ids = {each.child_id for each in rows}
    held = held_by(actor=actor, child_ids=child_ids, start=days[0], end=days[-1] + timedelta(days=1))
    return _Material(wishes, enrolments, facts, sections, openings, expected, held)


def _takes(actor: Actor, enrolment: CareEnrolment, answers: bool) -> bool:
    """Whether the act takes hours at once; a family only asks for those that its structure answers itself."""
    return answers or actor.audience != FAMILY or not enrolment.is_reviewed


def _days_judged(enrolment: CareEnrolment, on: date) -> list[date]:
    """The days on which a wish is judged: its own, and its week where places above the approval depend on it."""
    if enrolment.surplus <= 100:
        return [on]
    return [monday_of(on) + timedelta(days=offset) for offset in range(7)]


def _hold(actor: Actor, keys: Collection[Day]) -> None:
    """Lock sheets in one order, made first where they are missing: who holds a row then waits for no insert."""
    ids, days = {pk for pk, _on in keys}, {on for _pk, on in keys}
    rows = DaySheet.objects.filter(organisation_id=actor.organisation_id, section_id__in=ids, on__in=days)
    missing = sorted(set(keys) - set(rows.values_list("section_id", "on")))
    if missing:
        made = [DaySheet(organisation_id=actor.organisation_id, section_id=pk, on=on) for pk, on in missing]
        DaySheet.objects.bulk_create(made, ignore_conflicts=True, batch_size=AT_ONCE)
    list(rows.select_for_update().order_by("section_id", "on").values_list("pk"))


def _decide(
    material: _Material, *, actor: Actor, now: datetime, exceeds: bool = False, answers: bool = False
) -> CareOutcome:
    mine = ranges_by_day(expected=material.held)
    outcome = CareOutcome(material.enrolments, {each.key: mine.get(each.key, ()) for each in material.wishes})
    judged: list[DayWish] = []
    chosen: dict[Day, list[DayWish]] = {}  # by child and day, what this very act gives it by its enrolments
    for wish in material.wishes:
        enrolment, before = material.enrolments[wish.enrolment_id], outcome.before[wish.key]
        if tuple(sorted(wish.ranges)) == before:
            outcome.idle.append(wish)
            continue
        others = chosen.setdefault((enrolment.child_id, wish.on), [])
        fact = _refusal(material, wish, before, actor=actor, now=now, answers=answers)
        if fact is None and _meets(wish, others):
            fact = HeldElsewhere
        if fact is not None:
            outcome.refused.append(RefusedDay(wish, fact))
            continue
        others.append(wish)
        (judged if _takes(actor, enrolment, answers) else outcome.pending).append(wish)
    _find_room(material, judged, outcome, exceeds=exceeds)
    return outcome


def _meets(wish: DayWish, others: Sequence[DayWish]) -> bool:
    return any(each.meets(other) for each in wish.ranges for every in others for other in every.ranges)


def _refusal(
    material: _Material, wish: DayWish, before: Ranges, *, actor: Actor, now: datetime, answers: bool
) -> type[CareRefused] | None:
    enrolment, facts = material.enrolments[wish.enrolment_id], material.facts[wish.key]
    if wish.ranges and wish.key not in material.sections:
        return CareUnreadable
    if actor.is_system and facts.is_covered and facts.opening is not None:
        return None  # a takeover: what was is written, past days included
    return refusal_of_day(
        facts,
        before=before,
        after=wish.ranges,
        elsewhere=elsewhere_of(held=material.held, enrolment=enrolment, on=wish.on),
        rules=enrolment.rules,
        now=now,
        is_staff=actor.is_staff or answers,
    )


def _find_room(material: _Material, judged: Sequence[DayWish], outcome: CareOutcome, *, exceeds: bool) -> None:
    """Judge together what has one bound above its places: a structure has its own."""
    sections = {section.section_id: section for section in material.sections.values()}
    sheets = sheets_of(expected=material.expected, sections=sections, openings=material.openings)
    by_key = {each.key: each for each in judged}
    surplus_of = {each.key: material.enrolments[each.enrolment_id].surplus for each in judged}
    for surplus in sorted(set(surplus_of.values())):
        wishes = [
            _wish_in(material, each)
            for each in judged
            if surplus_of[each.key] == surplus and each.key in material.sections
        ]
        room = find_room(wishes, sheets, surplus=surplus, exceeds=exceeds)
        outcome.granted += [by_key[wish.key] for wish in room.granted]
        outcome.refused += [RefusedDay(by_key[key], NoRoom, where) for key, where in room.crowded.items()]
    outcome.granted.sort(key=lambda each: (each.enrolment_id, each.on))


def _wish_in(material: _Material, wish: DayWish) -> Wish:
    """A wish as its section counts it: hours accepted in another section stay there, and take no place here."""
    section_id = material.sections[wish.key].section_id
    mine = [each for each in material.held if (each.enrolment_id, each.on) == wish.key]
    there = {each.hours for each in mine if each.section_id != section_id}
    before = tuple(each.hours for each in mine if each.section_id == section_id)
    return Wish(wish.key, section_id, before, tuple(each for each in wish.ranges if each not in there))


def _write(actor: Actor, material: _Material, outcome: CareOutcome, *, now: datetime, reason: str) -> None:
    rows = {(each.enrolment_id, each.on, each.hours): each.range_id for each in material.held}
    gone: list[int] = []
    made: list[CareRange] = []
    for wish in outcome.granted:
        before = outcome.before[wish.key]
        gone += [rows[*wish.key, each] for each in before if each not in wish.ranges]
        fresh = [each for each in wish.ranges if each not in before]
        made += [_row(actor, material, wish, each, now=now, reason=reason) for each in fresh]
    if gone:
        CareRange.objects.filter(organisation_id=actor.organisation_id, pk__in=gone).update(
            status=RangeStatus.CANCELLED, cancelled_at=now, cancelled_by_id=actor.account_id
        )
    if made:
        CareRange.objects.bulk_create(made, batch_size=AT_ONCE)


def _row(
    actor: Actor, material: _Material, wish: DayWish, hours: TimeRange, *, now: datetime, reason: str
) -> CareRange:
    enrolment = material.enrolments[wish.enrolment_id]
    return CareRange(
        organisation_id=actor.organisation_id,
        enrolment_id=enrolment.enrolment_id,
        family_id=enrolment.family_id,
        child_id=enrolment.child_id,
        section_id=material.sections[wish.key].section_id,
        on=wish.on,
        starts_minute=hours.start,
        ends_minute=hours.end,
        booked_at=now,
        booked_by_id=actor.account_id,
        reason=reason,
    )


@transaction.atomic
def place_child(*, actor: Actor, enrolment_id: int, section_id: int, on: date, now: datetime) -> None:
    """Put a child in a section from a day on. Hours accepted before stay where they were accepted.

    :raises NotFound: the enrolment is not the agent's, or the section is of another structure.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    enrolment = find_care(actor=actor, enrolment_id=enrolment_id)
    if section_id not in {each.section_id for each in enrolment.sections}:
        raise NotFound("section")
    Placement.objects.update_or_create(
        organisation_id=actor.organisation_id,
        enrolment_id=enrolment_id,
        starts_on=max(on, enrolment.starts_on),
        defaults={"section_id": section_id},
    )
    journal.record(
        actor=actor, act="care.placed", at=now, subject_type="child", subject_id=enrolment.child_id, section=section_id
    )


MERGED = "Fiches réunies"
LEAVING = "Fin de l’inscription"


def merge_hours(*, actor: Actor, kind: PersonKind, kept_id: int, absorbed_id: int, now: datetime) -> int:
    """Give the hours of a record to another record of the same person, in the caller's transaction.

    One child is at one place at a time: hours of the absorbed record that meet hours of the kept one are cancelled.

    :return: how many ranges were cancelled so.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if kind is PersonKind.ADULT:
        return 0
    rows = CareRange.objects.filter(organisation_id=actor.organisation_id)
    double: list[int] = []
    if kind is PersonKind.CHILD:
        held = rows.filter(status=RangeStatus.BOOKED)
        mine: dict[date, list[TimeRange]] = {}
        for on, start, end in held.filter(child_id=kept_id).values_list("on", "starts_minute", "ends_minute"):
            mine.setdefault(on, []).append(TimeRange(start, end))
        theirs = held.filter(child_id=absorbed_id).values_list("pk", "on", "starts_minute", "ends_minute")
        double = [
            pk for pk, on, start, end in theirs if any(each.meets(TimeRange(start, end)) for each in mine.get(on, ()))
        ]
        _cancel(actor, rows.filter(pk__in=double), now=now, reason=MERGED)
    rows.filter(**{f"{kind}_id": absorbed_id}).update(**{f"{kind}_id": kept_id})
    return len(double)


def move_hours(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the hours and the sections of an enrolment to its twin, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    mine = {"organisation_id": actor.organisation_id, "enrolment_id": absorbed_id}
    CareRange.objects.filter(**mine).update(enrolment_id=kept_id)
    Placement.objects.filter(**mine).delete()


def give_back_hours(
    *,
    actor: Actor,
    enrolment_id: int,
    start: date,
    now: datetime,
    days: Collection[date] | None = None,
    reason: str = "",
) -> int:
    """Give back what an enrolment holds on or after a day, in the caller's transaction; return how many ranges.

    Reserved to the machine: the caller has checked the act that this follows.

    :param days: only these; None: all of them.
    :raises NotAllowed: the actor is a person.
    """
    if not actor.is_system:
        raise NotAllowed("give_back_hours")
    rows = booked_ranges(organisation_id=actor.organisation_id).filter(enrolment_id=enrolment_id, on__gte=start)
    if days is not None:
        rows = rows.filter(on__in=days)
    return _cancel(actor, rows, now=now, reason=reason or LEAVING)


def _cancel(actor: Actor, rows: QuerySet[CareRange], *, now: datetime, reason: str) -> int:
    return rows.update(
        status=RangeStatus.CANCELLED, cancelled_at=now, cancelled_by_id=actor.account_id, reason=reason[:200]
    )
