"""Prices of activities, whatever the figures: bounds, order, splits, what is typed wrong."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.pricing.enums import Closed, Formula, How, Measure, When
from preau.domain.pricing.rules.grids import Grid, InvalidGrid, base_of, check_grid, grid_data, parse_grid
from preau.domain.pricing.rules.pasted import read_brackets, read_figure, write_brackets
from preau.domain.pricing.rules.tariff_words import explain
from preau.domain.pricing.rules.tariffs import (
    Modifier,
    Quotient,
    Situation,
    Tariff,
    ThirdParty,
    capped,
    parse_tariff,
    price,
    quantity_of,
    tariff_data,
)

CENTS = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)
QUOTIENTS = st.integers(0, 500_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def grids(draw, *, is_rising=False):
    bounds = sorted(draw(st.sets(st.integers(1, 4000), max_size=8)))
    prices = [draw(CENTS) for _ in range(len(bounds) + 1)]
    return Grid(
        Formula.BRACKETS,
        prices=tuple((each,) for each in (sorted(prices) if is_rising else prices)),
        bounds=tuple(map(Decimal, bounds)),
        closed=draw(st.sampled_from(Closed)),
    )


MODIFIERS = st.builds(
    Modifier,
    when=st.sampled_from([When.OUTSIDE, When.UNBOOKED, When.LATE, When.ENROLLED]),
    how=st.sampled_from([How.PRICE, How.TIMES, How.PLUS, How.PERCENT]),
    value=st.integers(0, 20).map(Decimal),
)
SITUATIONS = st.builds(
    Situation,
    quotient=st.none() | QUOTIENTS.map(Quotient),
    is_resident=st.booleans(),
    enrolled=st.integers(1, 5),
    facts=st.frozensets(st.sampled_from([When.UNBOOKED, When.LATE])),
    minutes=st.integers(0, 700),
)
TARIFFS = st.builds(
    Tariff, grids(), measure=st.sampled_from(Measure), modifiers=st.lists(MODIFIERS, max_size=4).map(tuple)
)


@given(grids(), QUOTIENTS)
def test_every_quotient_has_one_price_of_the_grid(grid, quotient):
    check_grid(grid)
    base = base_of(grid, quotient)
    assert (base.euros,) in grid.prices
    bracket = base.bracket
    low = grid.bounds[bracket - 1] if bracket else Decimal(0)
    high = grid.bounds[bracket] if bracket < len(grid.bounds) else Decimal(10_000)
    assert low <= quotient <= high


@given(grids(is_rising=True), QUOTIENTS, QUOTIENTS)
def test_who_has_more_pays_no_less_where_the_grid_rises(grid, one, other):
    low, high = sorted((one, other))
    assert base_of(grid, low).euros <= base_of(grid, high).euros


@given(grids(), QUOTIENTS)
def test_without_a_quotient_the_price_is_the_highest(grid, quotient):
    assert base_of(grid, None).euros >= base_of(grid, quotient).euros


@given(st.integers(1, 99), CENTS, CENTS, QUOTIENTS, QUOTIENTS)
def test_a_share_of_the_quotient_stays_between_its_bounds_and_rises(percent, one, other, first, second):
    floor, ceiling = sorted((one, other + 1))
    grid = Grid(Formula.EFFORT, percent=Decimal(percent) / 100, floor=floor, ceiling=ceiling)
    low, high = (base_of(grid, each).euros for each in sorted((first, second)))
    assert floor <= low <= high <= ceiling


@given(TARIFFS, SITUATIONS)
def test_a_price_is_whole_cents_said_to_the_end_and_the_same_later(tariff, situation):
    found = price(tariff, situation)
    assert found.cents >= 0
    assert found == price(parse_tariff(tariff_data(tariff)), situation)
    assert len(explain(found)) >= 1 + len(found.changes)
    if tariff.measure is not Measure.MINUTE:
        assert found.cents == found.unit_cents * found.quantity


@given(TARIFFS, SITUATIONS, st.lists(CENTS, min_size=1, max_size=3))
def test_what_each_one_pays_makes_the_line(tariff, situation, shares):
    parties = tuple(ThirdParty(f"tiers {place}", (euros,)) for place, euros in enumerate(shares))
    found = price(replace(tariff, third_parties=parties), situation)
    assert found.family_cents >= 0
    assert found.family_cents + sum(cents for _name, cents in found.parts) == found.cents


def test_a_town_that_helps_by_bracket():
    """Roncq: a meal of 1,26 € in the first bracket, of which the CCAS pays 0,76 €."""
    grid = read_brackets("0 ; 400 ; 1,26\n400 ; ; 1,75")
    tariff = Tariff(grid, third_parties=(ThirdParty("CCAS", (Decimal("0.76"), Decimal(0))),))
    found = price(tariff, Situation(Quotient(Decimal(300))))
    assert (found.cents, found.family_cents, found.parts) == (126, 50, (("CCAS", 76),))
    assert price(tariff, Situation(Quotient(Decimal(500)))).parts == ()
    assert price(tariff, Situation()).parts == ()  # nothing is known: nothing is helped
    assert explain(found)[-1].name == "Pris en charge par CCAS"


def test_the_order_of_changes_is_that_of_the_tariff():
    grid = Grid(Formula.FLAT, prices=((Decimal(10),),))
    double, more = Modifier(When.OUTSIDE, How.TIMES, Decimal(2)), Modifier(When.LATE, How.PLUS, Decimal(1))
    late = Situation(is_resident=False, facts=frozenset({When.LATE}))
    assert price(Tariff(grid, modifiers=(double, more)), late).cents == 2100
    assert price(Tariff(grid, modifiers=(more, double)), late).cents == 2200


def test_a_price_for_who_gives_no_quotient_may_be_set():
    grid = read_brackets("0 ; 400 ; 1\n400 ; ; 2")
    found = price(Tariff(grid, missing=Decimal("2.50")), Situation())
    assert (found.cents, found.is_missing) == (250, True)
    assert explain(found)[0].name == "Quotient non connu"


def test_what_is_counted_by_the_minute_is_rounded_once():
    tariff = Tariff(Grid(Formula.FLAT, prices=((Decimal("1.10"),),)), measure=Measure.MINUTE)
    assert price(tariff, Situation(minutes=50)).cents == 92  # 0,9166
    assert quantity_of(Measure.QUARTER, 16) == 2


def test_the_how_manieth_of_the_month():
    grid = Grid(Formula.FLAT, prices=((Decimal(4),),))
    tariff = Tariff(grid, modifiers=(Modifier(When.NUMBER, How.PERCENT, Decimal(-50), least=3),))
    assert [price(tariff, Situation(number=each)).cents for each in (1, 2, 3, 4)] == [400, 400, 200, 200]
    assert capped(5000, ceiling=4000) == 4000


@given(grids())
def test_a_grid_is_written_and_read_back(grid):
    assert parse_grid(grid_data(grid)) == grid
    again = read_brackets(write_brackets(grid))
    assert again.prices == grid.prices
    assert again.bounds == grid.bounds
    if grid.bounds:
        assert again.closed is grid.closed


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("", "empty", None, None),
        ("de ; à ; prix", "empty", None, None),
        ("0 ; 400 ; 1\n450 ; ; 2", "hole", 1, 0),
        ("0 ; 400 ; 1\n300 ; ; 2", "overlap", 1, 0),
        ("0 ; 400 ; -1\n400 ; ; 2", "price", 0, 2),
        ("0 ; 400 ; NaN\n400 ; ; 2", "no_number", 0, 2),
        ("0 ; 400 ; 1e9\n400 ; ; 2", "no_number", 0, 2),
        ("0 ; 400 ; ٣\n400 ; ; 2", "no_number", 0, 2),
        ("0 ; 400 ; 99999\n400 ; ; 2", "price", 0, 2),
        ("0 ; ; 1\n400 ; ; 2", "end_missing", 0, 1),
        ("0 ; 400 ; 1\n400 ; 800 ; 2", "last_ends", 1, 1),
        ("50 ; 400 ; 1\n400 ; ; 2", "begins", 0, 0),
        ("0 ; 400 ; 1 ; 2\n400 ; ; 2", "columns", 0, None),
        ("0 ; 400\n400 ; ; 2", "cells", 0, None),
        ("0 ; 400 ; 1\n400 ; 600 ; 2\n601 ; ; 3", "sides", None, None),
        ("\n".join(f"{n} ; {n + 1} ; 1" for n in range(1000)), "too_many", 200, None),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_cell(text, code, row, column):
    with pytest.raises(InvalidGrid) as wrong:
        read_brackets(text)
    assert (wrong.value.code, wrong.value.row) == (code, row)
    if column is not None:
        assert wrong.value.column == column


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"formula": "magic"},
        {"formula": "flat", "prices": [["NaN"]]},
        {"formula": "flat", "prices": [[True]]},
        {"formula": "flat", "prices": [["1"], ["2"]]},
        {"formula": "effort", "percent": "0", "floor": "1", "ceiling": "2"},
        {"formula": "effort", "percent": "1", "floor": "3", "ceiling": "2"},
        {"formula": "points", "points": [[0, 1]]},
        {"formula": "points", "points": [[10, 1], [5, 2]]},
        {"formula": "brackets", "bounds": [5, 5], "prices": [["1"], ["1"], ["1"]]},
        {"formula": "share", "bounds": [5], "prices": [["101"], ["1"]]},
    ],
)
def test_a_grid_that_cannot_be_is_refused(data):
    with pytest.raises(InvalidGrid):
        parse_grid(data)


def test_a_tariff_that_cannot_be_is_refused():
    good = {"grid": {"formula": "flat", "prices": [["1"]]}}
    parse_tariff(good)
    for more in (
        {"modifiers": [{"when": "outside", "how": "grid"}]},
        {"modifiers": [{"when": "outside", "how": "times", "value": "-2"}]},
        {"modifiers": [{"when": "rank", "how": "percent", "value": "-10", "least": 0}]},
        {"modifiers": [{"when": "outside", "how": "lower", "value": "1.5"}]},
        {"modifiers": [good] * 2},
        {"missing": "-1"},
        {"third_parties": [{"name": "", "euros": ["1"]}]},
        {"measure": "furlong"},
    ):
        with pytest.raises(InvalidGrid):
            parse_tariff({**good, **more})


def test_figures_as_people_type_them():
    typed = ("12,50 €", "12.5", "1 049,51", "30 %", "0")
    assert [str(read_figure(each)) for each in typed] == ["12.50", "12.5", "1049.51", "30", "0"]
