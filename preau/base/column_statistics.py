"""What PostgreSQL must not remember of a column, so that its plans do not change on the wrong morning."""

from collections.abc import Callable
from typing import Any


def forget_values(table: str, column: str) -> Callable[[Any, Any], None]:
    """Return the step of a migration that lets PostgreSQL keep no statistics of a column's values.

    On the morning when a month opens, they say that nothing is booked in it: to know what one child holds on twenty
    days, the planner then reads all that the town has just booked, more with each order. Without them it supposes that
    a day holds its share of the table, as it does all the year. SQLite keeps none.
    """

    def forget(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            quoted = schema_editor.quote_name
            schema_editor.execute(f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(column)} SET STATISTICS 0")

    return forget
