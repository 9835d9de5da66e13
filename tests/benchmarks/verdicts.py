"""What must be zero after any load, and what a database is told before one."""

from datetime import date

SLUG = "grand-bourg"
PASSWORD = "hirondelle-cerise-tambour-42"


def places_taken(organisation_id: int) -> dict[tuple[int, date], int]:
    """Return how many bookings take a place of each resource, each day: what `booked` must equal."""
    from django.db.models import Count

    from preau.domain.bookings.models import Booking

    found: dict[tuple[int, date], int] = {}
    rows = Booking.objects.filter(organisation_id=organisation_id, status="booked")
    for resource_ids, on, count in rows.values_list("slot__unit__resource_ids", "on").annotate(count=Count("pk")):
        for resource_id in resource_ids:
            found[(resource_id, on)] = found.get((resource_id, on), 0) + count
    return found


def gather_statistics() -> None:
    """Let PostgreSQL look at its tables, as its autovacuum does within minutes. SQLite has none in a real life."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def verdict() -> dict[str, int]:
    """Count what must be zero after any load, and what was done."""
    from django.db.models import F
    from django_tasks_db.models import DBTaskResult

    from preau.base.models import OutboxMail
    from preau.domain.bookings.models import Booking
    from preau.domain.catalogue.models import ResourceDay
    from preau.domain.organisations.models import Organisation
    from preau.domain.procedures.models import Procedure

    organisation_id = Organisation.objects.get(slug=SLUG).pk
    taken = places_taken(organisation_id)
    days = ResourceDay.objects.filter(organisation_id=organisation_id)
    numbers = list(
        Procedure.objects.filter(organisation_id=organisation_id, number__isnull=False)
        .order_by("number")
        .values_list("number", flat=True)
    )
    return {
        "wrong_counters": sum(day.booked != taken.get((day.resource_id, day.on), 0) for day in days),
        "oversold": days.filter(is_blocking=True, booked__gt=F("capacity") + F("extra")).count(),
        "gaps_in_numbers": 0 if numbers == list(range(1, len(numbers) + 1)) else 1,
        "failed_tasks": DBTaskResult.objects.filter(status="FAILED").count(),
        "procedures": len(numbers),
        "bookings": Booking.objects.filter(organisation_id=organisation_id, status="booked").count(),
        "mails_written": OutboxMail.objects.filter(organisation_id=organisation_id).count(),
    }


def waiting() -> dict[str, int]:
    """Count what the worker has still to do now."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    ready = DBTaskResult.objects.filter(status__in=["READY", "RUNNING"])
    return {"tasks": ready.exclude(run_after__gt=timezone.now()).count()}
