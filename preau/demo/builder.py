"""The builder at which a demo town is written: one method per thing, over the real operations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection

from preau.base.actor import FAMILY, Actor, system_actor
from preau.base.search import fold
from preau.demo.people import factor_secret, mobile, passphrase, street
from preau.domain.accounts.enums import STAFF_ROLES, FactorKind, Role
from preau.domain.accounts.models import Account, SecondFactor
from preau.domain.accounts.operations.opening import accept_terms, create_account, join_town
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import load_bookings
from preau.domain.catalogue.enums import ActivityKind, BookingMode, OpenOn, ParticipantKind
from preau.domain.catalogue.models import (
    Activity,
    Offer,
    Resource,
    ResourceDay,
    SchoolClass,
    SchoolHoliday,
    SchoolYear,
    Slot,
    Unit,
)
from preau.domain.catalogue.operations.places import open_offer
from preau.domain.catalogue.operations.seeding import seed_calendar
from preau.domain.catalogue.queries import current_school_year, school_year_to_prepare
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.enrolments.operations.enrolling import enrol
from preau.domain.enrolments.operations.schooling import school_child
from preau.domain.families.enums import AdultPosition, ContactKind, Residency
from preau.domain.families.models import Adult, Child, Family, HouseholdChild
from preau.domain.families.operations.household import add_adult, add_child, add_contact, create_family
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Department, Organisation, Site, TermsVersion
from preau.domain.publishing.models import NewsItem, Question

MANY = 500  # bookings after which the database's statistics are of another world
LEVELS = ("PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2")
POSITIONS = (AdultPosition.HOLDER, AdultPosition.CO_HOLDER, AdultPosition.MEMBER)


@dataclass(frozen=True, slots=True)
class Person:
    """An adult to write down. `who` describes the account; empty: no account.

    `state`: "ready", "terms" (has not accepted the terms) or "password" (must change its password, then terms).
    """

    civility: str
    first_name: str
    last_name: str
    who: str = ""
    state: str = "ready"
    email: str = ""  # empty: a proper one is made
    has_email: bool = True
    has_protected_address: bool = False
    is_shared: bool = False  # its login may already be that of another town


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child to write down, with its level and school."""

    first_name: str
    last_name: str
    level: str
    sex: str
    school: Site | None = None
    months: int = 0  # age of a child too young for school; negative: due in so many months


@dataclass(frozen=True, slots=True)
class Hours:
    """A unit to write down. Hours are « 7:30 »."""

    code: str
    name: str
    starts: str
    ends: str
    resources: Sequence[Resource] = ()
    excludes: Sequence[str] = ()
    requires: Sequence[str] = ()


@dataclass(slots=True)
class Home:
    """A family that was written down."""

    family: Family
    adults: list[Adult]
    children: list[Child]
    is_character: bool
    schools: dict[int, Site] = field(default_factory=dict)  # child id → school
    levels: dict[int, str] = field(default_factory=dict)  # child id → level


LATE_AFTER = 20  # minutes: who is expected and not there is looked for


