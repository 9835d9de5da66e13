"""`bin/bench`: measure, print a table, write var/bench/<date>.json. Nothing here ever fails for being slow."""

import argparse
import json
import os
import platform
import sys
from datetime import datetime
from typing import Any

from tests.benchmarks import loads
from tests.benchmarks.firstview import first_views
from tests.benchmarks.loads import Result, json_of
from tests.benchmarks.machines import ROOT, Machine, machine
from tests.benchmarks.search import AIM_MS, CHILDREN

CLIENTS = (1, 4, 16)
RUSH_CLIENTS = 32
ORDER = "commande, sans écran"
# What DESIGN §7 aims at, on two cores, PostgreSQL, four clients.
AIMS = {"accueil": 115.0, "grille du mois": 85.0, ORDER: 170.0}


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def main() -> int:
    options = _options()
    urls = {"sqlite": "", "postgresql": os.environ.get("BENCH_POSTGRES_URL", "")}
    engines = [engine for engine in options.engine or urls if engine == "sqlite" or urls[engine]]
    if "postgresql" not in engines:
        say("PostgreSQL n’est pas mesuré.")
    report: dict[str, Any] = {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "seconds_per_measure": options.seconds,
        "engines": {},
    }
    for engine in engines:
        say(f"\n== {engine} : préparation de 2 000 familles, 3 000 enfants, 176 000 réservations")
        with machine(engine, database_url=urls[engine]) as made:
            report["engines"][engine] = measure(made, options)
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report['at'].replace(':', '')}.json"
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    say(f"\nMesures : {path.relative_to(ROOT)}")
    exact = all(engine["verdict"]["wrong"] == 0 for engine in report["engines"].values())
    return 0 if exact else 1


def _say_baskets(found: dict[str, Any]) -> None:
    """Say what one order for all costs beside one order per child and activity."""
    one, many = found["together"], found["apart"]
    say(
        f"  panier de {found['enrolments']} inscriptions × {found['days']} jours : "
        f"{one['ms']} ms, {one['queries']} requêtes ; "
        f"une commande par inscription : {many['ms']} ms, {many['queries']} requêtes ; "
        f"rapport {many['ms'] / one['ms']:.1f}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Mesure Préau sur cette machine.")
    parser.add_argument("--full", action="store_true", help="tailles entières : ouverture de 2 500 familles en 5 min")
    parser.add_argument("--engine", action="append", choices=["sqlite", "postgresql"], help="un moteur seulement")
    parser.add_argument("--seconds", type=float, help="durée de chaque mesure (4, ou 15 avec --full)")
    options = parser.parse_args()
    options.seconds = options.seconds or (15.0 if options.full else 4.0)
    return options


