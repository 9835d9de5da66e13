"""`preau backup`: one consistent copy of the database, taken while the portal works."""

import os
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection


class Command(BaseCommand):
    help = "Sauvegarde la base, portail ouvert."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["fichier"])
        if target.exists():
            raise CommandError(f"{target} existe déjà : choisissez un autre nom.")
        draft = target.with_name(target.name + ".partiel")
        if connection.vendor == "sqlite":
            # The backup API in one step: a plain copy of a live file is unreadable one time in two.
            with sqlite3.connect(connection.settings_dict["NAME"]) as source, sqlite3.connect(draft) as copy:
                source.backup(copy)
            copy.close()
        else:
            run_postgres("pg_dump", "--format=custom", "--file", str(draft))
        draft.chmod(0o600)
        os.replace(draft, target)
        self.stdout.write(f"{target} : {target.stat().st_size} octets. Gardez aussi PREAU_ENCRYPTION_KEYS, à part.")


def run_postgres(tool: str, *arguments: str) -> None:
    """Run a PostgreSQL tool on this database; the password goes by the environment, never by the command line."""
    found = connection.settings_dict
    environment = {**os.environ, "PGPASSWORD": str(found["PASSWORD"] or "")}
    address = ["--host", found["HOST"], "--port", str(found["PORT"] or 5432), "--username", found["USER"]]
    result = subprocess.run(  # noqa: S603 -- a fixed tool, no shell
        [tool, *address, "--dbname", found["NAME"], *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise CommandError(result.stderr.strip()[-500:] or f"{tool} a échoué.")
