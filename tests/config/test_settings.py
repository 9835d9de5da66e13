"""The product refuses to start badly set up, and says all that is wrong at once."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from preau.config.proving import wrong_settings

ROOT = Path(__file__).resolve().parents[2]
KEY = "0123456789abcdefghijABCDEFGHIJ0123456789abc="
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"


def start(tmp_path, *command, **given):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PREAU_", "DJANGO_"))}
    environment |= {"PREAU_DATA_DIR": str(tmp_path), "PREAU_SECRET_KEY": SECRET, "PREAU_ENCRYPTION_KEYS": KEY, **given}
    return subprocess.run(
        [sys.executable, "-m", "preau", *(command or ["compile_catalogues"])],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_starts_with_a_strong_secret(tmp_path):
    assert start(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("submission://nom:mot%40passe@smtp.exemple.fr", "smtp.exemple.fr 587 nom mot@passe True False"),
        ("smtp://nom:passe@smtp.exemple.fr:465?ssl=true", "smtp.exemple.fr 465 nom passe False True"),
        ("smtp://127.0.0.1", "127.0.0.1 25 None None False False"),
    ],
)
def test_the_mail_server_is_the_one_of_the_address(tmp_path, address, said):
    names = ["HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL"]
    told = "; ".join(
        ["from django.conf import settings", f"print(*[getattr(settings, 'EMAIL_' + n) for n in {names}])"]
    )
    result = start(tmp_path, "shell", "--no-imports", "-c", told, PREAU_EMAIL_URL=address)
    assert said in result.stdout, result.stderr


def test_the_settings_that_the_guide_copies_are_right_once_filled(tmp_path):
    given = dict(
        line.split("=", 1)
        for line in (ROOT / "deploy" / "preau.env").read_text().splitlines()
        if line and not line.startswith("#")
    )
    given |= {"PREAU_SECRET_KEY": SECRET, "PREAU_ENCRYPTION_KEYS": KEY, "PREAU_DATA_DIR": str(tmp_path)}
    assert start(tmp_path, **given).returncode == 0


def test_it_tells_every_wrong_setting_at_once_in_french_and_without_a_traceback(tmp_path):
    given = {f"PREAU_{name}": text for name, text in WRONG.items()}
    result = start(tmp_path, **given)
    assert result.returncode != 0
    for name in given:
        assert f"{name} : " in result.stderr
    assert "Traceback" not in result.stderr
    assert "Not a valid" not in result.stderr


WRONG = {
    "SECRET_KEY": "a" * 80,
    "ENCRYPTION_KEYS": f"{KEY},cle",
    "DATABASE_URL": "mysql://hote/base",
    "ALLOWED_HOSTS": "https://portail.exemple.fr",
    "BASE_URL": "portail.exemple.fr",
    "MAIL_DOMAIN": "exemple",
    "EMAIL_URL": "smtp.exemple.fr",
    "CACHE_URL": "memcached://hote",
    "HTTPS": "peut-être",
    "TRUSTED_PROXIES": "deux",
    "CLAMD_URL": "/run/clamav/clamd.ctl",
    "LOG_LEVEL": "bavard",
    "TODAY": "demain",
    "DEBUG": "un peu",
    "ALOWED_HOSTS": "portail.exemple.fr",
}
RIGHT = {
    "SECRET_KEY": SECRET,
    "ENCRYPTION_KEYS": KEY,
    "DATABASE_URL": "postgres://preau:mot%40passe@127.0.0.1:5432/preau",
    "DATA_DIR": "/var/lib/preau",
    "ALLOWED_HOSTS": "portail.exemple.fr, www.exemple.fr,127.0.0.1,[::1],.exemple.fr",
    "BASE_URL": "https://portail.exemple.fr/",
    "MAIL_DOMAIN": "portail.exemple.fr",
    "EMAIL_URL": "submission://utilisateur:motdepasse@smtp.exemple.fr:587",
    "HTTPS": "true",
    "TRUSTED_PROXIES": "1",
    "CLAMD_URL": "unix:///run/clamav/clamd.ctl",
    "LOG_LEVEL": "WARNING",
}


def wrong(**given):
    return wrong_settings({f"PREAU_{name}": text for name, text in given.items()}, settings.PREAU_SETTINGS)


def test_right_settings_are_right():
    assert wrong(**RIGHT) == []
    assert wrong(**{**RIGHT, "CLAMD_URL": "", "EMAIL_URL": " "}) == []


@pytest.mark.parametrize(("name", "text"), WRONG.items())
def test_each_wrong_setting_is_told_alone(name, text):
    told = wrong(**{**RIGHT, "DEMO": "true", name: text})
    assert len(told) == 1
    assert told[0].startswith(f"PREAU_{name} : ")
    assert "a" * 80 not in told[0]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("EMAIL_URL", ["smtp://", "http://hote", "submission://hote:port", "smtp"]),
        ("DATABASE_URL", ["postgres://", "postgres", "oracle://a/b", "postgres://hote:99999/base"]),
        ("BASE_URL", ["https://", "ftp://a.fr", "https://a.fr/portail", "https://a.fr?x=1"]),
        ("ALLOWED_HOSTS", ["a.fr/portail", "a b.fr", "a.fr,,b.fr", "a.fr:443"]),
        ("ENCRYPTION_KEYS", ["", "courte", KEY[:-2], f"{KEY},"]),
        ("TRUSTED_PROXIES", ["-1", "1,5", "²", "10"]),
        ("TODAY", ["28/11/2026", "2026-02-30", "1"]),
    ],
)
def test_wrong_values_of_one_sort(name, texts):
    for text in texts:
        assert wrong(**{**RIGHT, name: text}), text


def test_keys_are_required_outside_the_demo_and_a_frozen_day_is_refused():
    assert "PREAU_ENCRYPTION_KEYS : elle est obligatoire" in wrong(SECRET_KEY=SECRET)[0]
    assert "PREAU_SECRET_KEY : elle est obligatoire" in wrong(ENCRYPTION_KEYS=KEY)[0]
    assert wrong(SECRET_KEY=SECRET, DEMO="true", TODAY="2026-11-28") == []
    assert "ne sert qu’à la démonstration" in wrong(**RIGHT, TODAY="2026-11-28")[0]


def test_a_name_nearly_right_is_guessed():
    assert "Vouliez-vous écrire PREAU_ALLOWED_HOSTS" in wrong(**RIGHT, ALOWED_HOSTS="a.fr")[0]


def test_what_our_own_scripts_set_is_a_setting_that_exists():
    scripts = [*(ROOT / "bin").iterdir(), ROOT / ".ci" / "run", *(ROOT / "tests").rglob("*.py")]
    pattern = re.compile(r"""(?:export |environ(?:\.get\(|\[)")PREAU_([A-Z_]+)""")
    texts = [each.read_text(encoding="utf-8") for each in scripts if each.is_file()]
    named = {name for text in texts for name in pattern.findall(text)}
    assert {"DATABASE_URL", "DEMO"} <= named
    unknown = [name for name in named if any("n’existe pas" in said for said in wrong(**{**RIGHT, name: "1"}))]
    assert unknown == []