def measure(made: Machine, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one engine."""
    people = json_of(made.folder / "visitors.json")
    found: dict[str, Any] = {"load_before": os.getloadavg()[0], "hash_ms": made.answer("hash")}
    say(f"  charge de la machine avant de commencer : {found['load_before']:.1f} (au-dessus de 1, les mesures mentent)")
    say(f"  {'':24}{'clients':>8}{'par s':>9}{'p50':>10}{'p95':>10}{'visé':>9}")
    found["orders"] = made.answer("orders", str(options.seconds))
    for each in found["orders"]:
        _show(ORDER, each["clients"], each["per_second"], each["p50_ms"], each["p95_ms"], each["problems"])
    found["baskets"] = made.answer("baskets")
    _say_baskets(found["baskets"])
    found["inbox"] = _inbox(made)
    made.finish_background_work()
    with made.serving(worker=True):
        found["loads"] = []
        for name, visit in (
            ("accueil", loads.home),
            ("grille du mois", loads.month_grid),
            ("commande de 20 jours", loads.order),
            ("connexion", loads.login),
        ):
            for clients in CLIENTS:
                result = _loaded(made, people, visit, clients, options.seconds)
                found["loads"].append(_line(name, result))
        found["day_list"] = _day_list(made, people)
        found["rush"] = _rush(made, people, is_full=options.full)
        found["first_views"] = _first_views(made, people)
    found["verdict"] = _verdict(made)
    found["search"] = _search(made)
    say(f"  condensé d’un mot de passe : {found['hash_ms']:.0f} ms")
    return found


def _loaded(made: Machine, people: dict[str, Any], visit: loads.Visit, clients: int, seconds: float) -> Result:
    loads.load(visit, port=made.port, people=people, clients=1, seconds=0.5)  # warm, not counted
    return loads.load(visit, port=made.port, people=people, clients=clients, seconds=seconds)


def _line(name: str, result: Result) -> dict[str, Any]:
    rate, p50, p95 = result.per_second(name), result.percentile(name, 50) * 1000, result.percentile(name, 95) * 1000
    _show(name, result.clients, rate, p50, p95, result.troubles)
    return {
        "name": name,
        "clients": result.clients,
        "per_second": round(rate, 1),
        "p50_ms": round(p50, 1),
        "p95_ms": round(p95, 1),
        "errors": len(result.troubles),
        "steps_p95_ms": {step: round(result.percentile(step, 95) * 1000, 1) for step in result.times},
    }


def _show(name: str, clients: int, rate: float, p50: float, p95: float, troubles: list[str]) -> None:
    aim = AIMS.get(name) if clients == 4 else None
    ratio = f"× {rate / aim:.1f}" if aim else ""
    say(f"  {name:24}{clients:>8}{rate:>9.1f}{p50:>7.0f} ms{p95:>7.0f} ms{ratio:>9}")
    if troubles:
        say(f"    {len(troubles)} erreurs, dont : {troubles[0]}")


def _inbox(made: Machine) -> list[dict[str, Any]]:
    """The agents' inbox, its queries alone: their number must not grow with the démarches."""
    found: list[dict[str, Any]] = made.answer("inbox")
    for each in found:
        say(
            f"  démarches à traiter, {each['démarches']} en tout, {each['what']} : "
            f"{each['ms']:.0f} ms, {each['queries']} requêtes, index {', '.join(each['indexes']) or 'aucun'}"
        )
    return found


def _day_list(made: Machine, people: dict[str, Any]) -> dict[str, Any]:
    result = loads.load(loads.day_list, port=made.port, people=people, clients=1, seconds=4)
    p50, weight = result.percentile("liste du jour", 50), result.bytes_of.get("liste du jour", 0)
    say(f"  liste du jour, 2 200 enfants au repas : {milliseconds(p50)} (visé 300 ms), {weight // 1000} ko")
    return {"p50_ms": round(p50 * 1000, 1), "bytes": weight, "errors": len(result.troubles)}


def _search(made: Machine) -> list[dict[str, Any]]:
    """What agents type, among 50,000 children: written last, so that it weighs on nothing else."""
    found: list[dict[str, Any]] = made.answer("search")
    worst = max(found, key=lambda each: each["p50_ms"])
    say(
        f"  recherche parmi {CHILDREN} enfants : médiane de la plus lente {worst['p50_ms']:.0f} ms "
        f"(« {worst['what']} », visé {AIM_MS:.0f} ms)"
    )
    return found


def _rush(made: Machine, people: dict[str, Any], *, is_full: bool) -> dict[str, Any]:
    """Opening day: 2,500 families in 5 minutes, or a tenth of it at the same pace."""
    count, seconds = (2500, 300.0) if is_full else (250, 30.0)
    result = loads.arrivals(
        loads.rush, port=made.port, people=people, count=count, seconds=seconds, clients=RUSH_CLIENTS
    )
    every = [value for name, values in result.times.items() if name != "commande de 20 jours" for value in values]
    p95 = sorted(every)[len(every) * 95 // 100] if every else 0.0
    say(
        f"  ouverture : {count} familles en {result.seconds:.0f} s, p95 {milliseconds(p95)} (visé 500 ms), "
        f"{len(result.troubles)} erreur(s)"
    )
    if result.troubles:
        say(f"    dont : {result.troubles[0]}")
    return {
        "families": count,
        "seconds": round(result.seconds, 1),
        "p95_ms": round(p95 * 1000, 1),
        "errors": len(result.troubles),
        "steps_p95_ms": {step: round(result.percentile(step, 95) * 1000, 1) for step in result.times},
    }


def _verdict(made: Machine) -> dict[str, Any]:
    found = made.answer("verdict")
    found["wrong"] = found["wrong_counters"] + found["oversold"] + found["gaps_in_numbers"] + found["failed_tasks"]
    say(
        f"  après {found['procedures']} démarches : {found['wrong_counters']} compteur faux, "
        f"{found['oversold']} jour survendu, {found['gaps_in_numbers']} trou dans les numéros, "
        f"{found['failed_tasks']} tâche en échec, {found['mails_written']} courriels écrits"
    )
    return dict(found)


def _first_views(made: Machine, people: dict[str, Any]) -> list[dict[str, Any]]:
    parent, slug = people["parents"][0], people["slug"]
    grid = f"/{slug}/famille/reservations/{parent['enrolment']}/?debut={people['ordered']}"
    pages = [
        ("accueil public", f"/{slug}/", ""),
        ("mon espace", f"/{slug}/famille/", parent["session"]),
        ("grille du mois", grid, parent["session"]),
    ]
    found = first_views(f"http://127.0.0.1:{made.port}", pages)
    for view in found:
        say(
            f"  première vue, {view['page']} : {view['bytes'] / 1000:.0f} ko (visé 150), "
            f"{view['requests']} requêtes (visé 15)"
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
