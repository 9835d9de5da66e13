"""The situations of `tariffs.md`: each grid read as an agent pastes it, each price worked out by the engine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from preau.domain.pricing.enums import Columns, Formula, How, Measure, Scheme, When
from preau.domain.pricing.rules.grids import Grid, check_grid
from preau.domain.pricing.rules.pasted import read_brackets, read_figure
from preau.domain.pricing.rules.tariff_words import explain
from preau.domain.pricing.rules.tariffs import (
    Modifier,
    Quotient,
    Situation,
    Tariff,
    parse_tariff,
    price,
    tariff_data,
)

FIGURE = r"([0-9]+(?:,[0-9]+)?)"
# What the text of a part says of what changes a price.
PHRASES = [
    (rf"hors commune, le prix devient {FIGURE}", When.OUTSIDE, How.PRICE, 1),
    (rf"hors\s+commune : {FIGURE}\.(?:\s|$)", When.OUTSIDE, How.PRICE, 1),
    (rf"hors\s+commune : {FIGURE} de plus", When.OUTSIDE, How.PLUS, 1),
    (rf"venu sans réservation, {FIGURE} de plus", When.UNBOOKED, How.PLUS, 1),
    (rf"repas apporté \(PAI\) : {FIGURE}", When.PAI, How.PRICE, 1),
    (rf"trois enfants inscrits et plus : {FIGURE} % de moins", When.ENROLLED, How.PERCENT, -1),
]


@dataclass
class Part:
    """One published grid, and the situations under it."""

    title: str
    text: str = ""
    tables: list[list[list[str]]] = field(default_factory=list)

    @property
    def situations(self) -> list[list[str]]:
        return self.tables[-1][1:]


def parts() -> Iterator[Part]:
    found, last = None, ""
    for line in (Path(__file__).parent / "tariffs.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            if found:
                yield found
            found = Part(line[3:])
        elif found and line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not last.startswith("|"):
                found.tables.append([])
            if not cells[0].startswith("---"):
                found.tables[-1].append(cells)
        elif found:
            found.text = f"{found.text} {line}".strip()
        last = line
    if found:
        yield found


def grid_of(part: Part, column: str | None = None) -> Grid:
    """The grid of a part, or one made of one of its other columns."""
    text = part.text
    effort = re.search(rf"Taux d’effort de {FIGURE} %, de {FIGURE} à {FIGURE}", text)
    if effort:
        percent, floor, ceiling = (read_figure(each) for each in effort.groups())
        grid = Grid(Formula.EFFORT, percent=percent, floor=floor, ceiling=ceiling)
        check_grid(grid)
        return grid
    points = re.search(r"Points : (.+?)\. ?(?:[A-Z]|$)", text)
    if points:
        pairs = [each.split(" à ") for each in points[1].split(" ; ")]
        grid = Grid(Formula.POINTS, points=tuple((read_figure(low), read_figure(euros)) for low, euros in pairs))
        check_grid(grid)
        return grid
    head, *rows = part.tables[0]
    aside = [place for place, name in enumerate(head) if name in ("PAI", "Dehors")]
    kept = [head.index(column)] if column else [place for place in range(2, len(head)) if place not in aside]
    lines = "\n".join(" ; ".join([*row[:2], *(row[place] for place in kept)]) for row in rows)
    columns = Columns.NONE
    if column is None and "par rang" in text:
        columns = Columns.RANK
    elif column is None and "par caisse" in text:
        columns = Columns.SCHEME
    return read_brackets(lines, formula=Formula.SHARE if "Part du coût" in text else Formula.BRACKETS, columns=columns)


def tariff_of(part: Part) -> Tariff:
    text = part.text
    first, others = [], []
    if "PAI), autre grille" in text:
        first.append(Modifier(When.PAI, How.GRID, grid=grid_of(part, "PAI")))
    if "Hors commune, autre grille" in text:
        first.append(Modifier(When.OUTSIDE, How.GRID, grid=grid_of(part, "Dehors")))
    if "100 % du coût" in text:
        whole = Grid(Formula.SHARE, prices=((Decimal(100),),))
        first.append(Modifier(When.OUTSIDE, How.GRID, grid=whole))
    if "la tranche juste au-dessous" in text:
        first.append(Modifier(When.ENROLLED, How.LOWER, Decimal(1), least=3))
    for phrase, when, how, sign in PHRASES:
        said = re.search(phrase, text, re.I)
        if said:
            least = 3 if when is When.ENROLLED else 1
            others.append((said.start(), Modifier(when, how, sign * read_figure(said[1]), least=least)))
    measure = Measure.HALF_HOUR if "demi-heure." in text else Measure.MONTH if "au mois" in text else Measure.EACH
    modifiers = (*first, *(each for _place, each in sorted(others, key=lambda pair: pair[0])))
    return parse_tariff(tariff_data(Tariff(grid_of(part), measure, modifiers)))


def situation_of(quotient: str, home: str, change: str) -> Situation:
    facts = {"sans réservation": When.UNBOOKED, "PAI": When.PAI}
    minutes, cost = re.search(r"(\d+) min", change), re.search(r"coût (\d+)", change)
    rank, children = re.search(r"rang (\d+)", home), re.search(r"(\d+) enfants", home)
    scheme = Scheme.MSA if "MSA" in home else Scheme.CAF
    return Situation(
        quotient=None if quotient == "inconnu" else Quotient(Decimal(quotient), scheme),
        is_resident="dehors" not in home,
        rank=int(rank[1]) if rank else 1,
        enrolled=int(children[1]) if children else 1,
        facts=frozenset(fact for word, fact in facts.items() if word in change),
        minutes=int(minutes[1]) if minutes else 0,
        cost=Decimal(cost[1]) if cost else None,
    )


CASES = [
    pytest.param(part, row, id=f"{part.title[:30]}: {row[0]} {row[1]}") for part in parts() for row in part.situations
]


@pytest.mark.parametrize(("part", "row"), CASES)
def test_price(part: Part, row: list[str]) -> None:
    _name, quotient, home, change, expected = row
    found = price(tariff_of(part), situation_of(quotient, home, change))
    assert found.cents == int(read_figure(expected) * 100)
    steps = explain(found)
    assert steps[-1].result.replace("\u00a0", "") == f"{found.cents // 100},{found.cents % 100:02d}€"
    assert all(each.name for each in steps)


def test_every_model_of_price_has_its_situations() -> None:
    found = [tariff_of(part) for part in parts()]
    assert {each.grid.formula for each in found} >= {Formula.BRACKETS, Formula.EFFORT, Formula.POINTS, Formula.SHARE}
    assert len(CASES) >= 70
