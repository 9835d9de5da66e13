"""Whole acts over HTTP: what a visit costs, how many come at once, opening day, memory, mails, weight."""

import os
import statistics
import time
from typing import Any

from tests.benchmarks import aims, loads, processors
from tests.benchmarks.aims import Report
from tests.benchmarks.firstview import first_views
from tests.benchmarks.loads import LATE, Visit, Visitor
from tests.benchmarks.machines import Machine

CLIENTS = 4
VISITS, ROUNDS, WARM = (
    40,
    3,
    250,
)  # warm: each of eight connections has planned each read, as after a minute of a morning
RUSH_CLIENTS = 48
LOGINS = 1000
ACTS: dict[str, Visit] = {
    "accueil": loads.home,
    "grille du mois": loads.month_grid,
    "commande de 20 jours": loads.order,
    "panier de trois enfants": loads.basket,
    "dossier d’une famille": loads.family_file,
    "liste du jour d’un lieu": loads.site_list,
    "connexion": loads.login,
}


def measure(made: Machine, earlier: Machine | None, *, report: Report, full: bool) -> dict[str, float]:
    """Measure one installation, in turns with an earlier state of the product when there is one.

    :return: of the earlier one, by act, the milliseconds of processor of a visit.
    """
    engine = made.engine
    report.say(f"  charge avant de commencer : {os.getloadavg()[0]:.1f} (au-dessus de 1, les temps mentent)")
    with made.serving(worker=False):
        before = _visits(made, earlier, report)
        for name in ("accueil", "grille du mois", "commande de 20 jours"):
            result = loads.load(ACTS[name], port=made.port, people=made.people, clients=CLIENTS, seconds=6)
            report.add(
                engine, f"{name}, {CLIENTS} à la fois, par seconde", round(result.per_second(name), 1), unit="/s"
            )
        _memory(made, report)
    for each in made.answer("orders", "3"):
        report.add(engine, f"commande sans écran, {each['clients']} à la fois", each["per_second"], unit="/s")
    inbox = made.answer("inbox")
    queries: dict[str, set[int]] = {each["what"]: set() for each in inbox}
    for each in inbox:
        queries[each["what"]].add(each["queries"])
    report.add(engine, "démarches : pages dont les requêtes croissent", _count(queries), aim=0, unit="pages")
    for each in made.answer("creche"):
        name = f"crèche, {each['what']}"
        aim = aims.CARE_MS if each["what"] == "semaine des présences" else None
        report.add(engine, name, each["ms"], aim=aim)
        report.add(engine, name, each["queries"], aim=aims.CARE_QUERIES[each["what"]], unit="requêtes")
    for each in made.answer("attendance"):
        aim = aims.ATTENDANCE_MS if each["what"].startswith("un pointage") else None
        report.add(engine, each["what"], each["ms"], aim=aim)
        report.add(engine, each["what"], each["queries"], aim=aims.ATTENDANCE_QUERIES[each["what"]], unit="requêtes")
    for each in made.answer("contracts"):
        report.add(engine, each["what"], each["seconds"], aim=aims.CONTRACTS_SECONDS, unit="s")
        report.add(engine, f"{each['what']}, places dépassées", each["exceeded"], aim=0, unit="quarts d’heure")
    made.finish_background_work()
    _rush(made, report, loads.rush, full=full)
    if full:
        _rush(made, report, loads.rush_begun, full=True, said="ouverture d’un mois entamé")
    _weights(made, report)
    _verdict(made, report)
    slowest = max(made.answer("search"), key=lambda each: each["p50_ms"])
    report.add(engine, f"recherche la plus lente (« {slowest['what']} »)", slowest["p50_ms"], aim=aims.SEARCH_MS)
    return before


def _visits(made: Machine, earlier: Machine | None, report: Report) -> dict[str, float]:
    """Processor time of each act, of this state and of the earlier one, one round each in turn."""
    before: dict[str, float] = {}
    if earlier is None:
        for name, visit in ACTS.items():
            _say_visit(made, name, [_round(made, visit, turn) for turn in range(ROUNDS + 1)][1:], report)
        return before
    with earlier.serving(worker=False):
        for name, visit in ACTS.items():
            rounds = [(_round(made, visit, turn), _round(earlier, visit, turn)) for turn in range(ROUNDS + 1)][1:]
            _say_visit(made, name, [mine for mine, _theirs in rounds], report)
            before[name] = statistics.median(theirs["visit"] for _mine, theirs in rounds)
            ratio = statistics.median(theirs["visit"] / mine["visit"] for mine, theirs in rounds)
            report.add(made.engine, f"{name} : avant {before[name]:g} ms, rapport", round(ratio, 1), unit="fois")
    return before


def _round(made: Machine, visit: Visit, turn: int) -> dict[str, float]:
    visitor, people = Visitor(made.port, made.people["slug"]), made.people
    count = WARM if turn == 0 else VISITS
    begun, started = made.spent(), time.perf_counter()
    for number in range(count):
        visit(visitor, people, turn * WARM + number)
    elapsed = time.perf_counter() - started
    return {**(made.spent() - begun).per_visit(count), "time": elapsed * 1000 / count}


