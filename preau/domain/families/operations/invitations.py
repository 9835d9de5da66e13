"""Opening the space of an adult whom the dossier names: by the service, by the titulaire, or by a reset."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction

from preau.base import journal, task_queue
from preau.base.actor import FAMILY, Actor, system_actor
from preau.base.encryption import seal_text
from preau.base.facts import NotFound
from preau.base.tokens import hash_of, new_secret
from preau.domain.accounts.enums import STAFF_ROLES, Role
from preau.domain.accounts.models import Account, Membership
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.accounts.operations.opening import create_account, send_activation
from preau.domain.accounts.queries import accounts_of_email, accounts_owning
from preau.domain.families.enums import AdultPosition
from preau.domain.families.models import Adult, SignUp
from preau.domain.organisations.queries import organisation_by_id

INVITATION_LIFETIME = timedelta(hours=72)
PARENTS = (AdultPosition.HOLDER, AdultPosition.CO_HOLDER)
INVITED_AT_ONCE = 5  # adults of one e-mail who are told by one « mot de passe oublié »


class NoEmail(Exception):
    """The adult has no e-mail: no activation mail can reach them."""


class AlreadyActive(Exception):
    """The adult's space is already active."""


@transaction.atomic
def invite_adult(*, actor: Actor, adult_id: int, now: datetime) -> Account | None:
    """Create the space of a known adult, or send its link again, and post the activation mail (A02-01).

    When the e-mail already logs in somewhere, no second account is made: the mail lets its owner choose, and None
    is returned. Who invites sees no difference.

    :raises NotFound: no such adult here; for a titulaire, not its co-représentant.
    :raises NoEmail: the adult has no e-mail.
    :raises AlreadyActive: the space is in use.
    """
    if actor.audience != FAMILY:
        actor.require_role(Role.AGENT, Role.MANAGER)
    adult = (
        Adult.objects.select_for_update(of=("self",))
        .filter(organisation_id=actor.organisation_id, pk=adult_id)
        .select_related("account")
        .first()
    )
    if adult is None or (actor.audience == FAMILY and not _is_my_co_holder(actor, adult)):
        raise NotFound("adult")
    if adult.account and adult.account.activated_at:
        raise AlreadyActive(adult_id)
    if not adult.email:
        raise NoEmail(adult_id)
    adult.invited_at = now
    if adult.account is None and choices_for(adult=adult):
        _ask_owner(actor, adult, now)
    else:
        _activate(actor, adult, now)
    adult.save(update_fields=["account", "invited_at"])
    journal.record(actor=actor, act="account.invited", at=now, subject_type="adult", subject_id=adult.pk)
    return adult.account


def ask_for_link(*, organisation_id: int, wanted: str) -> None:
    """Answer « Mot de passe oublié ? » in a task: known or not, the page takes the same time.

    :param wanted: an e-mail or an identifiant, as typed; it waits sealed.
    """
    task_queue.enqueue(
        "preau.domain.families.tasks.send_link", organisation_id=organisation_id, wanted=seal_text(wanted)
    )


@transaction.atomic
def open_by_reset(*, organisation_id: int, email: str, now: datetime) -> None:
    """First connection by « Mot de passe oublié ? » : an adult known by this e-mail and without a space is invited.

    Nothing, silently, for anybody else, and where the collectivité does not open spaces so.
    """
    organisation = organisation_by_id(organisation_id=organisation_id)
    text = email.strip().replace("\x00", "")
    if organisation is None or not organisation.activates_by_reset or "@" not in text:
        return
    if accounts_of_email(email=text, organisation_id=organisation_id):
        return
    known = Adult.objects.filter(
        organisation_id=organisation_id, email__iexact=text, account=None, position__in=PARENTS
    )
    for adult_id in known.order_by("pk").values_list("pk", flat=True)[:INVITED_AT_ONCE]:
        invite_adult(actor=system_actor(organisation_id), adult_id=adult_id, now=now)


def choices_for(*, adult: Adult) -> list[Account]:
    """Return the accounts of an adult's e-mail that could stand for it: neither agents here nor of this dossier."""
    others = Adult.objects.filter(organisation_id=adult.organisation_id, family_id=adult.family_id)
    taken = set(others.exclude(account=None).values_list("account_id", flat=True))
    owned = without_agents(organisation_id=adult.organisation_id, accounts=accounts_owning(email=adult.email))
    return [account for account in owned if account.pk not in taken]


def without_agents(*, organisation_id: int, accounts: list[Account]) -> list[Account]:
    """Return these accounts but those of agents here: whoever works for a town uses another login as a parent."""
    working = Membership.objects.filter(
        organisation_id=organisation_id,
        account_id__in=[account.pk for account in accounts],
        role__in=STAFF_ROLES,
        ended_at=None,
    )
    agents = set(working.values_list("account_id", flat=True))
    return [account for account in accounts if account.pk not in agents]


def _is_my_co_holder(actor: Actor, adult: Adult) -> bool:
    """Only the titulaire invites, and only the co-représentant of the same dossier."""
    mine = Adult.objects.filter(
        organisation_id=actor.organisation_id,
        pk__in=actor.adult_ids,
        family_id=adult.family_id,
        position=AdultPosition.HOLDER,
    )
    return adult.position == AdultPosition.CO_HOLDER and mine.exists()


def _activate(actor: Actor, adult: Adult, now: datetime) -> None:
    account = adult.account or create_account(
        actor=actor,
        civility=adult.civility,
        first_name=adult.first_name,
        last_name=adult.last_name,
        email=adult.email,
        role=Role.FAMILY,
        now=now,
    )
    adult.account = account
    send_activation(actor=actor, account_id=account.pk, now=now)


def _ask_owner(actor: Actor, adult: Adult, now: datetime) -> None:
    SignUp.objects.filter(organisation_id=actor.organisation_id, adult=adult, used_at=None).delete()
    secret = new_secret()
    data = {name: getattr(adult, name) for name in ("civility", "first_name", "last_name", "email")}
    row = SignUp.objects.create(
        organisation_id=actor.organisation_id,
        adult=adult,
        data=cast(Any, data),
        secret_hash=hash_of(secret),
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    post_letter(
        organisation_id=actor.organisation_id,
        reader=adult,
        template="sign_up_tie",
        subject="Création de votre espace personnel",
        key=f"invitation-{row.secret_hash[:24]}",
        now=now,
        route="account:sign_up_verify",
        args=[secret],
    )
