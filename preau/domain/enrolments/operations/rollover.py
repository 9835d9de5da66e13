"""« Passage d’année » : every pupil moves up, repeats, changes school or leaves; and it can be taken back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.scope import limited
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.enrolments.models import Schooling
from preau.domain.enrolments.queries.rollover import (
    RolloverRow,
    last_rollover,
    next_classes,
    rollover_plan,
    written_by_rollover,
)


@dataclass(frozen=True, slots=True)
class RolledOver:
    """How many children went up, left school, were there already, and wait for an agent's choice."""

    moved: int
    left: int
    kept: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many children are again as before, and how many stay where they are, for something followed."""

    count: int
    kept: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What an agent chose otherwise than the plan, by child id."""

    classes: Mapping[int, int]  # child id → class id of the year to come: repeats, changes school
    leaving: Collection[int] = ()
    later: Collection[int] = ()  # neither moved nor gone: decided one by one, afterwards


NO_CHOICE = Choices({})


@transaction.atomic
def copy_classes(*, actor: Actor, from_year_id: int, to_year_id: int, now: datetime) -> int:
    """Make next year's classes like this year's, teachers left out; return how many are new.

    :raises NotFound: a year is unknown here.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    rollover_plan(actor=actor, from_year_id=from_year_id, to_year_id=to_year_id)  # checks both years
    rows = limited(SchoolClass.objects.filter(organisation_id=actor.organisation_id), actor=actor, site="site")
    known = set(rows.filter(school_year_id=to_year_id).values_list("site_id", "name"))
    made = [
        SchoolClass(
            organisation_id=actor.organisation_id,
            site_id=row.site_id,
            school_year_id=to_year_id,
            name=row.name,
            level=row.level,
        )
        for row in rows.filter(school_year_id=from_year_id)
        if (row.site_id, row.name) not in known
    ]
    SchoolClass.objects.bulk_create(made, ignore_conflicts=True)
    journal.record(actor=actor, act="classes.copied", at=now, subject_type="school_year", subject_id=to_year_id)
    return len(made)


@transaction.atomic
def roll_over_classes(
    *,
    actor: Actor,
    from_year_id: int,
    to_year_id: int,
    now: datetime,
    choices: Choices = NO_CHOICE,
    class_id: int | None = None,
) -> RolledOver:
    """Move the pupils of a year up to the next: PS → MS … CM2 leaves (A08-14). Running it again adds nobody twice.

    :param class_id: the pupils of that class only; None: all those that the actor sees.
    :raises NotFound: a year or a class is unknown here, or is not of the actor's sites.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    year = _lock_year(actor, to_year_id)
    plan = rollover_plan(actor=actor, from_year_id=from_year_id, to_year_id=to_year_id)
    plan = [line for line in plan if class_id in (None, line.old_class_id)]
    wanted = {line.child.child_id: _destination(line, choices) for line in plan if not line.is_done}
    known = {each.class_id for each in next_classes(actor=actor, year_id=to_year_id)}
    if not {each for each in wanted.values() if each} <= known:
        raise NotFound("class")
    rows = [
        Schooling(
            organisation_id=actor.organisation_id,
            child_id=child_id,
            school_class_id=destination,
            starts_on=year.starts_on,
            ends_on=year.ends_on,
            rolled_over_at=now,
            rolled_over_into=year,
        )
        for child_id, destination in wanted.items()
        if destination
    ]
    Schooling.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    leaving = [line for line in plan if not line.is_done and _leaves(line, choices)]
    Schooling.objects.filter(
        organisation_id=actor.organisation_id, pk__in=[line.schooling_id for line in leaving]
    ).update(leaves_at_end=True, rolled_over_at=now, rolled_over_into=year)
    journal.record(
        actor=actor,
        act="classes.rolled_over",
        at=now,
        subject_type="school_year",
        subject_id=to_year_id,
        count=len(rows),
    )
    done = sum(line.is_done for line in plan)
    return RolledOver(len(rows), len(leaving), done, len(plan) - done - len(rows) - len(leaving))


def _leaves(line: RolloverRow, choices: Choices) -> bool:
    """Whether a pupil leaves: someone said so, or its level is the last and nobody said otherwise."""
    child_id = line.child.child_id
    if child_id in choices.leaving:
        return True
    return line.is_leaving and child_id not in choices.later and child_id not in choices.classes


def _destination(line: RolloverRow, choices: Choices) -> int | None:
    child_id = line.child.child_id
    if child_id in choices.leaving or child_id in choices.later:
        return None
    return choices.classes.get(child_id) or line.class_id


@transaction.atomic
def take_back_rollover(*, actor: Actor, from_year_id: int, to_year_id: int, now: datetime) -> TakenBack:
    """Take the last « passage d’année » back: its children are again to place.

    A child whose class was changed since stays where it is. Enrolments and bookings do not hang on the class.

    :raises NotFound: a year is unknown here; nothing is to take back; or the year to come has begun.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    year = _lock_year(actor, to_year_id)
    last = last_rollover(actor=actor, from_year_id=from_year_id, to_year_id=to_year_id)
    if last is None or year.starts_on <= now.astimezone(actor.zone).date():
        raise NotFound("rollover")
    rows = list(
        written_by_rollover(actor=actor, from_year_id=from_year_id, to_year_id=to_year_id).filter(
            rolled_over_at=last.at
        )
    )
    moved_since = _moved_since(actor, rows, year)
    free = [row for row in rows if row.leaves_at_end or row.child_id not in moved_since]
    Schooling.objects.filter(pk__in=[row.pk for row in free if not row.leaves_at_end]).delete()
    Schooling.objects.filter(pk__in=[row.pk for row in free if row.leaves_at_end]).update(
        leaves_at_end=False, rolled_over_at=None, rolled_over_into=None
    )
    # What stays is no longer of this passage: it would be offered to be taken back for ever.
    kept = {row.pk for row in rows} - {row.pk for row in free}
    Schooling.objects.filter(pk__in=kept).update(rolled_over_at=None, rolled_over_into=None)
    journal.record(
        actor=actor,
        act="classes.taken_back",
        at=now,
        subject_type="school_year",
        subject_id=to_year_id,
        count=len(free),
    )
    return TakenBack(len(free), len(kept))


def _moved_since(actor: Actor, rows: Collection[Schooling], year: SchoolYear) -> set[int]:
    """The children of these rows whose class of that year an agent has changed afterwards."""
    cut = {row.child_id for row in rows if not row.leaves_at_end and row.ends_on != year.ends_on}
    others = Schooling.objects.filter(
        organisation_id=actor.organisation_id,
        child_id__in=[row.child_id for row in rows],
        school_class__school_year=year,
    ).exclude(pk__in=[row.pk for row in rows])
    return cut | set(others.values_list("child_id", flat=True))


def _lock_year(actor: Actor, year_id: int) -> SchoolYear:
    """Two agents move the pupils of a year one after the other: none is placed twice."""
    row = SchoolYear.objects.select_for_update().filter(organisation_id=actor.organisation_id, pk=year_id).first()
    if row is None:
        raise NotFound("year")
    return row
