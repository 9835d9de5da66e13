"""Hours made beyond those that a contract reserves: « toute demi-heure commencée est due ». Minutes of the local day.

Leaving early changes nothing: what is reserved is due. The two ways to count a started half-hour are those of
LC Cnaf 2014-009 as structures read it; they differ where somebody comes early *and* leaves late.
"""

from preau.domain.pricing.enums import HalfHours
from preau.kernel.time_ranges import Ranges, TimeRange, total_minutes

HALF_HOUR = 30


def extra_minutes(reserved: Ranges, made: Ranges, *, mode: HalfHours, tolerance: int = 0) -> int:
    """Return the minutes due on top of what is reserved on a day, by half-hours.

    :param tolerance: minutes before and after what is reserved that count for nothing, as the structure has set.

    >>> day = (TimeRange(510, 1020),)
    >>> extra_minutes(day, (TimeRange(500, 1030),), mode=HalfHours.DURATION)
    30
    >>> extra_minutes(day, (TimeRange(500, 1030),), mode=HalfHours.BOUNDS)
    60
    """
    if not made:
        return 0
    held = tuple(_within(each, reserved, tolerance) for each in made)
    if mode is HalfHours.DURATION:
        present = -(-total_minutes(_joined(held)) // HALF_HOUR) * HALF_HOUR
        return max(0, present - total_minutes(reserved))
    widened = _joined(tuple(_widened(each) for each in held))
    return max(0, total_minutes(_joined((*widened, *reserved))) - total_minutes(_joined(reserved)))


def _within(each: TimeRange, reserved: Ranges, tolerance: int) -> TimeRange:
    """A presence whose small overruns are brought back to the bounds that it meets."""
    start, end = each.start, each.end
    for held in reserved:
        if 0 < held.start - start <= tolerance:
            start = held.start
        if 0 < end - held.end <= tolerance:
            end = held.end
    return TimeRange(start, max(start, end))


def _widened(each: TimeRange) -> TimeRange:
    return TimeRange(each.start // HALF_HOUR * HALF_HOUR, -(-each.end // HALF_HOUR) * HALF_HOUR)


def _joined(ranges: Ranges) -> Ranges:
    """The same minutes as ranges that do not meet."""
    found: list[TimeRange] = []
    for each in sorted(ranges):
        if found and each.start <= found[-1].end:
            found[-1] = TimeRange(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return tuple(found)
