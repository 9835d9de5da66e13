"""What every act on an account is made of: links, mails, checks."""

import secrets
from datetime import datetime, timedelta

from django.urls import reverse

from preau.base import outbox
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.links import absolute
from preau.base.tokens import hash_of, new_secret
from preau.domain.accounts import rules
from preau.domain.accounts.enums import LinkPurpose
from preau.domain.accounts.models import AccessLink, Account, Membership
from preau.domain.accounts.queries import common_passwords, taken_usernames
from preau.domain.organisations.queries import (
    OrganisationProfile,
    active_organisations,
    mail_identity,
    organisation_by_id,
)


def _organisation(organisation_id: int) -> OrganisationProfile:
    organisation = organisation_by_id(organisation_id=organisation_id)
    if organisation is None:
        raise NotFound("organisation")
    return organisation


def _account_here(actor: Actor, account_id: int) -> Account:
    account = (
        Account.objects.select_for_update()
        .filter(
            pk=account_id,
            pk__in=Membership.objects.filter(organisation_id=actor.organisation_id).values("account_id"),
        )
        .first()
    )
    if account is None:
        raise NotFound("account")
    return account


def _proposal(organisation: OrganisationProfile, first_name: str, last_name: str, email: str) -> str:
    policy = organisation.identifier_policy
    bare = rules.propose_username(first_name=first_name, last_name=last_name, email=email, policy=policy, taken=())
    return rules.propose_username(
        first_name=first_name,
        last_name=last_name,
        email=email,
        policy=policy,
        taken=taken_usernames(starting_with=bare),
    )


def _new_link(
    account: Account,
    organisation_id: int,
    purpose: LinkPurpose,
    lifetime: timedelta,
    now: datetime,
    email: str = "",
) -> str:
    _use_links(account, purpose, now)
    secret = new_secret()
    AccessLink.objects.create(
        organisation_id=organisation_id,
        account=account,
        purpose=purpose,
        secret_hash=hash_of(secret),
        created_at=now,
        expires_at=now + lifetime,
        email=email,
    )
    return secret


def _consume(link: AccessLink, now: datetime) -> None:
    """Use a link up: of two people who hold it at once, one has it.

    :raises LinkInvalid: used meanwhile.
    """
    if not AccessLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise rules.LinkInvalid


def _use_links(account: Account, purpose: LinkPurpose, now: datetime) -> None:
    AccessLink.objects.filter(account=account, purpose=purpose, used_at=None).update(used_at=now)


def _provisional_password() -> str:
    return "".join(secrets.choice(rules.PROVISIONAL_ALPHABET) for _ in range(rules.PROVISIONAL_LENGTH))


def _set_own(account: Account, username: str, password: str) -> None:
    towns = Membership.objects.filter(account=account, ended_at=None).values_list("organisation_id", flat=True)
    named = [word for slug, name in active_organisations(organisation_ids=set(towns)) for word in (slug, name)]
    words = [account.first_name, account.last_name, account.username, username, *named]
    problems = rules.password_problems(password, common=common_passwords(), words=words)
    if problems:
        raise rules.WeakPassword(problems)
    _set_username(account, username)
    account.set_password(password)
    account.must_change_password = False
    account.password_expires_at = None


def _set_username(account: Account, username: str) -> None:
    wanted = rules.check_username(username)
    is_own_email = bool(account.email_verified_at) and wanted == account.email.lower()
    if "@" in wanted and wanted != account.username and not is_own_email:
        raise rules.UsernameInvalid(wanted)  # the e-mail of another would no longer log its owner in
    if wanted != account.username and Account.objects.filter(username=wanted).exists():
        raise rules.UsernameTaken(wanted)
    account.username = wanted


def _self(account: Account, organisation_id: int) -> Actor:
    return Actor(
        organisation_id=organisation_id,
        audience=FAMILY,
        account_id=account.pk,
        display_name=account.full_name,
    )


def _notice_change(account: Account, organisation_id: int, *, now: datetime, what: str, to: list[str]) -> None:
    organisation = _organisation(organisation_id)
    subject = "Votre courriel" if what == "email" else "Vos identifiants ont été modifiés"
    _mail(
        organisation,
        account,
        template="identifiers_changed",
        subject=f"{organisation.name} - {subject}",
        key=f"changed-{account.pk}-{secrets.token_hex(8)}",
        now=now,
        to=to,
        what=what,
        username=account.username,
        link=absolute(reverse("account:forgot_password", args=[organisation.slug])),
    )


def _mail(
    organisation: OrganisationProfile,
    account: Account,
    *,
    template: str,
    subject: str,
    key: str,
    now: datetime,
    to: list[str] | None = None,
    **context: object,
) -> None:
    outbox.post(
        organisation_id=organisation.id,
        template=template,
        to=to or [account.email],
        subject=subject,
        context={
            "organisation": mail_identity(organisation_id=organisation.id),
            "greeting": " ".join(part for part in (account.civility, account.last_name) if part),
            **context,
        },
        dedupe_key=key,
        now=now,
    )
