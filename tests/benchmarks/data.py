"""The acts of the bench inside an installation: `python -m tests.benchmarks.data ACT FOLDER [ARGUMENT]`.

Each is run in a process of its own, with the environment of that installation; its answer is FOLDER/ACT.json.
"""

import json
import os
import sys
from pathlib import Path

from tests.benchmarks.attendance import measure_attendance
from tests.benchmarks.baskets import measure_baskets
from tests.benchmarks.contracts import measure_contracts
from tests.benchmarks.creche import measure_creche
from tests.benchmarks.inbox import measure_inbox
from tests.benchmarks.orders import measure_orders
from tests.benchmarks.search import measure_search
from tests.benchmarks.town import SIZES, fill
from tests.benchmarks.verdicts import gather_statistics, verdict, waiting


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    act, folder = sys.argv[1], Path(sys.argv[2])
    if act == "fill":
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        fill(folder, SIZES[sys.argv[3] if len(sys.argv) > 3 else "ville"])
        gather_statistics()
    elif act == "orders":
        (folder / "orders.json").write_text(json.dumps(measure_orders(folder, seconds=float(sys.argv[3]))))
    elif act == "baskets":
        (folder / "baskets.json").write_text(json.dumps(measure_baskets(folder)))
    elif act == "inbox":
        (folder / "inbox.json").write_text(json.dumps(measure_inbox()))
    elif act == "creche":
        (folder / "creche.json").write_text(json.dumps(measure_creche()))
    elif act == "contracts":
        (folder / "contracts.json").write_text(json.dumps(measure_contracts()))
    elif act == "attendance":
        (folder / "attendance.json").write_text(json.dumps(measure_attendance()))
    elif act == "search":
        (folder / "search.json").write_text(json.dumps(measure_search()))
    elif act == "waiting":
        (folder / "waiting.json").write_text(json.dumps(waiting()))
    else:
        (folder / "verdict.json").write_text(json.dumps(verdict()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "preau.config.settings")
    main()
