"""Changing what logs in: identifiant, password, and the way back for who forgot."""

import secrets
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from preau.base import journal
from preau.base.actor import Actor
from preau.base.links import absolute
from preau.domain.accounts import rules
from preau.domain.accounts.enums import LinkPurpose
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import Newcomer, post_letter, tell_change
from preau.domain.accounts.operations.links import acting_alone, consume, new_link, use_links
from preau.domain.accounts.operations.passwords import set_own, set_username
from preau.domain.accounts.queries import accounts_of_email, find_link
from preau.domain.organisations.queries import organisation_by_id


@transaction.atomic
def set_own_identifiers(
    *, organisation_id: int, account_id: int, username: str, password: str, now: datetime
) -> Account:
    """Replace a provisional password, and the identifiant if wanted (A03-12 to A03-18).

    :raises WeakPassword: the password breaks the rule, or is the provisional one.
    :raises UsernameInvalid: see `rules.check_username`.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.check_password(password):
        raise rules.WeakPassword([rules.PasswordProblem.TOO_COMMON])
    set_own(account=account, username=username, password=password)
    account.save()
    tell_change(account=account, organisation_id=organisation_id, now=now, what="password")
    journal.record(
        actor=acting_alone(account=account, organisation_id=organisation_id),
        act="password.changed",
        at=now,
        subject_type="account",
        subject_id=account_id,
    )
    return account


@transaction.atomic
def change_identifiers(
    *, actor: Actor, current_password: str, username: str, new_password: str, now: datetime
) -> Account:
    """Change one's own identifiant, and password when a new one is given (A04-05).

    :raises WrongPassword: the current password is wrong.
    :raises WeakPassword, UsernameInvalid: as for the first login.
    """
    account = Account.objects.select_for_update().get(pk=actor.account_id or 0)
    if not account.check_password(current_password):
        raise rules.WrongPassword
    if new_password:
        set_own(account=account, username=username, password=new_password)
    else:
        set_username(account=account, username=username)
    account.save()
    what = "password" if new_password else "username"
    tell_change(account=account, organisation_id=actor.organisation_id, now=now, what=what)
    journal.record(actor=actor, act=f"{what}.changed", at=now, subject_type="account", subject_id=account.pk)
    return account


@transaction.atomic
def request_email_change(*, actor: Actor, email: str, current_password: str, now: datetime) -> None:
    """Post a link of 24 h to a new e-mail, and a notice to the present one. Nothing changes yet.

    Whether another account has this e-mail is told to nobody: couples share one.

    :raises WrongPassword: the current password is wrong.
    """
    account = Account.objects.select_for_update().get(pk=actor.account_id or 0)
    if not account.check_password(current_password):
        raise rules.WrongPassword
    secret = new_link(
        account=account,
        organisation_id=actor.organisation_id,
        purpose=LinkPurpose.EMAIL,
        lifetime=rules.EMAIL_LIFETIME,
        now=now,
        email=email.strip(),
    )
    post_letter(
        organisation_id=actor.organisation_id,
        reader=Newcomer(account.civility, account.last_name, email.strip()),
        template="email_change",
        subject="Vérifiez votre nouveau courriel",
        key=f"email-{secrets.token_hex(12)}",
        now=now,
        route="account:email_change",
        args=[secret],
    )
    tell_change(account=account, organisation_id=actor.organisation_id, now=now, what="email")
    journal.record(actor=actor, act="email.asked", at=now, subject_type="account", subject_id=account.pk)


@transaction.atomic
def change_email(*, organisation_id: int, secret: str, now: datetime) -> Account:
    """Give an account the e-mail that its link was sent to. Links sent to the one before die.

    :raises LinkInvalid: unknown, used or expired link.
    """
    link = find_link(secret=secret, purpose=LinkPurpose.EMAIL, organisation_id=organisation_id, now=now)
    if link is None:
        raise rules.LinkInvalid
    account = Account.objects.select_for_update().get(pk=link.account_id)
    consume(link=link, now=now)
    for purpose in LinkPurpose:
        use_links(account=account, purpose=purpose, now=now)
    account.email, account.email_verified_at = link.email, now
    account.save(update_fields=["email", "email_verified_at"])
    journal.record(
        actor=acting_alone(account=account, organisation_id=organisation_id),
        act="email.changed",
        at=now,
        subject_type="account",
        subject_id=account.pk,
    )
    return account


@transaction.atomic
def request_reset(*, organisation_id: int, email_or_username: str, now: datetime) -> None:
    """Post a mail with one link per account of this address; nothing, silently, when there is none (A03-04)."""
    accounts = accounts_of_email(email=email_or_username, organisation_id=organisation_id)
    if not accounts:
        named = Account.objects.filter(
            username=email_or_username.strip().lower().replace("\x00", ""),
            is_active=True,
            memberships__organisation_id=organisation_id,
            memberships__ended_at=None,
        ).distinct()
        accounts = [account for account in named if account.email]
    if not accounts:
        return
    organisation, entries = organisation_by_id(organisation_id=organisation_id), []
    if organisation is None:
        return
    for account in accounts:
        secret = new_link(
            account=account,
            organisation_id=organisation_id,
            purpose=LinkPurpose.RESET,
            lifetime=rules.RESET_LIFETIME,
            now=now,
        )
        entries.append(
            {
                "name": account.full_name,
                "username": account.username,
                "link": absolute(reverse("account:reset", args=[organisation.slug, secret])),
            }
        )
    post_letter(
        organisation_id=organisation_id,
        reader=accounts[0],
        template="password_reset",
        subject="Votre identifiant et votre mot de passe",
        key=f"reset-{secrets.token_hex(12)}",
        now=now,
        route="account:forgot_password",
        accounts=entries,
    )


@transaction.atomic
def reset_password(*, organisation_id: int, secret: str, password: str, now: datetime) -> Account:
    """Set a new password with a reset link; every other session dies.

    :raises LinkInvalid: unknown, used or expired link.
    :raises WeakPassword: the password breaks the rule; the link stays usable.
    """
    link = find_link(secret=secret, purpose=LinkPurpose.RESET, organisation_id=organisation_id, now=now)
    if link is None:
        raise rules.LinkInvalid
    account = Account.objects.select_for_update().get(pk=link.account_id)
    consume(link=link, now=now)
    set_own(account=account, username=account.username, password=password)
    use_links(account=account, purpose=LinkPurpose.RESET, now=now)
    account.activated_at = account.activated_at or now
    account.email_verified_at = account.email_verified_at or now
    account.save()
    tell_change(account=account, organisation_id=organisation_id, now=now, what="password")
    journal.record(
        actor=acting_alone(account=account, organisation_id=organisation_id),
        act="password.reset",
        at=now,
        subject_type="account",
        subject_id=account.pk,
    )
    return account
