"""What a version agreed on when it was sent: its days, its hours, how they are paid. Pure.

Kept with the version and never worked out again: a day that closes later, a setting that changes, an enrolment that
ends do not change what was signed, nor what was paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from preau.domain.pricing.enums import AeehMode, CareScale, HoursRounding, Missing, RateRounding, Smoothing
from preau.domain.pricing.rules.psu import RateSettings
from preau.domain.pricing.rules.smoothing import SmoothingSettings
from preau.kernel.time_ranges import Ranges, read_ranges, write_ranges


@dataclass(frozen=True, slots=True)
class Agreed:
    """The days of a version with their hours, its weeks of care, and the choices by which they are priced."""

    days: Mapping[date, Ranges]
    weeks: Fraction
    smoothing: SmoothingSettings
    rate: RateSettings


def agreed_data(agreed: Agreed) -> dict[str, Any]:
    """Return plain data, fit for JSON, that `parse_agreed` reads back."""
    smoothing, rate = agreed.smoothing, agreed.rate
    return {
        "days": {day.isoformat(): write_ranges(ranges) for day, ranges in sorted(agreed.days.items())},
        "weeks": str(agreed.weeks),
        "smoothing": [smoothing.formula.value, smoothing.rounding.value, sorted(smoothing.unbilled)],
        "rate": {
            "scale": rate.scale.value,
            "rounding": rate.rounding.value,
            "aeeh_mode": rate.aeeh_mode.value,
            "own_ceiling_cents": rate.own_ceiling_cents,
            "not_given": rate.not_given.value,
            "foster": rate.foster.value,
            "fixed": str(rate.fixed) if rate.fixed is not None else None,
            "surcharge_percent": rate.surcharge_percent,
        },
    }


def parse_agreed(data: Mapping[str, Any]) -> Agreed:
    """Return what `agreed_data` wrote."""
    formula, rounding, unbilled = data["smoothing"]
    rate = data["rate"]
    return Agreed(
        days={date.fromisoformat(day): read_ranges(ranges) for day, ranges in data["days"].items()},
        weeks=Fraction(data["weeks"]),
        smoothing=SmoothingSettings(Smoothing(formula), HoursRounding(rounding), frozenset(unbilled)),
        rate=RateSettings(
            scale=CareScale(rate["scale"]),
            rounding=RateRounding(rate["rounding"]),
            aeeh_mode=AeehMode(rate["aeeh_mode"]),
            own_ceiling_cents=rate["own_ceiling_cents"],
            not_given=Missing(rate["not_given"]),
            foster=Missing(rate["foster"]),
            fixed=Decimal(rate["fixed"]) if rate["fixed"] is not None else None,
            surcharge_percent=rate["surcharge_percent"],
        ),
    )


def with_announced(days: Mapping[date, Ranges], announced: Mapping[date, Mapping[date, Ranges]]) -> dict[date, Ranges]:
    """Return the days of a version where the months that were announced hold what was announced, and nothing else.

    :param announced: by first day of the month, the hours of its days.
    """
    found = {day: ranges for day, ranges in days.items() if day.replace(day=1) not in announced}
    for month in announced.values():
        found.update({day: ranges for day, ranges in month.items() if ranges})
    return found
