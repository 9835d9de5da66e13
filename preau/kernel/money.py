"""Amounts in cents, rates and lengths, as French writes them: spaces inside them never break."""

from decimal import Decimal
from fractions import Fraction

NBSP = "\u00a0"


def euros_words(cents: int) -> str:
    """Return an amount: « 1 234,50 € », with spaces that never break.

    >>> euros_words(123450).replace(NBSP, " ")
    '1 234,50 €'
    """
    sign, whole = ("-" if cents < 0 else ""), f"{abs(cents) // 100:,}".replace(",", NBSP)
    return f"{sign}{whole},{abs(cents) % 100:02d}{NBSP}€"


def rate_words(euros: Decimal) -> str:
    """Return an hourly rate, with as many decimals as it has: « 1,44 € », « 1,512 € »."""
    text = f"{euros.normalize():f}"
    whole, _point, decimals = text.partition(".")
    return f"{whole},{decimals.ljust(2, '0')}{NBSP}€"


def hours_words(hours: Fraction | Decimal) -> str:
    """Return hours as decimals, as contracts write them: « 142,5 h », « 156,67 h »."""
    hundredths = round(hours * 100)
    whole, rest = divmod(abs(hundredths), 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if hundredths < 0 else ''}{whole}{decimals}{NBSP}h"


def minutes_words(minutes: int) -> str:
    """Return a length: « 38 h », « 37 h 30 »."""
    whole, rest = divmod(minutes, 60)
    return f"{whole}{NBSP}h{NBSP}{rest:02d}" if rest else f"{whole}{NBSP}h"


def percent_words(rate: Decimal) -> str:
    """Return a rate: « 0,0516 % »."""
    return f"{rate}".replace(".", ",") + f"{NBSP}%"
