"""Links of mails, each used once; and the account that an act is about."""

from datetime import datetime, timedelta

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.tokens import hash_of, new_secret
from preau.domain.accounts import rules
from preau.domain.accounts.enums import LinkPurpose
from preau.domain.accounts.models import AccessLink, Account, Membership


def new_link(
    *,
    account: Account,
    organisation_id: int,
    purpose: LinkPurpose,
    lifetime: timedelta,
    now: datetime,
    email: str = "",
) -> str:
    """Return the secret of a new link; those of before for the same purpose die.

    :param email: the address that the link proves, when it is not the account's yet.
    """
    use_links(account=account, purpose=purpose, now=now)
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


def consume(*, link: AccessLink, now: datetime) -> None:
    """Use a link up: of two people who hold it at once, one has it.

    :raises LinkInvalid: used meanwhile.
    """
    if not AccessLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise rules.LinkInvalid


def use_links(*, account: Account, purpose: LinkPurpose, now: datetime) -> None:
    """Use up all the links of an account for one purpose."""
    AccessLink.objects.filter(account=account, purpose=purpose, used_at=None).update(used_at=now)


def account_here(*, actor: Actor, account_id: int) -> Account:
    """Return an account that has, or had, a role in the actor's collectivité, locked.

    :raises NotFound: it has none.
    """
    here = Membership.objects.filter(organisation_id=actor.organisation_id).values("account_id")
    account = Account.objects.select_for_update().filter(pk=account_id, pk__in=here).first()
    if account is None:
        raise NotFound("account")
    return account


def acting_alone(*, account: Account, organisation_id: int) -> Actor:
    """Return an account as the author of an act on itself, before it has logged in."""
    return Actor(
        organisation_id=organisation_id, audience=FAMILY, account_id=account.pk, display_name=account.full_name
    )
