"""Who comes to a minimum service: what each family is asked, what an agent reads."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import name_key
from preau.base.scope import limited
from preau.domain.absences.models import Closure, MinimumService, MinimumServiceAnswer
from preau.domain.absences.rules import started_groups
from preau.domain.enrolments.models import Schooling
from preau.domain.families.queries.children import without_closed

Said = dict[tuple[int, date], bool]  # (child, day) → comes


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil of a school that is closed."""

    child_id: int
    first_name: str
    last_name: str
    hue: int
    class_name: str
    site: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A minimum service with the pupils that its reader may see, and what was said of them."""

    service_id: int
    closure_id: int
    closure: str
    words: str
    days: tuple[date, ...]
    answers_until: datetime
    pupils: tuple[Pupil, ...]
    said: Said = field(default_factory=dict)

    @property
    def waiting(self) -> list[tuple[int, date]]:
        """Return what nobody has answered yet: (child, day)."""
        return [
            (each.child_id, day) for each in self.pupils for day in self.days if (each.child_id, day) not in self.said
        ]

    def coming(self, day: date) -> list[Pupil]:
        """Return who comes on a day, in the order of the list."""
        return [each for each in self.pupils if self.said.get((each.child_id, day))]

    def groups(self, day: date) -> int:
        """Return how many groups of fifteen begin that day: what the State pays by."""
        return started_groups(len(self.coming(day)))


def service_of(*, actor: Actor, closure_id: int) -> ServiceView | None:
    """Return the minimum service of a closure that an agent reads, with the pupils of its sites. Three queries.

    :param closure_id: just read for this agent.
    """
    row = _rows(actor).filter(closure_id=closure_id).first()
    if row is None:
        return None
    pupils = pupils_of(organisation_id=actor.organisation_id, closures=[row.closure])
    mine = limited(pupils, actor=actor, site="school_class__site")
    return _view(row, list(_pupils(mine)), _said([row.pk]).get(row.pk, {}))


def services_of_family(*, actor: Actor, today: date) -> list[ServiceView]:
    """Return the minimum services that are not over, with the children of a family actor who are concerned.

    In order of their first day; one query when there is none.
    """
    rows = [row for row in _rows(actor).filter(closure__ends_on__gt=today) if row.closure.undone_at is None]
    if not rows:
        return []
    said = _said([row.pk for row in rows], child_ids=actor.child_ids or ())
    found = []
    for row in rows:
        pupils = pupils_of(organisation_id=actor.organisation_id, closures=[row.closure])
        mine = without_closed(actor=actor, rows=pupils.filter(child_id__in=actor.child_ids or ()))
        children = list(_pupils(mine))
        if children:
            found.append(_view(row, children, said.get(row.pk, {})))
    return sorted(found, key=lambda each: (each.days, each.service_id))


def find_for_family(*, actor: Actor, service_id: int, today: date) -> ServiceView:
    """Return a minimum service that concerns a child of a family actor.

    :raises NotFound: over, or none of its children is concerned.
    """
    for each in services_of_family(actor=actor, today=today):
        if each.service_id == service_id:
            return each
    raise NotFound("service")


def pupils_of(*, organisation_id: int, closures: Iterable[Closure]) -> QuerySet[Schooling]:
    """Return the schoolings that closures concern: those of the class, or of the sites that closed."""
    wanted = Q(pk__in=())
    for row in closures:
        where = (
            Q(school_class_id=row.school_class_id) if row.school_class_id else Q(school_class__site__in=row.site_ids)
        )
        wanted |= where & Q(starts_on__lt=row.ends_on, ends_on__gt=row.starts_on)
    return Schooling.objects.filter(wanted, organisation_id=organisation_id)


def _rows(actor: Actor) -> QuerySet[MinimumService]:
    rows = MinimumService.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("closure").order_by("closure__starts_on", "pk")


def _pupils(rows: QuerySet[Schooling]) -> Iterable[Pupil]:
    """One line for each child, by class then name."""
    columns = ("child_id", "child__first_name", "child__last_name", "child__hue")
    found: dict[int, Pupil] = {}
    listed: Any = rows.order_by("pk").values_list(*columns, "school_class__name", "school_class__site__name")
    for child_id, first_name, last_name, hue, class_name, site in listed:
        found[child_id] = Pupil(child_id, first_name, last_name, hue, class_name, site)
    return sorted(
        found.values(),
        key=lambda each: (
            name_key(each.site),
            name_key(each.class_name),
            name_key(each.last_name),
            name_key(each.first_name),
            each.child_id,
        ),
    )


def _said(service_ids: Collection[int], *, child_ids: Collection[int] | None = None) -> dict[int, Said]:
    rows = MinimumServiceAnswer.objects.filter(service_id__in=service_ids)
    if child_ids is not None:
        rows = rows.filter(child_id__in=child_ids)
    found: dict[int, Said] = {}
    for service_id, child_id, on, comes in rows.values_list("service_id", "child_id", "on", "comes"):
        found.setdefault(service_id, {})[child_id, on] = comes
    return found


def _view(row: MinimumService, pupils: Collection[Pupil], said: Said) -> ServiceView:
    ids = {each.child_id for each in pupils}
    return ServiceView(
        row.pk,
        row.closure_id,
        row.closure.words,
        row.words,
        tuple(date.fromisoformat(day) for day in row.days),
        row.answers_until,
        tuple(pupils),
        {key: comes for key, comes in said.items() if key[0] in ids},
    )
