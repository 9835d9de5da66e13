"""Closed lists of prices: here, the family share of the prestation de service unique (PSU)."""

from enum import StrEnum


class CareScale(StrEnum):
    """Which column of effort rates a structure follows (circulaire Cnaf 2019-005)."""

    COLLECTIVE = "collective"  # accueil collectif, micro-crèche since 01/09/2019
    FAMILY = "family"  # accueil familial and parental


class RateRounding(StrEnum):
    """How an hourly rate is rounded; the amount of a line is always rounded half up to the cent."""

    HALF_UP = "half_up"
    TRUNCATE = "truncate"
    NONE = "none"


class HoursRounding(StrEnum):
    """How the hours of a month are rounded, never down: what is paid for is at least what is reserved."""

    EXACT = "exact"
    HALF_HOUR = "half_hour"
    HOUR = "hour"


class HalfHours(StrEnum):
    """How a started half-hour counts (« toute demi-heure commencée est due »)."""

    DURATION = "duration"  # the minutes present are raised to the half-hour
    BOUNDS = "bounds"  # each arrival and departure is moved outwards to the half-hour


class AeehMode(StrEnum):
    """What one disabled child in charge (AEEH) gives, as many times as there are such children."""

    NEXT_RATE = "next_rate"  # the rate immediately lower
    EXTRA_CHILD = "extra_child"  # the rate of a household with one child more


class IncomeBasis(StrEnum):
    """What stands for the income of a household."""

    DECLARED = "declared"  # resources of a household, with a proof
    NOT_GIVEN = "not_given"  # no proof: the rate that the structure has set
    FOSTER = "foster"  # child placed with the aide sociale à l’enfance
    UNKNOWN = "unknown"  # emergency care, resources not known: a fixed rate


class Missing(StrEnum):
    """Which bound stands for resources that a household has not given, or that must not be asked for."""

    CEILING = "ceiling"
    FLOOR = "floor"
    MEAN = "mean"  # of the hourly amounts at the floor and the ceiling for one child


class Smoothing(StrEnum):
    """How the hours of a contract become the same hours each month (mensualisation)."""

    WEEKS = "weeks"  # weeks of care × hours of a week ÷ months
    YEAR = "year"  # hours reserved over the contract ÷ months that are paid
    BOOKED = "booked"  # hours reserved over the contract ÷ all the months concerned
    BASE_DAYS = "base_days"  # a month of twenty days, put right in December, in August and at the end
    FLAT = "flat"  # each day in a package of 4, 6, 8 or 10 hours


class Formula(StrEnum):
    """How a quotient becomes a price."""

    FLAT = "flat"  # one price
    BRACKETS = "brackets"  # a price by bracket of quotient
    EFFORT = "effort"  # a share of the quotient, between a floor and a ceiling
    POINTS = "points"  # straight between two points, flat outside
    SHARE = "share"  # a share of what the thing costs, by bracket


class Closed(StrEnum):
    """Which bracket holds a quotient that is exactly a bound."""

    LOWER = "lower"  # « 400 et plus »: the bracket that begins there
    UPPER = "upper"  # « jusqu’à 400 »: the bracket that ends there


class Columns(StrEnum):
    """What else than the quotient chooses a price in a grid."""

    NONE = "none"
    RANK = "rank"  # of the child among those of the household: first, second…
    PRESENT = "present"  # how many children of the household are there that day
    ENROLLED = "enrolled"  # how many children of the household are enrolled
    SCHEME = "scheme"  # Caf, then any other


class Measure(StrEnum):
    """What is counted. A length that is started is due whole, but by the minute."""

    EACH = "each"  # each booking
    QUARTER = "quarter"
    HALF_HOUR = "half_hour"
    HOUR = "hour"
    MINUTE = "minute"  # the price is that of an hour
    DAY = "day"  # once a day, however many moments
    MONTH = "month"
    PERIOD = "period"


class When(StrEnum):
    """What makes a price different for one line."""

    OUTSIDE = "outside"  # the household lives outside the territory
    PAI = "pai"  # the family brings the meal, by a protocol of health (PAI)
    OCCASIONAL = "occasional"  # booked by the day where others subscribe
    LATE = "late"  # booked after the limit
    UNBOOKED = "unbooked"  # came without booking
    UNJUSTIFIED = "unjustified"  # did not come, without a reason that is accepted
    HALF_DAY = "half_day"
    RANK = "rank"  # of the child, at least so much
    PRESENT = "present"  # children of the household there that day, at least so many
    ENROLLED = "enrolled"  # children of the household enrolled, at least so many
    NUMBER = "number"  # the how-manieth of the month, at least so much


class How(StrEnum):
    """What a modifier does to a price."""

    GRID = "grid"  # another grid stands in its place
    PRICE = "price"  # another price stands in its place, in euros
    LOWER = "lower"  # so many brackets lower
    TIMES = "times"
    PLUS = "plus"  # so many euros more; less when negative
    PERCENT = "percent"  # so many percent more; less when negative


class Scheme(StrEnum):
    """Who works out the quotient of a household."""

    CAF = "caf"
    MSA = "msa"
    OTHER = "other"
