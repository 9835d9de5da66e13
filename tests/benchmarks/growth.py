"""The same pages for 300, 3,000 and 30,000 children: what one looks at must cost the same whatever the town."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.loads import Visitor
from tests.benchmarks.machines import Machine, machine

SIZES = ("bourg", "ville-courte", "agglomeration")
VISITS = 30
WARM = 40  # visits that are not counted: each worker and each thread meets each page
PATIENCE, ENOUGH = 10.0, 5  # seconds, then visits, for a page that takes long
FLAT = 1.3  # how much dearer the largest town may be than the smallest
FAMILY = "famille"  # pages that must be flat begin so, or are of one site
ONE_SITE = "d’un lieu"


def pages(people: dict[str, Any]) -> dict[str, Callable[[Visitor, int], None]]:
    """Return the pages by name, each with how it is opened."""

    def family(path: str) -> Callable[[Visitor, int], None]:
        def open_it(visitor: Visitor, turn: int) -> None:
            parent = people["threes"][turn % len(people["threes"])]
            visitor.enter_as(parent)
            visitor.page("page", path.format(enrolment=parent["enrolments"][0], month=people["ordered"]))

        return open_it

    def agent(path: str) -> Callable[[Visitor, int], None]:
        def open_it(visitor: Visitor, turn: int) -> None:
            visitor.enter_as(people["agent"])
            values = {"family": people["families"][turn % len(people["families"])], "site": people["site"]}
            visitor.page("page", path.format(**values, busy=people["busy"]))

        return open_it

    return {
        f"{FAMILY} : accueil": family("famille/"),
        f"{FAMILY} : calendrier d’une activité": family("famille/reservations/{enrolment}/?debut={month}"),
        f"{FAMILY} : mois de tous les enfants": family("famille/reservations/semaine/?vue=mois&semaine={month}"),
        f"{FAMILY} : mes démarches": family("famille/demarches/"),
        "agent : accueil": agent("agents/"),
        "agent : démarches à traiter": agent("agents/demarches/"),
        "agent : familles": agent("agents/familles/"),
        "agent : recherche d’un prénom": agent("agents/familles/?q=camille"),
        "agent : dossier d’une famille": agent("agents/familles/{family}/"),
        f"agent : liste du jour {ONE_SITE}": agent("agents/liste/?date={busy}&lieu={site}"),
        f"agent : semaine {ONE_SITE}": agent("agents/semaine/?date={busy}&lieu={site}"),
        "agent : liste du jour, tous les lieux": agent("agents/liste/?date={busy}&lieu="),
    }


def measure_growth(engine: str, *, server: str, root: Path) -> dict[str, dict[str, float]]:
    """Return page → size → median milliseconds."""
    found: dict[str, dict[str, float]] = {}
    for size in SIZES:
        with machine(engine, size, server=server, root=root) as made, made.serving(worker=False):
            for name, opened in pages(made.people).items():
                found.setdefault(name, {})[size] = _median(made, opened)
    return found


def _median(made: Machine, opened: Callable[[Visitor, int], None]) -> float:
    visitor, times = Visitor(made.port, made.people["slug"]), []
    limit = time.perf_counter() + PATIENCE
    for turn in range(WARM + VISITS):
        begun = time.perf_counter()
        opened(visitor, turn)
        if turn >= WARM or begun > limit:  # what is slow is warm by then
            times.append((time.perf_counter() - begun) * 1000)
        if len(times) >= ENOUGH and begun > limit:
            break
    return round(statistics.median(times), 1)


def is_flat(name: str) -> bool:
    """Tell whether a page must not depend on the size of the town."""
    return name.startswith(FAMILY) or name.endswith(ONE_SITE)
