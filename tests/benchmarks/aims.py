"""What the bench aims at (DESIGN §7), and what it says of each."""

from collections.abc import Callable
from dataclasses import dataclass

# Milliseconds of processor for one visit, web and database together, on PostgreSQL.
CPU_MS = {
    "accueil": 14.0,
    "grille du mois": 14.0,
    "commande de 20 jours": 70.0,
    "panier de trois enfants": 90.0,
    "dossier d’une famille": 20.0,
}
SEARCH_MS = 100.0  # the slowest word, among 50,000 children
RUSH_MS = 500.0  # p95 of all the requests of opening day
DUPLICATES_MS = 100.0  # the list of families, 3,000 children of one birth date
MEMORY_MB = 120.0  # of a worker, shared pages counted in part, after a thousand log-ins
CARE_MS = 300.0  # the week of four structures of sixty children
CARE_QUERIES = {"semaine des présences": 12.0, "demande de cinq jours": 18.0}
ATTENDANCE_MS = 100.0  # a tap answers, on the machine of the bench
CONTRACTS_SECONDS = 60  # three hundred contracts turned into a year of bookings
ATTENDANCE_QUERIES = {
    "feuille de 300 enfants": 15.0,
    "un pointage parmi 300": 35.0,
    "fermeture de trois écoles, 700 réservations": 40.0,
}
VIEW_KB, VIEW_REQUESTS = 150.0, 15.0
GROWTH = 1.3  # from 300 to 30,000 children


@dataclass(frozen=True)
class Line:
    """One measure with its aim; what has none always holds."""

    what: str
    value: float
    aim: float | None = None
    unit: str = "ms"

    @property
    def holds(self) -> bool:
        return self.aim is None or self.value <= self.aim

    def words(self) -> str:
        """Return the line as it is said."""
        aim = "" if self.aim is None else f" (visé {self.aim:g} {self.unit})"
        return f"{self.what} : {self.value:g} {self.unit}{aim}{'' if self.holds else ' — MANQUÉ'}"


class Report:
    """The lines of a run, said as they come."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.lines: list[tuple[str, Line]] = []  # with the engine

    def add(self, engine: str, what: str, value: float, *, aim: float | None = None, unit: str = "ms") -> None:
        """Say a measure, and keep it."""
        line = Line(what, value, aim, unit)
        self.lines.append((engine, line))
        self.say(f"  {line.words()}")

    @property
    def missed(self) -> list[tuple[str, Line]]:
        return [(engine, line) for engine, line in self.lines if not line.holds]