class Builder:
    """Writes one collectivité. Every choice comes from a generator seeded by its slug."""

    def __init__(self, *, today: date, now: datetime, scale: float, report: Callable[[str], None]) -> None:
        self.today, self.now, self.scale, self.report = today, now, scale, report
        self.accounts: list[dict[str, str]] = []
        self.homes: list[Home] = []
        self.city = ("", "")  # postcode and name
        self.classes: dict[tuple[int, str], SchoolClass] = {}

    # The collectivité

    def open_town(self, slug: str, *, terms: str, **fields: object) -> None:
        """Create the collectivité, its terms of use and its calendar around today."""
        self.slug = slug
        self.random = Random(slug)
        self.organisation = Organisation.objects.create(slug=slug, **fields)
        self.zone = ZoneInfo(self.organisation.time_zone)
        self.actor = system_actor(self.organisation.pk, time_zone=self.organisation.time_zone)
        self.id = self.organisation.pk
        TermsVersion.objects.create(
            organisation_id=self.id, version=1, body=terms, published_at=self.now - timedelta(days=200)
        )
        first = self.today.year - 2
        seed_calendar(actor=self.actor, first_year=first, last_year=first + 4)
        found = current_school_year(organisation_id=self.id, on=self.today)
        assert found is not None  # noqa: S101 -- seeded above
        self.year = found
        self.last_year = SchoolYear.objects.get(organisation_id=self.id, starts_on__year=found.starts_on.year - 1)
        preparing = school_year_to_prepare(organisation_id=self.id, on=self.today)
        self.prepared = preparing or found  # whose dossiers are being filled
        self.next_year = SchoolYear.objects.get(organisation_id=self.id, starts_on__year=found.starts_on.year + 1)
        self.report(f"{self.organisation.short_name} : calendrier {found.label}, zone {self.organisation.school_zone}")

    def year_before(self, year: SchoolYear) -> SchoolYear:
        """Return the school year before another."""
        return SchoolYear.objects.get(organisation_id=self.id, starts_on__year=year.starts_on.year - 1)

    def news(self, *items: tuple[int, str, str, str]) -> None:
        """Publish news: (days ago, title, teaser, body)."""
        for days, title, teaser, body in items:
            NewsItem.objects.create(
                organisation_id=self.id,
                title=title,
                teaser=teaser,
                body=body,
                published_on=self.today - timedelta(days=days),
            )

    def questions(self, *items: tuple[str, str]) -> None:
        """Publish the F.A.Q.: (question, answer)."""
        for position, (text, answer) in enumerate(items):
            Question.objects.create(organisation_id=self.id, text=text, answer=answer, position=position)

    def department(self, name: str, phone: str = "", email: str = "") -> Department:
        return Department.objects.create(organisation_id=self.id, name=name, phone=phone, email=email)

    def site(self, name: str, kind: SiteKind, address: str = "", phone: str = "") -> Site:
        return Site.objects.create(organisation_id=self.id, name=name, kind=kind, address=address, phone=phone)

    def open_classes(self, school: Site, teachers: Sequence[str], *, year: SchoolYear | None = None) -> None:
        """Open one class per level in a school."""
        for number, (level, teacher) in enumerate(zip(LEVELS, teachers, strict=True), start=1):
            made = SchoolClass.objects.create(
                organisation_id=self.id,
                site=school,
                school_year=year or self.year,
                name=f"Classe {level} salle {'A' if number < 4 else 'B'}{number}",
                level=level,
                teacher=teacher,
            )
            if year in (None, self.year):
                self.classes[(school.pk, level)] = made

    # What can be booked

    def places(self, capacity: int) -> int:
        """Return a capacity at the scale of this demo."""
        return max(4, round(capacity * self.scale))

    def resource(self, site: Site, name: str, capacity: int, *, is_blocking: bool = True) -> Resource:
        return Resource.objects.create(
            organisation_id=self.id,
            site=site,
            name=name,
            capacity=self.places(capacity),
            is_blocking=is_blocking,
        )

    def activity(
        self,
        department: Department,
        name: str,
        kind: ActivityKind,
        *,
        position: int,
        booking_mode: BookingMode = BookingMode.DAY_UNITS,
        participant: ParticipantKind = ParticipantKind.CHILD,
    ) -> Activity:
        return Activity.objects.create(
            organisation_id=self.id,
            department=department,
            name=name,
            kind=kind,
            position=position,
            booking_mode=booking_mode,
            participant=participant,
            late_after=LATE_AFTER,
        )

    def offer(
        self,
        activity: Activity,
        site: Site,
        *,
        units: Sequence[Hours] = (),
        year: SchoolYear | None = None,
        period: tuple[date, date] | None = None,
        weekdays: str = "0134",
        shown_weekdays: str = "01234",
        open_on: OpenOn = OpenOn.SCHOOL_DAYS,
        deadline: Mapping[str, object] | None = None,
        cancel: Mapping[str, object] | None = None,
        openings: Sequence[Mapping[str, object]] = (),
        is_open: bool = True,
    ) -> Offer:
        """Create an offer with its units, and open its days."""
        school_year = year or self.year
        starts_on, ends_on = period or (school_year.starts_on, school_year.ends_on)
        made = Offer.objects.create(
            organisation_id=self.id,
            activity=activity,
            site=site,
            school_year=school_year,
            name=f"{activity.name} - {site.name}"[:120],
            starts_on=starts_on,
            ends_on=ends_on,
            weekdays=weekdays,
            shown_weekdays=shown_weekdays,
            open_on=open_on,
            book_deadline=deadline or {},
            change_deadline=deadline or {},
            cancel_deadline=cancel or deadline or {},
            openings=list(openings),
        )
        for position, hours in enumerate(units):
            Unit.objects.create(
                organisation_id=self.id,
                offer=made,
                code=hours.code,
                name=hours.name,
                starts_minute=_minute(hours.starts),
                ends_minute=_minute(hours.ends),
                position=position,
                resource_ids=[resource.pk for resource in hours.resources],
                excludes=list(hours.excludes),
                requires=list(hours.requires),
            )
        if units and is_open:
            open_offer(actor=self.actor, offer_id=made.pk)
        return made

    def local(self, day: date, hour: int, minute: int = 0) -> str:
        """Return a local moment as the ISO instant that openings hold."""
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).isoformat()

    def holiday_after(self, day: date) -> SchoolHoliday:
        """Return the first school holidays that start after a day and last a week or more."""
        rows = SchoolHoliday.objects.filter(organisation_id=self.id, starts_on__gt=day).order_by("starts_on")
        return next(row for row in rows if row.ends_on - row.starts_on >= timedelta(days=7))

    # People

    def family(
        self,
        adults: Sequence[Person],
        pupils: Sequence[Pupil] = (),
        *,
        is_character: bool = False,
        address: str = "",
        lives_here: bool = True,
        city: tuple[str, str] | None = None,
        contacts: Sequence[tuple[ContactKind, str, str, str]] = (),
    ) -> Home:
        """Write down a household, with the accounts its adults are given."""
        postcode, town = city or self.city
        family = create_family(
            actor=self.actor,
            name=adults[0].last_name,
            street=address or street(self.random),
            postcode=postcode,
            city=town,
            residency=Residency.RESIDENT if lives_here else Residency.OUTSIDE,
            now=self.now - timedelta(days=self.random.randrange(120, 900)),
        )
        rows = [self._adult(family, person, position) for person, position in zip(adults, POSITIONS, strict=False)]
        home = Home(family, rows, [], is_character)
        for pupil in pupils:
            child = add_child(
                actor=self.actor,
                family_id=family.pk,
                values={"first_name": pupil.first_name, "last_name": pupil.last_name, "sex": pupil.sex},
                **self._born(pupil),
            )
            home.children.append(child)
            if pupil.school is not None:
                home.schools[child.pk], home.levels[child.pk] = pupil.school, pupil.level
                made = self.classes[(pupil.school.pk, pupil.level)]
                school_child(actor=self.actor, child_id=child.pk, school_class_id=made.pk)
        for kind, first_name, last_name, link in contacts:
            add_contact(
                actor=self.actor,
                family_id=family.pk,
                kind=kind,
                first_name=first_name,
                last_name=last_name,
                link=link,
                phone=mobile(self.random),
                now=self.now,
            )
        self.homes.append(home)
        return home

    def _adult(self, family: Family, person: Person, position: AdultPosition) -> Adult:
        email = person.email or self.email(person.first_name, person.last_name) if person.has_email else ""
        account = None
        if person.who:
            account = self._joining(email, person.who) if person.is_shared else None
            account = account or self.account(
                person.civility, person.first_name, person.last_name, email, Role.FAMILY, person.who, state=person.state
            )
        return add_adult(
            actor=self.actor,
            family_id=family.pk,
            position=position,
            civility=person.civility,
            first_name=person.first_name,
            last_name=person.last_name,
            email=email,
            phone=mobile(self.random),
            account=account,
            has_protected_address=person.has_protected_address,
        )

    def _born(self, pupil: Pupil) -> dict[str, date | None]:
        if pupil.level:
            return {"birth_date": self.birth_date(pupil.level)}
        day = self.today - timedelta(days=round(pupil.months * 30.4))
        return {"birth_date": day} if pupil.months > 0 else {"birth_date": None, "expected_on": day}

    def birth_date(self, level: str) -> date:
        """Return a birth date for a level of school (Code de l'éducation, L131-1 and D113-1)."""
        year = self.year.starts_on.year - 3 - LEVELS.index(level)
        return date(year, 1, 1) + timedelta(days=self.random.randrange(364))

    def email(self, first_name: str, last_name: str) -> str:
        """Return a mail address in a domain that cannot exist (RFC 2606)."""
        local = ".".join(fold(part).replace(" ", "-") for part in (first_name, last_name))
        return f"{local}@courriel-{self.slug}.example"

    def account(
        self,
        civility: str,
        first_name: str,
        last_name: str,
        email: str,
        role: Role,
        who: str,
        *,
        state: str = "ready",
        departments: Sequence[Department] = (),
        sites: Sequence[Site] = (),
    ) -> Account:
        """Create an account that can log in, and list it."""
        made = create_account(
            actor=self.actor,
            civility=civility,
            first_name=first_name,
            last_name=last_name,
            email=email,
            role=role,
            department_ids=[row.pk for row in departments],
            site_ids=[row.pk for row in sites],
            now=self.now - timedelta(days=60),
        )
        made.set_password(passphrase(made.username))
        made.activated_at = made.email_verified_at = self.now - timedelta(days=58)
        made.must_change_password = state == "password"
        if state == "ready":
            made.last_login = self.now - timedelta(days=3)
            accept_terms(organisation_id=self.id, account_id=made.pk, version=1, now=self.now - timedelta(days=58))
        made.save()
        self._list(made, role, who)
        if self.organisation.asks_agents_second_factor and role in STAFF_ROLES:
            self._give_factor(made)
        return made

    def _give_factor(self, account: Account) -> None:
        """Give an agent the application that it shows at each login; its secret is listed with the password."""
        secret = factor_secret(account.username)
        SecondFactor.objects.create(
            account=account,
            kind=FactorKind.TOTP,
            name="Application d’authentification",
            material={"secret": secret},
            created_at=self.now - timedelta(days=58),
        )
        self.accounts[-1]["second_factor"] = secret

    def _joining(self, email: str, who: str) -> Account | None:
        """Let the login that a person has in another town serve here too; None when she has none yet."""
        known = Account.objects.filter(email=email).first()
        if known is not None:
            now = self.now - timedelta(days=50)
            join_town(organisation_id=self.id, account_id=known.pk, now=now)
            accept_terms(organisation_id=self.id, account_id=known.pk, version=1, now=now)
            self._list(known, Role.FAMILY, who)
        return known

    def _list(self, account: Account, role: Role, who: str) -> None:
        named = " ".join(part for part in (account.civility, account.full_name) if part)
        self.accounts.append(
            {
                "organisation": self.slug,
                "login": account.username,
                "password": passphrase(account.username),
                "role": str(role),
                "who": f"{named}, {who}",
            }
        )

    def staff(
        self,
        role: Role,
        civility: str,
        first_name: str,
        last_name: str,
        who: str,
        *,
        departments: Sequence[Department] = (),
        sites: Sequence[Site] = (),
    ) -> None:
        """Create the account of an agent."""
        email = f"{fold(first_name)}.{fold(last_name).replace(' ', '-')}@{self.slug}.example"
        self.account(civility, first_name, last_name, email, role, who, departments=departments, sites=sites)

    def actor_of(self, home: Home) -> Actor:
        """Return the actor that the first adult of a family is when logged in."""
        adult = home.adults[0]
        return Actor(
            organisation_id=self.id,
            audience=FAMILY,
            account_id=adult.account_id,
            display_name=adult.full_name,
            time_zone=self.organisation.time_zone,
            roles=frozenset({Role.FAMILY}),
            family_ids=frozenset({home.family.pk}),
            adult_ids=frozenset({adult.pk}),
        )

    # Enrolments and bookings

    def enrol(self, home: Home, offer: Offer, child: Child | None = None) -> Enrolment:
        return enrol(
            actor=self.actor, family_id=home.family.pk, offer_id=offer.pk, child_id=child.pk if child else None
        )

    def slots(self, offer: Offer, start: date, end: date) -> list[tuple[int, date, str]]:
        """Return (id, day, unit code) of the slots of an offer in [start, end)."""
        rows = Slot.objects.filter(organisation_id=self.id, offer=offer, on__gte=start, on__lt=end, closed_reason="")
        return list(rows.order_by("on", "unit__position").values_list("pk", "on", "unit__code"))

    def book(self, pairs: Sequence[tuple[int, int]]) -> int:
        """Book (enrolment id, slot id) pairs, as if families had done so some weeks ago."""
        if not pairs:
            return 0
        booked = load_bookings(actor=self.actor, pairs=pairs, now=self.now - timedelta(days=30))
        if booked > MANY:
            refresh_statistics()
        return booked


def refresh_statistics() -> None:
    """Let the database look at what was just written: it plans its joins by that, on both engines."""
    with connection.cursor() as cursor:
        for model in (Family, Adult, Child, HouseholdChild, Slot, Unit, ResourceDay, Enrolment, Schooling, Booking):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
