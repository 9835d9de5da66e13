"""A collectivité of the size of a town of 25,000 people, written in bulk, with the cookies of its visitors.

Run in a process of its own, with the environment of the installation to fill:
`python -m tests.benchmarks.data FOLDER`. The visitors are written to FOLDER/visitors.json.
"""

import json
import os
import secrets
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.baskets import measure_baskets
from tests.benchmarks.inbox import measure_inbox
from tests.benchmarks.orders import measure_orders
from tests.benchmarks.search import measure_search

FAMILIES = 2000
CHILDREN = 3000
SCHOOLS = 10
EATING = 2200  # children in the canteens every day
EVENING = 1000  # children in the after-school care every day
DAYS = 55  # with bookings: 55 × 3,200 = 176,000
RUSH_CAPACITY = 180  # mornings of the month that opens: fewer places than the 300 children of a school
SLUG = "grand-bourg"
PASSWORD = "hirondelle-cerise-tambour-42"
AGENT = "agent.banc"
WEEKDAYS = "01234"


@dataclass(frozen=True)
class Dates:
    """The days of the bench, around a real today: no holiday calendar, so that every run has as many."""

    today: date

    @property
    def booked(self) -> list[date]:
        """The weekdays that have bookings, today's week in the middle."""
        first = self.today - timedelta(days=self.today.weekday() + 35)
        days = [first + timedelta(days=offset) for offset in range(DAYS * 7 // 5)]
        return [day for day in days if day.weekday() < 5][:DAYS]

    def month(self, number: int) -> date:
        """The first day of the month so many months after today's."""
        index = self.today.year * 12 + self.today.month - 1 + number
        return date(index // 12, index % 12 + 1, 1)

    @property
    def ordered(self) -> date:
        """The month that visitors order in, again and again."""
        return self.month(2)

    @property
    def rush(self) -> date:
        """The month that opens to everybody at once."""
        return self.month(3)

    @property
    def busy(self) -> date:
        """A day of school with everybody present."""
        return next(day for day in self.booked if day >= self.today)


def fill(folder: Path) -> dict[str, Any]:
    """Fill an empty, migrated database, and return the visitors."""
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    now = datetime.now(UTC)
    with transaction.atomic():
        builder = Builder(now=now, dates=Dates(now.date()), password=make_password(PASSWORD))
        builder.frame()
        builder.people()
        builder.bookings()
        builder.rush_places()
        visitors = builder.visitors()
    (folder / "visitors.json").write_text(json.dumps(visitors))
    return visitors


class Builder:
    """Writes the rows. Operations are for people: here 200,000 rows are written in seconds."""

    def __init__(self, *, now: datetime, dates: Dates, password: str) -> None:
        self.now, self.dates, self.password = now, dates, password

    def frame(self) -> None:
        from preau.domain.catalogue.models import Activity, SchoolClass, SchoolYear
        from preau.domain.organisations.models import Department, Organisation, Site, TermsVersion

        self.id = Organisation.objects.create(
            slug=SLUG, name="Mairie de Grand-Bourg", short_name="Grand-Bourg", mail_signature="La Mairie"
        ).pk
        ids = {"organisation_id": self.id}
        TermsVersion.objects.create(**ids, version=1, body="## Règle\n\nTexte.", published_at=self.now)
        department = Department.objects.create(**ids, name="Enfance")
        self.start, self.end = self.dates.month(-3), self.dates.month(8)
        year = SchoolYear.objects.create(**ids, label="banc", starts_on=self.start, ends_on=self.end)
        activities = [
            Activity.objects.create(**ids, department=department, name="Restauration scolaire", kind="canteen"),
            Activity.objects.create(
                **ids, department=department, name="Accueil périscolaire", kind="after_school", position=1
            ),
        ]
        self.classes, self.canteens, self.cares = [], [], []
        for number in range(SCHOOLS):
            school = Site.objects.create(**ids, name=f"École n° {number + 1}", kind="school")
            self.classes.append(
                SchoolClass.objects.create(**ids, site=school, school_year=year, name=f"CE1 {number + 1}", level="CE1")
            )
            self.canteens.append(self._offer(activities[0], school, year, [("R", "Repas", 690, 810)]))
            self.cares.append(
                self._offer(activities[1], school, year, [("M", "Matin", 450, 500), ("S", "Soir", 990, 1110)])
            )

    def _offer(self, activity: Any, school: Any, year: Any, units: list[tuple[str, str, int, int]]) -> Any:
        from preau.base.actor import system_actor
        from preau.domain.catalogue.models import Offer, Resource, Unit
        from preau.domain.catalogue.operations.places import open_offer

        ids = {"organisation_id": self.id}
        offer = Offer.objects.create(
            **ids,
            activity=activity,
            site=school,
            school_year=year,
            starts_on=self.start,
            ends_on=self.end,
            weekdays=WEEKDAYS,
            open_on="all_days",
            book_deadline={"kind": "working_days", "days": 2, "at": "10:00"},
            change_deadline={"kind": "working_days", "days": 2, "at": "10:00"},
            cancel_deadline={"kind": "working_days", "days": 2, "at": "10:00"},
        )
        for position, (code, name, starts, ends) in enumerate(units):
            resource = Resource.objects.create(**ids, site=school, name=f"{name} {offer.pk}", capacity=CHILDREN)
            Unit.objects.create(
                **ids,
                offer=offer,
                code=code,
                name=name,
                starts_minute=starts,
                ends_minute=ends,
                position=position,
                resource_ids=[resource.pk],
            )
        open_offer(actor=system_actor(self.id), offer_id=offer.pk)
        return offer

    def people(self) -> None:
        from preau.domain.accounts.models import Account, Membership, TermsAcceptance
        from preau.domain.enrolments.models import Enrolment, Schooling
        from preau.domain.families.models import Adult, Child, Family, Guardianship, HouseholdChild

        ids, now = {"organisation_id": self.id}, self.now
        self.accounts = Account.objects.bulk_create(
            [self._account(AGENT)] + [self._account(f"parent{number}") for number in range(FAMILIES)]
        )
        _agent, *parents = self.accounts
        roles = ["agent", *["family"] * FAMILIES]
        Membership.objects.bulk_create(
            Membership(**ids, account=account, role=role, created_at=now)
            for account, role in zip(self.accounts, roles, strict=True)
        )
        TermsAcceptance.objects.bulk_create(
            TermsAcceptance(**ids, account=account, version=1, accepted_at=now) for account in self.accounts
        )
        families = Family.objects.bulk_create(
            Family(**ids, number=number + 1, name=f"Famille{number}", created_at=now) for number in range(FAMILIES)
        )
        adults = Adult.objects.bulk_create(
            Adult(
                **ids,
                family=family,
                account=account,
                position="holder",
                civility="Mme",
                first_name="Jeanne",
                last_name=family.name,
                email=account.email,
                name_key=f"jeanne {family.name.lower()}",
            )
            for family, account in zip(families, parents, strict=True)
        )
        homes = [number % FAMILIES for number in range(CHILDREN)]
        children = Child.objects.bulk_create(
            Child(**ids, first_name=f"Enfant{number}", last_name=families[home].name, birth_date=date(2019, 5, 4))
            for number, home in enumerate(homes)
        )
        HouseholdChild.objects.bulk_create(
            HouseholdChild(**ids, family=families[home], child=child)
            for home, child in zip(homes, children, strict=True)
        )
        Guardianship.objects.bulk_create(
            Guardianship(**ids, adult=adults[home], child=child) for home, child in zip(homes, children, strict=True)
        )
        period = {"starts_on": self.start, "ends_on": self.end}
        Schooling.objects.bulk_create(
            Schooling(**ids, child=child, school_class=self.classes[number % SCHOOLS], **period)
            for number, child in enumerate(children)
        )

        def enrolled(offers: list[Any]) -> list[Any]:
            return Enrolment.objects.bulk_create(
                Enrolment(**ids, family=families[home], child=child, offer=offers[number % SCHOOLS], **period)
                for number, (home, child) in enumerate(zip(homes, children, strict=True))
            )

        self.meals, self.mornings = enrolled(self.canteens), enrolled(self.cares)

    def _account(self, username: str) -> Any:
        from preau.domain.accounts.models import Account

        return Account(
            username=username,
            email=f"{username}@banc.example",
            email_verified_at=self.now,
            civility="Mme",
            first_name="Jeanne",
            last_name=username,
            password=self.password,
            activated_at=self.now,
            created_at=self.now,
        )

    def bookings(self) -> None:
        """Meals of 2,200 children and evenings of 1,000, each day; counters as a real life would leave them."""
        from preau.domain.bookings.models import Booking
        from preau.domain.catalogue.models import Slot

        days = set(self.dates.booked)
        slots = {
            (offer_id, code, on): slot_id
            for slot_id, offer_id, code, on in Slot.objects.filter(
                organisation_id=self.id, on__in=days, unit__code__in=["R", "S"]
            ).values_list("pk", "offer_id", "unit__code", "on")
        }

        def rows() -> Iterable[Booking]:
            for code, enrolments in (("R", self.meals[:EATING]), ("S", self.mornings[:EVENING])):
                for enrolment in enrolments:
                    for on in sorted(days):
                        yield Booking(
                            organisation_id=self.id,
                            enrolment_id=enrolment.pk,
                            slot_id=slots[(enrolment.offer_id, code, on)],
                            on=on,
                            family_id=enrolment.family_id,
                            child_id=enrolment.child_id,
                            status="booked",
                            booked_at=self.now,
                        )

        Booking.objects.bulk_create(rows(), batch_size=2000)
        self._count()

    def _count(self) -> None:
        from preau.domain.catalogue.models import ResourceDay

        taken = places_taken(self.id)
        days = [
            day
            for day in ResourceDay.objects.filter(organisation_id=self.id)
            if day.booked != taken.get((day.resource_id, day.on), 0)
        ]
        for day in days:
            day.booked = taken[(day.resource_id, day.on)]
        ResourceDay.objects.bulk_update(days, ["booked"], batch_size=150)

    def rush_places(self) -> None:
        """Fewer places than children, in the month that opens to everybody at once."""
        from preau.domain.catalogue.models import ResourceDay

        ResourceDay.objects.filter(organisation_id=self.id, on__gte=self.dates.rush, on__lt=self.dates.month(4)).update(
            capacity=RUSH_CAPACITY
        )

    def visitors(self) -> dict[str, Any]:
        sessions = self._sessions()
        return {
            "slug": SLUG,
            "password": PASSWORD,
            "ordered": self.dates.ordered.isoformat(),
            "rush": self.dates.rush.isoformat(),
            "busy": self.dates.busy.isoformat(),
            "agent": {"login": AGENT, "session": sessions[0]},
            "parents": [
                {"login": account.username, "session": session, "enrolment": enrolment.pk}
                for account, session, enrolment in zip(
                    self.accounts[1:], sessions[1:], self.mornings[:FAMILIES], strict=True
                )
            ],
        }

    def _sessions(self) -> list[str]:
        """Open the sessions that logging in would: the login itself is measured apart."""
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore
        from django.contrib.sessions.models import Session

        from preau.base import sessions
        from preau.config.middleware import TERMS_SESSION_KEY

        at = int(self.now.timestamp())
        rows = []
        for account in self.accounts:
            store = SessionStore(secrets.token_hex(16))
            content = {
                SESSION_KEY: str(account.pk),
                BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: account.get_session_auth_hash(),
                sessions.STARTED: at,
                sessions.SEEN: at,
                sessions.SHORT: False,
                sessions.REMEMBERED: False,
                TERMS_SESSION_KEY: {SLUG: 1},
            }
            rows.append(
                Session(
                    session_key=store.session_key,
                    session_data=store.encode(content),
                    expire_date=self.now + timedelta(hours=12),
                )
            )
        Session.objects.bulk_create(rows)
        return [row.session_key for row in rows]


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


def hash_milliseconds(times: int = 20) -> float:
    """Return what one check of a password costs, alone on the machine."""
    import time

    from django.contrib.auth.hashers import check_password, make_password

    encoded = make_password(PASSWORD)
    started = time.perf_counter()
    for _ in range(times):
        check_password(PASSWORD, encoded)
    return (time.perf_counter() - started) / times * 1000


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    act, folder = sys.argv[1], Path(sys.argv[2])
    if act == "fill":
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        fill(folder)
        gather_statistics()
    elif act == "orders":
        (folder / "orders.json").write_text(json.dumps(measure_orders(folder, seconds=float(sys.argv[3]))))
    elif act == "baskets":
        (folder / "baskets.json").write_text(json.dumps(measure_baskets(folder)))
    elif act == "inbox":
        (folder / "inbox.json").write_text(json.dumps(measure_inbox()))
    elif act == "search":
        (folder / "search.json").write_text(json.dumps(measure_search()))
    elif act == "hash":
        (folder / "hash.json").write_text(json.dumps(hash_milliseconds()))
    else:
        (folder / "verdict.json").write_text(json.dumps(verdict()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "preau.config.settings")
    main()
