"""Rows that the database itself refuses to change or lose once they are said: triggers on both engines."""

from collections.abc import Callable, Sequence
from typing import Any

Step = Callable[[Any, Any], None]


def freeze(table: str, *, when: str, columns: Sequence[str], name: str = "frozen") -> tuple[Step, Step]:
    """Return the steps of a migration that put, and take away, what keeps some columns of a row as they are.

    :param when: SQL condition on `OLD`, from which the row may neither lose a column nor go.
    :param columns: those that may no longer change.
    :param name: tells apart several of them on one table.
    """
    name = f"{table}_{name}"
    message = f"a frozen row of {table}"

    def add(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            changes = " OR ".join(f'OLD."{each}" IS NOT NEW."{each}"' for each in columns)
            schema_editor.execute(
                f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} WHEN ({when}) AND ({changes}) "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            return
        changes = " OR ".join(f'OLD."{each}" IS DISTINCT FROM NEW."{each}"' for each in columns)
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{message}'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (({when}) AND ({changes})) EXECUTE FUNCTION {name}()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} FOR EACH ROW WHEN ({when}) "
            f"EXECUTE FUNCTION {name}()"
        )

    def drop(apps: Any, schema_editor: Any) -> None:
        for act in ("update", "delete"):
            where = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}_{act}{where}")
        if schema_editor.connection.vendor != "sqlite":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")

    return add, drop
