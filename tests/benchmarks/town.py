"""A collectivité of the size of a town of 25,000 people, written in bulk, with the cookies of its visitors.

It is honest: birth dates and names are spread as real ones, one family in ten has three children, six in ten have two
adults, and files hold what a year leaves in them. Only the import of `IMPORTED` gave everybody one birth date.
"""

import json
import random
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.names import person, phone, surname
from tests.benchmarks.verdicts import PASSWORD, SLUG, places_taken

RUSH_CAPACITY = 180  # mornings of the month that opens: fewer places than the children of a school
AGENT = "agent.banc"
WEEKDAYS = "01234"
SAME_BIRTH = date(2020, 1, 1)


@dataclass(frozen=True)
class Size:
    """How large a town is. A school has three hundred children, whatever the town."""

    children: int
    days: int  # with bookings
    newcomers: int = 0  # families who have booked nothing yet, with one child each
    is_imported: bool = False  # with one birth date for all

    @property
    def families(self) -> int:
        return self.children * 2 // 3

    @property
    def schools(self) -> int:
        return max(1, self.children // 300)

    @property
    def eating(self) -> int:
        return self.children * 22 // 30

    @property
    def staying(self) -> int:
        return self.children // 3


SIZES = {
    "ville": Size(3_000, days=55, newcomers=500),  # 176,000 bookings, as the free peer was measured with
    "bourg": Size(300, days=15),
    "ville-courte": Size(3_000, days=15),
    "agglomeration": Size(30_000, days=15),
    "importee": Size(3_000, days=1, is_imported=True),
}


@dataclass(frozen=True)
class Dates:
    """The days of the bench, around a real today: no holiday calendar, so that every run has as many."""

    today: date
    days: int

    @property
    def booked(self) -> list[date]:
        """The weekdays that have bookings, today's week in the middle."""
        weeks_before = 5 if self.days > 25 else 0
        first = self.today - timedelta(days=self.today.weekday() + 7 * weeks_before)
        days = [first + timedelta(days=offset) for offset in range(self.days * 7 // 5 + 7)]
        return [day for day in days if day.weekday() < 5][: self.days]

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
    def begun(self) -> date:
        """Another that opens to everybody, in which the elder children have booked already."""
        return self.month(4)

    @property
    def busy(self) -> date:
        """A day of school with everybody present."""
        return next((day for day in self.booked if day >= self.today), self.booked[-1])


def fill(folder: Path, size: Size) -> dict[str, Any]:
    """Fill an empty, migrated database, and return the visitors."""
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    now = datetime.now(UTC)
    with transaction.atomic():
        builder = Builder(now=now, size=size, password=make_password(PASSWORD))
        builder.frame()
        builder.people()
        builder.words()
        builder.files()
        builder.bookings()
        builder.rush_places()
        visitors = builder.visitors()
    (folder / "visitors.json").write_text(json.dumps(visitors))
    return visitors


class Builder:
    """Writes the rows. Operations are for people: here 200,000 rows are written in seconds."""

    def __init__(self, *, now: datetime, size: Size, password: str) -> None:
        self.now, self.size, self.password = now, size, password
        self.dates = Dates(now.date(), size.days)
        self.draw = random.Random(size.children)  # every run has the same town

    def frame(self) -> None:
        from preau.domain.catalogue.models import Activity, SchoolClass, SchoolYear
        from preau.domain.organisations.models import Department, Organisation, Site, TermsVersion

        self.id = Organisation.objects.create(
            slug=SLUG, name="Mairie de Grand-Bourg", short_name="Grand-Bourg", mail_signature="La Mairie"
        ).pk
        ids = {"organisation_id": self.id}
        TermsVersion.objects.create(**ids, version=1, body="## Règle\n\nTexte.", published_at=self.now)
        department = Department.objects.create(**ids, name="Enfance")
        self.department_id = department.pk
        self.start, self.end = self.dates.month(-3), self.dates.month(8)
        year = SchoolYear.objects.create(**ids, label="banc", starts_on=self.start, ends_on=self.end)
        activities = [
            Activity.objects.create(**ids, department=department, name="Restauration scolaire", kind="canteen"),
            Activity.objects.create(
                **ids, department=department, name="Accueil périscolaire", kind="after_school", position=1
            ),
        ]
        self.classes, self.canteens, self.cares, self.year = [], [], [], year
        for number in range(self.size.schools):
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
            resource = Resource.objects.create(
                **ids, site=school, name=f"{name} {offer.pk}", capacity=2 * self.size.children
            )
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
        from preau.domain.families.models import Adult, Child, Family, Guardianship, HouseholdChild

        ids, now, count = {"organisation_id": self.id}, self.now, self.size.families + self.size.newcomers
        logins = [AGENT, *(f"parent{number}" for number in range(count))]
        self.accounts = Account.objects.bulk_create([self._account(each) for each in logins], batch_size=2000)
        roles = ["agent", *["family"] * count]
        Membership.objects.bulk_create(
            (
                Membership(**ids, account=account, role=role, created_at=now)
                for account, role in zip(self.accounts, roles, strict=True)
            ),
            batch_size=5000,
        )
        TermsAcceptance.objects.bulk_create(
            (TermsAcceptance(**ids, account=account, version=1, accepted_at=now) for account in self.accounts),
            batch_size=5000,
        )
        self.families = Family.objects.bulk_create(
            (Family(**ids, number=n + 1, name=surname(self.draw), created_at=now) for n in range(count)),
            batch_size=5000,
        )
        self.adults = Adult.objects.bulk_create(self._adults(Adult), batch_size=5000)
        self.homes = self._homes()
        self.children = Child.objects.bulk_create(
            (
                Child(**ids, birth_date=self._born(), **person(self.draw, self.families[home].name))
                for home in self.homes
            ),
            batch_size=5000,
        )
        self.links = HouseholdChild.objects.bulk_create(
            (
                HouseholdChild(**ids, family=self.families[home], child=child)
                for home, child in zip(self.homes, self.children, strict=True)
            ),
            batch_size=5000,
        )
        by_home: dict[int, list[Any]] = {}
        for adult in self.adults:
            by_home.setdefault(adult.family_id, []).append(adult)
        Guardianship.objects.bulk_create(
            (
                Guardianship(**ids, adult=adult, child=child)
                for home, child in zip(self.homes, self.children, strict=True)
                for adult in by_home[self.families[home].pk]
            ),
            batch_size=5000,
        )
        self._enrol()

    def _adults(self, model: Any) -> Iterable[Any]:
        """The holder has the account; six families in ten have another adult."""
        for number, (family, account) in enumerate(zip(self.families, self.accounts[1:], strict=True)):
            for position in ("holder", "co_holder") if number % 10 < 6 else ("holder",):
                yield model(
                    organisation_id=self.id,
                    family=family,
                    account=account if position == "holder" else None,
                    position=position,
                    civility="Mme" if position == "holder" else "M.",
                    email=account.email if position == "holder" else f"autre{number}@banc.example",
                    mobile=phone(number, position),
                    **person(self.draw, family.name),
                )

    def _homes(self) -> list[int]:
        """Whose child each is: one family in ten has three, three have two, the others one; then the newcomers."""
        homes = [n for n in range(self.size.families) for _ in range(3 if n % 10 == 0 else 2 if n % 10 < 4 else 1)]
        newcomers = range(self.size.families, self.size.families + self.size.newcomers)
        return [*homes[: self.size.children], *newcomers]

    def _born(self) -> date:
        if self.size.is_imported:
            return SAME_BIRTH
        return date(2014, 1, 1) + timedelta(days=self.draw.randrange(3650))

    def _enrol(self) -> None:
        from preau.domain.enrolments.models import Enrolment, Schooling

        ids, period = {"organisation_id": self.id}, {"starts_on": self.start, "ends_on": self.end}
        schools = self.size.schools
        Schooling.objects.bulk_create(
            (
                Schooling(**ids, child=child, school_class=self.classes[number % schools], **period)
                for number, child in enumerate(self.children)
            ),
            batch_size=5000,
        )

        def enrolled(offers: list[Any]) -> list[Any]:
            return Enrolment.objects.bulk_create(
                (
                    Enrolment(**ids, family=self.families[home], child=child, offer=offers[number % schools], **period)
                    for number, (home, child) in enumerate(zip(self.homes, self.children, strict=True))
                ),
                batch_size=5000,
            )

        self.meals, self.mornings = enrolled(self.canteens), enrolled(self.cares)

    def words(self) -> None:
        """What a search finds them by."""
        from preau.domain.families.models import SearchWord

        ids = {"organisation_id": self.id}
        of_adults = (
            (word, {"adult": each, "family_id": each.family_id}) for each in self.adults for word in each.words()
        )
        of_children = (
            (word, {"home": home, "family_id": home.family_id}) for home in self.links for word in home.child.words()
        )
        for words in (of_adults, of_children):
            SearchWord.objects.bulk_create(
                (SearchWord(**ids, word=word, **whose) for word, whose in words), batch_size=5000
            )

    def files(self) -> None:
        """What a year leaves in files: a démarche per family, answered but for one in ten; dossiers validated."""
        from preau.domain.families.models import ValidatedDossier
        from preau.domain.procedures.enums import ProcedureKind, ProcedureStatus
        from preau.domain.procedures.models import Procedure

        kinds = [ProcedureKind.ENTOURAGE, ProcedureKind.DOSSIER, ProcedureKind.MOVE, ProcedureKind.PAI]
        ValidatedDossier.objects.bulk_create(
            (
                ValidatedDossier(
                    organisation_id=self.id, child=child, school_year_id=self.year.pk, validated_at=self.now
                )
                for number, child in enumerate(self.children)
                if number % 5  # four in five
            ),
            batch_size=5000,
        )
        Procedure.objects.bulk_create(
            (self._procedure(Procedure, n, home, kinds[n % 4], ProcedureStatus) for n, home in enumerate(self.links)),
            batch_size=2000,
        )

    def _procedure(self, model: Any, number: int, home: Any, kind: str, status: Any) -> Any:
        at = self.now - timedelta(minutes=number * 90 % 400_000)
        is_open = number % 10 == 0
        return model(
            organisation_id=self.id,
            number=number + 1,
            kind=kind,
            status=status.SUBMITTED if is_open else status.ACCEPTED,
            family_id=home.family_id,
            child_id=home.child_id,
            department_id=self.department_id,
            person=home.child.first_name,
            subject="Une démarche de l’année",
            created_at=at,
            updated_at=at,
            submitted_at=at,
            due_at=at + timedelta(days=2),
            decided_at=None if is_open else at,
        )

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
        """Meals and evenings, each day; counters as a real life would leave them."""
        from preau.domain.bookings.models import Booking
        from preau.domain.catalogue.models import Slot

        days = sorted(self.dates.booked)
        begun = self._elder_mornings()
        slots = {
            (offer_id, code, on): slot_id
            for slot_id, offer_id, code, on in Slot.objects.filter(
                organisation_id=self.id, on__in={*days, *(on for _, on in begun)}
            ).values_list("pk", "offer_id", "unit__code", "on")
        }

        def held() -> Iterable[tuple[str, Any, date]]:
            for code, enrolments in (("R", self.meals[: self.size.eating]), ("S", self.mornings[: self.size.staying])):
                yield from ((code, enrolment, on) for enrolment in enrolments for on in days)
            yield from (("M", enrolment, on) for enrolment, on in begun)

        def rows() -> Iterable[Booking]:
            for code, enrolment, on in held():
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

    def _elder_mornings(self) -> list[tuple[Any, date]]:
        """The mornings of `begun` that siblings hold, fewer than its places: whoever comes next finds some."""
        if not self.size.newcomers:
            return []
        days = [self.dates.begun + timedelta(days=offset) for offset in range(28)]
        met: set[int] = set()
        elders = []
        for home, enrolment in zip(self.homes, self.mornings, strict=True):
            if home in met:
                elders.append(enrolment)
            met.add(home)
        taken: dict[int, int] = {}
        found = []
        for enrolment in elders:
            taken[enrolment.offer_id] = taken.get(enrolment.offer_id, 0) + 1
            if taken[enrolment.offer_id] <= RUSH_CAPACITY // 2:
                found += [(enrolment, on) for on in days if on.weekday() < 5]
        return found

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
        """Fewer places than children, in the months that open to everybody at once."""
        from preau.domain.catalogue.models import ResourceDay

        months = {"on__gte": self.dates.rush, "on__lt": self.dates.month(5)}
        ResourceDay.objects.filter(organisation_id=self.id, **months).update(capacity=RUSH_CAPACITY)

    def visitors(self) -> dict[str, Any]:
        sessions = self._sessions()
        firsts: dict[int, Any] = {}
        threes: dict[int, list[int]] = {}
        for home, morning in zip(self.homes, self.mornings, strict=True):
            firsts.setdefault(home, morning)
            threes.setdefault(home, []).append(morning.pk)
        return {
            "slug": SLUG,
            "password": PASSWORD,
            "ordered": self.dates.ordered.isoformat(),
            "rush": self.dates.rush.isoformat(),
            "begun": self.dates.begun.isoformat(),
            "busy": self.dates.busy.isoformat(),
            "agent": {"login": AGENT, "session": sessions[0]},
            "parents": [
                {"login": account.username, "session": session, "enrolment": enrolment.pk}
                for number, (account, session) in enumerate(zip(self.accounts[1:], sessions[1:], strict=True))
                if (enrolment := firsts[number])
            ],
            "site": self.canteens[0].site_id,
            "families": [family.pk for family in self.families[:2000]],
            "threes": [
                {"login": f"parent{home}", "session": sessions[home + 1], "enrolments": ids}
                for home, ids in threes.items()
                if len(ids) == 3
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
        Session.objects.bulk_create(rows, batch_size=5000)
        return [row.session_key for row in rows]
