"""The quotient familial of a household, as the Caf works it out. Pure.

(resources of a year ÷ 12 + benefits of a month) ÷ parts. Parts: two for the adults, alone or not; a half for each of
the first two children, one for the third, a half for each after; a half more for a disabled child.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def parts_of(*, children: int, disabled: int = 0) -> Fraction:
    """Return the parts of a household.

    >>> [float(parts_of(children=count)) for count in range(5)]
    [2.0, 2.5, 3.0, 4.0, 4.5]
    """
    halves = min(children, 2) + (2 if children > 2 else 0) + max(children - 3, 0) + disabled
    return 2 + Fraction(halves, 2)


def family_quotient(*, annual: Decimal, monthly_benefits: Decimal, parts: Fraction) -> Decimal:
    """Return a quotient, rounded half up to the cent.

    :param annual: resources of a year, before deductions, in euros; :param monthly_benefits: of a month, in euros.

    >>> family_quotient(annual=Decimal(36000), monthly_benefits=Decimal("148.52"), parts=Fraction(3))
    Decimal('1049.51')
    """
    exact = (Fraction(annual) / 12 + Fraction(monthly_benefits)) / parts
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
