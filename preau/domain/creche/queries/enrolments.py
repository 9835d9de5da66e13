"""Enrolments in care: who, in which kind of care, where, in which section, under which rules."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.scope import limited
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.rules import age_in_months, place_name
from preau.domain.creche.enums import CareType
from preau.domain.creche.models import Placement, Section
from preau.domain.creche.rules import (
    CareRules,
    InvalidHours,
    InvalidPlaces,
    limits_of,
    parse_hours,
    parse_places,
    section_by_age,
)
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.enums import Books
from preau.domain.families.queries.children import without_closed
from preau.domain.families.queries.custody import OwnDays, own_days, standing_calendars
from preau.kernel.time_ranges import TimeRange

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with the ages that it takes, in whole months, and its places by hour as they are kept."""

    section_id: int
    name: str
    min_age_months: int
    max_age_months: int | None
    places: int
    places_by_hour: Sequence[Any]


@dataclass(frozen=True, slots=True)
class CareEnrolment:
    """One line of « Créer les réservations » in a crèche. [starts_on, ends_on).

    `hours` are the opening hours of the structure by weekday; None when they cannot be read, which closes it.
    """

    enrolment_id: int
    family_id: int
    child_id: int
    participant_key: str
    participant: str
    hue: int
    birth_date: date | None
    activity: str
    activity_kind: str
    confirmation: str
    department_id: int
    offer_id: int
    site_id: int
    site: str
    phone: str
    structure_id: int
    surplus: int
    starts_on: date
    ends_on: date
    weekdays: str
    shown_weekdays: str
    open_on: str
    is_resident: bool
    deadlines: Mapping[str, Mapping[str, object]]
    openings: Sequence[Mapping[str, object]]
    rules: CareRules
    hours: Mapping[int, TimeRange] | None
    sections: tuple[SectionView, ...]
    placements: tuple[tuple[date, int], ...]  # (from, section id), in order
    own_days: OwnDays | None = None

    @property
    def place(self) -> str:
        """Return what is asked for, and where: « Accueil variable, Les Coquelicots » (A10-02)."""
        return place_name(activity=self.activity, site=self.site)

    @property
    def is_reviewed(self) -> bool:
        """Return whether the structure answers, and not the machine at once."""
        return self.confirmation == "reviewed"

    @property
    def class_name(self) -> str:
        """Return the section that the child enters, in words: it stands where a class does (A09-13)."""
        found = self.section_on(self.starts_on)
        return found.name if found else ""

    def section_on(self, day: date) -> SectionView | None:
        """Return the section of the child on a day: as it was placed, else by its age when it entered."""
        placed = next((pk for start, pk in reversed(self.placements) if start <= day), None)
        if placed is None:
            months = age_in_months(self.birth_date, on=self.starts_on) if self.birth_date else 0
            ages = [(each.section_id, each.min_age_months, each.max_age_months) for each in self.sections]
            placed = section_by_age(months, ages)
        return next((each for each in self.sections if each.section_id == placed), None)

    def opening_on(self, day: date) -> TimeRange | None:
        """Return the opening hours of a day by its weekday, whatever the calendar."""
        return (self.hours or {}).get(day.weekday())


def limits_on(*, section: SectionView, on: date, opening: TimeRange | None) -> tuple[int, ...]:
    """Return the authorised places of a section at each quarter of a day; none that day when they cannot be read."""
    if opening is None:
        return limits_of(0, (), on=on, opening=TimeRange(0, 0))
    try:
        return limits_of(section.places, parse_places(section.places_by_hour), on=on, opening=opening)
    except InvalidPlaces:
        logger.error("section %s has no place: its places by hour cannot be read", section.section_id)
        return limits_of(0, (), on=on, opening=opening)


def care_enrolments(*, actor: Actor, on: date, family_id: int | None = None) -> list[CareEnrolment]:
    """Return the enrolments in care that run on or after a day, the eldest child first. Three queries, one for none.

    For a family, those of its households; for an agent, those of `family_id` inside its departments and sites.

    :raises NotFound: `family_id` is not the actor's.
    """
    family_ids = actor.family_ids if actor.audience == FAMILY else frozenset()
    if family_id is not None:
        actor.require_family(family_id)
        family_ids = frozenset({family_id})
    rows = _rows(actor).filter(family_id__in=family_ids, ends_on__gt=on)
    return _views(
        actor,
        rows.order_by(
            F("child__birth_date").asc(nulls_last=True), "child_id", "offer__activity__position", "starts_on", "pk"
        ),
    )