def _say_visit(made: Machine, name: str, rounds: list[dict[str, float]], report: Report) -> None:
    found = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    aim = aims.CPU_MS.get(name) if made.engine == "postgresql" else None
    said = f"{name}, processeur d’une visite"
    parts = f"web {found['web']:.1f}, base {found['database']:.1f}, durée {found['time']:.0f} ms"
    report.add(made.engine, f"{said} ({parts})", round(found["visit"], 1), aim=aim)


def _memory(made: Machine, report: Report) -> None:
    """After a thousand log-ins, each of which hashes a password in 19 MiB."""
    turn = 0
    while turn < LOGINS:
        result = loads.load(loads.login, port=made.port, people=made.people, clients=CLIENTS, seconds=15)
        turn += max(1, len(result.times.get("connexion", [])))
    largest = max(processors.memory_of_workers(made.processes["serve"])) / 1e6
    report.add(
        made.engine, "mémoire d’un processus après mille connexions", round(largest), aim=aims.MEMORY_MB, unit="Mo"
    )


def _rush(made: Machine, report: Report, visit: Visit, *, full: bool, said: str = "ouverture d’un mois vide") -> None:
    """Opening day on the real path: each family once, at random; a fifth of it at the same pace without --full."""
    count, seconds = (2500, 300.0) if full else (500, 60.0)
    people = made.people
    with made.serving(worker=True):
        begun = made.spent()
        result = loads.arrivals(
            visit, port=made.port, people=people, count=count, seconds=seconds, clients=RUSH_CLIENTS
        )
        cost = (made.spent() - begun).per_visit(count)
        _mails(made, report)
    whole = {LATE, "commande de 20 jours"}
    every = sorted(value for name, values in result.times.items() if name not in whole for value in values)
    p95 = round(every[len(every) * 95 // 100] * 1000) if every else 0
    name = f"{said}, {count} familles en {result.seconds:.0f} s au hasard, p95"
    report.add(made.engine, name, p95, aim=aims.RUSH_MS if made.engine == "postgresql" else None)
    report.add(made.engine, f"{said}, erreurs", len(result.troubles), aim=0, unit="")
    report.add(made.engine, f"{said}, retard du générateur, p95", round(result.percentile(LATE, 95) * 1000))
    report.add(made.engine, f"{said}, processeur d’une famille", round(cost["visit"] + cost["background"]))
    for trouble in result.troubles[:3]:
        report.say(f"    {trouble}")


def _mails(made: Machine, report: Report) -> None:
    """How long after the last order its mail is written and sent."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < 120 and made.answer("waiting")["tasks"]:
        time.sleep(1)
    report.add(made.engine, "courriels de l’ouverture partis après", round(time.perf_counter() - begun), unit="s")


def _weights(made: Machine, report: Report) -> None:
    people = made.people
    parent, slug = people["parents"][0], people["slug"]
    grid = f"/{slug}/famille/reservations/{parent['enrolment']}/?debut={people['ordered']}"
    pages = [
        ("accueil public", f"/{slug}/", ""),
        ("mon espace", f"/{slug}/famille/", parent["session"]),
        ("grille du mois", grid, parent["session"]),
    ]
    with made.serving(worker=False):
        for view in first_views(f"http://127.0.0.1:{made.port}", pages):
            name = f"première vue, {view['page']}"
            report.add(made.engine, name, round(view["bytes"] / 1000), aim=aims.VIEW_KB, unit="ko")
            report.add(made.engine, name, view["requests"], aim=aims.VIEW_REQUESTS, unit="requêtes")
        visitor = Visitor(made.port, slug)
        loads.day_list(visitor, people, 0)
        report.add(made.engine, "liste du jour, tous les lieux", visitor.bytes_of["liste du jour"] // 1000, unit="ko")


def _verdict(made: Machine, report: Report) -> None:
    found: dict[str, Any] = made.answer("verdict")
    for what, name in (
        ("compteurs faux", "wrong_counters"),
        ("jours survendus", "oversold"),
        ("trous dans les numéros", "gaps_in_numbers"),
        ("tâches en échec", "failed_tasks"),
    ):
        report.add(made.engine, what, found[name], aim=0, unit="")
    report.add(made.engine, "démarches faites", found["procedures"], unit="")


def _count(queries: dict[str, set[int]]) -> int:
    return sum(len(each) > 1 for each in queries.values())


def first_families(made: Machine) -> float:
    """Return the milliseconds of the first look at the list of families, when nothing is in any cache."""
    visitor, people = Visitor(made.port, made.people["slug"]), made.people
    visitor.enter_as(people["agent"])
    visitor.page("accueil des agents", "agents/")
    begun = time.perf_counter()
    visitor.page("familles", "agents/familles/")
    return round((time.perf_counter() - begun) * 1000)
