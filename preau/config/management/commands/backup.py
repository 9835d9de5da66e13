"""`preau backup`: one archive of the base and the documents, taken while the portal works."""

import os
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from preau.base.witness import key_prints
from preau.config import clock
from preau.config.archives import FORMAT, Manifest, stored, write_archive


class Command(BaseCommand):
    help = "Sauvegarde la base et les documents, portail ouvert."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier")

    def handle(self, *args: Any, **options: Any) -> None:
        target, files = Path(options["fichier"]), Path(settings.DATA_DIR, "files")
        if target.exists():
            raise CommandError(f"{target} existe déjà : choisissez un autre nom.")
        if not target.parent.is_dir():
            raise CommandError(f"Le dossier {target.parent} n’existe pas : créez-le, lisible de vous seul.")
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".preau-") as folder:
            base = Path(folder, "base")
            _copy_base(base)
            documents = len(stored(files))
            manifest = Manifest(FORMAT, connection.vendor, clock.now().isoformat(), key_prints(), documents)
            write_archive(target=target, base=base, files=files, manifest=manifest)
        self.stdout.write(
            f"{target} : la base et {documents} document(s), {target.stat().st_size} octets. Gardez à part les clés "
            f"PREAU_ENCRYPTION_KEYS (empreintes {', '.join(manifest.key_prints)}) : sans elles, rien ne se relit."
        )


def _copy_base(base: Path) -> None:
    if connection.vendor == "sqlite":
        # The backup API in one step: a plain copy of a live file is unreadable one time in two.
        with sqlite3.connect(connection.settings_dict["NAME"]) as source, sqlite3.connect(base) as copy:
            source.backup(copy)
        copy.close()
    else:
        run_postgres("pg_dump", "--format=custom", "--file", str(base))


def run_postgres(tool: str, *arguments: str) -> None:
    """Run a PostgreSQL tool on this database; the password goes by the environment, never by the command line."""
    found = connection.settings_dict
    environment = {**os.environ, "PGPASSWORD": str(found["PASSWORD"] or "")}
    address = ["--host", found["HOST"], "--port", str(found["PORT"] or 5432), "--username", found["USER"]]
    try:
        result = subprocess.run(  # noqa: S603 -- a fixed tool, no shell
            [tool, *address, "--dbname", found["NAME"], *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise CommandError(f"Il manque {tool}. Installez le paquet postgresql-client.") from missing
    if result.returncode:
        raise CommandError(f"{tool} a échoué : {result.stderr.strip()[-500:]}")