def find_care(*, actor: Actor, enrolment_id: int) -> CareEnrolment:
    """Return one enrolment in care. Three queries.

    :raises NotFound: it does not exist, has ended, is not the actor's, or is not in care.
    """
    return load_care(actor=actor, enrolment_ids=[enrolment_id])[enrolment_id]


def load_care(*, actor: Actor, enrolment_ids: Collection[int]) -> dict[int, CareEnrolment]:
    """Return several enrolments in care by id. Three queries.

    :raises NotFound: one of them is not the actor's.
    """
    rows = _rows(actor).filter(pk__in=enrolment_ids).order_by("pk")
    found = {each.enrolment_id: each for each in _views(actor, rows)}
    if len(found) != len(set(enrolment_ids)):
        raise NotFound("enrolment")
    return found


def hold_care(*, actor: Actor, enrolment_ids: Collection[int], others: Collection[int] = ()) -> None:
    """Hold enrolments until the end of the transaction, in primary-key order: a merge of the records waits, or is over.

    Those of the same children in care by another home are held with them: one child is never at two places. One query.

    :param others: enrolments of the same order that are not in care: all are held in one order.
    """
    here = Enrolment.objects.filter(organisation_id=actor.organisation_id)
    children = here.filter(pk__in=enrolment_ids).values("child_id")
    in_care = Q(child_id__in=children, offer__activity__booking_mode=BookingMode.TIME_RANGES)
    rows = here.filter(in_care | Q(pk__in=others)).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


def known_care(*, actor: Actor, enrolment_ids: Collection[int], with_sections: bool = True) -> dict[int, CareEnrolment]:
    """Return by id the enrolments in care, among these, that still run and that the actor may read. Three queries.

    :param with_sections: read the sections of each; without, one query, for who looks at no place.
    """
    rows = _rows(actor).filter(pk__in=enrolment_ids).order_by("pk")
    return {each.enrolment_id: each for each in _views(actor, rows, with_sections=with_sections)}


def is_active(*, actor: Actor, enrolment_id: int) -> bool:
    """Tell whether an enrolment of the collectivité still runs, whoever looks after it. One query."""
    rows = Enrolment.objects.filter(organisation_id=actor.organisation_id, pk=enrolment_id)
    return rows.filter(status=EnrolmentStatus.ACTIVE).exists()


def care_of_structures(*, actor: Actor, site_ids: Collection[int], on: date) -> list[CareEnrolment]:
    """Return the enrolments in care of some structures on a day, by name. For agents; three queries."""
    rows = _rows(actor).filter(offer__site_id__in=site_ids, starts_on__lte=on, ends_on__gt=on)
    return _views(actor, rows.order_by(*by_name("child__last_name"), *by_name("child__first_name"), "pk"))


def _rows(actor: Actor) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        status=EnrolmentStatus.ACTIVE,
        child__isnull=False,
        offer__activity__booking_mode=BookingMode.TIME_RANGES,
        offer__care__isnull=False,
        offer__site__structure__isnull=False,
    )
    if actor.audience == FAMILY:
        rows = without_closed(actor=actor, rows=rows.filter(family_id__in=actor.family_ids))
    else:
        rows = limited(rows, actor=actor, department="offer__activity__department", site="offer__site")
    return rows.annotate(**_COLUMNS, **_residence(actor))


_OF_OFFER = ("weekdays", "shown_weekdays", "open_on", "openings", "site_id")
_OF_CARE = ("step", "min_minutes", "max_minutes", "most_ranges", "keeps_days")
_DEADLINES = ("book", "change", "cancel")
_COLUMNS = {
    **{name: F(f"offer__{name}") for name in _OF_OFFER},
    **{f"{act}_deadline": F(f"offer__{act}_deadline") for act in _DEADLINES},
    **{f"care_{name}": F(f"offer__care__{name}") for name in ("care", *_OF_CARE)},
    "offer_starts_on": F("offer__starts_on"),
    "offer_ends_on": F("offer__ends_on"),
    "activity": F("offer__activity__name"),
    "activity_kind": F("offer__activity__kind"),
    "confirmation": F("offer__activity__confirmation"),
    "department_id": F("offer__activity__department_id"),
    "site": F("offer__site__name"),
    "phone": F("offer__site__phone"),
    "structure_pk": F("offer__site__structure__id"),
    "surplus": F("offer__site__structure__surplus_percent"),
    "kept_hours": F("offer__site__structure__hours"),
    "child_name": F("child__first_name"),
    "birth_date": F("child__birth_date"),
    "hue": F("child__hue"),
    "is_resident": F("family__is_resident"),
}
_AS_READ = (
    *("activity", "activity_kind", "confirmation", "department_id", "site_id", "site", "phone", "surplus"),
    *("weekdays", "shown_weekdays", "open_on", "is_resident", "birth_date", "openings"),
)


