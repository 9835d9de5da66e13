"""One small town: a school, an offer Matin/Soir, families. Dates are around TODAY, a Monday in November."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from preau.base.actor import FAMILY, STAFF, Actor, system_actor
from preau.base.search import fold
from preau.domain.accounts.models import Account, Membership, TermsAcceptance
from preau.domain.accounts.operations.opening import write_limits
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import (
    Activity,
    Offer,
    Resource,
    ResourceDay,
    SchoolClass,
    SchoolYear,
    Slot,
    Unit,
)
from preau.domain.catalogue.operations.places import open_offer
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.families.models import Adult, Child, Family, Guardianship, HouseholdChild
from preau.domain.organisations.models import Department, Organisation, Site, TermsVersion

TODAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)  # 9 h in Paris
PASSWORD = "cerf-volant-rouge-7"


@dataclass
class Household:
    """A family with its adults, children and enrolments."""

    family: Family
    adult: Adult
    account: Account
    children: list[Child] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)


class Town:
    """A collectivité and short ways to fill it."""

    def __init__(self, slug: str = "ville-test", **fields: Any) -> None:
        defaults: dict[str, Any] = {
            "name": f"Mairie de {slug}",
            "short_name": slug,
            "product_name": "Espace Citoyens",
            "mail_signature": "La Mairie",
            "welcome_title": "Bienvenue",
            "contact_email": "enfance@ville.example",
        }
        self.organisation = Organisation.objects.create(slug=slug, **{**defaults, **fields})
        self.id = self.organisation.pk
        self.slug = slug
        self.terms = TermsVersion.objects.create(
            organisation_id=self.id, version=1, body="## Une règle\n\nTexte.", published_at=NOW - timedelta(days=90)
        )
        self.department = Department.objects.create(organisation_id=self.id, name="Enfance")
        self.school = Site.objects.create(organisation_id=self.id, name="École des Tests", kind="school")
        self.year = SchoolYear.objects.create(
            organisation_id=self.id, label="2026-2027", starts_on=date(2026, 9, 1), ends_on=date(2027, 7, 3)
        )
        self.school_class = SchoolClass.objects.create(
            organisation_id=self.id, site=self.school, school_year=self.year, name="CE1 A", level="CE1"
        )
        self.activity = Activity.objects.create(
            organisation_id=self.id, department=self.department, name="Accueil périscolaire", kind="after_school"
        )

    @property
    def system(self) -> Actor:
        return system_actor(self.id)

    def offer(
        self,
        *,
        capacity: int = 30,
        starts_on: date = TODAY - timedelta(days=14),
        ends_on: date = TODAY + timedelta(days=42),
        units: tuple[tuple[str, str, int, int], ...] = (("M", "Matin", 450, 510), ("S", "Soir", 990, 1110)),
        is_blocking: bool = True,
        activity: Activity | None = None,
        site: Site | None = None,
        **fields: Any,
    ) -> Offer:
        """Open an offer with one resource per unit."""
        site = site or self.school
        offer = Offer.objects.create(
            organisation_id=self.id,
            activity=activity or self.activity,
            site=site,
            school_year=self.year,
            starts_on=starts_on,
            ends_on=ends_on,
            **fields,
        )
        for position, (code, name, start, end) in enumerate(units):
            resource = Resource.objects.create(
                organisation_id=self.id,
                site=site,
                name=f"{name} {offer.pk}",
                capacity=capacity,
                is_blocking=is_blocking,
            )
            Unit.objects.create(
                organisation_id=self.id,
                offer=offer,
                code=code,
                name=name,
                starts_minute=start,
                ends_minute=end,
                position=position,
                resource_ids=[resource.pk],
            )
        open_offer(actor=self.system, offer_id=offer.pk)
        return offer

    def household(self, name: str = "Dupré", *, children: int = 1, login: str = "", **fields: Any) -> Household:
        """A household with a holder who has an active space, and schooled children."""
        count = Family.objects.filter(organisation_id=self.id).count()
        family = Family.objects.create(
            residency="resident",
            organisation_id=self.id,
            number=count + 1,
            name=name,
            street="1 rue du Test",
            created_at=NOW,
            **fields,
        )
        account = self.account(login or f"{self.slug}.{fold(name)}{count}", role="family", last_name=name)
        adult = Adult.objects.create(
            organisation_id=self.id,
            family=family,
            account=account,
            position="holder",
            civility="Mme",
            first_name="Awa",
            last_name=name,
            email=account.email,
            phone="02 61 91 00 01",
        )
        made = Household(family, adult, account)
        for number in range(children):
            made.children.append(self.child(made, f"Enfant{number + 1}", name))
        return made

    def child(self, household: Household, first_name: str, last_name: str) -> Child:
        child = Child.objects.create(
            organisation_id=self.id,
            first_name=first_name,
            last_name=last_name,
            birth_date=date(2019, 3, 1) + timedelta(days=len(household.children)),
            hue=len(household.children) % 8 + 1,
        )
        HouseholdChild.objects.create(organisation_id=self.id, family=household.family, child=child)
        Guardianship.objects.create(organisation_id=self.id, adult=household.adult, child=child)
        Schooling.objects.create(
            organisation_id=self.id,
            child=child,
            school_class=self.school_class,
            starts_on=self.year.starts_on,
            ends_on=self.year.ends_on,
        )
        return child

    def account(self, username: str, *, role: str, last_name: str = "Test", **fields: Any) -> Account:
        account = Account(
            username=username,
            email=f"{username}@courriel.example",
            email_verified_at=NOW,
            civility="Mme",
            first_name="Awa",
            last_name=last_name,
            activated_at=NOW,
            created_at=NOW,
            **fields,
        )
        account.set_password(PASSWORD)
        account.save()
        self.join(account, role)
        return account

    def join(self, account: Account, role: str, **limits: Any) -> Membership:
        membership = Membership.objects.create(organisation_id=self.id, account=account, role=role, created_at=NOW)
        if limits:
            self.limit(account, **limits)
        TermsAcceptance.objects.get_or_create(
            organisation_id=self.id, account=account, version=self.terms.version, defaults={"accepted_at": NOW}
        )
        return membership

    def limit(self, account: Account, *, department_ids: Sequence[int] = (), site_ids: Sequence[int] = ()) -> None:
        write_limits(actor=self.system, account_id=account.pk, department_ids=department_ids, site_ids=site_ids)

    def enrol(self, household: Household, offer: Offer, *, child: Child | None = None) -> Enrolment:
        enrolment = Enrolment.objects.create(
            organisation_id=self.id,
            family=household.family,
            child=child,
            offer=offer,
            starts_on=offer.starts_on,
            ends_on=offer.ends_on,
        )
        household.enrolments.append(enrolment)
        return enrolment

    def parent(self, household: Household) -> Actor:
        return Actor(
            organisation_id=self.id,
            audience=FAMILY,
            account_id=household.account.pk,
            display_name=household.account.full_name,
            roles=frozenset({"family"}),
            family_ids=frozenset({household.family.pk}),
            adult_ids=frozenset({household.adult.pk}),
        )

    def agent(self, *roles: str, account: Account | None = None) -> Actor:
        return Actor(
            organisation_id=self.id,
            audience=STAFF,
            account_id=account.pk if account else None,
            display_name="Chloé Agent",
            roles=frozenset(roles or {"agent"}),
        )


def slots_of(offer: Offer, *, after: date = TODAY, code: str | None = None) -> list[Slot]:
    """The slots of an offer after a day, in order."""
    rows = Slot.objects.filter(offer=offer, on__gt=after).select_related("unit").order_by("on", "unit__position")
    return [row for row in rows if code is None or row.unit.code == code]


def assert_counters_are_exact(organisation_id: int) -> None:
    """`booked` equals the number of bookings that take a place of each resource, each day."""
    expected: dict[tuple[int, date], int] = {}
    rows = Booking.objects.filter(organisation_id=organisation_id, status="booked").select_related("slot__unit")
    for booking in rows:
        for resource_id in booking.slot.unit.resource_ids:
            key = (resource_id, booking.on)
            expected[key] = expected.get(key, 0) + 1
    days = ResourceDay.objects.filter(organisation_id=organisation_id)
    assert {(day.resource_id, day.on): day.booked for day in days if day.booked} == expected
