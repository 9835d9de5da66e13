"""Opening a collectivité on the installation."""

from datetime import datetime

from django.db import IntegrityError, transaction

from preau.base.actor import Actor
from preau.base.facts import NotAllowed
from preau.domain.organisations.models import Department, Organisation, TermsVersion
from preau.domain.organisations.rules import SlugTaken, check_slug


@transaction.atomic
def open_organisation(
    *, actor: Actor, slug: str, name: str, short_name: str, email: str, terms: str, now: datetime
) -> Organisation:
    """Create a collectivité with its first department and its terms of use; the rest are settings.

    Reserved to the machine: it is an act of the installation, not of a collectivité.

    :raises NotAllowed: the actor is a person.
    :raises SlugReserved: the address belongs to the installation.
    :raises SlugTaken: another collectivité has it.
    """
    if not actor.is_system:
        raise NotAllowed("open_organisation")
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                slug=check_slug(slug),
                name=name,
                short_name=short_name,
                mail_signature=name,
                contact_email=email,
                welcome_title=f"Bienvenue sur le portail famille de {short_name}",
            )
    except IntegrityError as clash:
        raise SlugTaken(slug) from clash
    Department.objects.create(organisation_id=organisation.pk, name="Enfance", email=email)
    TermsVersion.objects.create(organisation_id=organisation.pk, version=1, body=terms, published_at=now)
    return organisation
