"""Until when a piece is good, and which ones a child needs: on plain values."""

import re
from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from preau.domain.documents.enums import DocumentState, Need, Subject, Validity

MAX_MONTHS = 120
FIRST_MONTH = 7  # of what a school year asks for
REMINDERS = (14, 3)  # days before a piece is due: told once at each


class ReasonMissing(Exception):
    """A piece refused without saying why."""


class DateMissing(Exception):
    """A piece whose type bears its last good day, sent without it."""


class DateOver(Exception):
    """A piece that is no longer good on the day it is sent."""


class AlreadyChecked(Exception):
    """The piece was validated, refused or replaced meanwhile."""


class PieceChanged(Exception):
    """The piece has other pages than those which its sender saw: how many is said."""

    def __init__(self, pages: int) -> None:
        super().__init__(pages)
        self.pages = pages


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """What the rules know of a type of piece."""

    type_id: int
    subject: Subject
    needs: frozenset[str]
    due_on: date | None = None  # « à fournir avant le » : may be missing until that day included
    is_yearly: bool = False  # of one school year: that of the year before does not answer for the next


@dataclass(frozen=True, slots=True)
class PieceFacts:
    """What the rules know of a piece in the file. `good_until` is its last day; None: for ever."""

    document_id: int
    type_id: int
    state: DocumentState
    good_until: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A type that a child needs, with the piece that answers it if there is one."""

    type_id: int
    document_id: int | None
    why: str  # "", "missing", "refused" or "expired"
    may_wait_until: date | None  # the piece does not block before that day is over

    def blocks(self, *, on: date) -> bool:
        """Tell whether the lack of this piece stops a dossier on a day."""
        return bool(self.why) and (self.may_wait_until is None or on > self.may_wait_until)


def good_until(
    *, validity: Validity, months: int, deposited_on: date, school_year_ends_on: date, written: date | None = None
) -> date | None:
    """Return the last day on which a piece is good; None when it is good for ever, or when nobody has said yet.

    :param months: for Validity.MONTHS, 1 to 120; the day of the month is kept, or the last one when it lacks.
    :param school_year_ends_on: first day after the school year of the deposit (half-open period).
    :param written: for Validity.DATE, the last day that the piece itself bears.

    >>> good_until(validity=Validity.MONTHS, months=1, deposited_on=date(2026, 1, 31), school_year_ends_on=date.max)
    datetime.date(2026, 2, 28)
    """
    if validity in (Validity.FOREVER, Validity.EVENT):
        return None
    if validity == Validity.DATE:
        return written
    if validity == Validity.SCHOOL_YEAR:
        return date.fromordinal(school_year_ends_on.toordinal() - 1)
    count = deposited_on.year * 12 + deposited_on.month - 1 + max(1, min(months, MAX_MONTHS))
    year, month = divmod(count, 12)
    return date(year, month + 1, min(deposited_on.day, monthrange(year, month + 1)[1]))


def check_date(*, validity: Validity, written: date | None, deposited_on: date) -> None:
    """Pass when the last good day written on a piece lets it be sent.

    :raises DateMissing: its type bears one, and it is not said; :raises DateOver: it is past.
    """
    if validity != Validity.DATE:
        return
    if written is None:
        raise DateMissing
    if written < deposited_on:
        raise DateOver


def state_on(*, piece: PieceFacts, on: date) -> str:
    """Return "to_check", "valid", "refused", "replaced", or "expired" past the last good day."""
    is_over = piece.good_until is not None and piece.good_until < on
    if is_over and piece.state in (DocumentState.VALID, DocumentState.TO_CHECK):
        return "expired"
    return piece.state


def due_in_year(*, month_day: str, on: date) -> date | None:
    """Return the day « à fournir avant le » of the school year that holds a day; None when nothing is written.

    School years are taken from July to June: what may wait until « 09-30 » is asked for from the summer before.

    :param month_day: « 09-30 »; the last day of the month when it lacks. What is no day of the year is as nothing.

    >>> due_in_year(month_day="09-30", on=date(2027, 6, 30)), due_in_year(month_day="02-29", on=date(2027, 7, 10))
    (datetime.date(2026, 9, 30), datetime.date(2028, 2, 29))
    """
    if not is_month_day(month_day):
        return None
    month, day = int(month_day[:2]), int(month_day[3:])
    first_year = on.year if on.month >= FIRST_MONTH else on.year - 1
    year = first_year if month >= FIRST_MONTH else first_year + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def is_month_day(text: str) -> bool:
    """Tell whether a text is a day of the year as `due_in_year` reads it: « 02-29 » is, « 30-09 » is not."""
    if not re.fullmatch("[0-9]{2}-[0-9]{2}", text):
        return False
    month, day = int(text[:2]), int(text[3:])
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


def reminder_due(*, due_on: date, on: date) -> int | None:
    """Return which reminder of `REMINDERS` a day calls for, None outside: the last one whose time has come.

    >>> [reminder_due(due_on=date(2026, 12, 31), on=date(2026, 12, day)) for day in (16, 17, 28, 31)]
    [None, 14, 3, 3]
    """
    left = (due_on - on).days
    return min((days for days in REMINDERS if 0 <= left <= days), default=None)


def wanted_pieces(
    *,
    types: Sequence[TypeFacts],
    pieces: Sequence[PieceFacts],
    situations: Collection[str],
    on: date,
    year_starts_on: date | None = None,
) -> list[Wanted]:
    """Return what is asked for, given the situations of a child or a household (see Need), in the order of types.

    A piece waiting to be checked answers; a refused or expired one must be sent again.

    :param year_starts_on: first day of the school year whose dossier asks; None: what is asked for on that day.
    """
    asked = frozenset(situations) | {Need.DOSSIER}
    return [_wanted(each, pieces, on, year_starts_on or on) for each in types if each.needs & asked]


def _wanted(wanted: TypeFacts, pieces: Sequence[PieceFacts], on: date, year_starts_on: date) -> Wanted:
    mine = [piece for piece in pieces if piece.type_id == wanted.type_id and piece.state != DocumentState.REPLACED]
    latest = max(mine, key=lambda piece: piece.document_id, default=None)
    if latest is not None and state_on(piece=latest, on=on) in ("to_check", "valid") and wanted.is_yearly:
        latest = latest if latest.good_until is None or latest.good_until >= year_starts_on else None
    if latest is None:
        return Wanted(wanted.type_id, None, "missing", wanted.due_on)
    state = state_on(piece=latest, on=on)
    why = state if state in ("refused", "expired") else ""
    return Wanted(wanted.type_id, latest.document_id, why, wanted.due_on)
