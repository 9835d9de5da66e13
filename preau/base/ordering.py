"""One order of names, as a French reader expects it, in Python and in both databases.

« de Castelnau » stands between Abbé and Dupré, Étienne after Durand, Œuvrard after Oduya: accents and capitals do not
count. PostgreSQL has this collation (ICU); SQLite is given it at each connection.
"""

from functools import lru_cache
from typing import Any

from django.db.models.functions import Collate

from preau.base.search import fold

COLLATION = "fr-x-icu"


@lru_cache(maxsize=20_000)
def name_key(text: str) -> tuple[str, str]:
    """Return what a name is sorted by."""
    return fold(text), text


def by_name(*fields: str) -> list[Collate]:
    """Return what sorts rows by these fields, in French."""
    return [Collate(field, COLLATION) for field in fields]


def give_collation(connection: Any, **_: Any) -> None:
    """Teach the order to a connection of SQLite."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation(COLLATION, _compare)


def _compare(first: str, second: str) -> int:
    one, other = name_key(first), name_key(second)
    return (one > other) - (one < other)
