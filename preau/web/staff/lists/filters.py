"""What an agent asks a list for, read from its address, and kept in each of its links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import QueryDict

from preau.base.ordering import name_key
from preau.domain.bookings.queries.expected import Expected
from preau.domain.catalogue.rules import LEVELS
from preau.web.staff.dates import read_day, read_number

MAX_TEXT = 60
BY_CLASS, BY_NAME = "classe", "nom"


@dataclass(frozen=True, slots=True)
class ListFilter:
    """A day, or the week that holds it; `site_id` None and "" mean all. `site_asked`: the address names one or all."""

    on: date
    site_id: int | None = None
    site_asked: bool = False
    moment: str = ""
    class_name: str = ""
    order: str = BY_CLASS

    @property
    def is_narrow(self) -> bool:
        """Tell whether something but the site narrows the list."""
        return bool(self.moment or self.class_name)

    def query(self) -> str:
        """Return the address of this list without its path."""
        found = QueryDict(mutable=True)
        found["date"] = self.on.isoformat()
        found["lieu"] = str(self.site_id or "")
        for name, value in (("moment", self.moment), ("classe", self.class_name)):
            if value:
                found[name] = value
        if self.order != BY_CLASS:
            found["par"] = self.order
        return found.urlencode()

    def moved(self, days: int) -> str:
        """Return the address of the same list some days later."""
        return replace(self, on=self.on + timedelta(days=days)).query()

    def keeps(self, row: Expected) -> bool:
        """Tell whether a line is asked for."""
        return (not self.moment or row.unit == self.moment) and (
            not self.class_name or row.class_name == self.class_name
        )


def read_list(query: QueryDict, *, today: date) -> ListFilter | None:
    """Return what an address asks for; None when its day cannot be read."""
    on = read_day(query.get("date"), default=today)
    if on is None:
        return None
    return ListFilter(
        on=on,
        site_id=read_number(query.get("lieu")),
        site_asked="lieu" in query,
        moment=query.get("moment", "")[:MAX_TEXT],
        class_name=query.get("classe", "")[:MAX_TEXT],
        order=BY_NAME if query.get("par") == BY_NAME else BY_CLASS,
    )


def moments_of(rows: Iterable[Expected]) -> list[str]:
    """Return the names of the moments that lines have, in the order of the clock."""
    starts = {row.unit: row.starts_minute for row in rows if row.unit}
    return sorted(starts, key=lambda unit: (starts[unit], unit))


def classes_of(rows: Iterable[Expected]) -> list[str]:
    """Return the names of the classes that lines have, as children grow."""
    found = {row.class_name: row for row in rows if row.class_name}
    return sorted(found, key=lambda name: class_key(found[name]))


def class_key(row: Expected) -> tuple[int, object]:
    """Return where the class of a line stands; those without a class come last."""
    if not row.class_name:
        return (len(LEVELS) + 1, "")
    return (LEVELS.index(row.level) if row.level in LEVELS else len(LEVELS), name_key(row.class_name))


def person_key(row: Expected) -> tuple[object, ...]:
    """Return where a person stands among others, one key per name; two of one name keep apart."""
    return (name_key(row.last_name), name_key(row.first_name), row.child_id or 0, row.enrolment_id)


def in_order(rows: Sequence[Expected], *, order: str) -> list[Expected]:
    """Return lines by class then name, or by name alone."""
    by_class = order == BY_CLASS
    return sorted(rows, key=lambda row: (class_key(row) if by_class else (0, ""), *person_key(row)))
