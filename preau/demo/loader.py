"""Filling an empty installation with the five demo collectivités."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import ModuleType

from django.db import transaction

from preau.demo import absences, attendance, tariffs
from preau.demo.builder import Builder, refresh_statistics
from preau.demo.publications import publish_documents
from preau.demo.towns import entre_rives, kerploz, pays_mellifere, saint_loup, val_fleuri
from preau.domain.organisations.models import Organisation

TOWNS: tuple[ModuleType, ...] = (val_fleuri, pays_mellifere, kerploz, entre_rives, saint_loup)
ACCOUNTS_FILE = "accounts.json"


class AlreadyLoaded(Exception):
    """The installation has collectivités: the demo is loaded into an empty one only."""


def load(
    *,
    today: date,
    now: datetime,
    data_dir: Path,
    report: Callable[[str], None],
    scale: float = 1.0,
    towns: Sequence[ModuleType] = TOWNS,
) -> None:
    """Load the demo as of a day, and write its accounts to `<data_dir>/accounts.json`.

    :param scale: 1 for the demo; less for tests: fewer families without a story, and smaller rooms.
    :raises AlreadyLoaded: the database is not empty; nothing is written.
    """
    if Organisation.objects.exists():
        raise AlreadyLoaded
    accounts: list[dict[str, str]] = []
    with transaction.atomic():
        for town in towns:
            builder = Builder(today=today, now=now, scale=scale, report=report)
            town.build(builder)
            absences.write(builder, town.ABSENCES)
            attendance.write(builder)
            tariffs.write(builder)
            publish_documents(builder)
            accounts += builder.accounts
            refresh_statistics()
    data_dir.mkdir(parents=True, exist_ok=True)
    text = json.dumps(accounts, ensure_ascii=False, indent=1)
    (data_dir / ACCOUNTS_FILE).write_text(text + "\n", encoding="utf-8")
