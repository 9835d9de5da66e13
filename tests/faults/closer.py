"""Run as a process of its own, to be killed: closes a day of a school and opens it again, turn after turn."""

import sys
from datetime import timedelta

import django

django.setup()

from preau.base.actor import STAFF, Actor  # noqa: E402
from preau.domain.absences.operations.closing import close  # noqa: E402
from preau.domain.absences.operations.reopening import open_again  # noqa: E402
from preau.domain.absences.queries.closures import ClosureWish  # noqa: E402
from preau.domain.organisations.models import Organisation  # noqa: E402
from tests.factories.town import NOW, TODAY  # noqa: E402

DAY = TODAY + timedelta(days=3)


def main(first: int, turns: int) -> None:
    """Each turn leaves the day as it found it."""
    organisation = Organisation.objects.get()
    agent = Actor(organisation.pk, STAFF, display_name="Agent", roles=frozenset({"manager"}))
    wish = ClosureWish("strike", "grève", DAY, DAY + timedelta(days=1))
    for turn in range(first, first + turns):
        pk = close(actor=agent, wish=wish, key=f"tour-{turn}", now=NOW)
        open_again(actor=agent, closure_id=pk, now=NOW)
    print("fini", flush=True)


main(int(sys.argv[1]), int(sys.argv[2]))
