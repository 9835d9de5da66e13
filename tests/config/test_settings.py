"""The product refuses to start badly set up, and says all that is wrong at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"


def start(tmp_path, **given):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PREAU_", "DJANGO_"))}
    environment |= {"PREAU_DATA_DIR": str(tmp_path), "PREAU_SECRET_KEY": SECRET, **given}
    return subprocess.run(
        [sys.executable, "-m", "preau", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_it_starts_with_a_strong_secret(tmp_path):
    assert start(tmp_path).returncode == 0


@pytest.mark.parametrize("secret", ["", "court", "a" * 80])
def test_it_refuses_a_missing_or_weak_secret(tmp_path, secret):
    result = start(tmp_path, PREAU_SECRET_KEY=secret)
    assert result.returncode != 0
    assert "PREAU_SECRET_KEY" in result.stderr
    assert "a" * 80 not in result.stderr


def test_it_tells_every_wrong_setting_at_once(tmp_path):
    result = start(tmp_path, PREAU_DEBUG="peut-être", PREAU_TODAY="demain", PREAU_TRUSTED_PROXIES="deux")
    assert result.returncode != 0
    for name in ("DEBUG", "TODAY", "TRUSTED_PROXIES"):
        assert name in result.stderr
