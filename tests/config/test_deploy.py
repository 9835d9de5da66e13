"""The files that the guide of installation has copied: they name what exists, and agree with the product."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.core.management import get_commands

from preau.config.middleware import MAX_BODY

ROOT = Path(__file__).resolve().parents[2]
DEPLOY, GUIDES = ROOT / "deploy", ROOT / "docs" / "exploitation"


def unit(name: str) -> ConfigParser:
    found = ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(DEPLOY / name)
    return found


@pytest.mark.parametrize("name", ["preau-web.service", "preau-worker.service", "preau-backup.service"])
def test_each_service_runs_as_its_own_user_and_writes_for_it_alone(name):
    service = unit(name)["Service"]
    assert (service["User"], service["UMask"]) == ("preau", "0077")
    assert service["EnvironmentFile"] == "/etc/preau.env"
    [command] = re.findall(r"/opt/preau/\.venv/bin/preau (\w+)", service["ExecStart"])
    assert command in get_commands()


def test_the_proxy_receives_bodies_whole_and_takes_no_more_than_the_product():
    text = (DEPLOY / "nginx.conf").read_text()
    assert "proxy_request_buffering on;" in text
    assert f"client_max_body_size {MAX_BODY // 1024**2}m;" in text
    for name in ("client_body_timeout", "client_header_timeout", "X-Forwarded-Proto", "X-Forwarded-For"):
        assert name in text
    port = re.search(r"proxy_pass http://127\.0\.0\.1:(\d+);", text)
    assert port is not None
    assert f"--port {port[1]}" in unit("preau-web.service")["Service"]["ExecStart"]


def test_the_guide_names_every_file_and_only_commands_that_exist():
    guide = (GUIDES / "installer.md").read_text()
    for path in DEPLOY.iterdir():
        stem = path.name.replace("preau-web", "preau-*").replace("preau-worker", "preau-*")
        assert path.name in guide or stem in guide or path.name == "preau-backup.service", path.name
    commands = set()
    for page in GUIDES.glob("*.md"):
        blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.S)
        commands |= set(re.findall(r"(?:-- |^\s*)preau (\w+)", "\n".join(blocks), re.M))
    assert commands >= {"init", "check", "backup", "restore", "migrate"}
    assert commands <= set(get_commands())
