"""The `preau` command: Django's management commands under one name."""

import os
import secrets
import shutil
import sys
from pathlib import Path

from cryptography.fernet import Fernet

HELP = """Préau, le portail famille. Commandes :

  preau init       ouvre une collectivité et invite son administrateur
  preau serve      sert les pages
  preau worker     envoie les courriels et fait le travail de fond
  preau check      contrôle les réglages, la base, les clés et les fichiers
  preau backup     sauvegarde la base et les documents, portail ouvert
  preau restore    remet une sauvegarde dans une installation vide
  preau migrate    met la base à jour après un changement de version
  preau demo       montre les collectivités de démonstration

« preau COMMANDE --help » dit les options. Guide : docs/exploitation/installer.md."""


def main() -> None:
    """Run a management command with Préau's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "preau.config.settings")
    if sys.argv[1:2] == ["demo"]:
        _enter_demo(sys.argv[2:])
    os.umask(0o077)  # what a family sends is its own: no other user of the machine reads it
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 -- after the settings are named
    from django.core.management import execute_from_command_line  # noqa: PLC0415
    from django.db import OperationalError  # noqa: PLC0415

    if len(sys.argv) == 1 or (sys.argv[1] in ("-h", "--help", "help") and len(sys.argv) < 3):
        print(HELP)  # noqa: T201 -- a command speaks on its output
        return
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(f"Réglages à corriger :\n{wrong}")
    except OperationalError as down:
        sys.exit(
            "La base de données ne répond pas, ou n’est pas à jour. Vérifiez PREAU_DATABASE_URL et que son serveur "
            f"tourne, puis lancez preau migrate.\n{down}"
        )
    except PermissionError as refused:
        sys.exit(f"{refused.filename} : l’utilisateur qui lance la commande n’a pas le droit d’y écrire.")


def _enter_demo(arguments: list[str]) -> None:
    """Name the demo's settings before Django reads them: data folder, secrets of its own, date, address."""
    data = Path(_option(arguments, "--data", "var/demo"))
    if "--reset" in arguments:
        shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, exist_ok=True)
    os.environ["PREAU_DEMO"] = "true"
    os.environ["PREAU_DATA_DIR"] = str(data)
    os.environ["PREAU_SECRET_KEY"] = _kept(data / "secret", secrets.token_urlsafe(60))
    os.environ["PREAU_ENCRYPTION_KEYS"] = _kept(data / "keys", Fernet.generate_key().decode())
    os.environ["PREAU_BASE_URL"] = f"http://127.0.0.1:{_option(arguments, '--port', '8000')}"
    today = _option(arguments, "--today", "")
    if today:
        os.environ["PREAU_TODAY"] = today


def _option(arguments: list[str], name: str, default: str) -> str:
    for position, argument in enumerate(arguments):
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
        if argument == name and position + 1 < len(arguments):
            return arguments[position + 1]
    return default


def _kept(path: Path, fresh: str) -> str:
    """Return what a file keeps, writing it the first time; readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(fresh)
    return path.read_text().strip()
