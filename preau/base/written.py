"""Reads whose SQL is written once in the life of the process, for what pages and orders live on (ADR 0013).

Django writes the SQL of a query each time it is asked: on a hot page that costs more than all the rest together. Here
it is written the first time, with places for its values, and kept. PostgreSQL keeps its plan too: it is prepared.

    @written
    def _children(*, actor: Actor, family_id: int) -> QuerySet[Child]:
        return Child.objects.filter(organisation_id=actor.organisation_id, homes__family_id=family_id)

    rows = _children(actor=actor, family_id=7)

The function says the read in the ORM. It is called with places instead of values, so it must not look at them: what it
needs besides is computed before and given. What changes the form of the SQL is known to it: `True`, `False`, `None`, an
empty collection, the audience and the roles of an actor. A read is one query, without `prefetch_related`.

The reads are listed in `tests/architecture/test_house.py`: nothing else uses this. Each is proved equal to its ORM form
on both engines, with the values of the tests that meet it (`tests/written.py`).
"""

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import fields
from datetime import date, datetime
from threading import Lock
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Expression, QuerySet

from preau.base.actor import Actor

Row = TypeVar("Row")
Values = dict[str, Any]

BIGGEST = 2**63
ONE, NONE = "one", "none"  # forms of a value: see `_form`
FEWEST = 4  # places of a collection: one form for the households of one to four children
MOST = 1024  # values of one collection: above, the SQL is written for this time alone
OF_VALUES = ("extra_select", "values_select", "annotation_select")
KNOWN = ("audience", "roles", "display_name", "time_zone")  # of an actor: told as they are, no value of a query
EVERY = [each.name for each in fields(Actor)]


class _Beyond(Exception):
    """A number that no column holds."""


class _Place(Expression):
    """Where a value will stand in the SQL."""

    def __init__(self, name: str, index: int | None = None) -> None:
        super().__init__()
        self.name, self.index = name, index

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list["_Place"]]:  # type: ignore[override]
        return "%s", [self]

    def value_in(self, values: Values) -> Any:
        """The last of a collection fills the places that are left: it changes nothing in an « IN »."""
        value = values[self.name]
        return value if self.index is None else value[min(self.index, len(value) - 1)]


class _Places(Expression):
    """Where a collection will stand: « IN (…) », with places for four, or the next power of two."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__()
        self.name, self.count = name, count

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[_Place]]:  # type: ignore[override]
        return f"({', '.join(['%s'] * self.count)})", [_Place(self.name, index) for index in range(self.count)]


class _Statement:
    """One form of a read, as this process keeps it."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.compiler = rows.query.get_compiler(connection=connection)
        self.iterable: Any = rows._iterable_class  # type: ignore[attr-defined]  # how Django makes rows of what it reads,
        self.fields = {name: getattr(rows, name) for name in ("_fields", "_known_related_objects")}  # and all it asks
        self.names = {name: getattr(rows.query, name) for name in ("selected", *OF_VALUES)}
        try:
            self.sql, params = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql = ""
            return
        self.params = [each if isinstance(each, _Place) else _adapted(each) for each in params]
        columns = [each[0] for each in self.compiler.select[: self.compiler.col_count]]
        converters = self.compiler.get_converters(columns)
        self.compiler.get_converters = lambda _columns: converters

    def rows(self, values: Values) -> list[Any]:
        if not self.sql:
            return []
        given = [_adapted(each.value_in(values)) if isinstance(each, _Place) else each for each in self.params]
        with _cursor() as cursor:
            cursor.execute(self.sql, given)
            found = cursor.fetchall()
        compiler = copy(self.compiler)
        compiler.execute_sql = lambda *_args, **_options: [found]  # it has just been done
        query = SimpleNamespace(**self.names, get_compiler=lambda *_args, **_options: compiler)
        return list(self.iterable(SimpleNamespace(**self.fields, query=query, db=connection.alias)))


