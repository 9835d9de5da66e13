"""What an address of « Pointage » asks for, and what a form of it says."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from preau.base import typed
from preau.base.facts import NotFound
from preau.domain.attendance.enums import Act, Seen
from preau.domain.attendance.operations.recording import Pointed, Recorded
from preau.domain.attendance.queries.roster import place_of
from preau.domain.attendance.queries.sheets import Roll, RollLine, roll_of
from preau.domain.attendance.rules import (
    LATEST_SYNC,
    MAX_WHO,
    MOST_TAPS,
    DayIsOver,
    InvalidTap,
    ReasonMissing,
    SheetKey,
    State,
    Tap,
    TooEarly,
    TooManyTaps,
    local_minute,
    read_sheet,
    true_time,
)
from preau.kernel.clock_times import DAY, read_clock
from preau.kernel.time_ranges import TimeRange
from preau.web.staff.dates import read_day

MAX_MOMENT = 40
_NAME = re.compile(r"[0-9a-f]{32}")  # that a device gives itself, or a tap, or a page
_ROW = re.compile(r"e\.([0-9]{1,12})\.([0-9]{1,4})")
LETTERS = {Act.PRESENT: "P", Act.ABSENT: "A", Act.LEFT: "L", Act.UNDO: "U"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A sheet on a day; `on` None: the day cannot be read."""

    key: SheetKey
    code: str
    on: date
    today: date

    @property
    def query(self) -> str:
        """Return what each address of this sheet ends with."""
        found = {"moment": self.key.moment} if self.key.moment else {}
        if self.on != self.today:
            found["date"] = self.on.isoformat()
        return urlencode(found)

    @property
    def is_past(self) -> bool:
        return self.on < self.today

    @property
    def is_to_come(self) -> bool:
        return self.on > self.today


def read_asked(request: Any, sheet: str) -> Asked:
    """Return which sheet an address names.

    :raises NotFound: none.
    """
    on = read_day(request.GET.get("date"), default=request.today)
    moment = request.GET.get("moment", "")[:MAX_MOMENT].replace("\x00", "")
    try:
        key = read_sheet(sheet, moment=moment)
    except InvalidTap:
        raise NotFound("sheet") from None
    if on is None:
        raise NotFound("day")
    return Asked(key, sheet, on, request.today)


def open_sheet(request: Any, sheet: str) -> tuple[Asked, Roll]:
    """Return a sheet and its lines.

    :raises NotFound: no such sheet, or not one that the agent looks after.
    """
    asked = read_asked(request, sheet)
    place = place_of(actor=request.actor, key=asked.key)
    return asked, roll_of(actor=request.actor, place=place, on=asked.on)


def address(request: Any, asked: Asked, name: str = "attendance_sheet", *args: object, **more: str) -> str:
    """Return an address of the sheet."""
    path = reverse(f"staff:{name}", args=[request.organisation.slug, asked.code, *args])
    query = "&".join(part for part in (asked.query, urlencode(more)) if part)
    return f"{path}?{query}" if query else path


def tap_of(
    request: Any,
    line: RollLine,
    act: Act,
    *,
    minute: int | None = None,
    who: str = "",
    is_typed: bool = False,
    page: str = "",
    seen: int | None = None,
    target: str = "",
) -> Pointed:
    """Return a tap of this page: sent twice, it is one.

    :param page: what names the page, so that a double click says one thing.
    """
    count = line.taps_count if seen is None else seen
    tap = Tap(
        key=_key(request) or f"{page or uuid4().hex}:{line.row}:{LETTERS[act]}:{count}",
        act=act,
        said_at=said_at(request),
        device=device_of(request),
        minute=minute,
        is_typed=is_typed,
        who=who,
        target=target,
        seen=count,
    )
    return Pointed(line.child_id, line.hours.start, tap)


def device_of(request: Any) -> str:
    """Return which device speaks: the name it gave itself, else its session, in a form that opens nothing."""
    if _NAME.fullmatch(request.POST.get("d", "")):
        return str(request.POST["d"])
    return hashlib.sha256(str(request.session.session_key).encode()).hexdigest()[:16]


def _key(request: Any) -> str:
    """The key that a device gave to the one tap that it sends; "" without script."""
    key = str(request.POST.get("k", ""))
    return key if _NAME.fullmatch(key) else ""


def said_at(request: Any) -> datetime:
    """Return when a tap was said: now, or when a device that had no network kept it, by the clock here."""
    at, sent = (_instant(request.POST.get(name, "")) for name in ("at", "sent"))
    if not at or not sent:
        return request.now
    found = true_time(at, sent_at=sent, received_at=request.now)
    return found if request.now - found <= LATEST_SYNC else request.now


def _instant(text: str) -> datetime | None:
    """A number of milliseconds, as a script says an instant; None: not one of this century."""
    if not text.isascii() or not text.isdigit() or not 12 <= len(text) <= 13:
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC)


def arrival_now(request: Any, asked: Asked) -> int | None:
    """Return the minute of an arrival tapped on the day; None on another one: somebody will type it."""
    at = said_at(request).astimezone(request.actor.zone)
    return local_minute(at, zone=request.actor.zone) if at.date() == asked.on else None


