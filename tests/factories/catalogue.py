"""A collectivité with a calendar and something to book, in few lines."""

from datetime import UTC, date, datetime
from itertools import count

from preau.base.actor import Actor, system_actor
from preau.domain.catalogue.enums import ActivityKind
from preau.domain.catalogue.models import Activity, Offer, Resource, Unit
from preau.domain.families.enums import AdultPosition
from preau.domain.families.operations.household import add_adult, add_child, create_family
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Department, Organisation, Site

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
_numbers = count(1)


def make_town(**fields: object) -> Actor:
    """Create a collectivité and return the machine acting in it."""
    number = next(_numbers)
    values = {"slug": f"ville-{number}", "name": f"Mairie {number}", "short_name": f"Ville {number}", **fields}
    organisation = Organisation.objects.create(mail_signature="La Mairie", **values)
    return system_actor(organisation.pk)


def make_offer(actor: Actor, *, capacity: int = 10, is_blocking: bool = True, **fields: object) -> Offer:
    """Create an offer of two units, Matin and Soir, from 1 to 30 November 2026; each takes its own resource."""
    number = next(_numbers)
    ids = {"organisation_id": actor.organisation_id}
    department = Department.objects.create(name=f"Enfance {number}", **ids)
    site = Site.objects.create(name=f"École {number}", kind=SiteKind.SCHOOL, **ids)
    activity = Activity.objects.create(
        department=department, name=f"Périscolaire {number}", kind=ActivityKind.AFTER_SCHOOL, **ids
    )
    values = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 12, 1), "weekdays": "0134", **fields}
    offer = Offer.objects.create(activity=activity, site=site, **ids, **values)
    for position, (code, name, start, end) in enumerate([("M", "Matin", 450, 500), ("S", "Soir", 990, 1110)]):
        resource = Resource.objects.create(site=site, name=name, capacity=capacity, is_blocking=is_blocking, **ids)
        Unit.objects.create(
            offer=offer,
            code=code,
            name=name,
            starts_minute=start,
            ends_minute=end,
            position=position,
            resource_ids=[resource.pk],
            **ids,
        )
    return offer


def make_household(actor: Actor, name: str = "Aubert") -> tuple[int, int, int]:
    """Create a family of one adult and one child; return their ids (family, adult, child)."""
    family = create_family(actor=actor, name=name, now=NOW)
    adult = add_adult(
        actor=actor,
        family_id=family.pk,
        position=AdultPosition.HOLDER,
        civility="Mme",
        first_name="Jeanne",
        last_name=name,
    )
    child = add_child(
        actor=actor, family_id=family.pk, values={"first_name": "Léo", "last_name": name}, birth_date=date(2019, 5, 4)
    )
    return family.pk, adult.pk, child.pk
