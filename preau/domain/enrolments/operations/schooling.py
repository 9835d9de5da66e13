"""Putting children in classes: one by one, during the year, and all together each summer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.scope import limited
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import SchoolClass
from preau.domain.enrolments.models import Schooling
from preau.domain.enrolments.queries.schools import rollover_plan
from preau.domain.families.models import Child


@dataclass(frozen=True, slots=True)
class RolledOver:
    """How many children went up, left school, were there already, and wait for an agent's choice."""

    moved: int
    left: int
    kept: int
    unplaced: int


@transaction.atomic
def school_child(*, actor: Actor, child_id: int, school_class_id: int) -> Schooling:
    """Put a child in a class for its whole school year.

    :raises NotFound: the class or the child is not of the actor's collectivité.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    school_class = _class(actor, school_class_id)
    _check_child(actor, child_id)
    schooling, _ = Schooling.objects.get_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_class=school_class,
        starts_on=school_class.school_year.starts_on,
        defaults={"ends_on": school_class.school_year.ends_on},
    )
    return schooling


@transaction.atomic
def put_in_class(*, actor: Actor, child_id: int, school_class_id: int, on: date) -> Schooling:
    """Put a child in a class from a day to the end of the year; another class of that year stops the day before.

    :raises NotFound: the class or the child is not of the actor's collectivité.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    school_class = _class(actor, school_class_id)
    _check_child(actor, child_id)
    year = school_class.school_year
    start = max(on, year.starts_on)
    if start >= year.ends_on:
        raise NotFound("class")
    others = Schooling.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, school_class__school_year=year, ends_on__gt=start
    ).select_for_update(of=("self",))
    for row in others:
        if row.school_class_id == school_class_id and row.starts_on <= start:
            return row
        if row.starts_on < start:
            row.ends_on = start
            row.save(update_fields=["ends_on"])
        else:
            row.delete()  # decided before, never begun
    return Schooling.objects.create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_class=school_class,
        starts_on=start,
        ends_on=year.ends_on,
    )


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
    chosen: Mapping[int, int] | None = None,
) -> RolledOver:
    """Move every pupil of a year up to the next: PS → MS … CM2 leaves (A08-14). Running it again adds nobody twice.

    :param chosen: child id → class id, where an agent chose otherwise than the plan.
    :raises NotFound: a year or a class is unknown here.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    plan = rollover_plan(actor=actor, from_year_id=from_year_id, to_year_id=to_year_id)
    classes = {
        row.pk: row
        for row in SchoolClass.objects.filter(
            organisation_id=actor.organisation_id, school_year_id=to_year_id
        ).select_related("school_year")
    }
    rows, left, unplaced = [], 0, 0
    for line in plan:
        if line.is_done:
            continue
        class_id = (chosen or {}).get(line.child.child_id) or line.class_id
        if class_id is None:
            left += line.next_level is None
            unplaced += line.next_level is not None
            continue
        if class_id not in classes:
            raise NotFound("class")
        year = classes[class_id].school_year
        rows.append(
            Schooling(
                organisation_id=actor.organisation_id,
                child_id=line.child.child_id,
                school_class_id=class_id,
                starts_on=year.starts_on,
                ends_on=year.ends_on,
            )
        )
    Schooling.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    journal.record(
        actor=actor,
        act="classes.rolled_over",
        at=now,
        subject_type="school_year",
        subject_id=to_year_id,
        count=len(rows),
    )
    return RolledOver(len(rows), left, sum(line.is_done for line in plan), unplaced)


def _class(actor: Actor, school_class_id: int) -> SchoolClass:
    row = (
        SchoolClass.objects.filter(organisation_id=actor.organisation_id, pk=school_class_id)
        .select_related("school_year")
        .first()
    )
    if row is None or not actor.sees_site(row.site_id):
        raise NotFound("class")
    return row


def _check_child(actor: Actor, child_id: int) -> None:
    if not Child.objects.filter(organisation_id=actor.organisation_id, pk=child_id).exists():
        raise NotFound("child")
