"""Hues of children, and what a household may read."""

HUES = 8


def next_hue(taken: list[int]) -> int:
    """Return the hue (1 to 8) of a new child: the first its brothers and sisters do not have.

    >>> next_hue([1, 2, 4])
    3
    """
    free = [hue for hue in range(1, HUES + 1) if hue not in taken]
    return free[0] if free else len(taken) % HUES + 1
