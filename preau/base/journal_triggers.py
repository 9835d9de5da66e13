"""The journal refuses to be changed or lost, by the database itself: triggers that a migration adds on both engines."""

from typing import Any

TABLE = "base_journalentry"


def add_triggers(apps: Any, schema_editor: Any) -> None:
    """The journal refuses to be changed, whoever asks: a trigger on both engines."""
    if schema_editor.connection.vendor == "sqlite":
        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER journal_no_{act.lower()} BEFORE {act} ON {TABLE} "
                "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
        return
    schema_editor.execute(
        "CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION journal_append_only()"
    )


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for act in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS journal_no_{act}")
        return
    schema_editor.execute(f"DROP TRIGGER IF EXISTS journal_append_only ON {TABLE}")
    schema_editor.execute("DROP FUNCTION IF EXISTS journal_append_only()")
