"""The commands of an installation: open a collectivité, save, restore, list the settings."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"


def preau(data: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PREAU_", "DJANGO_"))}
    environment |= {"PREAU_DATA_DIR": str(data), "PREAU_SECRET_KEY": SECRET, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "preau", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


OPEN = (
    "init",
    "--nom",
    "Mairie d’Essai",
    "--nom-court",
    "Essai",
    "--zone",
    "B",
    "--prenom",
    "Anne",
    "--nom-admin",
    "Roy",
    "--courriel",
    "anne@essai.example",
)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for the module: each test works on its own copy."""
    made = tmp_path_factory.mktemp("installed") / "a"
    result = preau(made, *OPEN, "--adresse", "essai")
    assert result.returncode == 0, result.stderr
    assert "anne.roy" in result.stdout
    assert "/essai/activation/" in result.stdout
    return made


@pytest.fixture
def installed(once: Path, tmp_path: Path) -> Path:
    shutil.copytree(once, tmp_path / "a")
    return tmp_path


@pytest.mark.parametrize(
    ("slug", "said"), [("essai", "déjà prise"), ("admin", "ne convient pas"), ("Été 1", "ne convient pas")]
)
def test_an_address_taken_or_reserved_is_refused_in_french(installed, slug, said):
    result = preau(installed / "a", *OPEN, "--adresse", slug)
    assert result.returncode != 0
    assert said in result.stderr


def test_a_backup_goes_into_an_empty_installation_and_nowhere_else(installed):
    saved = installed / "copie.sqlite3"
    assert preau(installed / "a", "backup", str(saved)).returncode == 0
    assert oct(saved.stat().st_mode)[-3:] == "600"
    again = preau(installed / "a", "backup", str(saved))
    assert "existe déjà" in again.stderr
    refused = preau(installed / "a", "restore", str(saved))
    assert "n’est pas vide" in refused.stderr
    restored = preau(installed / "b", "restore", str(saved))
    assert restored.returncode == 0, restored.stderr
    taken = preau(installed / "b", *OPEN, "--adresse", "essai")
    assert "déjà prise" in taken.stderr


def test_a_damaged_backup_is_refused(installed):
    bad = installed / "abime.sqlite3"
    bad.write_bytes(b"SQLite format 3\x00" + b"rien" * 500)
    assert preau(installed / "c", "restore", str(bad)).returncode != 0


def test_check_lists_the_settings_without_their_secrets(tmp_path):
    result = preau(tmp_path, "check")
    assert result.returncode == 0, result.stderr
    assert "PREAU_SECRET_KEY" in result.stdout
    assert SECRET not in result.stdout
