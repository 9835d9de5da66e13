"""Each read kept written (`base.written`) is asked again as Django writes it wherever a test meets it, and compared."""

from collections import Counter
from typing import Any

from django.db import connection
from django.db.models import Model

from preau.base.written import Written

PROVED: set[str] = set()  # names of the reads proved in this process
ENOUGH = 20  # a survey meets each read thousands of times: its proof would take half of the whole check


class Different(AssertionError):
    """A read does not answer what its ORM form answers."""


def prove(read: Written[Any], given: dict[str, Any], found: list[Any]) -> None:
    """Ask again, unseen by those who count queries."""
    logged = len(connection.queries_log)
    expected = list(read.orm(**given))
    while len(connection.queries_log) > logged:
        connection.queries_log.pop()
    mine, theirs = [_plain(row) for row in found], [_plain(row) for row in expected]
    if Counter(mine) != Counter(theirs):
        raise Different(f"{read.__name__}: {mine} is not {theirs}")
    PROVED.add(read.__name__)


def proving(asked: Any) -> Any:
    """Return `Written.__call__` followed by its proof, the first times that a test meets each read."""
    met: Counter[str] = Counter()

    def ask(self: Written[Any], **given: Any) -> list[Any]:
        found: list[Any] = asked(self, **given)
        met[self.__name__] += 1
        if met[self.__name__] <= ENOUGH:
            prove(self, given, found)
        return found

    return ask


def _plain(row: Any, within: tuple[int, ...] = ()) -> str:
    """A row in words, with what was joined to it; a row joined back to the one it came from is told once."""
    if not isinstance(row, Model):
        return repr(row)
    if id(row) in within:
        return type(row).__name__
    inside = (*within, id(row))
    told = {name: value for name, value in vars(row).items() if name != "_state"} | row._state.fields_cache
    return repr((type(row).__name__, sorted((name, _plain(value, inside)) for name, value in told.items())))
