"""Run as a process of its own, to be killed: puts the days of contracts in the planning, one after the other."""

import sys

import django

django.setup()

from preau.base.actor import system_actor  # noqa: E402
from preau.domain.contracts.operations.booking import book_version, unbooked_versions  # noqa: E402
from preau.domain.organisations.models import Organisation  # noqa: E402
from tests.factories.town import NOW  # noqa: E402


def main() -> None:
    """What was done before is not done again."""
    organisation = Organisation.objects.get()
    for version_id in unbooked_versions(organisation_id=organisation.pk):
        book_version(actor=system_actor(organisation.pk), version_id=version_id, now=NOW)
    print("fini", flush=True)


main()
sys.exit(0)