def _residence(actor: Actor) -> dict[str, Subquery]:
    """What says the days of the household of an enrolment, read along with it."""
    kept = standing_calendars(organisation_id=actor.organisation_id).filter(
        child_id=OuterRef("child_id"), books=Books.OWN_DAYS
    )
    side_a, side_b = (kept.filter(**{f"adult_{side}__family_id": OuterRef("family_id")}) for side in "ab")
    return {
        "days_as_a": Subquery(side_a.values("calendar")[:1]),
        "days_as_b": Subquery(side_b.values("calendar")[:1]),
    }


def _views(actor: Actor, rows: QuerySet[Enrolment], *, with_sections: bool = True) -> list[CareEnrolment]:
    found = list(rows)
    if not found or not with_sections:
        return [_view(row, {}, ()) for row in found]
    sections = sections_of(
        organisation_id=actor.organisation_id, structure_ids={vars(row)["structure_pk"] for row in found}
    )
    placements: dict[int, list[tuple[date, int]]] = {}
    placed = Placement.objects.filter(organisation_id=actor.organisation_id, enrolment_id__in=[row.pk for row in found])
    for enrolment_id, start, section_id in placed.order_by("starts_on").values_list(
        "enrolment_id", "starts_on", "section_id"
    ):
        placements.setdefault(enrolment_id, []).append((start, section_id))
    return [_view(row, sections, tuple(placements.get(row.pk, ()))) for row in found]


def sections_of(*, organisation_id: int, structure_ids: Collection[int]) -> dict[int, tuple[SectionView, ...]]:
    """Return the sections of structures, in their order. One query."""
    rows = Section.objects.filter(organisation_id=organisation_id, structure_id__in=structure_ids)
    found: dict[int, list[SectionView]] = {}
    for structure_id, *section in rows.order_by("position", "pk").values_list("structure_id", "pk", *_OF_SECTION):
        found.setdefault(structure_id, []).append(SectionView(*section))
    return {pk: tuple(each) for pk, each in found.items()}


_OF_SECTION = ("name", "min_age_months", "max_age_months", "places", "places_by_hour")


def _view(
    row: Enrolment, sections: Mapping[int, tuple[SectionView, ...]], placements: tuple[tuple[date, int], ...]
) -> CareEnrolment:
    columns = vars(row)
    return CareEnrolment(
        enrolment_id=row.pk,
        family_id=row.family_id,
        child_id=row.child_id or 0,
        participant_key=row.participant_key,
        participant=columns["child_name"],
        hue=columns["hue"] or 0,
        offer_id=row.offer_id,
        structure_id=columns["structure_pk"],
        starts_on=max(row.starts_on, columns["offer_starts_on"]),
        ends_on=min(row.ends_on, columns["offer_ends_on"]),
        deadlines={act: columns[f"{act}_deadline"] for act in _DEADLINES},
        rules=CareRules(CareType(columns["care_care"]), *(columns[f"care_{name}"] for name in _OF_CARE)),
        hours=read_hours(kept=columns["kept_hours"], structure_id=columns["structure_pk"]),
        sections=sections.get(columns["structure_pk"], ()),
        placements=placements,
        own_days=_own_days(columns),
        **{name: columns[name] for name in _AS_READ},
    )


def read_hours(*, kept: Any, structure_id: int) -> dict[int, TimeRange] | None:
    """Return the opening hours of a structure as they are kept; None, told to whoever reads the log, if unreadable."""
    try:
        return parse_hours(kept)
    except InvalidHours:
        logger.error("structure %s is closed: its opening hours cannot be read", structure_id)
        return None


def _own_days(columns: Mapping[str, Any]) -> OwnDays | None:
    if columns["days_as_a"]:
        return own_days(side="a", calendar=columns["days_as_a"])
    return own_days(side="b", calendar=columns["days_as_b"]) if columns["days_as_b"] else None
