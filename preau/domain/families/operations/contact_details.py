"""An agent corrects how an adult is reached: never its login, its password, nor the e-mail of its account."""

from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import Medium
from preau.domain.families.models import Adult


class EmailTied(Exception):
    """The adult has a space: its e-mail belongs to the login, and only its owner changes it (DESIGN §4)."""


@transaction.atomic
def correct_contact_details(
    *,
    actor: Actor,
    adult_id: int,
    phone: str,
    mobile: str,
    preferred_medium: Medium,
    has_protected_address: bool,
    email: str | None = None,
    now: datetime,
) -> None:
    """Correct the means of contact of an adult; the journal keeps which fields changed, never their content.

    :param email: None leaves it as it is.
    :raises NotFound: no such adult here.
    :raises NotAllowed: neither agent nor manager.
    :raises EmailTied: another e-mail is given for an adult who has a space.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Adult.objects.select_for_update().filter(organisation_id=actor.organisation_id, pk=adult_id)
    adult = rows.first()
    if adult is None:
        raise NotFound("adult")
    if email is not None and email != adult.email and adult.account_id is not None:
        raise EmailTied(adult_id)
    wanted = {
        "phone": phone,
        "mobile": mobile,
        "preferred_medium": Medium(preferred_medium).value,
        "has_protected_address": has_protected_address,
        **({} if email is None else {"email": email}),
    }
    changed = [name for name, value in wanted.items() if getattr(adult, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(adult, name, wanted[name])
    adult.save(update_fields=changed)
    journal.record(
        actor=actor, act="adult.corrected", at=now, subject_type="adult", subject_id=adult_id, fields=sorted(changed)
    )
