"""Where an absence may be announced: the enrolments of children, with the rules of their activity."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.scope import limited
from preau.domain.absences.models import AbsenceReason
from preau.domain.absences.rules import InvalidWindow, Window, parse_window
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.rules import place_name
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.queries.children import without_closed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AttendedEnrolment:
    """An enrolment of a child in something that it attends. [starts_on, ends_on).

    `window` says until when its absences are announced here; None: the structure is called.
    """

    enrolment_id: int
    family_id: int
    child_id: int
    child: str
    hue: int
    offer_id: int
    activity_id: int
    activity: str
    department_id: int
    site_id: int
    site: str
    phone: str
    mode: str
    starts_on: date
    ends_on: date
    cancel_deadline: Mapping[str, object]
    policy_id: int | None
    window: Window | None
    frees: bool
    is_reviewed: bool
    words: str

    @property
    def place(self) -> str:
        """Return what is attended, and where (A10-02)."""
        return place_name(activity=self.activity, site=self.site)

    @property
    def is_by_hours(self) -> bool:
        return self.mode == BookingMode.TIME_RANGES


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A motive that may be chosen."""

    reason_id: int
    code: str
    name: str
    is_health: bool
    proof_type_id: int | None
    proof_title: str


def attended(
    *, actor: Actor, since: date, family_id: int | None = None, enrolment_ids: Collection[int] | None = None
) -> list[AttendedEnrolment]:
    """Return the enrolments of children that run on or after a day, the eldest child first. One query.

    For a family, those of its households whose children are not closed to it; for an agent, those of `family_id`
    inside its departments and sites.

    :param enrolment_ids: only these.
    :raises NotFound: `family_id` is not the actor's.
    """
    rows = _rows(actor).filter(ends_on__gt=since)
    if family_id is not None:
        actor.require_family(family_id)
        rows = rows.filter(family_id=family_id)
    if enrolment_ids is not None:
        rows = rows.filter(pk__in=enrolment_ids)
    ordered = rows.order_by(F("child__birth_date").asc(nulls_last=True), "child_id", *_ORDER)
    return [_view(vars(row)) for row in ordered]


def load_attended(*, actor: Actor, enrolment_ids: Collection[int]) -> dict[int, AttendedEnrolment]:
    """Return enrolments by id, ended ones included. One query.

    :raises NotFound: one of them is not the actor's.
    """
    found = {each.enrolment_id: each for each in attended(actor=actor, since=date.min, enrolment_ids=enrolment_ids)}
    if len(found) != len(set(enrolment_ids)):
        raise NotFound("enrolment")
    return found


def reasons(*, actor: Actor) -> list[ReasonView]:
    """Return the motives of the collectivité, in their order. One query."""
    rows = AbsenceReason.objects.filter(organisation_id=actor.organisation_id, is_active=True)
    return [
        ReasonView(
            row.pk,
            row.code,
            row.name,
            row.is_health,
            row.proof_type_id,
            row.proof_type.title if row.proof_type else "",
        )
        for row in rows.select_related("proof_type").order_by("position", "pk")
    ]


def _rows(actor: Actor) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(
        Q(offer__is_subscription=False) | ~Q(offer__activity__booking_mode=BookingMode.NONE),
        organisation_id=actor.organisation_id,
        status=EnrolmentStatus.ACTIVE,
        child__isnull=False,
    ).exclude(offer__weekdays="")
    if actor.audience == FAMILY:
        rows = without_closed(actor=actor, rows=rows.filter(family_id__in=actor.family_ids))
    else:
        rows = limited(rows, actor=actor, department="offer__activity__department", site="offer__site")
    return rows.annotate(**_COLUMNS)


_ORDER = ("offer__activity__position", "starts_on", "pk")
_COLUMNS = {
    "child_name": F("child__first_name"),
    "child_hue": F("child__hue"),
    "activity_id": F("offer__activity_id"),
    "activity": F("offer__activity__name"),
    "department_id": F("offer__activity__department_id"),
    "department_phone": F("offer__activity__department__phone"),
    "site_id": F("offer__site_id"),
    "site": F("offer__site__name"),
    "site_phone": F("offer__site__phone"),
    "mode": F("offer__activity__booking_mode"),
    "offer_starts_on": F("offer__starts_on"),
    "offer_ends_on": F("offer__ends_on"),
    "cancel_deadline": F("offer__cancel_deadline"),
    "change_deadline": F("offer__change_deadline"),
    "policy_id": F("offer__activity__absence_policy__id"),
    "kept_window": F("offer__activity__absence_policy__window"),
    "policy_frees": F("offer__activity__absence_policy__frees"),
    "reviewed": F("offer__activity__absence_policy__is_reviewed"),
    "policy_words": F("offer__activity__absence_policy__words"),
}


def _view(row: Mapping[str, Any]) -> AttendedEnrolment:
    return AttendedEnrolment(
        enrolment_id=row["id"],
        child=row["child_name"],
        hue=row["child_hue"] or 0,
        phone=row["site_phone"] or row["department_phone"],
        starts_on=max(row["starts_on"], row["offer_starts_on"]),
        ends_on=min(row["ends_on"], row["offer_ends_on"]),
        window=_window(row),
        # In a crèche, one notice holds for every change of hours.
        cancel_deadline=row["cancel_deadline"] or (row["change_deadline"] if _is_by_hours(row) else {}),
        frees=row["policy_frees"] is not False,
        is_reviewed=bool(row["reviewed"]),
        words=row["policy_words"] or "",
        **{name: row[name] for name in _AS_READ},
    )


_AS_READ = (
    *("family_id", "child_id", "offer_id", "activity_id", "activity", "department_id", "site_id", "site", "mode"),
    "policy_id",
)


def _is_by_hours(row: Mapping[str, Any]) -> bool:
    return bool(row["mode"] == BookingMode.TIME_RANGES)


def _window(row: Mapping[str, Any]) -> Window | None:
    """A setting that cannot be read closes this activity alone: its structure is called."""
    if row["policy_id"] is None:
        return None
    try:
        return parse_window(row["kept_window"])
    except InvalidWindow:
        logger.error("absences of activity %s are closed: their window cannot be read", row["activity_id"])
        return None
