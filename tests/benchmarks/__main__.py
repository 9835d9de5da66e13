"""`bin/bench`: measure, say each aim, write var/bench/<date>.json and docs/mesures.md. A missed aim exits non-zero."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import acts, aims
from tests.benchmarks.aims import Report
from tests.benchmarks.growth import FLAT, SIZES, is_flat, measure_growth
from tests.benchmarks.machines import ROOT, code_of, machine
from tests.benchmarks.table import write_table

TOWN = "2 500 familles, 3 500 enfants, 176 000 réservations"


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    options = _options()
    servers = {"sqlite": "", "postgresql": os.environ.get("BENCH_POSTGRES_URL", "")}
    engines = [engine for engine in options.engine or servers if engine == "sqlite" or servers[engine]]
    if "postgresql" not in engines:
        say("PostgreSQL n’est pas mesuré.")
    report = Report(say)
    before: dict[str, dict[str, float]] = {}
    for engine in engines:
        server = servers[engine]
        say(f"\n== {engine} : {TOWN}")
        with _before(options, engine, server) as earlier, machine(engine, "ville", server=server) as made:
            before[engine] = acts.measure(made, earlier, report=report, full=options.full)
        _imported(engine, server, report)
        if options.full or options.growth:
            _growth(engine, server, report)
    _keep(report, before, options)
    for engine, line in report.missed:
        say(f"MANQUÉ, {engine} : {line.words()}")
    return 1 if report.missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Mesure Préau sur cette machine.")
    parser.add_argument("--full", action="store_true", help="tailles entières : ouverture en 5 min, croissance")
    parser.add_argument("--growth", action="store_true", help="300, 3 000 puis 30 000 enfants")
    parser.add_argument("--engine", action="append", choices=["sqlite", "postgresql"], help="un moteur seulement")
    parser.add_argument("--against", metavar="COMMIT", help="mesure aussi un état antérieur, en alternance")
    parser.add_argument("--table", action="store_true", help="écrit docs/mesures.md")
    return parser.parse_args()


@contextmanager
def _before(options: argparse.Namespace, engine: str, server: str) -> Iterator[Any]:
    """The product as it was at a commit, with the same town; None when nothing is compared."""
    if not options.against:
        yield None
        return
    with code_of(options.against) as root, machine(engine, "ville", server=server, root=root) as made:
        yield made


def _imported(engine: str, server: str, report: Report) -> None:
    """The list of families of a town where an import gave everybody one birth date."""
    with machine(engine, "importee", server=server) as made, made.serving(worker=False):
        value = acts.first_families(made)
    report.add(engine, "familles, 3 000 enfants d’une seule date de naissance", value, aim=aims.DUPLICATES_MS)


def _growth(engine: str, server: str, report: Report) -> None:
    say(f"\n== {engine} : croissance, de 300 à 30 000 enfants")
    for name, times in measure_growth(engine, server=server, root=ROOT).items():
        ratio = round(times[SIZES[-1]] / times[SIZES[0]], 2)
        said = ", ".join(f"{value:g} ms" for value in times.values())
        report.add(engine, f"{name} ({said})", ratio, aim=FLAT if is_flat(name) else None, unit="fois")


def _keep(report: Report, before: dict[str, dict[str, float]], options: argparse.Namespace) -> None:
    now = datetime.now().astimezone()
    kept = {
        "at": now.isoformat(timespec="seconds"),
        "machine": machine_words(),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "against": options.against,
        "lines": [{"engine": engine, **asdict(line)} for engine, line in report.lines],
        "before": before,
    }
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kept['at'].replace(':', '')}.json"
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    say(f"\nMesures : {path.relative_to(ROOT)}")
    if options.table:
        write_table(kept, Path(ROOT / "docs" / "mesures.md"))


def machine_words() -> str:
    """Return what these figures were measured on."""
    return f"{os.cpu_count()} cœurs, {platform.machine()}, Python {platform.python_version()}, charge comprise"


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
