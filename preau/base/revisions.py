"""A revision of what hardly changes, so that each process may keep it in memory and know when it is no longer so.

Any write to a table of settings gives its collectivité another revision, by a trigger of the database itself: whoever
writes, in whatever way, in this process or on another machine. It is drawn at random, so that an act that is taken back
or a restored database never gives again the one of other settings.
"""

from collections.abc import Callable
from typing import Any

KEEPER = "organisations_organisation"  # the table that holds the revision, in its column `revision`
DRAWN_BY_SQLITE = "lower(hex(randomblob(16)))"
DRAWN_BY_POSTGRESQL = "md5(random()::text || clock_timestamp()::text)"


def raise_on_write(*tables: str) -> Callable[[Any, Any], None]:
    """Return the step of a migration that raises the revision of a collectivité when one of its rows is written.

    :param tables: those that name their collectivité in `organisation_id`, and `KEEPER` itself.
    """

    def add(apps: Any, schema_editor: Any) -> None:
        say = _for_sqlite if schema_editor.connection.vendor == "sqlite" else _for_postgresql
        for table in tables:
            for statement in say(table):
                schema_editor.execute(statement)

    return add


def _for_sqlite(table: str) -> list[str]:
    """A trigger of SQLite does not set itself off again by what it writes."""
    acts = ("INSERT", "UPDATE") if table == KEEPER else ("INSERT", "UPDATE", "DELETE")
    column = "id" if table == KEEPER else "organisation_id"
    return [
        f"CREATE TRIGGER {table}_revised_by_{act.lower()} AFTER {act} ON {table} BEGIN "  # noqa: S608 -- our own names
        f"UPDATE {KEEPER} SET revision = {DRAWN_BY_SQLITE} WHERE id = {'OLD' if act == 'DELETE' else 'NEW'}.{column}; "
        "END"
        for act in acts
    ]


def _for_postgresql(table: str) -> list[str]:
    if table == KEEPER:
        return [
            "CREATE FUNCTION revise() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN NEW.revision := {DRAWN_BY_POSTGRESQL}; RETURN NEW; END $$",
            f"CREATE TRIGGER revised BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION revise()",
            "CREATE FUNCTION revise_keeper() RETURNS trigger LANGUAGE plpgsql AS "  # noqa: S608 -- our own names
            f"$$ BEGIN UPDATE {KEEPER} SET revision = '' WHERE id = "
            "CASE TG_OP WHEN 'DELETE' THEN OLD.organisation_id ELSE NEW.organisation_id END; RETURN NULL; END $$",
        ]
    return [
        f"CREATE TRIGGER revised AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION revise_keeper()"
    ]
