"""Closed lists of the catalogue."""

from enum import StrEnum


class ActivityKind(StrEnum):
    """What the activity is: drives icons and lawful treatment, never a rule of one town."""

    CANTEEN = "canteen"  # restauration scolaire: a right of every schooled child (Code de l'éducation, L131-13)
    AFTER_SCHOOL = "after_school"  # accueil périscolaire
    WEDNESDAY = "wednesday"  # mercredi
    HOLIDAYS = "holidays"  # vacances
    CRECHE = "creche"
    OUTINGS = "outings"


class BookingMode(StrEnum):
    NONE = "none"  # enrolment is enough
    DAY_UNITS = "day_units"
    TIME_RANGES = "time_ranges"


class Confirmation(StrEnum):
    IMMEDIATE = "immediate"
    REVIEWED = "reviewed"


class ParticipantKind(StrEnum):
    CHILD = "child"
    ADULT = "adult"
    HOUSEHOLD = "household"


class OpenOn(StrEnum):
    """Which days of the school calendar an offer runs on, before closed days."""

    SCHOOL_DAYS = "school_days"  # outside school holidays
    SCHOOL_HOLIDAYS = "school_holidays"
    ALL_DAYS = "all_days"


class Public(StrEnum):
    ALL = "all"
    RESIDENTS = "residents"
    NON_RESIDENTS = "non_residents"


class EnrolmentBy(StrEnum):
    """Who makes an enrolment: the family asks for it, or the service alone does (A08-12)."""

    FAMILY = "family"
    SERVICE = "service"


class AgeOn(StrEnum):
    """The day on which the age of a child is read."""

    START = "start"  # first day of the offer
    SCHOOL_YEAR = "school_year"  # 31 December of the year in which the school year starts, as schools count
    ENTRY = "entry"  # the day on which the child would start


class WaitingList(StrEnum):
    NONE = "none"
    BY_DATE = "by_date"
