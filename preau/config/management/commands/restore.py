"""`preau restore`: puts an archive in an empty installation; good only once what it holds was read."""

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from preau.base.stored import read_files, unreadable_values
from preau.base.witness import key_prints
from preau.config.archives import BASE, FILES, Manifest, NotAnArchive, open_archive, stored, unpack
from preau.config.installation import key_problems, lost_file_problems
from preau.config.management.commands.backup import run_postgres


class Command(BaseCommand):
    help = "Remet une sauvegarde dans une installation vide."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier")

    def handle(self, *args: Any, **options: Any) -> None:
        source, files = Path(options["fichier"]), Path(settings.DATA_DIR, "files")
        if not source.is_file():
            raise CommandError(f"{source} n’existe pas.")
        if connection.introspection.table_names():
            raise CommandError("La base n’est pas vide : une sauvegarde ne s’écrit que dans une base neuve.")
        if stored(files):
            raise CommandError(f"{files} contient déjà des documents : une sauvegarde s’écrit dans un dossier neuf.")
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restauration-") as folder:
            try:
                with open_archive(source) as (manifest, archive):
                    _check(manifest)
                    unpack(archive, Path(folder))
            except NotAnArchive as damaged:
                raise CommandError(
                    "Ce fichier n’est pas une sauvegarde de Préau, ou il est incomplet : prenez-en un autre. "
                    "Rien n’a été écrit."
                ) from damaged
            _put_base(Path(folder, BASE))
            if Path(folder, FILES).is_dir():
                shutil.copytree(Path(folder, FILES), files, dirs_exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        self._prove(manifest)

    def _prove(self, manifest: Manifest) -> None:
        found, (read, _wrong) = read_files(), unreadable_values()
        problems = [*key_problems(), *lost_file_problems(found)]
        if problems:
            raise CommandError("La sauvegarde est en place, mais :\n" + "\n".join(f"- {each}" for each in problems))
        self.stdout.write(
            f"La sauvegarde du {manifest.made_at[:10]} est en place, contrôlée et à jour : {found.opened} document(s) "
            f"ouverts, {read} valeur(s) chiffrées lues."
        )


def _check(manifest: Manifest) -> None:
    if manifest.engine != connection.vendor:
        raise CommandError(f"Cette sauvegarde vient d’une base {manifest.engine}, celle-ci est {connection.vendor}.")
    missing = [each for each in manifest.key_prints if each not in key_prints()]
    if missing:
        raise CommandError(
            f"PREAU_ENCRYPTION_KEYS : il manque la clé d’empreinte {', '.join(missing)}. Ajoutez-la, puis recommencez. "
            "Rien n’a été écrit."
        )


def _put_base(base: Path) -> None:
    if connection.vendor != "sqlite":
        run_postgres("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(base))
        return
    name = connection.settings_dict["NAME"]
    connection.close()
    try:
        with sqlite3.connect(base) as saved:
            state = saved.execute("PRAGMA integrity_check").fetchone()[0]
            broken = saved.execute("PRAGMA foreign_key_check").fetchall()
        if state != "ok" or broken:
            raise CommandError("La base de cette sauvegarde est abîmée : prenez-en une autre. Rien n’a été écrit.")
        with sqlite3.connect(name) as target:
            saved.backup(target)
    except sqlite3.DatabaseError as damaged:
        raise CommandError(
            "La base de cette sauvegarde est abîmée : prenez-en une autre. Rien n’a été écrit."
        ) from damaged
    saved.close()
    target.close()
