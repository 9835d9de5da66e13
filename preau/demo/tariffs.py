"""Published grids of French collectivités, dressed as those of the demo; quotients of households in each state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from preau.demo.builder import Builder, Home
from preau.demo.contracts import direction
from preau.domain.catalogue.enums import ActivityKind
from preau.domain.catalogue.models import Activity, Unit
from preau.domain.pricing.enums import Columns, Formula, How, Measure, Scheme, When
from preau.domain.pricing.operations.quotients import say_quotient
from preau.domain.pricing.operations.tariffs import draft_tariff, publish_tariff
from preau.domain.pricing.rules.grids import Grid
from preau.domain.pricing.rules.pasted import read_brackets
from preau.domain.pricing.rules.tariffs import Modifier, Tariff

REFERENCE = "Délibération du conseil du 12 juin {}"
OUTSIDE = "Hors du territoire"
HALF_DAYS = ("Matin", "Matin et repas", "Après-midi")
SAID = 60  # households that have said something, beside those that have a story


def _figures(text: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, text.split()))


def _by(bounds: str, prices: str) -> Grid:
    limits = _figures(bounds)
    return Grid(Formula.BRACKETS, prices=tuple((each,) for each in _figures(prices)), bounds=limits)


def _points(*pairs: tuple[str, str]) -> Grid:
    return Grid(Formula.POINTS, points=tuple((Decimal(low), Decimal(euros)) for low, euros in pairs))


def _effort(percent: str, floor: str, ceiling: str) -> Grid:
    return Grid(Formula.EFFORT, percent=Decimal(percent), floor=Decimal(floor), ceiling=Decimal(ceiling))


def _flat(euros: str) -> Grid:
    return Grid(Formula.FLAT, prices=((Decimal(euros),),))


def _change(when: When, how: How, value: str, name: str = "", *, least: int = 1) -> Modifier:
    return Modifier(when, how, Decimal(value), least=least, name=name)


EIGHT = "400 640 860 1150 1500 1700 1900"
BY_RANK = """0 ; 308 ; 3,77 ; 3,42 ; 3,10 ; 2,82
308,01 ; 500 ; 5,53 ; 5,00 ; 4,53 ; 4,10
500,01 ; 800 ; 7,86 ; 7,10 ; 6,42 ; 5,80
800,01 ; 1100 ; 9,14 ; 8,25 ; 7,45 ; 6,73
1100,01 ; 1400 ; 10,19 ; 9,20 ; 8,30 ; 7,50
1400,01 ; ; 10,63 ; 9,60 ; 8,66 ; 7,82"""
BY_SCHEME = """0 ; 400 ; 2,00 ; 4,00
401 ; 700 ; 2,50 ; 4,50
701 ; 800 ; 3,00 ; 5,00
801 ; 1000 ; 7,00 ; 7,00
1001 ; 1250 ; 9,00 ; 9,00
1251 ; 1500 ; 11,00 ; 11,00
1501 ; ; 14,00 ; 14,00"""
LEISURE = (ActivityKind.WEDNESDAY, ActivityKind.HOLIDAYS)

Written = tuple[str, Sequence[ActivityKind], Tariff]
TOWNS: Mapping[str, Sequence[Written]] = {
    "saint-loup": (
        (
            "Restauration scolaire",
            [ActivityKind.CANTEEN],
            Tariff(
                _by(EIGHT, "0.50 1.75 2.35 3.05 3.55 4.05 4.60 4.90"),
                modifiers=(
                    Modifier(When.PAI, How.GRID, grid=_by(EIGHT, "0.50 0.80 0.80 0.80 1.00 1.00 1.00 1.00")),
                    _change(When.OUTSIDE, How.PRICE, "6.50", OUTSIDE),
                    _change(When.UNBOOKED, How.PLUS, "2.50"),
                ),
            ),
        ),
        (
            "Accueil périscolaire",
            [ActivityKind.AFTER_SCHOOL],
            Tariff(
                _by(EIGHT, "0.16 0.70 0.85 1.10 1.25 1.35 1.40 1.45"),
                measure=Measure.HALF_HOUR,
                modifiers=(_change(When.OUTSIDE, How.PRICE, "2.05", OUTSIDE),),
            ),
        ),
        (
            "Centre de loisirs",
            LEISURE,
            Tariff(
                read_brackets(BY_RANK, columns=Columns.RANK),
                measure=Measure.DAY,
                modifiers=(
                    Modifier(
                        When.OUTSIDE, How.GRID, name=OUTSIDE, grid=_by("308 500 800 1100 1400", "12 13 14 15 16 17")
                    ),
                ),
            ),
        ),
        ("Sorties", [ActivityKind.OUTINGS], Tariff(_by("1100 1500 2000", "0.99 3.80 4.30 4.80"))),
    ),
    "val-fleuri": (
        (
            "Restauration",
            [ActivityKind.CANTEEN],
            Tariff(_effort("0.36", "2.60", "4.50"), modifiers=(_change(When.PAI, How.PRICE, "1.75"),)),
        ),
        (
            "Périscolaire",
            [ActivityKind.AFTER_SCHOOL],
            Tariff(
                _by("651 1151", "0.30 0.48 0.63"),
                measure=Measure.HALF_HOUR,
                modifiers=(_change(When.OUTSIDE, How.TIMES, "2", OUTSIDE),),
            ),
        ),
        (
            "Centre de loisirs",
            LEISURE,
            Tariff(read_brackets(BY_SCHEME, columns=Columns.SCHEME), measure=Measure.DAY),
        ),
    ),
    "pays-mellifere": (
        ("Restauration", [ActivityKind.CANTEEN], Tariff(_effort("0.55", "0", "3.19"))),
        (
            "Accueil du matin et du soir",
            [ActivityKind.AFTER_SCHOOL],
            Tariff(_by("400 600 800 1100 1500", "0.29 0.71 1.00 1.35 1.84 2.13"), measure=Measure.HOUR),
        ),
        (
            "Centre de loisirs",
            LEISURE,
            Tariff(
                _by("450 600 750 950 1200 1500 1950", "7.20 8.90 10.40 13.10 15.60 18.70 21.90 24.90"),
                measure=Measure.DAY,
                modifiers=(
                    _change(When.ENROLLED, How.LOWER, "1", "Trois enfants inscrits", least=3),
                    _change(When.OUTSIDE, How.PLUS, "2.00", OUTSIDE),
                ),
            ),
        ),
    ),
    "kerploz": (
        (
            "Restaurant scolaire",
            [ActivityKind.CANTEEN],
            Tariff(
                _points(("0", "1.50"), ("500", "3.205"), ("2000", "6.696"), ("2000.01", "6.70")),
                modifiers=(
                    _change(When.ENROLLED, How.PERCENT, "-10", "Trois enfants inscrits", least=3),
                    _change(When.OUTSIDE, How.PRICE, "7.40", OUTSIDE),
                ),
            ),
        ),
        ("Garderie", [ActivityKind.AFTER_SCHOOL], Tariff(_flat("0.52"), measure=Measure.HALF_HOUR)),
        ("Accueil de loisirs", LEISURE, Tariff(_points(("1120", "20.20"), ("3000", "23.40")), measure=Measure.DAY)),
    ),
    "entre-rives": (
        (
            "Restauration",
            [ActivityKind.CANTEEN],
            Tariff(_by("623 1001 1501", "1.00 3.30 3.40 3.50"), modifiers=(_change(When.UNBOOKED, How.PRICE, "5.49"),)),
        ),
        (
            "Accueils matin et soir",
            [ActivityKind.AFTER_SCHOOL],
            Tariff(_by("651 1151", "0.30 0.48 0.63"), measure=Measure.HALF_HOUR),
        ),
        (
            "Mercredis et vacances",
            LEISURE,
            Tariff(read_brackets(BY_SCHEME, columns=Columns.SCHEME), measure=Measure.DAY),
        ),
    ),
}


def write(builder: Builder) -> None:
    """Publish the tariffs of a town, write one of next year as a draft, and say the quotients of its households."""
    for name, kinds, tariff in TOWNS[builder.organisation.slug]:
        activities = Activity.objects.filter(organisation_id=builder.id, kind__in=kinds)
        uses = [(activity.pk, "") for activity in activities]
        if uses:
            _publish(builder, name, tariff, uses)
        halves = Unit.objects.filter(organisation_id=builder.id, offer__activity__in=activities, name__in=HALF_DAYS)
        codes = sorted(set(halves.values_list("offer__activity_id", "code")))
        if codes and tariff.measure is Measure.DAY:
            _publish(builder, f"{name}, demi-journée", _half(tariff), codes)
    for place, home in enumerate(builder.homes):
        if home.is_character or (place % 4 == 0 and place < SAID * 4):
            _say(builder, home)


def _half(tariff: Tariff) -> Tariff:
    """Six tenths of a day."""
    modifiers = tuple(
        replace(each, grid=_shrunk(each.grid)) if each.grid is not None else each for each in tariff.modifiers
    )
    return replace(tariff, grid=_shrunk(tariff.grid), measure=Measure.EACH, modifiers=modifiers)


def _shrunk(grid: Grid) -> Grid:
    return replace(
        grid,
        prices=tuple(tuple(each * 6 / 10 for each in row) for row in grid.prices),
        points=tuple((low, euros * 6 / 10) for low, euros in grid.points),
    )


def _publish(builder: Builder, name: str, tariff: Tariff, uses: Sequence[tuple[int, str]]) -> None:
    start = builder.last_year.starts_on
    version = draft_tariff(
        actor=direction(builder),
        name=name,
        terms=tariff,
        starts_on=start,
        reference=REFERENCE.format(start.year),
        uses=uses,
    )
    publish_tariff(actor=direction(builder), version_id=version, now=builder.now - timedelta(days=200))
    if tariff.grid.formula is Formula.EFFORT:
        dearer = replace(tariff, grid=replace(tariff.grid, ceiling=tariff.grid.ceiling + Decimal("0.20")))
        following = date(builder.year.starts_on.year + 1, builder.year.starts_on.month, builder.year.starts_on.day)
        draft_tariff(actor=direction(builder), name=name, terms=dearer, starts_on=following, reference="", uses=uses)


def _say(builder: Builder, home: Home) -> None:
    """Most have one, some have let it grow old, a few give nothing, and the others have not been asked yet."""
    chance = Random(f"{builder.organisation.slug}-{home.family.number}")
    drawn = chance.random()
    if drawn > 0.85:
        return
    value = Decimal(chance.randrange(20_000, 230_000)) / 100 if drawn <= 0.78 else None
    year = builder.today.year if drawn <= 0.68 else builder.today.year - 1
    say_quotient(
        actor=direction(builder),
        family_id=home.family.pk,
        value=value,
        scheme=chance.choice([Scheme.CAF, Scheme.CAF, Scheme.CAF, Scheme.MSA]),
        until=date(year, 12, 31),
        source=f"attestation de janvier {year}" if value is not None else "rien n’a été transmis",
        starts_on=date(year, 1, 1),
        now=builder.now - timedelta(days=60),
    )
