"""The commands of an installation: open a collectivité, save, restore, list the settings."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
KEY = "0123456789abcdefghijABCDEFGHIJ0123456789abc="
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"


def preau(data: Path, *command: str, engine: str = "", **given: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the product, or some Python beside it (« -c »), in an environment that holds nothing else.

    :param engine: the address of a base; by default SQLite among the data.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PREAU_", "DJANGO_"))}
    environment |= {
        "PREAU_DATA_DIR": str(data),
        "PREAU_SECRET_KEY": SECRET,
        "PREAU_ENCRYPTION_KEYS": KEY,
        "PREAU_DATABASE_URL": engine,
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "preau.config.settings",
        **given,
    }
    run = ["-c", command[1]] if command[0] == "-c" else ["-m", "preau", *command]
    return subprocess.run(
        [sys.executable, *run],
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


@pytest.fixture
def bases() -> Iterator[list[str]]:
    """The addresses of two new bases on the engine of the suite; empty: SQLite, among the data."""
    if connection.vendor != "postgresql":
        yield ["", ""]
        return
    found = connection.settings_dict
    names = [f"copie_{secrets.token_hex(4)}" for _ in range(2)]
    server = {key: found[key.upper()] for key in ("host", "port", "user")}
    with psycopg.connect(dbname="postgres", autocommit=True, **server) as server_connection:
        for name in names:
            server_connection.execute(f"CREATE DATABASE {name}")
        yield [f"postgres://{found['USER']}@{found['HOST']}:{found['PORT']}/{name}" for name in names]
        for name in names:
            server_connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    ("slug", "said"), [("essai", "déjà prise"), ("admin", "ne convient pas"), ("Été 1", "ne convient pas")]
)
def test_an_address_taken_or_reserved_is_refused_in_french(installed, slug, said):
    result = preau(installed / "a", *OPEN, "--adresse", slug)
    assert result.returncode != 0
    assert said in result.stderr


KEEP = """
import django; django.setup()
from django.utils import timezone
from preau.base import files
from preau.base.uploads import CleanFile
file = CleanFile(b"une piece", "application/pdf", "pdf", 1)
files.keep(organisation_id=1, file=file, name="piece.pdf", now=timezone.now())
"""
READ = """
import django; django.setup()
from preau.base import files
from preau.base.models import OutboxMail, StoredFile
row, content = files.read(organisation_id=1, file_id=StoredFile.objects.get().pk)
print(content.decode(), row.name["name"], OutboxMail.objects.get().context["link"])
"""


@pytest.fixture
def with_a_document(request: pytest.FixtureRequest, tmp_path: Path, bases: list[str]) -> Path:
    """An installation that has sent a mail and keeps a document."""
    if bases[0]:
        made = preau(tmp_path / "a", *OPEN, "--adresse", "essai", engine=bases[0])
        assert made.returncode == 0, made.stderr
    else:
        request.getfixturevalue("installed")
    made = preau(tmp_path / "a", "-c", KEEP, engine=bases[0])
    assert made.returncode == 0, made.stderr
    return tmp_path


@pytest.mark.django_db
def test_a_backup_holds_base_and_documents_and_goes_into_an_empty_installation_only(with_a_document, bases):
    engine, other = bases
    saved = with_a_document / "copie"
    told = preau(with_a_document / "a", "backup", str(saved), engine=engine)
    assert "la base et 1 document(s)" in told.stdout
    assert "empreintes" in told.stdout
    assert oct(saved.stat().st_mode)[-3:] == "600"
    again = preau(with_a_document / "a", "backup", str(saved), engine=engine)
    assert "existe déjà" in again.stderr
    refused = preau(with_a_document / "a", "restore", str(saved), engine=engine)
    assert "n’est pas vide" in refused.stderr
    restored = preau(with_a_document / "b", "restore", str(saved), engine=other)
    assert restored.returncode == 0, restored.stderr
    assert "contrôlée et à jour : 1 document(s)" in restored.stdout
    read = preau(with_a_document / "b", "-c", READ, engine=other)
    assert "une piece piece.pdf http" in read.stdout
    taken = preau(with_a_document / "b", *OPEN, "--adresse", "essai", engine=other)
    assert "déjà prise" in taken.stderr


@pytest.mark.django_db
def test_a_backup_with_a_document_missing_is_told_by_restore_and_by_check(with_a_document, bases):
    engine, other = bases
    saved = with_a_document / "copie"
    for path in (with_a_document / "a" / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    preau(with_a_document / "a", "backup", str(saved), engine=engine)
    restored = preau(with_a_document / "b", "restore", str(saved), engine=other)
    assert restored.returncode != 0
    assert "1 fichier(s) de familles manquent ou ne s’ouvrent pas (n° 1)" in restored.stderr
    checked = preau(with_a_document / "a", "check", engine=engine)
    assert checked.returncode != 0
    assert "1 fichier(s) de familles manquent" in checked.stderr


def test_other_keys_are_told_by_restore_check_and_serve_before_anything_is_written(installed):
    saved = installed / "copie"
    preau(installed / "a", "backup", str(saved))
    other = {"PREAU_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    refused = preau(installed / "b", "restore", str(saved), **other)
    assert refused.returncode != 0
    assert "il manque la clé d’empreinte" in refused.stderr
    assert "n’est pas vide" not in preau(installed / "b", "restore", str(saved)).stderr
    for command in ("check", "serve"):
        told = preau(installed / "a", command, **other)
        assert told.returncode != 0
        assert "ce ne sont pas les clés de ces données" in told.stderr


def _cut(saved: Path) -> bytes:
    return saved.read_bytes()[:-20_000]


def _other_file(saved: Path) -> bytes:
    return b"SQLite format 3\x00" + b"rien" * 500


def _damaged_base(saved: Path) -> bytes:
    whole = bytearray(saved.read_bytes())
    at = whole.index(b"SQLite format 3\x00")
    whole[at + 4096 : at + 60_000] = b"\x07" * (60_000 - 4096)
    return bytes(whole)


@pytest.mark.parametrize(
    ("damage", "said"),
    [(_cut, "il est incomplet"), (_other_file, "n’est pas une sauvegarde"), (_damaged_base, "est abîmée")],
)
def test_a_damaged_backup_is_refused_in_words_and_leaves_nothing(installed, damage, said):
    saved, bad = installed / "copie", installed / "abimee"
    preau(installed / "a", "backup", str(saved))
    bad.write_bytes(damage(saved))
    refused = preau(installed / "c", "restore", str(bad))
    assert refused.returncode != 0
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert preau(installed / "c", "restore", str(saved)).returncode == 0


def test_counters_that_drifted_are_told(installed):
    move = "import django; django.setup(); from preau.base.models import *; from preau.domain.families.models import *"
    move += "; Family.objects.create(organisation_id=1, number=7, name='F', created_at='2026-11-28T00:00Z')"
    move += "; Counter.objects.create(organisation_id=1, name='family', last_number=3)"
    made = preau(installed / "a", "-c", move)
    assert made.returncode == 0, made.stderr
    assert "le compteur est en retard" not in preau(installed / "a", "check").stderr
    assert "le compteur est en retard" in preau(installed / "a", "check", "--counters").stderr


def test_what_the_service_writes_is_read_by_nobody_else(installed):
    for path in (installed / "a").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_alone_it_lists_its_own_commands(tmp_path):
    told = preau(tmp_path, "help")
    assert "preau backup" in told.stdout
    assert "changepassword" not in told.stdout


def test_check_lists_the_settings_without_their_secrets_and_says_what_lacks(tmp_path):
    result = preau(tmp_path, "check")
    assert result.returncode != 0
    for said in ("La base est vide", "PREAU_EMAIL_URL", "PREAU_MAIL_DOMAIN", "PREAU_BASE_URL"):
        assert said in result.stderr
    assert "PREAU_SECRET_KEY" in result.stdout
    assert SECRET not in result.stdout


def test_the_server_gives_back_the_blocks_of_passwords(monkeypatch):
    """What the C library keeps for itself made a worker of 115 MB weigh 190 after a thousand log-ins."""
    asked = {}
    monkeypatch.setattr("os.execv", lambda program, command: asked.update(os.environ, program=program))
    for name in ("MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("preau.config.management.commands.serve.check_witness", lambda: None)
    call_command("serve", "--sans-statiques")
    assert asked["program"].endswith("granian")
    assert (asked["MALLOC_ARENA_MAX"], asked["MALLOC_MMAP_THRESHOLD_"]) == ("2", "1048576")