def page_of(request: Any) -> str:
    """The name of the page that sends a form, so that a double click says one thing; "" when it has none."""
    return read_page(str(request.POST.get("page", "")))


def read_page(name: str) -> str:
    """Return the name of a page, or "" when it is none."""
    return name if _NAME.fullmatch(name) else ""


def seen_on_page(request: Any) -> int:
    """How many taps of the line its page showed: somebody else may have spoken since."""
    return _count(str(request.POST.get("vu", "")))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def said(request: Any, asked: Asked, roll: Roll) -> list[Pointed]:
    """Return what a form of the sheet says: an undo, everybody, or each choice that is not what the page showed."""
    page = page_of(request)
    by_row = {line.row: line for line in roll.lines}
    if undone := by_row.get(request.POST.get("undo", "")):
        seen, _was, last = _shown(request, undone.row)
        return [tap_of(request, undone, Act.UNDO, page=page, seen=seen, target=last)] if last else []
    if batch := read_page(str(request.POST.get("undo_all", ""))):
        mine = [line for line in roll.lines if line.last_tap.startswith(f"{batch}:")]
        return [tap_of(request, line, Act.UNDO, page=page, target=line.last_tap) for line in mine]
    minute = arrival_now(request, asked)
    if "all" in request.POST:
        waited = [line for line in roll.lines if line.needs_pointing]
        return [tap_of(request, line, Act.PRESENT, minute=minute, page=page) for line in waited]
    found = []
    for row, line in [*by_row.items(), *_gone(request, roll, by_row)]:
        choice = request.POST.get(f"e.{row}", "")
        seen, was, _last = _shown(request, row)
        if choice == LETTERS[Act.LEFT]:
            found.append(_leaving(request, line, row, seen))
        if choice not in ("P", "A") or (choice == was and not _key(request)):
            continue  # a device that sends one tap means it, whatever its page showed before it went off line
        act = Act.PRESENT if choice == "P" else Act.ABSENT
        arrival = minute if act is Act.PRESENT else None
        found.append(tap_of(request, line, act, minute=arrival, page=page, seen=seen))
    return found


def _leaving(request: Any, line: RollLine, row: str, seen: int) -> Pointed:
    """A departure that a device kept while it had no network; without a name or an hour, it is no departure."""
    who = typed.clean(str(request.POST.get(f"w.{row}", "")))[:MAX_WHO]
    try:
        minute = min(read_clock(str(request.POST.get(f"h.{row}", ""))[:5]), DAY - 1) if who else None
    except ValueError:
        minute = None  # `record` refuses it
    return tap_of(request, line, Act.LEFT, minute=minute, is_typed=True, who=who, seen=seen)


def _gone(request: Any, roll: Roll, known: Collection[str]) -> list[tuple[str, RollLine]]:
    """The lines that the page showed and that are no more on the sheet: a booking was cancelled meanwhile.

    What was said of the child is kept all the same: it is there without having booked.
    """
    found = []
    for name in request.POST:
        row = _ROW.fullmatch(name)
        if row is None or name[2:] in known:
            continue
        start = int(row[2])
        hours = roll.place.hours or TimeRange(min(start, DAY - 1), DAY)
        found.append((name[2:], new_line(int(row[1]), hours)))
    return found[:MOST_TAPS]


def new_line(child_id: int, hours: TimeRange) -> RollLine:
    """Return the line of a child who was not on the sheet."""
    return RollLine(
        child_id=child_id,
        first_name="",
        last_name="",
        hue=1,
        class_name="",
        level="",
        hours=hours,
        is_expected=False,
        is_announced=False,
        state=State(),
    )


def _shown(request: Any, row: str) -> tuple[int, str, str]:
    """What the page showed of a line: how many taps, the choice, the key of the last tap."""
    seen, _bar, rest = request.POST.get(f"p.{row}", "").partition("|")
    was, _bar, last = rest.partition("|")
    return _count(seen), was, last


def shown(line: RollLine) -> str:
    """Return what a form keeps of a line, to tell what its reader changes."""
    choice = {Seen.PRESENT: "P", Seen.ABSENT: "A", Seen.WAITED: ""}[line.state.seen]
    return f"{line.taps_count}|{choice}|{line.last_tap}"


def refusal(act: Callable[[], Recorded]) -> str:
    """Do an act; return why it could not be, in words; "" when it is done."""
    try:
        act()
    except TooEarly:
        return _("Ce jour n’est pas encore venu : rien ne peut être pointé.")
    except DayIsOver:
        return _("Ce jour est passé : un responsable ou un agent peut le corriger.")
    except ReasonMissing:
        return _("Dites pourquoi vous corrigez un jour passé : ce motif est gardé.")
    except TooManyTaps:
        return _("Trop de pointages d’un coup : enregistrez la feuille en plusieurs fois.")
    except InvalidTap:
        return _("Ce pointage n’a pas été compris. Rechargez la feuille et recommencez.")
    return ""


def find_line(lines: Iterable[RollLine], child_id: int, start: str) -> RollLine:
    """Return the line of a child: the one that starts then, or its only one.

    :raises NotFound: the child is not on the sheet.
    """
    mine = [line for line in lines if line.child_id == child_id]
    found = [line for line in mine if str(line.hours.start) == start] or mine[:1]
    if not found:
        raise NotFound("child")
    return found[0]
