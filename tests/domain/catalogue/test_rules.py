"""Until when, from when, and on which days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.catalogue import rules
from preau.domain.catalogue.rules import OfferCalendar, closing_moment, closure_of, opening_of, parse_deadline

PARIS = ZoneInfo("Europe/Paris")
ARMISTICE = frozenset({date(2026, 11, 11)})
# « 48 heures », as a table of calendar days: Monday from Friday evening, Tuesday from Saturday evening…
TABLE = {"kind": "table", "days": {"0": [3, "23:59"], "1": [3, "23:59"], "3": [3, "23:59"], "4": [3, "23:59"]}}
THURSDAY_NOON = {"kind": "weekday", "weekday": 3, "weeks_before": 1, "at": "12:00"}


def closes(
    data: dict[str, object], day: date, *, starts: int = 450, holidays: frozenset[date] = frozenset()
) -> datetime:
    moment = closing_moment(parse_deadline(data), day=day, starts_minute=starts, holidays=holidays, zone=PARIS)
    return moment.astimezone(PARIS).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("data", "day", "moment"),
    [
        ({}, date(2026, 11, 16), datetime(2026, 11, 16, 7, 30)),
        # Eight days before: Monday 2 September 2024 closes at the end of Sunday 25 August.
        ({"kind": "days", "days": 8, "at": "23:59"}, date(2024, 9, 2), datetime(2024, 8, 26)),
        ({"kind": "days", "days": 1, "at": "18:00"}, date(2026, 9, 8), datetime(2026, 9, 7, 18)),
        ({"kind": "hours", "hours": 48}, date(2026, 9, 14), datetime(2026, 9, 12, 7, 30)),
        ({"kind": "working_days", "days": 2, "at": "10:00"}, date(2026, 9, 14), datetime(2026, 9, 10, 10)),
        (TABLE, date(2026, 9, 14), datetime(2026, 9, 12)),  # Monday ← end of Friday 11
        (TABLE, date(2026, 9, 15), datetime(2026, 9, 13)),  # Tuesday ← end of Saturday 12
        (TABLE, date(2026, 9, 17), datetime(2026, 9, 15)),  # Thursday ← end of Monday 14
        (TABLE, date(2026, 9, 18), datetime(2026, 9, 16)),  # Friday ← end of Tuesday 15
        (THURSDAY_NOON, date(2026, 9, 14), datetime(2026, 9, 10, 12)),
        (THURSDAY_NOON, date(2026, 9, 17), datetime(2026, 9, 10, 12)),
        (THURSDAY_NOON, date(2026, 9, 18), datetime(2026, 9, 10, 12)),
        ({"kind": "until", "at": "2026-09-25T08:00"}, date(2026, 10, 5), datetime(2026, 9, 25, 8)),
    ],
)
def test_a_deadline_closes_at_the_moment_that_towns_publish(
    data: dict[str, object], day: date, moment: datetime
) -> None:
    assert closes(data, day) == moment


def test_three_working_days_before_a_monday_step_over_the_armistice() -> None:
    data: dict[str, object] = {"kind": "working_days", "days": 3, "at": "23:59"}
    assert closes(data, date(2026, 11, 16), holidays=ARMISTICE) == datetime(2026, 11, 11)  # end of Tuesday 10


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 9, 14), datetime(2026, 9, 10)),  # Monday ← Wednesday evening
        (date(2026, 9, 15), datetime(2026, 9, 11)),  # Tuesday ← Thursday
        (date(2026, 9, 16), datetime(2026, 9, 12)),  # Wednesday ← Friday
        (date(2026, 9, 17), datetime(2026, 9, 15)),  # Thursday ← Monday
        (date(2026, 9, 18), datetime(2026, 9, 16)),  # Friday ← Tuesday
    ],
)
def test_three_working_days_skip_the_weekend(day: date, moment: datetime) -> None:
    assert closes({"kind": "working_days", "days": 3, "at": "23:59"}, day) == moment


def test_closed_days_given_with_the_holidays_are_not_working_days() -> None:
    data: dict[str, object] = {"kind": "working_days", "days": 1, "at": "10:00"}
    assert closes(data, date(2026, 9, 16), holidays=frozenset({date(2026, 9, 15)})) == datetime(2026, 9, 14, 10)


def test_a_meal_may_be_cancelled_the_same_morning() -> None:
    data: dict[str, object] = {"kind": "days", "days": 0, "at": "09:00"}
    assert closes(data, date(2026, 9, 15), starts=720) == datetime(2026, 9, 15, 9)


def test_a_deadline_never_falls_after_the_start() -> None:
    assert closes({"kind": "days", "days": 0, "at": "23:59"}, date(2026, 9, 15)) == datetime(2026, 9, 15, 7, 30)


def test_a_weekday_out_of_the_table_is_long_closed() -> None:
    assert closes(TABLE, date(2026, 9, 16)).year == 1900


def test_days_are_those_of_the_wall_when_the_clock_changes() -> None:
    data: dict[str, object] = {"kind": "days", "days": 2, "at": "07:30"}
    assert closes(data, date(2026, 10, 26)) == datetime(2026, 10, 24, 7, 30)
    assert closes(data, date(2027, 3, 29)) == datetime(2027, 3, 27, 7, 30)


def test_a_town_overseas_closes_by_its_own_clock() -> None:
    zone = ZoneInfo("America/Martinique")
    moment = closing_moment(
        parse_deadline({"kind": "days", "days": 1, "at": "10:00"}),
        day=date(2026, 9, 15),
        starts_minute=450,
        holidays=frozenset(),
        zone=zone,
    )
    assert moment == datetime(2026, 9, 14, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "moon"},
        {"days": 2},
        {"kind": "days"},
        {"kind": "days", "days": -1},
        {"kind": "days", "days": 500},
        {"kind": "days", "days": 2, "at": "25:00"},
        {"kind": "working_days", "days": True},
        {"kind": "weekday", "weekday": 7, "weeks_before": 1},
        {"kind": "table", "days": [3]},
        {"kind": "table", "days": {"0": [3]}},
        {"kind": "until", "at": "demain"},
        {"kind": "hours", "hours": None},
    ],
)
def test_a_deadline_that_makes_no_sense_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(rules.InvalidDeadline):
        parse_deadline(data)


clocks = st.sampled_from(["00:00", "02:30", "09:00", "12:00", "18:00", "23:59"])
deadlines = st.one_of(
    st.just({}),
    st.builds(lambda n: {"kind": "hours", "hours": n}, st.integers(0, 400)),
    st.builds(lambda n, at: {"kind": "days", "days": n, "at": at}, st.integers(0, 30), clocks),
    st.builds(lambda n, at: {"kind": "working_days", "days": n, "at": at}, st.integers(0, 15), clocks),
    st.builds(
        lambda w, k, at: {"kind": "weekday", "weekday": w, "weeks_before": k, "at": at},
        st.integers(0, 6),
        st.integers(0, 4),
        clocks,
    ),
)
some_days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
zones = st.sampled_from([PARIS, ZoneInfo("America/Cayenne"), ZoneInfo("Indian/Reunion"), ZoneInfo("Pacific/Noumea")])
off_days = st.frozensets(some_days, max_size=6)


@given(deadlines, some_days, st.integers(0, 1439), zones, off_days)
def test_no_deadline_closes_after_the_start(
    data: dict[str, object], day: date, starts: int, zone: ZoneInfo, off: frozenset[date]
) -> None:
    moment = closing_moment(parse_deadline(data), day=day, starts_minute=starts, holidays=off, zone=zone)
    assert moment.utcoffset() == timedelta(0)
    assert moment <= datetime.combine(day, time(starts // 60, starts % 60), tzinfo=zone)


@given(deadlines, some_days, st.integers(1, 60), st.integers(0, 1439), off_days)
def test_a_later_day_never_closes_earlier(
    data: dict[str, object], day: date, more: int, starts: int, off: frozenset[date]
) -> None:
    deadline = parse_deadline(data)
    first, second = (
        closing_moment(deadline, day=each, starts_minute=starts, holidays=off, zone=PARIS)
        for each in (day, day + timedelta(days=more))
    )
    assert first <= second


RESIDENTS = {"public": "residents", "opens_at": "2026-02-04T08:00:00+01:00", "closes_at": None}
OTHERS = {
    "public": "non_residents",
    "opens_at": "2026-02-10T08:00:00+01:00",
    "closes_at": "2026-02-20T12:00:00+01:00",
}


def test_without_openings_booking_is_always_open() -> None:
    assert opening_of([], is_resident=True) == rules.Opening(None, None)


def test_each_public_has_its_opening() -> None:
    residents = opening_of([RESIDENTS, OTHERS], is_resident=True)
    others = opening_of([RESIDENTS, OTHERS], is_resident=False)
    assert (residents.opens_at, residents.closes_at) == (datetime(2026, 2, 4, 7, tzinfo=UTC), None)
    assert (others.opens_at, others.closes_at) == (
        datetime(2026, 2, 10, 7, tzinfo=UTC),
        datetime(2026, 2, 20, 11, tzinfo=UTC),
    )


def test_the_opening_for_all_serves_those_who_have_none_of_their_own() -> None:
    everybody = {"public": "all", "opens_at": "2026-02-01T08:00:00+01:00"}
    assert opening_of([everybody, OTHERS], is_resident=True).opens_at == datetime(2026, 2, 1, 7, tzinfo=UTC)
    assert opening_of([everybody, OTHERS], is_resident=False).opens_at == datetime(2026, 2, 10, 7, tzinfo=UTC)


def test_an_offer_opened_to_the_others_only_stays_closed_and_its_date_can_be_shown_anywhere() -> None:
    opens_at = opening_of([RESIDENTS], is_resident=False).opens_at
    assert opens_at == rules.NEVER
    assert rules.NEVER.astimezone(ZoneInfo("Pacific/Auckland")).year == 9000
    assert rules.LONG_AGO.astimezone(ZoneInfo("America/Cayenne")).year == 1899


def calendar(
    *, school: bool = True, holidays: bool = False, closed: tuple[tuple[date, date, str], ...] = ()
) -> OfferCalendar:
    return OfferCalendar(
        weekdays=frozenset({0, 1, 3, 4}),
        on_school_days=school,
        on_school_holidays=holidays,
        public_holidays={date(2027, 3, 29): "Lundi de Pâques"},
        school_holidays=[(date(2026, 10, 17), date(2026, 11, 2), "Vacances de la Toussaint")],
        closed_days=closed,
    )


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2027, 3, 29), "Lundi de Pâques"),
        (date(2026, 10, 19), "Vacances de la Toussaint"),
        (date(2026, 11, 4), ""),  # a Wednesday
        (date(2026, 11, 2), None),  # back to school
        (date(2026, 10, 16), None),
    ],
)
def test_a_school_offer_runs_on_its_weekdays_outside_holidays(day: date, reason: str | None) -> None:
    assert closure_of(day, calendar=calendar()) == reason


def test_a_holiday_offer_runs_in_the_holidays_only() -> None:
    offer = calendar(school=False, holidays=True)
    assert closure_of(date(2026, 10, 19), calendar=offer) is None
    assert closure_of(date(2026, 11, 2), calendar=offer) == ""
    assert closure_of(date(2027, 3, 29), calendar=offer) == "Lundi de Pâques"


def test_a_closed_day_says_why() -> None:
    strike = calendar(closed=((date(2026, 11, 5), date(2026, 11, 6), "Grève"),))
    assert closure_of(date(2026, 11, 5), calendar=strike) == "Grève"
    assert closure_of(date(2026, 11, 6), calendar=strike) is None
