"""One's own profile: how to be reached, and the e-mail, changed once its new owner has shown that it is theirs."""

from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations import change_email, request_email_change
from preau.domain.families.enums import Medium
from preau.domain.families.models import Adult


@transaction.atomic
def change_details(*, actor: Actor, adult_id: int, phone: str, mobile: str, medium: Medium, now: datetime) -> None:
    """Change how one is reached: phone, mobile, and the way one prefers (A02-32, A04-04).

    :raises NotFound: not the actor's own adult.
    """
    if adult_id not in actor.adult_ids:
        raise NotFound("adult")
    adult = Adult.objects.get(organisation_id=actor.organisation_id, pk=adult_id)
    adult.phone, adult.mobile, adult.preferred_medium = phone, mobile, medium
    adult.save(update_fields=["phone", "mobile", "preferred_medium"])
    journal.record(actor=actor, act="profile.changed", at=now, subject_type="adult", subject_id=adult_id)


def ask_new_email(*, actor: Actor, email: str, current_password: str, now: datetime) -> None:
    """Post a link to the new e-mail and a notice to the present one; nothing changes before the link is used.

    :raises WrongPassword: the current password is wrong.
    """
    request_email_change(actor=actor, email=email, current_password=current_password, now=now)


@transaction.atomic
def confirm_new_email(*, organisation_id: int, secret: str, now: datetime) -> Account:
    """Write the new e-mail on the account, and on the dossier of this collectivité.

    :raises LinkInvalid: unknown, used or expired link.
    """
    account = change_email(organisation_id=organisation_id, secret=secret, now=now)
    for adult in Adult.objects.filter(organisation_id=organisation_id, account=account):
        adult.email = account.email
        adult.save(update_fields=["email"])
    return account
