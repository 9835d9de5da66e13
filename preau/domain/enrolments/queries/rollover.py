"""« Passage d’année » : who goes where next year, and what the last one wrote."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Max, QuerySet

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name, name_key
from preau.base.scope import limited
from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.catalogue.rules import LEVELS, level_after
from preau.domain.enrolments.models import Schooling
from preau.domain.enrolments.queries.schools import classes_of_year
from preau.domain.enrolments.rules import ClassFacts, class_for
from preau.domain.families.queries.files import ChildCard, child_card


@dataclass(frozen=True, slots=True)
class RolloverRow:
    """Where a child goes next year. `class_id` None: it leaves the school (`is_leaving`), or an agent chooses."""

    schooling_id: int
    child: ChildCard
    last_name: str
    old_class_id: int
    class_name: str
    level: str
    site_id: int
    site: str
    next_level: str | None
    class_id: int | None
    next_class: str
    is_leaving: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class LastRollover:
    """The last « passage d’année » between two years: when, and how many children it moved or let go."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class NextClass:
    """A class of the year to come that an agent may choose."""

    class_id: int
    name: str
    site_id: int
    site: str


def rollover_plan(*, actor: Actor, from_year_id: int, to_year_id: int) -> list[RolloverRow]:
    """Return where each pupil of a year goes the next: PS → MS … CM2 leaves. Four queries.

    The class is chosen in the same school: that which bears the same letter, or the least filled. In the order of
    schools, levels, classes and names.

    :raises NotFound: a year is unknown here, or the second does not come after the first.
    """
    before, after = _year(actor, from_year_id), _year(actor, to_year_id)
    if before.starts_on >= after.starts_on:
        raise NotFound("year")
    classes = {each.class_id: each for each in classes_of_year(actor=actor, year_id=to_year_id)}
    latest: dict[int, Schooling] = {}
    done: dict[int, Schooling] = {}
    for row in _pupils(actor, [from_year_id, to_year_id]).order_by("starts_on", "pk"):
        target = latest if row.school_class.school_year_id == from_year_id else done
        target[row.child_id] = row
    stayed = [row for row in latest.values() if row.ends_on >= before.ends_on]  # the others left during the year
    return [_row(row, done.get(row.child_id), classes) for row in sorted(stayed, key=_place)]


def _pupils(actor: Actor, year_ids: list[int]) -> QuerySet[Schooling]:
    rows = Schooling.objects.filter(
        organisation_id=actor.organisation_id, school_class__school_year_id__in=year_ids
    ).select_related("child", "school_class__site")
    return limited(rows, actor=actor, site="school_class__site")


def _place(row: Schooling) -> tuple[object, ...]:
    """As a school lists its pupils: school, level, class, name."""
    return (
        name_key(row.school_class.site.name),
        _rank(row.school_class.level),
        name_key(row.school_class.name),
        name_key(row.child.last_name),
        name_key(row.child.first_name),
        row.child_id,
    )


def _row(row: Schooling, done: Schooling | None, classes: dict[int, ClassFacts]) -> RolloverRow:
    old = row.school_class
    level = level_after(old.level)
    chosen: ClassFacts | None = None
    if done is not None:
        chosen = classes.get(done.school_class_id)
    elif level and not row.leaves_at_end:
        chosen = class_for(classes.values(), site_id=old.site_id, level=level, like=old.name)
        if chosen is not None:
            classes[chosen.class_id] = replace(chosen, pupils=chosen.pupils + 1)
    return RolloverRow(
        schooling_id=row.pk,
        child=child_card(row.child),
        last_name=row.child.last_name,
        old_class_id=old.pk,
        class_name=old.name,
        level=old.level,
        site_id=old.site_id,
        site=old.site.name,
        next_level=level,
        class_id=chosen.class_id if chosen else None,
        next_class=chosen.name if chosen else "",
        is_leaving=done is None and (row.leaves_at_end or level is None),
        is_done=done is not None or row.leaves_at_end,
    )


def next_classes(*, actor: Actor, year_id: int) -> list[NextClass]:
    """Return the classes of a year that the actor may fill, by school and level. One query."""
    rows = SchoolClass.objects.filter(organisation_id=actor.organisation_id, school_year_id=year_id)
    rows = limited(rows, actor=actor, site="site").select_related("site").order_by(*by_name("site__name", "name"))
    ordered = sorted(rows, key=lambda row: (name_key(row.site.name), _rank(row.level)))  # stable: then by name
    return [NextClass(row.pk, row.name, row.site_id, row.site.name) for row in ordered]


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def written_by_rollover(*, actor: Actor, from_year_id: int, to_year_id: int) -> QuerySet[Schooling]:
    """Return the rows that a « passage d’année » wrote: places of the year to come, and who leaves the one before."""
    return _pupils(actor, [from_year_id, to_year_id]).filter(
        rolled_over_at__isnull=False, rolled_over_into_id=to_year_id
    )


def last_rollover(*, actor: Actor, from_year_id: int, to_year_id: int) -> LastRollover | None:
    """Return the last « passage d’année » between two years, as far as the actor sees; None when none stands.

    Two queries.
    """
    rows = written_by_rollover(actor=actor, from_year_id=from_year_id, to_year_id=to_year_id)
    at = rows.aggregate(at=Max("rolled_over_at"))["at"]
    return LastRollover(at, rows.filter(rolled_over_at=at).count()) if at else None


def _year(actor: Actor, year_id: int) -> SchoolYear:
    row = SchoolYear.objects.filter(organisation_id=actor.organisation_id, pk=year_id).first()
    if row is None:
        raise NotFound("year")
    return row
