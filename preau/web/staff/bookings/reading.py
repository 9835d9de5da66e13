"""What the agent's grid sends back: where one is, what was ticked there, and what was changed on other pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict

from preau.domain.bookings.operations import OrderItem
from preau.kernel.periods import Period, month_of, week_of
from preau.web.staff.dates import read_day, read_number

WEEK, MONTH = "semaine", "mois"
SATURDAY = 5
MAX_BOXES = 3000
Changes = dict[tuple[int, int], bool]  # (enrolment, slot) → wanted


@dataclass(frozen=True, slots=True)
class Place:
    """What the page shows: a week or a month around a day."""

    view: str
    day: date

    @property
    def period(self) -> Period:
        return month_of(self.day) if self.view == MONTH else week_of(self.day)

    @property
    def before(self) -> date:
        return self.period.start - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.period.end

    def query(self) -> str:
        return f"vue={self.view}&debut={self.day.isoformat()}"


def read_place(asked: QueryDict, *, today: date) -> Place | None:
    """Return where one is; on Saturday and Sunday one arrives on the week to come. None: it cannot be read."""
    arrival = today + timedelta(days=2) if today.weekday() >= SATURDAY else today
    day = read_day(asked.get("debut"), default=arrival)
    return None if day is None else Place(MONTH if asked.get("vue") == MONTH else WEEK, day)


def read_changes(sent: QueryDict) -> Changes | None:
    """Return what the agent wants changed: elsewhere (`garde`), then here, against what each box showed.

    None when it cannot be read.
    """
    kept, seen = _flags(sent.getlist("garde")), _flags(sent.get("seen", "").split())
    ticked = {_key(raw) for raw in sent.getlist("u")[:MAX_BOXES]}
    if kept is None or seen is None or not ticked <= set(seen):
        return None
    changes = {key: want for key, want in kept.items() if key not in seen or kept[key] == (key in ticked)}
    # A box that showed a change and was touched again is as it was: no change any more.
    return changes | {key: key in ticked for key, was in seen.items() if key not in kept and (key in ticked) != was}


def written(changes: Mapping[tuple[int, int], bool]) -> list[str]:
    """Return changes as the hidden fields of a page."""
    return [f"{enrolment}-{slot}:{int(want)}" for (enrolment, slot), want in changes.items()]


def items_of(changes: Mapping[tuple[int, int], bool]) -> list[OrderItem]:
    """Return changes as an order, one item per enrolment."""
    ids = dict.fromkeys(enrolment for enrolment, _slot in changes)
    return [
        OrderItem(
            enrolment_id=pk,
            add=frozenset(slot for (mine, slot), want in changes.items() if mine == pk and want),
            remove=frozenset(slot for (mine, slot), want in changes.items() if mine == pk and not want),
        )
        for pk in ids
    ]


def _flags(raw: Iterable[str]) -> Changes | None:
    found: Changes = {}
    for text in list(raw)[:MAX_BOXES]:
        name, _sep, flag = text.partition(":")
        key = _key(name)
        if key is None:
            return None
        found[key] = flag == "1"
    return found


def _key(text: str) -> tuple[int, int] | None:
    enrolment, _sep, slot = text.partition("-")
    numbers = read_number(enrolment), read_number(slot)
    return None if None in numbers else numbers  # type: ignore[return-value]
