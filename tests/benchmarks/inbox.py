"""The agents' inbox at 10 and at 10,000 démarches: how many queries, how long, which indexes. Nothing is kept."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

SIZES = (10, 10_000)
TURNS = 5
INDEXES = ("procedure_queue", "procedure_done", "procedure_number_once")


def measure_inbox() -> list[dict[str, Any]]:
    """Return, for each size, the queries and the milliseconds (median) of what a page of the inbox asks for."""
    from django.db import connection, transaction

    found = []
    for size in SIZES:
        with transaction.atomic():
            actor, now = _fill(size)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE procedures_procedure")
            found += [{"démarches": size, "what": name, **_measured(act)} for name, act in _acts(actor, now)]
            transaction.set_rollback(True)
    return found


def _fill(size: int) -> tuple[Any, datetime]:
    """Write démarches of many households, one in five decided, due over thirty days."""
    from preau.base.actor import STAFF, Actor
    from preau.domain.families.models import HouseholdChild
    from preau.domain.organisations.models import Department, Organisation
    from preau.domain.procedures.enums import ProcedureKind, ProcedureStatus
    from preau.domain.procedures.models import Procedure

    town = Organisation.objects.order_by("pk").first()
    assert town is not None
    department = Department.objects.filter(organisation_id=town.pk).first()
    links = list(HouseholdChild.objects.filter(organisation_id=town.pk).values_list("family_id", "child_id"))
    last = Procedure.objects.filter(organisation_id=town.pk).order_by("-number").first()
    first_number = (last.number or 0) + 1 if last else 1
    now = datetime.now(UTC)
    kinds = [ProcedureKind.ENTOURAGE, ProcedureKind.DOSSIER, ProcedureKind.MOVE, ProcedureKind.PAI]
    rows = []
    for place in range(size):
        family_id, child_id = links[place % len(links)]
        is_done = place % 5 == 0
        at = now + timedelta(minutes=place * 43_200 // size - 21_600)
        rows.append(
            Procedure(
                organisation_id=town.pk,
                number=first_number + place,
                kind=kinds[place % len(kinds)],
                status=ProcedureStatus.ACCEPTED if is_done else ProcedureStatus.SUBMITTED,
                family_id=family_id,
                child_id=child_id,
                department_id=department.pk if department else None,
                subject="Démarche de mesure",
                is_clean=place % 3 == 0,
                created_at=now,
                updated_at=now,
                submitted_at=at - timedelta(days=2),
                due_at=at,
                decided_at=at if is_done else None,
            )
        )
    Procedure.objects.bulk_create(rows, batch_size=500)
    roles = frozenset({"agent"})
    return Actor(organisation_id=town.pk, audience=STAFF, account_id=1, display_name="Mesure", roles=roles), now


def _acts(actor: Any, now: datetime) -> list[tuple[str, Callable[[], Any]]]:
    from preau.domain.procedures.queries.cases import find_case
    from preau.domain.procedures.queries.inbox import InboxFilter, inbox, queue_counts

    page = {"actor": actor, "now": now, "limit": 20}
    todo, done = InboxFilter(), InboxFilter(queue="done")
    shown = inbox(**page, wanted=todo)
    middle = inbox(**page, wanted=todo, page=max(1, shown.total // 40))
    case = find_case(actor=actor, number=middle.rows[-1].number)
    return [
        ("comptes des files", lambda: queue_counts(actor=actor, now=now, wanted=todo)),
        ("première page", lambda: inbox(**page, wanted=todo, total=shown.total)),
        ("page d’une demande", lambda: inbox(**page, wanted=todo, total=shown.total, near=case)),
        ("en retard, d’un genre", lambda: inbox(**page, wanted=InboxFilter(is_late=True, kind="pai"))),
        ("recherche d’un nom", lambda: inbox(**page, wanted=InboxFilter(text="martin"))),
        ("traitées", lambda: inbox(**page, wanted=done)),
    ]


def _measured(act: Callable[[], Any]) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        act()
    times = []
    for _turn in range(TURNS):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return {
        "queries": len(captured),
        "ms": round(sorted(times)[TURNS // 2] * 1000, 1),
        "indexes": sorted({name for query in captured.captured_queries for name in _indexes(query["sql"])}),
    }


def _indexes(sql: str) -> set[str]:
    """The indexes of démarches that the engine has chosen for a query."""
    from django.db import connection

    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql.replace("%", "%%"))
        plan = " ".join(str(each) for row in cursor.fetchall() for each in row)
    return {name for name in INDEXES if name in plan}
