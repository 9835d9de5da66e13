"""Opening a collectivité on the installation."""

from datetime import datetime

from django.db import IntegrityError, transaction

from preau.base.actor import Actor
from preau.base.facts import NotAllowed
from preau.domain.organisations.enums import HolidayRegion, SchoolZone
from preau.domain.organisations.models import Department, Organisation, TermsVersion
from preau.domain.organisations.rules import SlugTaken, check_slug


@transaction.atomic
def open_organisation(
    *,
    actor: Actor,
    slug: str,
    name: str,
    short_name: str,
    terms: str,
    now: datetime,
    zone: SchoolZone = SchoolZone.A,
    region: HolidayRegion = HolidayRegion.MAINLAND,
    time_zone: str = "Europe/Paris",
    public_email: str = "",
) -> Organisation:
    """Create a collectivité with its first department and its terms of use; the rest are settings.

    Its agents are asked for a second factor, unless it decides otherwise.
    Reserved to the machine: it is an act of the installation, not of a collectivité.

    :param public_email: shown to everybody on the home page; never the address of a person.
    :raises ValidationError: a value that the collectivité may not hold.

    :raises NotAllowed: the actor is a person.
    :raises SlugReserved: the address belongs to the installation.
    :raises SlugTaken: another collectivité has it.
    """
    if not actor.is_system:
        raise NotAllowed("open_organisation")
    try:
        with transaction.atomic():
            organisation = Organisation(
                slug=check_slug(slug),
                name=name,
                short_name=short_name,
                mail_signature=name,
                school_zone=zone,
                holiday_region=region,
                time_zone=time_zone,
                contact_email=public_email,
                asks_agents_second_factor=True,
                welcome_title=f"Bienvenue sur le portail famille de {short_name}",
            )
            organisation.clean_fields()
            organisation.save(force_insert=True)
    except IntegrityError as clash:
        raise SlugTaken(slug) from clash
    Department.objects.create(organisation_id=organisation.pk, name="Enfance", email=public_email)
    TermsVersion.objects.create(organisation_id=organisation.pk, version=1, body=terms, published_at=now)
    return organisation
