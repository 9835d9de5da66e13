"""Amounts in cents, as French writes them."""

NBSP = "\u00a0"


def euros_words(cents: int) -> str:
    """Return an amount: « 1 234,50 € », with spaces that never break.

    >>> euros_words(123450).replace(NBSP, " ")
    '1 234,50 €'
    """
    sign, whole = ("-" if cents < 0 else ""), f"{abs(cents) // 100:,}".replace(",", NBSP)
    return f"{sign}{whole},{abs(cents) % 100:02d}{NBSP}€"
