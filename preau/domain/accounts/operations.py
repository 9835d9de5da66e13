"""Acts on accounts: opening, activating, changing what logs in."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from preau.base import journal, outbox
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.links import absolute
from preau.base.tokens import hash_of, new_secret
from preau.domain.accounts import rules
from preau.domain.accounts.enums import STAFF_ROLES, LinkPurpose, Role
from preau.domain.accounts.models import AccessLink, Account, Membership, TermsAcceptance
from preau.domain.accounts.queries import accounts_of_email, common_passwords, find_link, taken_usernames
from preau.domain.organisations.queries import OrganisationProfile, mail_identity, organisation_by_id


@transaction.atomic
def create_account(
    *,
    actor: Actor,
    civility: str,
    first_name: str,
    last_name: str,
    email: str,
    role: Role,
    now: datetime,
    username: str = "",
    department_ids: Collection[int] = (),
    site_ids: Collection[int] = (),
) -> Account:
    """Create an account that cannot log in yet, with one role in the actor's collectivité.

    :param username: "" lets the policy of the collectivité propose one.
    :raises UsernameTaken: the given identifiant is another account's.
    """
    organisation = _organisation(actor.organisation_id)
    wanted = rules.check_username(username) if username else _proposal(organisation, first_name, last_name, email)
    account = Account(
        username=wanted,
        email=email.strip(),
        civility=civility,
        first_name=first_name,
        last_name=last_name,
        created_at=now,
    )
    account.set_unusable_password()
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as clash:
        raise rules.UsernameTaken(wanted) from clash
    Membership.objects.create(
        organisation_id=actor.organisation_id,
        account=account,
        role=role,
        department_ids=sorted(department_ids),
        site_ids=sorted(site_ids),
        created_at=now,
    )
    journal.record(actor=actor, act="account.created", at=now, subject_type="account", subject_id=account.pk, role=role)
    return account


@transaction.atomic
def send_activation(*, actor: Actor, account_id: int, now: datetime) -> None:
    """Post the activation mail: a single-use link of 72 h, older ones die (A02-02 to A02-15).

    Where the collectivité mails one, a provisional password is made too: it dies with the change or
    after 72 h, and is the only secret ever mailed.

    :raises NotFound: the account is not of this collectivité.
    """
    account = _account_here(actor, account_id)
    organisation = _organisation(actor.organisation_id)
    secret = _new_link(account, organisation.id, LinkPurpose.ACTIVATION, rules.ACTIVATION_LIFETIME, now)
    password = ""
    if organisation.mails_provisional_password:
        password = _provisional_password()
        account.set_password(password)
        account.must_change_password = True
        account.password_expires_at = now + rules.ACTIVATION_LIFETIME
        account.save(update_fields=["password", "must_change_password", "password_expires_at"])
    _mail(
        organisation,
        account,
        template="activation",
        subject=f"{organisation.name} - Création de votre espace personnel",
        key=f"activation-{hash_of(secret)[:24]}",
        now=now,
        link=absolute(reverse("account:activate", args=[organisation.slug, secret])),
        username=account.username,
        password=password,
    )
    journal.record(actor=actor, act="account.link_sent", at=now, subject_type="account", subject_id=account_id)


@transaction.atomic
def activate(*, organisation_id: int, secret: str, now: datetime, password: str = "", username: str = "") -> Account:
    """Activate a space with its link, and post the confirmation mail (A02-17 to A02-24).

    :param password: the person's own, asked on that page when none was mailed.
    :raises LinkInvalid: unknown, used or expired link.
    :raises WeakPassword: the password breaks the rule; nothing is written.
    :raises UsernameTaken: the identifiant is another's.
    """
    link = find_link(secret=secret, purpose=LinkPurpose.ACTIVATION, organisation_id=organisation_id, now=now)
    if link is None:
        raise rules.LinkInvalid
    account = Account.objects.select_for_update().get(pk=link.account_id)
    if password:
        _set_own(account, username or account.username, password)
    _use_links(account, LinkPurpose.ACTIVATION, now)
    account.activated_at = account.activated_at or now
    account.email_verified_at = now
    account.save()
    organisation = _organisation(organisation_id)
    _mail(
        organisation,
        account,
        template="activated",
        subject=f"{organisation.name} - Votre espace personnel est activé",
        key=f"activated-{link.pk}",
        now=now,
        link=absolute(reverse("public:home", args=[organisation.slug])),
        username=account.username,
    )
    journal.record(
        actor=_self(account, organisation_id),
        act="account.activated",
        at=now,
        subject_id=account.pk,
        subject_type="account",
    )
    return account


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
def accept_terms(*, organisation_id: int, account_id: int, version: int, now: datetime) -> None:
    """Record that an account accepts a version of the terms of use (A02-27). Twice is once."""
    TermsAcceptance.objects.get_or_create(
        organisation_id=organisation_id, account_id=account_id, version=version, defaults={"accepted_at": now}
    )


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


@transaction.atomic
def note_login(*, account_id: int, previous: datetime | None, now: datetime) -> None:
    """Keep the date of the login before this one: « Dernière connexion le … » (A03-20)."""
    Account.objects.filter(pk=account_id).update(previous_login_at=previous, last_login=now)


@transaction.atomic
def invite_agent(
    *,
    actor: Actor,
    civility: str,
    first_name: str,
    last_name: str,
    email: str,
    roles: Collection[str],
    department_ids: Collection[int],
    site_ids: Collection[int],
    now: datetime,
) -> Account:
    """Create an agent's account and post its activation mail.

    :raises NotAllowed: the actor is not an administrator.
    :raises ValueError: a role that is not of agents.
    """
    actor.require_role(Role.ADMIN)
    found = rules.check_staff_roles(roles)
    account = create_account(
        actor=actor,
        civility=civility,
        first_name=first_name,
        last_name=last_name,
        email=email,
        role=found[0],
        department_ids=department_ids,
        site_ids=site_ids,
        now=now,
    )
    _write_roles(actor, account.pk, found, department_ids, site_ids, now)
    send_activation(actor=actor, account_id=account.pk, now=now)
    return account


@transaction.atomic
def change_agent_scope(
    *,
    actor: Actor,
    account_id: int,
    roles: Collection[str],
    department_ids: Collection[int],
    site_ids: Collection[int],
    now: datetime,
) -> None:
    """Change the roles and limits of an agent.

    :raises NotFound: no such agent here.
    :raises LastAdmin: the collectivité would have no administrator left.
    """
    actor.require_role(Role.ADMIN)
    found = rules.check_staff_roles(roles)
    _lock_agents(actor, account_id)
    _write_roles(actor, account_id, found, department_ids, site_ids, now)
    _check_an_admin_is_left(actor)
    journal.record(
        actor=actor, act="agent.scope_changed", at=now, subject_type="account", subject_id=account_id, roles=list(found)
    )


@transaction.atomic
def end_agent(*, actor: Actor, account_id: int, now: datetime) -> None:
    """Deactivate an agent here: refused from the next request on.

    :raises NotFound: no such agent here.
    :raises LastAdmin: the collectivité would have no administrator left.
    """
    actor.require_role(Role.ADMIN)
    _lock_agents(actor, account_id)
    Membership.objects.filter(
        organisation_id=actor.organisation_id, account_id=account_id, role__in=STAFF_ROLES, ended_at=None
    ).update(ended_at=now)
    _check_an_admin_is_left(actor)
    journal.record(actor=actor, act="agent.ended", at=now, subject_type="account", subject_id=account_id)


def _lock_agents(actor: Actor, account_id: int) -> None:
    """Two administrators who remove each other wait for one another."""
    rows = list(
        Membership.objects.select_for_update()
        .filter(organisation_id=actor.organisation_id, role__in=STAFF_ROLES)
        .order_by("pk")
    )
    if not any(row.account_id == account_id for row in rows):
        raise NotFound("agent")


def _write_roles(
    actor: Actor,
    account_id: int,
    roles: Collection[Role],
    department_ids: Collection[int],
    site_ids: Collection[int],
    now: datetime,
) -> None:
    mine = Membership.objects.filter(organisation_id=actor.organisation_id, account_id=account_id, role__in=STAFF_ROLES)
    mine.exclude(role__in=roles).filter(ended_at=None).update(ended_at=now)
    for role in roles:
        Membership.objects.update_or_create(
            organisation_id=actor.organisation_id,
            account_id=account_id,
            role=role,
            defaults={
                "department_ids": sorted(department_ids),
                "site_ids": sorted(site_ids),
                "ended_at": None,
            },
            create_defaults={
                "department_ids": sorted(department_ids),
                "site_ids": sorted(site_ids),
                "created_at": now,
            },
        )


def _check_an_admin_is_left(actor: Actor) -> None:
    if not Membership.objects.filter(
        organisation_id=actor.organisation_id, role=Role.ADMIN, ended_at=None, account__is_active=True
    ).exists():
        raise rules.LastAdmin


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


def _new_link(account: Account, organisation_id: int, purpose: LinkPurpose, lifetime: timedelta, now: datetime) -> str:
    _use_links(account, purpose, now)
    secret = new_secret()
    AccessLink.objects.create(
        organisation_id=organisation_id,
        account=account,
        purpose=purpose,
        secret_hash=hash_of(secret),
        created_at=now,
        expires_at=now + lifetime,
    )
    return secret


def _use_links(account: Account, purpose: LinkPurpose, now: datetime) -> None:
    AccessLink.objects.filter(account=account, purpose=purpose, used_at=None).update(used_at=now)


def _provisional_password() -> str:
    return "".join(secrets.choice(rules.PROVISIONAL_ALPHABET) for _ in range(rules.PROVISIONAL_LENGTH))


def _set_own(account: Account, username: str, password: str) -> None:
    words = [account.first_name, account.last_name, account.username, username]
    problems = rules.password_problems(password, common=common_passwords(), words=words)
    if problems:
        raise rules.WeakPassword(problems)
    _set_username(account, username)
    account.set_password(password)
    account.must_change_password = False
    account.password_expires_at = None


def _set_username(account: Account, username: str) -> None:
    wanted = rules.check_username(username)
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
    _mail(
        organisation,
        account,
        template="identifiers_changed",
        subject=f"{organisation.name} - Vos identifiants ont été modifiés",
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