class Written(Generic[Row]):
    """A read: see the module."""

    def __init__(self, say: Callable[..., QuerySet[Any, Row]]) -> None:
        self.say = say
        self.__name__, self.__doc__, self.__module__ = say.__name__, say.__doc__, say.__module__
        self._of_actor: frozenset[str] = frozenset()  # what the read asks of its actor, in the forms met so far
        self._statements: dict[Any, _Statement] = {}
        self._writing = Lock()

    def __call__(self, **given: Any) -> list[Row]:
        """Return the rows for these values. One query, none when a collection that must hold something is empty."""
        values = _plain(given, self._of_actor)
        forms = {name: _form(name, value) for name, value in values.items()}
        if any(type(each) is int and each > MOST for each in forms.values()):
            return list(self.orm(**given))
        key = (connection.vendor, *forms.items())
        statement = self._statements.get(key)
        try:
            return statement.rows(values) if statement else self._write(given)
        except _Beyond:  # Django knows that no row has such a number, and asks nothing
            return list(self.orm(**given))

    def orm(self, **given: Any) -> QuerySet[Any, Row]:
        """Return the same read as Django writes it, to be proved equal to."""
        return self.say(**given)

    def _write(self, given: Values) -> list[Row]:
        """Write one form more. The forms written before are too coarse when it asks more of the actor than they did."""
        values = _plain(given, EVERY)
        forms = {name: _form(name, value) for name, value in values.items()}
        asked: set[str] = set()
        with self._writing:  # of two threads, the second must know what the first has learned to ask
            statement = _Statement(self.say(**_placed(given, values, forms, asked)))
            if not asked <= self._of_actor:
                self._of_actor |= asked
                self._statements = {}
            kept = _plain(given, self._of_actor)
            self._statements[(connection.vendor, *((name, forms[name]) for name in kept))] = statement
        return statement.rows(values)


def written(say: Callable[..., QuerySet[Any, Row]]) -> Written[Row]:
    """Keep the SQL of a read: see the module."""
    return Written(say)


class _Watched(Actor):
    """An actor that notes what is asked of it."""

    asked: set[str]

    def __getattribute__(self, name: str) -> Any:
        if name in EVERY:
            object.__getattribute__(self, "asked").add(name)
        return object.__getattribute__(self, name)


def plan_once(connection: Any, **_: Any) -> None:
    """Let a new connection of PostgreSQL plan what it prepares once, for any value: these reads all look up by keys.

    Nor does it compile what it runs: for reads of a millisecond, that takes fifty.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan; SET jit = off")


def _plain(given: Values, of_actor: Collection[str]) -> Values:
    """The values that an SQL may hold, by the name of their place; collections in an order of their own."""
    found: Values = {}
    for name, value in given.items():
        if isinstance(value, Actor):
            found.update({f"{name}.{each}": _in_order(getattr(value, each)) for each in of_actor})
        else:
            found[name] = _in_order(value)
    return found


def _in_order(value: Any) -> Any:
    return tuple(value) if isinstance(value, Collection) and not isinstance(value, str) else value


def _form(name: str, value: Any) -> Any:
    """What of a value changes the SQL: the value itself when it is none, else how many places it takes."""
    if value is None or isinstance(value, bool) or name.rpartition(".")[2] in KNOWN:
        return (value,)
    if not isinstance(value, tuple):
        return ONE
    return max(FEWEST, 1 << (len(value) - 1).bit_length()) if value else NONE


def _placed(given: Values, values: Values, forms: Values, asked: set[str]) -> Values:
    """What the function that says the read is called with."""
    found: Values = {}
    for name, value in given.items():
        if isinstance(value, Actor):
            actor = _Watched(**{each: _place(f"{name}.{each}", values, forms) for each in EVERY})
            object.__setattr__(actor, "asked", asked)
            found[name] = actor
        else:
            found[name] = _place(name, values, forms)
    return found


def _place(name: str, values: Values, forms: Values) -> Any:
    form = forms[name]
    if isinstance(form, tuple):
        return frozenset(values[name]) if isinstance(values[name], tuple) else values[name]
    if isinstance(form, int):
        return _Places(name, form)
    return _Place(name) if form == ONE else frozenset()


def _adapted(value: Any) -> Any:
    """A value as the driver takes it, of the same type whatever its size: one plan for all."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if type(value) is int and not -BIGGEST <= value < BIGGEST:
        raise _Beyond
    if connection.vendor == "postgresql" and type(value) is int:
        from psycopg.types.numeric import Int8  # noqa: PLC0415 -- a driver that is there with its database only

        return Int8(value)
    return value


def _cursor() -> CursorWrapper:
    """A cursor that prepares its statement on PostgreSQL; SQLite's driver keeps the last hundred by itself."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    from preau.base.prepared import PreparingCursor  # noqa: PLC0415 -- as above

    connection.ensure_connection()
    return connection._prepare_cursor(PreparingCursor(connection.connection))  # type: ignore[attr-defined,no-any-return]
