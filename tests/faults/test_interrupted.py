"""kill -9 of the served portal between two steps of a dossier: what was saved is there when it comes back."""

import http.cookiejar
import os
import re
import signal
import socket
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from django.db import connection

from preau.domain.procedures.models import Procedure
from tests.factories.town import PASSWORD, Town
from tests.faults.test_kill import start

pytestmark = [pytest.mark.django_db(transaction=True)]

STEPS = {
    "household": {"address_is_right": "on", "phone": "02 61 91 00 77"},
    "identity": {"identity_is_right": "on", "school": "École Bleue", "level": "CE2"},
    "health": {"pai": "no", "doctor_name": "Dr Roy", "diet": "no_pork", "avoid": "arachide"},
}
WAIT = 60  # seconds: a machine that is busy with the rest of the suite starts a server slowly


class Browser:
    """As much of a browser as a family without JavaScript needs: cookies, forms, redirections."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=WAIT) as answer:
            self.page = answer.read().decode()
        return self.page

    def post(self, path: str, data: dict[str, str]) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)[1]
        body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token}).encode()
        with self.opener.open(self.base + path, data=body, timeout=WAIT) as answer:
            self.page = answer.read().decode()
        return self.page


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Served:
    """The portal as `preau serve` runs it, which may be killed and started again."""

    def __init__(self, tmp_path) -> None:
        self.tmp_path, self.port = tmp_path, free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        command = ("-m", "preau", "serve", "--port", str(self.port), "--workers", "1", "--sans-statiques")
        self.process = start(self.tmp_path, *command, heard=False)
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.base}/sante/", timeout=5).close()
            except (urllib.error.URLError, OSError):
                assert self.process.poll() is None, "the server stopped by itself"
                time.sleep(0.2)
            else:
                return
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=WAIT)


@pytest.fixture
def served(emptied, tmp_path):
    server = Served(tmp_path)
    yield server
    server.kill()


def test_a_server_killed_between_two_steps_loses_nothing_of_the_dossier(served):
    town = Town("panne")
    house = town.household("Dupré", login="awa.panne")
    child = house.children[0].pk
    connection.close()
    served.up()
    browser = Browser(served.base)
    browser.get("/panne/connexion/")
    assert "Bonjour Awa" in browser.post("/panne/connexion/", {"username": "awa.panne", "password": PASSWORD})
    for step, typed in STEPS.items():
        path = f"/panne/famille/dossier/{child}/{step}/"
        browser.get(path)
        browser.post(path, {**typed, "act": "next"})
        served.kill()
        served.up()
        again = browser.get(path)  # the same session: nobody has to log in again
        for value in typed.values():
            assert value == "on" or value in again, (step, value)
    answers = Procedure.objects.get().answers
    assert {step: answers[step]["confirmed"] for step in STEPS} == dict.fromkeys(STEPS, True)
