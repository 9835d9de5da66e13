"""Facts of contracts: what may be done, and when. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from preau.domain.contracts.enums import VersionState
from preau.kernel.time_ranges import Ranges

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=15)
CODE_EVERY = timedelta(minutes=1)  # between two codes of one parent
MOST_TRIES = 5  # at one code
MOST_CODES = 20  # to one signature: a hundred tries at most among a million codes
REMIND_BEFORE = timedelta(days=5)  # the last day to sign
ENDING = timedelta(days=60)  # a contract that ends within so many days is shown to agents


class ContractFact(Exception):
    """Why an act on a contract cannot be done."""

    code = "refused"


class NotRegular(ContractFact):
    """The enrolment is in occasional or emergency care: it has no contract."""

    code = "not_regular"


class ContractOverlaps(ContractFact):
    """The child has a contract in this structure over a part of the same time."""

    code = "overlaps"


class VersionOpen(ContractFact):
    """A version of this contract is being written, or waits for signatures."""

    code = "version_open"


class VersionFrozen(ContractFact):
    """The version was sent: it is never changed, another one is made."""

    code = "frozen"


class DraftChanged(ContractFact):
    """Another agent has changed the draft since it was shown."""

    code = "draft_changed"


class NotInForce(ContractFact):
    """Nothing is in force that could be amended or ended."""

    code = "not_in_force"


class AmendmentOutside(ContractFact):
    """An amendment begins after the first day of what it changes, and before its end."""

    code = "amendment_outside"


class NoSigner(ContractFact):
    """No adult of the household exercises authority on the child."""

    code = "no_signer"


class NotToSign(ContractFact):
    """The version waits for no signature any more: withdrawn, refused, over, or signed."""

    code = "not_to_sign"


class TooLateToSign(ContractFact):
    """The last day to sign is over."""

    code = "too_late"


class PaperChanged(ContractFact):
    """What was read is not what waits to be signed."""

    code = "paper_changed"


class ConsentMissing(ContractFact):
    """One signs after having read to the end, and agreed."""

    code = "consent_missing"


class CodeTooSoon(ContractFact):
    """A code was sent less than a minute ago."""

    code = "code_too_soon"


class CodesSpent(ContractFact):
    """Too many codes were sent to sign this version: it is signed on paper, or sent again."""

    code = "codes_spent"


class CodeWrong(ContractFact):
    """Not the code that was sent."""

    code = "code_wrong"


class CodeOver(ContractFact):
    """The code is too old, was tried too often, or none was sent: another one is asked for."""

    code = "code_over"


class AlreadySigned(ContractFact):
    """This parent has signed."""

    code = "already_signed"


class WordsMissing(ContractFact):
    """A refusal says why."""

    code = "words_missing"


class NothingChosen(ContractFact):
    """An accepted paper bears at least one signature."""

    code = "nothing_chosen"


class EndOutside(ContractFact):
    """A contract ends after it began, and before its term."""

    code = "end_outside"


class NoticeShort(ContractFact):
    """The end is before the end of the notice: an agent says why."""

    code = "notice_short"

    def __init__(self, earliest: date) -> None:
        super().__init__(earliest.isoformat())
        self.earliest = earliest


class NotAnnounced(ContractFact):
    """The hours of this contract are not announced month by month, or it is not in force that month."""

    code = "not_announced"


class TooLateToAnnounce(ContractFact):
    """The last day to announce that month is over: the usual week stands."""

    code = "too_late_to_announce"


class MonthChanged(ContractFact):
    """Somebody else announced this month since it was read."""

    code = "month_changed"


class HoursWrong(ContractFact):
    """Hours that the structure does not let one choose; `days` says which, with the code of what is wrong."""

    code = "hours_wrong"

    def __init__(self, days: Mapping[date, str]) -> None:
        super().__init__(", ".join(day.isoformat() for day in days))
        self.days = days


def announce_until(month: date, day: int) -> date:
    """Return the last day on which a month may be announced: so many days into the month before.

    >>> announce_until(date(2027, 1, 1), 20)
    datetime.date(2026, 12, 20)
    """
    return (month - timedelta(days=1)).replace(day=day)


def check_code(*, sent_at: datetime | None, tries: int, now: datetime) -> None:
    """Refuse a code that cannot be right any more.

    :raises CodeOver: too old, tried too often, or none was sent.
    """
    if sent_at is None or tries >= MOST_TRIES or now - sent_at > CODE_LIFE:
        raise CodeOver


def check_may_sign(*, state: str, sign_before: date | None, today: date) -> None:
    """Refuse a signature that nobody waits for.

    :raises NotToSign, TooLateToSign: see each.
    """
    if state != VersionState.TO_SIGN:
        raise NotToSign
    if sign_before is not None and today > sign_before:
        raise TooLateToSign


def to_write(
    planned: Mapping[date, Ranges], *, replaced: Mapping[date, Ranges], held: Mapping[date, Ranges], days: set[date]
) -> tuple[dict[date, Ranges], dict[date, Ranges]]:
    """Return the days to write, and those that somebody changed since, which stay as they are.

    A day that is as it was planned before takes its new hours; one that holds something else was asked for, given
    back or closed by itself: it is told to agents and left. Run again, it writes nothing twice.

    :param planned: hours by day of the version; `replaced`: of the one that it replaces; `held`: in the planning now.
    :param days: those concerned, whether they have hours or not.
    """
    writes: dict[date, Ranges] = {}
    kept: dict[date, Ranges] = {}
    for day in sorted(days):
        wanted, now = planned.get(day, ()), held.get(day, ())
        if now == wanted:
            continue
        (writes if now == replaced.get(day, ()) else kept)[day] = wanted
    return writes, kept


def notice_end(today: date, months: int) -> date:
    """Return the first day on which a contract may end when notice is given today: so many months later.

    >>> notice_end(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    month = today.month - 1 + months
    year, month = today.year + month // 12, month % 12 + 1
    for day in range(today.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, min(today.day, 28))
