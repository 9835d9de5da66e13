"""Requests for hours of care: their days, what is ticked and not sent, what waits for its answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.domain.creche.operations import CareOutcome, DayWish, preview_days
from preau.domain.creche.queries.enrolments import CareEnrolment
from preau.domain.creche.queries.sheets import Day
from preau.domain.procedures.enums import OPEN_STATUSES, DayState, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedureDay
from preau.kernel.time_ranges import Ranges, read_ranges


@dataclass(frozen=True, slots=True)
class HoursDay:
    """One day of a request. `asked` is empty when the day is given back; `given` is what was written, once accepted."""

    on: date
    before: Ranges
    asked: Ranges
    proposed: Ranges | None
    given: Ranges | None
    state: str
    why: str
    reason: str

    @property
    def wanted(self) -> Ranges:
        """Return the hours that an acceptance would write now."""
        return self.proposed if self.state == DayState.PROPOSED and self.proposed is not None else self.asked


@dataclass(frozen=True, slots=True)
class PendingDay:
    """A day that waits for an answer, of the structure or of the family."""

    number: int
    asked: Ranges
    proposed: Ranges | None


HoursBasket = Mapping[int, Mapping[date, Ranges]]  # enrolment id → day → hours asked for instead of those held


def hours_of(*, rows: Collection[Procedure]) -> dict[int, tuple[HoursDay, ...]]:
    """Return the days of some démarches of one collectivité, by its id. One query; none where no one is of hours."""
    mine = [row for row in rows if row.kind == ProcedureKind.HOURS]
    found: dict[int, list[HoursDay]] = {row.pk: [] for row in rows}
    if mine:
        days = ProcedureDay.objects.filter(
            organisation_id=mine[0].organisation_id, procedure_id__in=[row.pk for row in mine]
        )
        for each in days.order_by("on"):
            found[each.procedure_id].append(day_view(row=each))
    return {pk: tuple(days) for pk, days in found.items()}


def day_view(*, row: ProcedureDay) -> HoursDay:
    """Return one day as it is read; no query."""
    return HoursDay(
        on=row.on,
        before=read_ranges(row.before),
        asked=read_ranges(row.asked),
        proposed=None if row.proposed is None else read_ranges(row.proposed),
        given=None if row.given is None else read_ranges(row.given),
        state=row.state,
        why=row.why,
        reason=row.reason,
    )


def hours_basket(*, actor: Actor, enrolment_ids: Collection[int]) -> dict[int, dict[date, Ranges]]:
    """Return the hours that the actor chose and did not send, by enrolment and day. One query, none for nothing."""
    if not enrolment_ids:
        return {}
    rows = hours_drafts(actor=actor, enrolment_ids=enrolment_ids).values_list("enrolment_id", "wishes")
    return {enrolment_id or 0: read_wishes(kept=kept) for enrolment_id, kept in sorted(rows) if kept}


def hours_drafts(*, actor: Actor, enrolment_ids: Collection[int]) -> QuerySet[Procedure]:
    """Return the drafts of a person for these enrolments: to be read, or locked."""
    return Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        account_id=actor.account_id or 0,
        enrolment_id__in=enrolment_ids,
        kind=ProcedureKind.HOURS,
        status=ProcedureStatus.DRAFT,
    )


def read_wishes(*, kept: Mapping[str, Sequence[Sequence[int]]]) -> dict[date, Ranges]:
    """Return what a draft keeps, day by day in order."""
    return {date.fromisoformat(on): read_ranges(ranges) for on, ranges in sorted(kept.items())}


def wishes_of(*, basket: HoursBasket) -> list[DayWish]:
    """Return the order that these drafts make."""
    return [DayWish(pk, on, ranges) for pk, days in sorted(basket.items()) for on, ranges in sorted(days.items())]


def pending_days(*, actor: Actor, enrolment_ids: Collection[int], start: date) -> dict[Day, PendingDay]:
    """Return the days on or after one that wait for an answer, by enrolment and day. One query, none for nothing."""
    if not enrolment_ids:
        return {}
    rows = ProcedureDay.objects.filter(
        organisation_id=actor.organisation_id,
        procedure__enrolment_id__in=enrolment_ids,
        procedure__kind=ProcedureKind.HOURS,
        procedure__status__in=OPEN_STATUSES,
        state__in=[DayState.WAITING, DayState.PROPOSED],
        on__gte=start,
    )
    found = rows.values_list("procedure__enrolment_id", "on", "procedure__number", "asked", "proposed")
    return {
        (enrolment_id or 0, on): PendingDay(
            number or 0, read_ranges(asked), None if proposed is None else read_ranges(proposed)
        )
        for enrolment_id, on, number, asked, proposed in found
    }


def preview_hours(
    *, actor: Actor, basket: HoursBasket, enrolments: Mapping[int, CareEnrolment], now: datetime, today: date
) -> CareOutcome:
    """Tell what sending these hours would give now, without writing: the récapitulatif. Four queries, none for nothing.

    :param enrolments: those that the actor may ask for, just read.
    :raises NotFound: an enrolment is not the actor's; :raises TooManyDays: more than any honest request.
    """
    wishes = wishes_of(basket=basket)
    if not wishes:
        return CareOutcome(enrolments)
    asked = pending_days(actor=actor, enrolment_ids=basket.keys(), start=today)
    return preview_days(actor=actor, wishes=wishes, now=now, asked=asked, enrolments=enrolments)
