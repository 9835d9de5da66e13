"""The `preau` command: Django's management commands under one name."""

import os
import secrets
import shutil
import sys
from pathlib import Path

from cryptography.fernet import Fernet


def main() -> None:
    """Run a management command with Préau's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "preau.config.settings")
    if sys.argv[1:2] == ["demo"]:
        _enter_demo(sys.argv[2:])
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- after the settings are named

    execute_from_command_line(sys.argv)


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
