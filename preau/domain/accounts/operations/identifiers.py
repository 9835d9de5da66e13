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
from preau.domain.accounts.operations.parts import (
    _consume,
    _mail,
    _new_link,
    _notice_change,
    _organisation,
    _self,
    _set_own,
    _set_username,
    _use_links,
)
from preau.domain.accounts.queries import accounts_of_email, find_link


@transaction.atomic
def set_own_identifiers(
    *, organisation_id: int, account_id: int, username: str, password: str, now: datetime
) -> Account:
    """Replace a provisional password, and the identifiant if wanted (A03-12 to A03-18).

    :raises WeakPassword: the password breaks the rule, or is the provisional one.
    :raises UsernameTaken: the identifiant is another's.
    :raises UsernameInvalid: see `rules.check_username`.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.check_password(password):
        raise rules.WeakPassword([rules.PasswordProblem.TOO_COMMON])
    _set_own(account, username, password)
    account.save()
    _notice_change(account, organisation_id, now=now, what="password", to=[account.email])
    journal.record(
        actor=_self(account, organisation_id),
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
    :raises WeakPassword, UsernameTaken, UsernameInvalid: as for the first login.
    """
    account = Account.objects.select_for_update().get(pk=actor.account_id or 0)
    if not account.check_password(current_password):
        raise rules.WrongPassword
    if new_password:
        _set_own(account, username, new_password)
    else:
        _set_username(account, username)
    account.save()
    what = "password" if new_password else "username"
    _notice_change(account, actor.organisation_id, now=now, what=what, to=[account.email])
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
    organisation = _organisation(actor.organisation_id)
    secret = _new_link(account, organisation.id, LinkPurpose.EMAIL, rules.EMAIL_LIFETIME, now, email=email.strip())
    _mail(
        organisation,
        account,
        template="email_change",
        subject=f"{organisation.name} - Vérifiez votre nouveau courriel",
        key=f"email-{secrets.token_hex(12)}",
        now=now,
        to=[email.strip()],
        link=absolute(reverse("account:email_change", args=[organisation.slug, secret])),
    )
    _notice_change(account, organisation.id, now=now, what="email", to=[account.email])
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
    _consume(link, now)
    for purpose in LinkPurpose:
        _use_links(account, purpose, now)
    account.email, account.email_verified_at = link.email, now
    account.save(update_fields=["email", "email_verified_at"])
    journal.record(
        actor=_self(account, organisation_id),
        act="email.changed",
        at=now,
        subject_type="account",
        subject_id=account.pk,
    )
    return account


@transaction.atomic
def request_reset(*, organisation_id: int, email_or_username: str, now: datetime) -> None:
    """Post a mail with one link per account of this address; nothing, silently, when there is none (A03-04)."""
    organisation = _organisation(organisation_id)
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
    entries = []
    for account in accounts:
        secret = _new_link(account, organisation_id, LinkPurpose.RESET, rules.RESET_LIFETIME, now)
        entries.append(
            {
                "name": account.full_name,
                "username": account.username,
                "link": absolute(reverse("account:reset", args=[organisation.slug, secret])),
            }
        )
    _mail(
        organisation,
        accounts[0],
        template="password_reset",
        subject=f"{organisation.name} - Votre identifiant et votre mot de passe",
        key=f"reset-{secrets.token_hex(12)}",
        now=now,
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
    _consume(link, now)
    _set_own(account, account.username, password)
    _use_links(account, LinkPurpose.RESET, now)
    account.activated_at = account.activated_at or now
    account.email_verified_at = account.email_verified_at or now
    account.save()
    _notice_change(account, organisation_id, now=now, what="password", to=[account.email])
    journal.record(
        actor=_self(account, organisation_id),
        act="password.reset",
        at=now,
        subject_type="account",
        subject_id=account.pk,
    )
    return account
