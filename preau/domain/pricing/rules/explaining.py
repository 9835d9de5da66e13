"""The price of care in French, line by line: what a parent reads, and what a contract keeps of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from preau.domain.pricing.enums import HoursRounding, IncomeBasis, Missing, Smoothing
from preau.domain.pricing.rules.psu import Rate, RateSettings
from preau.domain.pricing.rules.smoothing import (
    BASE_DAYS,
    Reserved,
    SmoothingSettings,
    billed_months,
    monthly_hours,
    weekly_hours,
)
from preau.kernel.french_dates import day_words
from preau.kernel.money import NBSP, euros_words, hours_words, minutes_words, percent_words, rate_words


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: what it is, how it is found, what it gives."""

    name: str
    reckoning: str
    result: str


def explain_rate(rate: Rate, settings: RateSettings) -> list[Step]:
    """Return how the rate of an hour is found."""
    steps = []
    if rate.given_cents is not None and rate.monthly_cents is not None:
        given = round(rate.given_cents)
        year = euros_words(round(rate.given_cents * 12))
        steps.append(Step("Ressources d’un mois", f"{year} par an ÷ 12", euros_words(given)))
    if rate.monthly_cents is not None and rate.bound:
        steps.append(_bound_step(rate, settings))
    if rate.effort is not None and rate.monthly_cents is not None:
        steps.append(Step("Taux d’effort", _children_words(rate), percent_words(rate.effort)))
        made = f"{euros_words(round(rate.monthly_cents))} × {percent_words(rate.effort)}"
        if rate.surcharge_percent:
            made += f" + {rate.surcharge_percent}{NBSP}% hors du territoire"
        steps.append(Step("Prix d’une heure", made, rate_words(rate.euros)))
        return steps
    why = {
        IncomeBasis.FOSTER: "tarif unique des enfants confiés à l’aide sociale à l’enfance",
        IncomeBasis.UNKNOWN: "tarif fixe de la structure, ressources non connues",
    }.get(rate.basis, "tarif de la structure")
    steps.append(Step("Prix d’une heure", why, rate_words(rate.euros)))
    return steps


def _bound_step(rate: Rate, settings: RateSettings) -> Step:
    kept = euros_words(round(rate.monthly_cents or 0))
    name = "Plancher" if rate.bound == Missing.FLOOR else "Plafond"
    if rate.given_cents is None:
        why = {
            IncomeBasis.NOT_GIVEN: "ressources non communiquées",
            IncomeBasis.FOSTER: "enfant confié à l’aide sociale à l’enfance",
        }.get(rate.basis, "ressources non connues")
    elif rate.bound == Missing.FLOOR:
        why = f"ressources plus basses que le plancher du {day_words(rate.scale.starts_on)}"
    elif (settings.own_ceiling_cents or 0) > rate.scale.ceiling_cents:
        why = "ressources plus hautes que le plafond de la structure"
    else:
        why = f"ressources plus hautes que le plafond du {day_words(rate.scale.starts_on)}"
    return Step(f"{name} retenu", why, kept)


def _children_words(rate: Rate) -> str:
    words = f"{rate.children} enfant{'s' if rate.children > 1 else ''} à charge"
    return f"{words}, dont {rate.aeeh} avec l’AEEH" if rate.aeeh else words


def weeks_words(weeks: Fraction) -> str:
    """Return how many weeks, with two decimals at most: « 45 », « 44,29 »."""
    return f"{round(float(weeks), 2):g}".replace(".", ",")


def explain_hours(reserved: Reserved, settings: SmoothingSettings) -> list[Step]:
    """Return how the hours of each month are found."""
    months = len(billed_months(reserved.period, () if settings.formula is Smoothing.BOOKED else settings.unbilled))
    found = monthly_hours(reserved, settings)
    rounded = {
        HoursRounding.EXACT: "",
        HoursRounding.HALF_HOUR: ", à la demi-heure supérieure",
        HoursRounding.HOUR: ", à l’heure supérieure",
    }[settings.rounding]
    result = hours_words(found)
    if reserved.agreed_minutes is not None:
        total = minutes_words(reserved.agreed_minutes)
        return [Step("Heures d’un mois", f"{total} au contrat ÷ {months} mois{rounded}", result)]
    week = hours_words(weekly_hours(reserved))
    weeks = weeks_words(reserved.weeks)
    match settings.formula:
        case Smoothing.WEEKS:
            made = f"{_weeks_of(reserved, weeks, week)} ÷ {months} mois"
        case Smoothing.FLAT:
            made = f"{weeks} semaines, chaque jour au forfait de 4, 6, 8 ou 10{NBSP}h, ÷ {months} mois"
        case Smoothing.BASE_DAYS:
            made = f"{BASE_DAYS} jours par mois, semaine de {week}"
        case _:
            made = f"{minutes_words(reserved.total)} réservées ÷ {months} mois"
    return [Step("Heures d’une semaine", "", week), Step("Heures d’un mois", f"{made}{rounded}", result)]


def _weeks_of(reserved: Reserved, weeks: str, week: str) -> str:
    """Weeks by their hours, and what that gives where the weeks as written would not give it to the hundredth."""
    if (reserved.weeks * 100).denominator == 1:
        return f"{weeks} semaines × {week}"
    return f"{weeks} semaines × {week}, soit {hours_words(weekly_hours(reserved) * reserved.weeks)},"


def explain_months(amounts: Sequence[int]) -> str:
    """Return the amounts of months in words: one, or from the least to the most."""
    paid = sorted({each for each in amounts if each})
    if not paid:
        return euros_words(0)
    return euros_words(paid[0]) if len(paid) == 1 else f"de {euros_words(paid[0])} à {euros_words(paid[-1])}"
