"""One's own profile: how to be reached, and the e-mail, changed once its new owner has shown that it is theirs."""

from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.identifiers import change_email, request_email_change
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
    """Write the new e-mail on the account, and on its dossiers in every collectivité: it is one person, one login.

    Mails go to the account wherever they come from; an agent elsewhere would else read an address that is no more.
    It is written in the journal of each collectivité.

    :raises LinkInvalid: unknown, used or expired link.
    """
    account = change_email(organisation_id=organisation_id, secret=secret, now=now)
    for adult in Adult.objects.filter(account=account).order_by("pk"):
        adult.email = account.email
        adult.save(update_fields=["email"])
        if adult.organisation_id != organisation_id:
            _record_elsewhere(account, adult, now=now)
    return account


def _record_elsewhere(account: Account, adult: Adult, *, now: datetime) -> None:
    owner = Actor(
        organisation_id=adult.organisation_id,
        audience=FAMILY,
        account_id=account.pk,
        display_name=account.full_name,
    )
    journal.record(actor=owner, act="email.changed", at=now, subject_type="account", subject_id=account.pk)
