"""The administrator and the agents."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts import rules
from preau.domain.accounts.enums import STAFF_ROLES, Role
from preau.domain.accounts.models import Account, Membership
from preau.domain.accounts.operations.opening import create_account, send_activation, write_limits
from preau.domain.accounts.queries import agents_of_email


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
    :raises SiteMissing: site staff without a site.
    :raises AgentKnown: an agent here has this e-mail; a second account would only confuse.
    """
    actor.require_role(Role.ADMIN)
    found = rules.check_staff_roles(roles)
    rules.check_staff_scope(roles=roles, site_ids=site_ids)
    known = next((each for each in agents_of_email(actor=actor, email=email)), None)
    if known is not None:
        raise rules.AgentKnown(known)
    account = create_account(
        actor=actor,
        civility=civility,
        first_name=first_name,
        last_name=last_name,
        email=email,
        role=found[0],
        now=now,
    )
    _write_roles(actor, account.pk, roles=found, department_ids=department_ids, site_ids=site_ids, now=now)
    send_activation(actor=actor, account_id=account.pk, now=now)
    return account


@transaction.atomic
def invite_again(*, actor: Actor, account_id: int, now: datetime) -> None:
    """Post the activation mail of an agent once more: the link of before dies.

    :raises NotFound: no such agent here.
    :raises AlreadyActivated: the agent logs in already: « mot de passe oublié » is its way.
    """
    actor.require_role(Role.ADMIN)
    _lock_agents(actor, account_id)
    if Account.objects.filter(pk=account_id, activated_at__isnull=False).exists():
        raise rules.AlreadyActivated
    send_activation(actor=actor, account_id=account_id, now=now)


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
    :raises SiteMissing: site staff without a site.
    """
    actor.require_role(Role.ADMIN)
    found = rules.check_staff_roles(roles)
    rules.check_staff_scope(roles=roles, site_ids=site_ids)
    _lock_agents(actor, account_id)
    _write_roles(actor, account_id, roles=found, department_ids=department_ids, site_ids=site_ids, now=now)
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
    *,
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
            defaults={"ended_at": None},
            create_defaults={"created_at": now},
        )
    write_limits(actor=actor, account_id=account_id, department_ids=department_ids, site_ids=site_ids)


def _check_an_admin_is_left(actor: Actor) -> None:
    if not Membership.objects.filter(
        organisation_id=actor.organisation_id, role=Role.ADMIN, ended_at=None, account__is_active=True
    ).exists():
        raise rules.LastAdmin
