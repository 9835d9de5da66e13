"""Opening an account: creation, activation, terms of use."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from preau.base import journal
from preau.base.actor import Actor, system_actor
from preau.base.tokens import hash_of
from preau.domain.accounts import rules
from preau.domain.accounts.enums import LinkPurpose, Role
from preau.domain.accounts.models import Account, AgentLimit, Membership, TermsAcceptance
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.accounts.operations.links import account_here, acting_alone, consume, new_link, use_links
from preau.domain.accounts.operations.passwords import free_username, proposed_username, provisional_password, set_own
from preau.domain.accounts.queries import find_link
from preau.domain.organisations.queries import organisation_by_id
from preau.kernel.french_dates import clock_words, day_words


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
    wanted = rules.check_username(username) if username else ""
    wanted = wanted or proposed_username(
        organisation_id=actor.organisation_id, first_name=first_name, last_name=last_name, email=email
    )
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
        created_at=now,
    )
    write_limits(actor=actor, account_id=account.pk, department_ids=department_ids, site_ids=site_ids)
    journal.record(actor=actor, act="account.created", at=now, subject_type="account", subject_id=account.pk, role=role)
    return account


def write_limits(*, actor: Actor, account_id: int, department_ids: Collection[int], site_ids: Collection[int]) -> None:
    """Limit an agent to departments and sites, in the caller's transaction; none: the whole collectivité."""
    mine = AgentLimit.objects.filter(organisation_id=actor.organisation_id, account_id=account_id)
    wanted = [*(("department_id", pk) for pk in department_ids), *(("site_id", pk) for pk in site_ids)]
    if not wanted and not mine.exists():
        return
    mine.delete()
    AgentLimit.objects.bulk_create(
        AgentLimit(organisation_id=actor.organisation_id, account_id=account_id, **{name: pk}) for name, pk in wanted
    )


@transaction.atomic
def open_account(
    *,
    organisation_id: int,
    civility: str,
    first_name: str,
    last_name: str,
    email: str,
    username: str,
    password: str,
    now: datetime,
) -> Account:
    """Open the active account of a family whose e-mail has just been verified (A02-51), and confirm it by mail.

    :raises WeakPassword: the password breaks the rule; nothing is written.
    :raises UsernameTaken: another took the identifiant at the same moment.
    :raises UsernameInvalid: see `rules.check_username`.
    """
    account = create_account(
        actor=system_actor(organisation_id),
        civility=civility,
        first_name=first_name,
        last_name=last_name,
        email=email,
        role=Role.FAMILY,
        username=free_username(wanted=username) if username else "",
        now=now,
    )
    set_own(account=account, username=account.username, password=password)
    account.activated_at = account.email_verified_at = now
    account.save()
    post_letter(
        organisation_id=organisation_id,
        reader=account,
        template="activated",
        subject="Votre espace personnel est activé",
        key=f"opened-{account.pk}",
        now=now,
        route="public:home",
        username=account.username,
    )
    return account


def join_town(*, organisation_id: int, account_id: int, now: datetime) -> None:
    """Let an account that exists stand for a family of one more collectivité, in the caller's transaction."""
    Membership.objects.update_or_create(
        organisation_id=organisation_id,
        account_id=account_id,
        role=Role.FAMILY,
        defaults={"ended_at": None},
        create_defaults={"created_at": now},
    )


def leave_as_family(*, actor: Actor, account_id: int, now: datetime) -> None:
    """Close the families' side of a collectivité to an account that stands for nobody there any more.

    In the caller's transaction; the account itself stays, for its other towns.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    Membership.objects.filter(
        organisation_id=actor.organisation_id, account_id=account_id, role=Role.FAMILY, ended_at=None
    ).update(ended_at=now)
    journal.record(actor=actor, act="account.left", at=now, subject_type="account", subject_id=account_id)


@transaction.atomic
def send_activation(*, actor: Actor, account_id: int, now: datetime) -> None:
    """Post the activation mail: a single-use link of 72 h, older ones die (A02-02 to A02-15).

    Where the collectivité mails one, a provisional password is made too: it dies with the change or
    after 72 h, and is the only secret ever mailed.

    :raises NotFound: the account is not of this collectivité.
    """
    account = account_here(actor=actor, account_id=account_id)
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    secret = new_link(
        account=account,
        organisation_id=actor.organisation_id,
        purpose=LinkPurpose.ACTIVATION,
        lifetime=rules.ACTIVATION_LIFETIME,
        now=now,
    )
    password = ""
    if organisation is not None and organisation.mails_provisional_password:
        password = provisional_password()
        account.set_password(password)
        account.must_change_password = True
        account.password_expires_at = now + rules.ACTIVATION_LIFETIME
        account.save(update_fields=["password", "must_change_password", "password_expires_at"])
    post_letter(
        organisation_id=actor.organisation_id,
        reader=account,
        template="activation",
        subject="Création de votre espace personnel",
        key=f"activation-{hash_of(secret)[:24]}",
        now=now,
        route="account:activate",
        args=[secret],
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
    :raises UsernameInvalid: see `rules.check_username`.
    """
    link = find_link(secret=secret, purpose=LinkPurpose.ACTIVATION, organisation_id=organisation_id, now=now)
    if link is None:
        raise rules.LinkInvalid
    account = Account.objects.select_for_update().get(pk=link.account_id)
    consume(link=link, now=now)
    if password:
        set_own(account=account, username=username or account.username, password=password)
    use_links(account=account, purpose=LinkPurpose.ACTIVATION, now=now)
    account.activated_at = account.activated_at or now
    account.email_verified_at = now
    account.save()
    post_letter(
        organisation_id=organisation_id,
        reader=account,
        template="activated",
        subject="Votre espace personnel est activé",
        key=f"activated-{link.pk}",
        now=now,
        route="public:home",
        username=account.username,
    )
    journal.record(
        actor=acting_alone(account=account, organisation_id=organisation_id),
        act="account.activated",
        at=now,
        subject_id=account.pk,
        subject_type="account",
    )
    return account


@transaction.atomic
def accept_terms(*, organisation_id: int, account_id: int, version: int, now: datetime) -> None:
    """Record that an account accepts a version of the terms of use (A02-27). Twice is once."""
    TermsAcceptance.objects.get_or_create(
        organisation_id=organisation_id, account_id=account_id, version=version, defaults={"accepted_at": now}
    )


@transaction.atomic
def tell_new_browser(*, account_id: int, organisation_id: int, now: datetime) -> None:
    """Tell an account by mail that it has just logged in from a browser that it had never used; not the first time."""
    account = Account.objects.get(pk=account_id)
    if account.previous_login_at is None or not account.email:
        return
    organisation = organisation_by_id(organisation_id=organisation_id)
    if organisation is None:
        return
    at = now.astimezone(organisation.zone)
    post_letter(
        organisation_id=organisation_id,
        reader=account,
        template="new_browser",
        subject="Connexion depuis un nouvel appareil",
        key=f"browser-{account.pk}-{int(now.timestamp())}",
        now=now,
        route="account:forgot_password",
        at=f"{day_words(at.date())}, {clock_words(at)}",
    )


def note_login(*, account_id: int, previous: datetime | None, now: datetime) -> None:
    """Keep the date of the login before this one: « Dernière connexion le … » (A03-20)."""
    Account.objects.filter(pk=account_id).update(previous_login_at=previous, last_login=now)
