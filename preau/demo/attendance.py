"""What was pointed in the last two weeks of a demo town: who came, at what time, who forgot a sheet."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from preau.demo import dossiers
from preau.demo.builder import Builder
from preau.domain.attendance.enums import Act
from preau.domain.attendance.operations.recording import Pointed, record
from preau.domain.attendance.queries.roster import place_of
from preau.domain.attendance.queries.sheets import RollLine, SheetLine, roll_of, sheets_on
from preau.domain.attendance.rules import Tap

DAYS = 14
ONE_IN_ABSENT = 23  # nobody had said that this one would not come
EVENING = 16 * 60


def write(builder: Builder) -> None:
    """Point each sheet of each past day, but the last one of yesterday: it was forgotten."""
    days = [builder.today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    sheets = [(on, sheet) for on in days for sheet in sheets_on(actor=dossiers.agent(builder), on=on) if sheet.expected]
    booked = [each for each in sheets if each[1].needs_booking]
    for on, sheet in sheets:
        if booked and (on, sheet) == booked[-1]:
            continue
        _point(builder, on, sheet)
    if booked:
        _contradict(builder, *booked[0])


def _contradict(builder: Builder, on: date, sheet: SheetLine) -> None:
    """A second tablet, that had read nothing, said the other thing of one child: somebody has to say what is true."""
    actor = dossiers.agent(builder)
    now = datetime.combine(on, time(18, 50), tzinfo=builder.zone)
    roll = roll_of(actor=actor, place=place_of(actor=actor, key=sheet.key), on=on)
    line = next((line for line in roll.lines if line.state.is_here), None)
    if line is None:
        return
    said = _tap(line, Act.ABSENT, line.hours.start + 9, on, builder)
    said = replace(said, tap=replace(said.tap, device="demo-2", key=f"{said.tap.key}:2"))
    record(actor=actor, key=sheet.key, on=on, pointed=[said], now=now)


def _point(builder: Builder, on: date, sheet: SheetLine) -> None:
    actor = dossiers.agent(builder)
    now = datetime.combine(on, time(18, 40), tzinfo=builder.zone)
    lines = roll_of(actor=actor, place=place_of(actor=actor, key=sheet.key), on=on).lines
    said = [each for line in lines if not line.is_announced for each in _taps(line, on, sheet, builder)]
    if said:
        record(actor=actor, key=sheet.key, on=on, pointed=said, now=now)


def _taps(line: RollLine, on: date, sheet: SheetLine, builder: Builder) -> list[Pointed]:
    """Arrivals and departures as children have them: some minutes early or late, the same at each load."""
    chance = line.child_id * 7 + on.toordinal() * 3 + line.hours.start
    if not sheet.needs_booking and chance % 3:
        return []  # where nothing is booked, one in three comes
    if chance % ONE_IN_ABSENT == 0:
        return [_tap(line, Act.ABSENT, line.hours.start + 20, on, builder)] if sheet.needs_booking else []
    start = line.hours.start if sheet.needs_booking else EVENING + 30
    arrived = max(start + chance % 11 - 3, 1)
    found = [_tap(line, Act.PRESENT, arrived, on, builder)]
    if start >= EVENING or sheet.key.section_id:
        end = line.hours.end if sheet.needs_booking else start + 90
        found.append(_tap(line, Act.LEFT, min(end - chance % 17 + 3, 1439), on, builder))
    return found


def _tap(line: RollLine, act: Act, minute: int, on: date, builder: Builder) -> Pointed:
    at = datetime.combine(on, time(minute // 60, minute % 60), tzinfo=builder.zone)
    key = f"demo:{builder.id}:{on:%m%d}:{line.row}:{act}"
    return Pointed(line.child_id, line.hours.start, Tap(key, act, at, device="demo", minute=minute))
