"""What the absences of an enrolment become under the rules in force: read once, judged as often as needed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from preau.base.actor import Actor
from preau.domain.absences.enums import Effect, ProofState
from preau.domain.absences.models import Absence, AbsenceDay, AbsenceRule
from preau.domain.absences.queries.enrolments import AttendedEnrolment
from preau.domain.absences.queries.moments import Moment, expected_moments
from preau.domain.absences.rules import Delay, InvalidDelay, Judged, Missed, judge, parse_delay
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.creche.enums import RangeStatus
from preau.kernel.periods import Period

REACH = timedelta(days=70)  # further than any one announcement, on both sides of what is said
NEAR = timedelta(days=35)  # two days missed further apart are of two absences, however they were said
Group = tuple[int, int]  # enrolment, reason
DayKey = tuple[int, date, int]  # enrolment, day, minute at which the moment starts


@dataclass(frozen=True, slots=True)
class KnownDay:
    """A row of a missed moment, as it is judged."""

    day_id: int
    absence_id: int
    key: DayKey
    missed: Missed
    effect: str
    why: str
    rank: int


@dataclass(slots=True)
class Material:
    """All that decides on the absences of some enrolments around some days."""

    rules: Mapping[Group, Sequence[AbsenceRule]]
    reviewed: frozenset[int]  # enrolments whose absences an agent answers
    days: dict[Group, list[KnownDay]] = field(default_factory=dict)
    said: dict[Group, list[Period]] = field(default_factory=dict)
    expected: dict[int, set[date]] = field(default_factory=dict)  # by enrolment, days with a moment not missed
    also: dict[Group, set[date]] = field(
        default_factory=dict
    )  # days given back in time, or closed: absent all the same

    def rule_on(self, group: Group, day: date) -> AbsenceRule | None:
        """Return the rule in force on a day, None when nothing is said of this motive."""
        return next((each for each in reversed(self.rules.get(group, ())) if each.starts_on <= day), None)

    def delay_on(self, group: Group, day: date) -> Delay | None:
        """Return how long a proof may wait on a day; None when none is asked for, or the setting cannot be read."""
        rule = self.rule_on(group, day)
        try:
            return parse_delay(rule.proof_delay) if rule else None
        except InvalidDelay:
            return None

    def judged(self, group: Group) -> dict[DayKey, Judged]:
        """Return what each moment missed of an enrolment for a motive becomes."""

        def rule_on(day: date) -> object:
            rule = self.rule_on(group, day)
            return rule.effect(is_reviewed=group[0] in self.reviewed) if rule else None

        return judge(
            {each.key: each.missed for each in self.days.get(group, ())},
            said=self.said.get(group, ()),
            expected=self.expected.get(group[0], ()),
            also=self.also.get(group, set()) - self.expected.get(group[0], set()),
            rule_on=rule_on,  # type: ignore[arg-type]
        )

    def with_more(self, group: Group, moments: Iterable[Moment], period: Period, proof: ProofState) -> "Material":
        """Return the same with moments that would be missed, were they announced with this proof."""
        fresh = [
            KnownDay(0, 0, (each.enrolment_id, each.on, each.hours.start), Missed(each.on, proof), "", "", 0)
            for each in moments
        ]
        gone = {each.missed.on for each in fresh}
        return replace(
            self,
            days={**self.days, group: [*self.days.get(group, ()), *fresh]},
            said={**self.said, group: [*self.said.get(group, ()), period]},
            expected={**self.expected, group[0]: self.expected.get(group[0], set()) - gone},
        )


def read_material(
    *, actor: Actor, enrolments: Collection[AttendedEnrolment], start: date, end: date, lock: bool = False
) -> Material:
    """Return what decides on absences in [start, end), and around it. Four queries; three more where nothing is booked.

    :param enrolments: those that the actor may read.
    """
    ids = {each.enrolment_id: each for each in enrolments}
    reviewed = frozenset(each.enrolment_id for each in enrolments if each.is_reviewed)
    material = Material(_rules(actor, enrolments), reviewed)
    missed: dict[int, set[tuple[date, int]]] = defaultdict(set)
    rows = AbsenceDay.objects.filter(
        organisation_id=actor.organisation_id, enrolment_id__in=ids, taken_back_at=None
    ).exclude(effect=Effect.NOTED)
    if lock:
        rows = rows.select_for_update(of=("self",))
    known_days = list(rows.select_related("absence", "booking", "care_range").order_by("pk"))
    first, last = _whole({row.on for row in known_days}, start - REACH, end + REACH)
    for row in known_days:
        if not first <= row.on < last:
            continue
        group = (row.enrolment_id, row.absence.reason_id)
        if row.effect == Effect.FREED or not _stands(row):
            material.also.setdefault(group, set()).add(row.on)
            material.said.setdefault(group, []).append(_period(row.absence))
            continue
        proof = ProofState(row.absence.proof)
        key = (row.enrolment_id, row.on, row.starts_minute)
        known = KnownDay(row.pk, row.absence_id, key, Missed(row.on, proof), row.effect, row.why, row.rank)
        material.days.setdefault(group, []).append(known)
        material.said.setdefault(group, []).append(_period(row.absence))
        missed[row.enrolment_id].add((row.on, row.starts_minute))
    for moment in expected_moments(actor=actor, enrolments=enrolments, start=first, end=last):
        if (moment.on, moment.hours.start) not in missed[moment.enrolment_id]:
            material.expected.setdefault(moment.enrolment_id, set()).add(moment.on)
    return material


def _whole(days: Collection[date], first: date, last: date) -> tuple[date, date]:
    """Move the two ends of what is read past the absences that they would cut: a long illness is counted whole."""
    for day in sorted(days, reverse=True):
        if first - NEAR <= day < first + NEAR:
            first = min(first, day - NEAR)
    for day in sorted(days):
        if last - NEAR <= day < last + NEAR:
            last = max(last, day + NEAR)
    return first, last


def _stands(row: AbsenceDay) -> bool:
    """Tell whether what is missed is still planned: see `moments.STANDS`."""
    if row.booking is not None:
        return row.booking.status in HOLDS_PLACE
    return row.care_range is None or row.care_range.status == RangeStatus.BOOKED


def _period(absence: Absence) -> Period:
    return Period(absence.starts_on, absence.ends_on)


def _rules(actor: Actor, enrolments: Collection[AttendedEnrolment]) -> dict[Group, list[AbsenceRule]]:
    of_policy: dict[int, list[int]] = defaultdict(list)
    for each in enrolments:
        if each.policy_id is not None:
            of_policy[each.policy_id].append(each.enrolment_id)
    found: dict[Group, list[AbsenceRule]] = {}
    rows = AbsenceRule.objects.filter(organisation_id=actor.organisation_id, policy_id__in=of_policy)
    for row in rows.order_by("starts_on"):
        for enrolment_id in of_policy[row.policy_id]:
            found.setdefault((enrolment_id, row.reason_id), []).append(row)
    return found
