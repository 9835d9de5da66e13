"""What contracts agree on, what is booked and what was made of it, month by month: for those who run crèches."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from preau.base.actor import Actor
from preau.base.ordering import by_name
from preau.domain.absences.models import AbsenceDay
from preau.domain.attendance.enums import Seen
from preau.domain.attendance.models import Presence
from preau.domain.contracts.enums import IN_FORCE
from preau.domain.contracts.models import ContractVersion
from preau.domain.contracts.queries.contracts import contract_rows
from preau.domain.contracts.rules.terms import parse_terms
from preau.domain.creche.queries.sheets import booked_ranges
from preau.domain.pricing.enums import HalfHours
from preau.domain.pricing.rules.half_hours import extra_minutes
from preau.kernel.periods import month_of
from preau.kernel.time_ranges import TimeRange


@dataclass(frozen=True, slots=True)
class ContractHours:
    """A contract over a month, in minutes but `agreed`, in hours. Days of holidays are of the whole contract."""

    contract_id: int
    number: int
    child: str
    child_first_name: str
    hue: int
    site: str
    agreed: Decimal
    booked: int
    made: int
    beyond: int  # made past what was reserved, counted as the structure counts it
    holiday_days: int  # to be announced, by the contract
    holidays_taken: int

    @property
    def gap(self) -> int:
        """Return the minutes booked above (or under) those that are paid for each month."""
        return self.booked - round(self.agreed * 60)

    @property
    def holidays_left(self) -> int:
        return self.holiday_days - self.holidays_taken


def contract_hours(*, actor: Actor, month: date) -> list[ContractHours]:
    """Return the contracts in force in a month that an agent looks after, by child. Four queries.

    Of two versions in one month, the last one is told.

    :raises NotAllowed: a role that does not read contracts.
    """
    period = month_of(month)
    over_on = Coalesce(F("stood_until"), F("contract__ends_on"), F("ends_on"))
    rows = ContractVersion.objects.annotate(over_on=over_on).filter(
        Q(starts_on__lt=period.end, over_on__gt=period.start),
        organisation_id=actor.organisation_id,
        state__in=IN_FORCE,
        contract__in=contract_rows(actor=actor),
    )
    rows = rows.select_related("contract__child", "contract__structure__site", "contract__structure__care_terms")
    rows = rows.order_by(*by_name("contract__child__last_name"), *by_name("contract__child__first_name"), "rank")
    last = {row.contract_id: row for row in rows.defer("paper", "price_paper")}
    ids = {row.contract.enrolment_id for row in last.values()}
    booked = _booked(actor, ids, period.start, period.end)
    made = _made(actor, ids, period.start, period.end)
    taken = _holidays(actor, ids)
    return [_line(row, booked, made, taken) for row in last.values()]


Minutes = dict[int, list[TimeRange]]


def _booked(actor: Actor, ids: Collection[int], start: date, end: date) -> Minutes:
    rows = booked_ranges(organisation_id=actor.organisation_id).filter(enrolment_id__in=ids, on__gte=start, on__lt=end)
    found: Minutes = {}
    for enrolment_id, first, last in rows.order_by().values_list("enrolment_id", "starts_minute", "ends_minute"):
        found.setdefault(enrolment_id, []).append(TimeRange(first, last))
    return found


Made = dict[int, list[tuple[TimeRange, TimeRange]]]


def _made(actor: Actor, ids: Collection[int], start: date, end: date) -> Made:
    """By enrolment, what was reserved and what was made of it, for each moment at which the child was there."""
    rows = Presence.objects.filter(
        organisation_id=actor.organisation_id, enrolment_id__in=ids, on__gte=start, on__lt=end, seen=Seen.PRESENT
    )
    found: Made = {}
    columns = ("enrolment_id", "starts_minute", "ends_minute", "arrived_minute", "left_minute")
    for enrolment_id, first, last, arrived, left in rows.values_list(*columns):
        came = first if arrived is None else arrived
        went = max(came, last if left is None else left)
        found.setdefault(enrolment_id or 0, []).append((TimeRange(first, last), TimeRange(came, went)))
    return found


def _holidays(actor: Actor, ids: Collection[int]) -> dict[int, set[date]]:
    rows = AbsenceDay.objects.filter(
        organisation_id=actor.organisation_id,
        enrolment_id__in=ids,
        taken_back_at=None,
        absence__reason__is_holiday=True,
    )
    found: dict[int, set[date]] = {}
    for enrolment_id, on in rows.order_by().values_list("enrolment_id", "on"):
        found.setdefault(enrolment_id, set()).add(on)
    return found


def _line(row: ContractVersion, booked: Minutes, made: Made, taken: dict[int, set[date]]) -> ContractHours:
    contract, decided = row.contract, getattr(row.contract.structure, "care_terms", None)
    mode = HalfHours(decided.half_hours) if decided else HalfHours.DURATION
    tolerance = decided.tolerance if decided else 0
    moments = made.get(contract.enrolment_id, [])
    days = {on for on in taken.get(contract.enrolment_id, ()) if row.starts_on <= on < row.ends_on}
    return ContractHours(
        contract_id=row.contract_id,
        number=contract.number,
        child=contract.child.full_name,
        child_first_name=contract.child.first_name,
        hue=contract.child.hue,
        site=contract.structure.site.name,
        agreed=row.month_hours or Decimal(0),
        booked=sum(each.minutes for each in booked.get(contract.enrolment_id, ())),
        made=sum(each.minutes for _reserved, each in moments),
        beyond=sum(extra_minutes((held,), (each,), mode=mode, tolerance=tolerance) for held, each in moments),
        holiday_days=parse_terms(row.terms).holiday_days,
        holidays_taken=len(days),
    )
