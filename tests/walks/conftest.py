"""A real demo, served by its own command on a free port, and a Chromium to walk it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.uploads.corpus import located_photo, paper
from tests.walks.hands import Keyboard, Pointer
from tests.walks.steps import Walk

ROOT = Path(__file__).resolve().parents[2]
TODAY = "2026-11-24"
PATIENCE = 15_000  # milliseconds: a machine that does something else too
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass
class Demo:
    """The demo as a visitor meets it."""

    base: str
    data: Path

    def account(self, login: str, slug: str = "saint-loup") -> dict[str, str]:
        accounts = json.loads((self.data / "accounts.json").read_text(encoding="utf-8"))
        return next(each for each in accounts if (each["organisation"], each["login"]) == (slug, login))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """The demo names its own settings: those of the tests must not reach it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PREAU_", "DJANGO_", "PYTEST_"))}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    data, port = Path(tempfile.mkdtemp(prefix="preau-walk-")), free_port()
    log = (data / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "preau", "demo", "--data", str(data / "demo"), "--port", str(port), "--today", TODAY],
        cwd=ROOT,
        env=clean_environment(),
        stdout=log,
        stderr=log,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/sante/", process)
        yield Demo(base, data / "demo")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()
        shutil.rmtree(data, ignore_errors=True)


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: int = 300) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the demo stopped by itself"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the demo did not answer in time")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=list(CHROMIUM)
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def bare_page(browser: Browser, demo: Demo) -> Callable[[], Page]:
    """Open a page only to read what the demo answers."""
    return lambda: browser.new_context(locale="fr-FR", base_url=demo.base).new_page()


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[Any]:
    """Open a page of one's own; every script error or refusal of the CSP fails the walk."""
    contexts, problems = [], []

    def opened(width: int = 1280, *, scheme: str = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            base_url=demo.base,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


HANDS = ("mouse", "thumb", "keyboard")
# Every guide by thumb; one of them by every hand. bin/audit, before each tag, plays each guide by every hand.
BY_EVERY_HAND = "test_guide_002"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "manner" in metafunc.fixturenames:
        is_whole = os.environ.get("AUDIT_FULL") or metafunc.module.__name__.endswith(BY_EVERY_HAND)
        metafunc.parametrize("manner", HANDS if is_whole else ("thumb",), scope="function")


@pytest.fixture
def walk(request: pytest.FixtureRequest, open_page: Any, manner: str) -> Walk:
    """The same family on a desk, on a phone of 360 px, and with the keyboard alone."""
    page = open_page(360 if manner == "thumb" else 1280)
    hand = Keyboard(page) if manner == "keyboard" else Pointer(page)
    name = f"{request.module.__name__.rpartition('.')[2]}-{request.function.__name__}-{manner}"
    # The keyboard meets the same pages as the mouse: axe has seen them.
    return Walk(hand, name.replace("test_", ""), manner=manner, is_looked_at=manner != "keyboard")


@pytest.fixture
def desk(open_page: Any) -> Page:
    """The page of an agent."""
    return open_page()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A page that was scanned."""
    path = tmp_path / "carnet.pdf"
    path.write_bytes(paper())
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo taken by a phone that says where it was."""
    path = tmp_path / "attestation.jpg"
    path.write_bytes(located_photo())
    return path
