"""The table of docs/mesures.md: what was measured last, on which machine."""

from pathlib import Path
from typing import Any

HEAD = """# Mesures

Écrit par `bin/bench --full --against COMMIT --table` ; à refaire quand on touche à ce qui est mesuré. Les temps de
processeur (web et base, par visite) disent plus que les durées : une machine occupée allonge les secondes, à peine le
travail. Les visées valent sur PostgreSQL.

"""


def write_table(kept: dict[str, Any], path: Path) -> None:
    """Write the lines that have an aim, those of growth and those compared."""
    said = f"Le {kept['at'][:10]}, à {kept['commit']}"
    said += f", comparé à {kept['against']}" if kept["against"] else ""
    rows = ["| Mesure | Moteur | Valeur | Visée |", "|---|---|--:|--:|"]
    for line in kept["lines"]:
        if line["aim"] is None and line["unit"] not in ("fois", "/s"):
            continue
        aim = "" if line["aim"] is None else f"{line['aim']:g}"
        rows.append(f"| {line['what']} | {line['engine']} | {line['value']:g} {line['unit']} | {aim} |")
    path.write_text(f"{HEAD}{said}. Machine : {kept['machine']}.\n\n" + "\n".join(rows) + "\n", encoding="utf-8")
