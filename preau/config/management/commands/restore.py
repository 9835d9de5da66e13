"""`preau restore`: puts a backup in an empty database, and checks it."""

import sqlite3
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from preau.config.management.commands.backup import run_postgres


class Command(BaseCommand):
    help = "Remet une sauvegarde dans une base vide."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Path(options["fichier"])
        if not source.is_file():
            raise CommandError(f"{source} n’existe pas.")
        if connection.introspection.table_names():
            raise CommandError("La base n’est pas vide : une sauvegarde ne s’écrit que dans une base neuve.")
        if connection.vendor == "sqlite":
            name = connection.settings_dict["NAME"]
            connection.close()
            with sqlite3.connect(source) as saved, sqlite3.connect(name) as target:
                saved.backup(target)
                state = target.execute("PRAGMA integrity_check").fetchone()[0]
                broken = target.execute("PRAGMA foreign_key_check").fetchall()
            target.close()
            if state != "ok" or broken:
                raise CommandError("La sauvegarde est abîmée : ne l’utilisez pas.")
        else:
            run_postgres("pg_restore", "--no-owner", "--exit-on-error", str(source))
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("La sauvegarde est en place, contrôlée et à jour.")
