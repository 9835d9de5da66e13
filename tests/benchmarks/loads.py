"""Visitors over HTTP, alone or together, and the times they met."""

import gzip
import http.client
import json
import multiprocessing
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="(\d+):([01])"><label[^>]*><input type="checkbox" name="u" value="\1"[^>]*>')
KEY = re.compile(r'name="key" value="([^"]+)"')
FORWARD = re.compile(r'class="btn go"\s+formaction="([^"]+)"')  # « Aller à l’étape 2 »
SHOWN = re.compile(r'name="seen" value="([^"]*)"')  # of the month of all the children
READ = re.compile(r'name="lu" value="([^"]*)"')
DAYS_OF_AN_ORDER = 20

LATE = "retard du générateur"

Visit = Callable[["Visitor", dict[str, Any], int], None]


def json_of(path: Path) -> Any:
    return json.loads(path.read_text())


class Trouble(Exception):
    """An answer that no visitor should meet."""


@dataclass
class Visitor:
    """One browser without images: a kept connection, cookies, and the time of each answer."""

    port: int
    slug: str
    cookies: dict[str, str] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    bytes_of: dict[str, int] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, name: str, path: str, data: list[tuple[str, str]] | None = None, *, expected: int = 200) -> str:
        """Send one request; return the body, or where it redirects to."""
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        headers = {"Cookie": cookies, "Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(data)
        started = time.perf_counter()
        self.connection.request("GET" if data is None else "POST", path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        self.note(name, time.perf_counter() - started)
        self.bytes_of[name] = len(content)
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        for header in response.headers.get_all("Set-Cookie", []):
            key, _, value = header.partition(";")[0].partition("=")
            self.cookies[key] = value
        if response.status != expected:
            raise Trouble(f"{name}: {response.status} {path}")
        return response.headers["Location"] if expected == 302 else content.decode()

    def note(self, name: str, seconds: float) -> None:
        self.times.setdefault(name, []).append(seconds)

    def enter_as(self, person: dict[str, Any]) -> None:
        """Become somebody who is logged in already."""
        self.cookies = {"session": person["session"]}

    def log_in(self, person: dict[str, Any], password: str) -> None:
        """Log in with a password, as at 8:00 on opening day."""
        self.cookies = {}
        path = f"/{self.slug}/connexion/"
        token = CSRF.search(self.ask("page de connexion", path))
        fields = [("csrfmiddlewaretoken", token[1]), ("username", person["login"]), ("password", password)]
        self.ask("connexion", path, fields, expected=302)

    def grid(self, person: dict[str, Any], month: str) -> str:
        return self.ask("grille du mois", f"/{self.slug}/famille/reservations/{person['enrolment']}/?debut={month}")

    def page(self, name: str, path: str) -> str:
        """Open a page below the collectivité."""
        return self.ask(name, f"/{self.slug}/{path}")

    def order(self, person: dict[str, Any], month: str) -> None:
        """Tick 20 mornings of a month (or untick them when they are booked), read the recap, validate."""
        page = self.grid(person, month)
        started = time.perf_counter()
        path = f"/{self.slug}/famille/reservations/{person['enrolment']}/"
        token = CSRF.search(page)[1]
        boxes = [(found[1], found[2] == "1", "Matin" in found[0]) for found in SEEN.finditer(page)]
        mornings = [(slot, held) for slot, held, is_morning in boxes if is_morning][:DAYS_OF_AN_ORDER]
        if not mornings:
            return  # everything is full: the family reads « complet » and goes
        wanted = not mornings[0][1]
        changed = {slot for slot, held in mornings if held is not wanted}
        fields = [("csrfmiddlewaretoken", token), ("vue", "mois"), ("debut", month)]
        for slot, held, _is_morning in boxes:
            fields.append(("seen", f"{slot}:{int(held)}"))
            if held is not (slot in changed):
                fields.append(("u", slot))
        self._send(page, path, fields, name="commande de 20 jours", started=started)

    def basket(self, family: dict[str, Any], month: str) -> None:
        """Tick 20 moments of each child (or untick them) on the month of all of them, read the recap, validate."""
        path = f"/{self.slug}/famille/reservations/semaine/"
        page = self.ask("mois de tous les enfants", f"{path}?vue=mois&semaine={month}")
        started = time.perf_counter()
        boxes = dict(item.split(":") for item in SHOWN.search(page)[1].split())
        changed: set[str] = set()
        for enrolment in family["enrolments"]:
            mine = [box for box in boxes if box.startswith(f"{enrolment}-")]
            if mine:
                changed |= {box for box in mine if boxes[box] == boxes[mine[0]]} & set(mine[:DAYS_OF_AN_ORDER])
        if not changed:
            return
        fields = [("csrfmiddlewaretoken", CSRF.search(page)[1]), ("vue", "mois"), ("semaine", month)]
        fields += [("enfant", ""), ("passes", ""), ("seen", SHOWN.search(page)[1])]
        fields += [("u", box) for box, flag in boxes.items() if (flag == "1") is not (box in changed)]
        self._send(page, path, fields, name="panier de trois enfants", started=started)

    def _send(self, page: str, path: str, fields: list[tuple[str, str]], *, name: str, started: float) -> None:
        """From the ticks to the confirmation. Before issue 13 a request kept the ticks, another showed the recap."""
        forward = FORWARD.search(page)
        recap = forward[1] if forward else self.ask("coches gardées", path, [*fields, ("act", "recap")], expected=302)
        read = self.ask("récapitulatif", recap, fields if forward else None)
        sent = [("csrfmiddlewaretoken", CSRF.search(read)[1]), ("key", KEY.search(read)[1])]
        sent.append(("lu", READ.search(read)[1]))  # what the person has read: another recap is shown again
        done = self.ask("validation", recap, sent, expected=302)
        self.note(name, time.perf_counter() - started)
        self.ask("demande enregistrée", done)


def home(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    visitor.enter_as(_person(people, turn))
    visitor.ask("accueil", f"/{visitor.slug}/famille/")


def month_grid(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    person = _person(people, turn)
    visitor.enter_as(person)
    visitor.grid(person, people["ordered"])


def order(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    person = _person(people, turn)
    visitor.enter_as(person)
    visitor.order(person, people["ordered"])


def basket(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    family = people["threes"][turn % len(people["threes"])]
    visitor.enter_as(family)
    visitor.basket(family, people["ordered"])


def family_file(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    visitor.enter_as(people["agent"])
    visitor.page("dossier d’une famille", f"agents/familles/{people['families'][turn % len(people['families'])]}/")


def login(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    visitor.log_in(_person(people, turn), people["password"])


def day_list(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    visitor.enter_as(people["agent"])
    visitor.page("liste du jour", f"agents/liste/?date={people['busy']}&lieu=")


def site_list(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    visitor.enter_as(people["agent"])
    visitor.page("liste du jour d’un lieu", f"agents/liste/?date={people['busy']}&lieu={people['site']}")


def rush(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    """Opening day, on the real path: log in, home, the list of activities, the month that opens, 20 days ordered."""
    _open(visitor, people, turn, people["rush"])


def rush_begun(visitor: Visitor, people: dict[str, Any], turn: int) -> None:
    """The same, in a month that is partly booked when it begins."""
    _open(visitor, people, turn, people["begun"])


def _open(visitor: Visitor, people: dict[str, Any], turn: int, month: str) -> None:
    person = _person(people, turn)
    visitor.log_in(person, people["password"])
    visitor.page("accueil", "famille/")
    visitor.page("liste des activités", "famille/reservations/")
    visitor.order(person, month)


def _person(people: dict[str, Any], turn: int) -> dict[str, Any]:
    return people["parents"][turn % len(people["parents"])]


@dataclass(frozen=True)
class Result:
    """What all the visitors of a load met together. Seconds."""

    clients: int
    seconds: float
    times: dict[str, list[float]]
    troubles: list[str]
    bytes_of: dict[str, int]

    def per_second(self, name: str) -> float:
        return len(self.times.get(name, [])) / self.seconds

    def percentile(self, name: str, rank: int) -> float:
        """Return the time that so many hundredths of the requests stay under."""
        found = sorted(self.times.get(name, [])) or [0.0]
        return found[min(len(found) - 1, len(found) * rank // 100)]


def load(visit: Visit, *, port: int, people: dict[str, Any], clients: int, seconds: float) -> Result:
    """Let so many clients visit again and again, each in its process, for so many seconds."""

    def turns(number: int) -> list[tuple[int, float]]:
        return [(turn, 0.0) for turn in range(number, 10**6, clients)]

    return _together(visit, port=port, people=people, clients=clients, turns=turns, seconds=seconds)


def arrivals(visit: Visit, *, port: int, people: dict[str, Any], count: int, seconds: float, clients: int) -> Result:
    """Let so many people arrive at random over a time, each once, whatever the answers take (open loop)."""
    draw = random.Random(count)
    moments = sorted(draw.uniform(0, seconds) for _ in range(count))

    def turns(number: int) -> list[tuple[int, float]]:
        return [(turn, moments[turn]) for turn in range(number, count, clients)]

    return _together(visit, port=port, people=people, clients=clients, turns=turns, seconds=None)


def _together(
    visit: Visit,
    *,
    port: int,
    people: dict[str, Any],
    clients: int,
    turns: Callable[[int], list[tuple[int, float]]],
    seconds: float | None,
) -> Result:
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    barrier = context.Barrier(clients + 1)

    def stroll(number: int) -> None:
        visitor, troubles = Visitor(port, people["slug"]), []
        barrier.wait()
        started = time.perf_counter()
        for turn, due in turns(number):
            if seconds is not None and time.perf_counter() - started > seconds:
                break
            late = time.perf_counter() - started - due
            time.sleep(max(0.0, -late))
            if seconds is None:
                visitor.note(LATE, max(0.0, late))  # of the generator: above a second, it is too small
            try:
                visit(visitor, people, turn)
            except (Trouble, OSError, http.client.HTTPException, TypeError) as problem:
                troubles.append(f"{type(problem).__name__} {problem}")
                visitor.connection = None
        results.put((visitor.times, troubles, visitor.bytes_of))

    children = [context.Process(target=stroll, args=(number,)) for number in range(clients)]
    for child in children:
        child.start()
    barrier.wait()
    started = time.perf_counter()
    times: dict[str, list[float]] = {}
    troubles: list[str] = []
    bytes_of: dict[str, int] = {}
    for _ in children:
        found, problems, sizes = results.get()
        for name, values in found.items():
            times.setdefault(name, []).extend(values)
        troubles += problems
        bytes_of |= sizes
    elapsed = time.perf_counter() - started
    for child in children:
        child.join()
    return Result(clients, elapsed, times, troubles, bytes_of)
