"""A price in French, step by step, so that a calculator finds it again. Pure."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from preau.domain.pricing.enums import Closed, Columns, Formula, How, Measure, When
from preau.domain.pricing.rules.explaining import Step
from preau.domain.pricing.rules.grids import Grid
from preau.domain.pricing.rules.tariffs import Change, Modifier, Priced
from preau.kernel.money import NBSP, euros_words, hours_words, percent_words, rate_words

UNITS = {
    Measure.QUARTER: ("quart d’heure", "quarts d’heure"),
    Measure.HALF_HOUR: ("demi-heure", "demi-heures"),
    Measure.HOUR: ("heure", "heures"),
}
EACH = {
    Measure.EACH: "l’unité",
    Measure.QUARTER: "le quart d’heure",
    Measure.HALF_HOUR: "la demi-heure",
    Measure.HOUR: "l’heure",
    Measure.MINUTE: "l’heure",
    Measure.DAY: "la journée",
    Measure.MONTH: "le mois",
    Measure.PERIOD: "la période",
}
WHEN = {
    When.OUTSIDE: "Hors du territoire",
    When.PAI: "Repas apporté (PAI)",
    When.OCCASIONAL: "Accueil occasionnel",
    When.LATE: "Réservé hors délai",
    When.UNBOOKED: "Venu sans réservation",
    When.UNJUSTIFIED: "Absence non justifiée",
    When.HALF_DAY: "Demi-journée",
    When.RANK: "Rang de l’enfant",
    When.PRESENT: "Enfants présents",
    When.ENROLLED: "Enfants inscrits",
    When.NUMBER: "Nombre dans le mois",
}
COLUMNS = {
    Columns.RANK: ("1er enfant", "{}e enfant"),
    Columns.PRESENT: ("1 enfant présent", "{} enfants présents"),
    Columns.ENROLLED: ("1 enfant inscrit", "{} enfants inscrits"),
}
SCHEMES = ("Caf", "MSA ou autre")


def quotient_words(value: Decimal) -> str:
    """Return a quotient: « 742 », « 1 049,51 »."""
    whole, _point, decimals = f"{value.normalize():f}".partition(".")
    spaced = f"{int(whole):,}".replace(",", NBSP)
    return f"{spaced},{decimals.ljust(2, '0')}" if decimals else spaced


def bracket_words(grid: Grid, bracket: int) -> str:
    """Return a bracket in words: « moins de 400 », « de 400 à moins de 640 », « 1 900 et plus »."""
    bounds = [quotient_words(each) for each in grid.bounds]
    if not bounds:
        return "tous les quotients"
    is_lower = grid.closed is Closed.LOWER
    if bracket == 0:
        return f"moins de {bounds[0]}" if is_lower else f"jusqu’à {bounds[0]}"
    if bracket == len(bounds):
        return f"{bounds[-1]} et plus" if is_lower else f"plus de {bounds[-1]}"
    low, high = bounds[bracket - 1], bounds[bracket]
    return f"de {low} à moins de {high}" if is_lower else f"plus de {low}, jusqu’à {high}"


def column_words(grid: Grid, column: int) -> str:
    """Return the name of a column of a grid: « 2e enfant », « Caf »; "" for the only one."""
    if grid.columns is Columns.NONE:
        return ""
    if grid.columns is Columns.SCHEME:
        return SCHEMES[min(column, 1)]
    first, others = COLUMNS[grid.columns]
    words = first if column == 0 else others.format(column + 1)
    is_last = bool(grid.prices) and column == len(grid.prices[0]) - 1 and column > 0
    return f"{words} et plus" if is_last else words


def modifier_name(modifier: Modifier) -> str:
    """Return what a modifier is called: the words of the collectivité, else ours."""
    if modifier.name:
        return modifier.name
    name = WHEN[modifier.when]
    if modifier.when in (When.RANK, When.PRESENT, When.ENROLLED, When.NUMBER):
        return f"{name}, à partir de {modifier.least}"
    return name


def explain(priced: Priced, *, of_unit: bool = False) -> list[Step]:
    """Return how a price is found: from the quotient, then what changed it, then the quantity, then who pays.

    :param of_unit: the price of one is asked, and no quantity.
    """
    steps = [_base_step(priced)]
    for each in priced.changes:
        steps.append(Step(modifier_name(each.modifier), _change_words(each), rate_words(_shown(each.euros))))
    if priced.measure is not Measure.MINUTE:  # the last price is the one that is rounded
        steps[-1] = replace(steps[-1], result=euros_words(priced.unit_cents))
    if not of_unit and (priced.measure in UNITS or priced.measure is Measure.MINUTE):
        unit = rate_words(Decimal(priced.unit_cents) / 100)
        steps.append(Step("Quantité", f"{_quantity_words(priced)} × {unit}", euros_words(priced.cents)))
    steps += [Step(f"Pris en charge par {name}", "", euros_words(-part)) for name, part in priced.parts]
    return steps


def _base_step(priced: Priced) -> Step:
    base = priced.base
    result = rate_words(_shown(base.euros))
    if base.is_highest:
        return Step("Quotient non connu", "le prix qui vaut sans quotient", result)
    if priced.quotient is None or priced.grid.formula is Formula.FLAT:
        column = column_words(priced.grid, base.column)
        return Step("Prix", column or "le même pour tous", result)
    quotient = quotient_words(priced.quotient.value)
    if priced.grid.formula is Formula.EFFORT:
        made = f"{quotient} × {percent_words(priced.grid.percent.normalize())}"
        if base.bound == "floor":
            made += f", {rate_words(priced.grid.floor)} au moins"
        elif base.bound == "ceiling":
            made += f", {rate_words(priced.grid.ceiling)} au plus"
        return Step("Quotient", made, result)
    if priced.grid.formula is Formula.POINTS:
        return Step("Quotient", f"{quotient}, {_points_words(priced.grid, priced.quotient.value)}", result)
    bracket = base.bracket or 0
    made = f"{quotient}, tranche {bracket_words(priced.grid, bracket)}"
    column = column_words(priced.grid, base.column)
    if column:
        made += f", {column}"
    if priced.grid.formula is Formula.SHARE:
        made += f", {percent_words(priced.grid.prices[bracket][base.column].normalize())} du coût"
    return Step("Quotient", made, result)


def _points_words(grid: Grid, quotient: Decimal) -> str:
    points = grid.points
    if quotient <= points[0][0] or quotient >= points[-1][0]:
        return "prix fixe à ce quotient"
    position = next(place for place, (bound, _euros) in enumerate(points) if quotient <= bound)
    (low, low_euros), (high, high_euros) = points[position - 1], points[position]
    return (
        f"entre {quotient_words(low)} ({rate_words(low_euros)}) et {quotient_words(high)} ({rate_words(high_euros)}), "
        "en ligne droite"
    )


def _change_words(change: Change) -> str:
    modifier, value = change.modifier, change.modifier.value
    match modifier.how:
        case How.GRID:
            bracket = change.base.bracket
            return f"tranche {bracket_words(change.grid, bracket)}" if bracket is not None else "autre prix"
        case How.PRICE:
            return "autre prix"
        case How.LOWER:
            return "la tranche juste au-dessous" if value == 1 else f"{value:f} tranches au-dessous"
        case How.TIMES:
            return f"× {quotient_words(value)}"
        case How.PLUS:
            return f"{'+' if value >= 0 else '-'} {rate_words(abs(value))}"
        case _:
            return f"{'+' if value >= 0 else '-'} {percent_words(abs(value).normalize())}"


def _quantity_words(priced: Priced) -> str:
    if priced.measure is Measure.MINUTE:
        return hours_words(priced.quantity)
    one, many = UNITS[priced.measure]
    count = int(priced.quantity)
    return f"{count} {one if count < 2 else many}"


def _shown(euros: Decimal) -> Decimal:
    """A price with the decimals that a reader needs: two, or up to four where it is not whole cents yet."""
    rounded = Decimal(round(Fraction(euros) * 10_000)) / 10_000
    return rounded.quantize(Decimal("0.01")) if rounded == rounded.quantize(Decimal("0.01")) else rounded
