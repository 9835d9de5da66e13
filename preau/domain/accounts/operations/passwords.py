"""Identifiants and passwords as they are written: checked against the rules, free, never those of another."""

import secrets

from preau.base.facts import NotFound
from preau.domain.accounts import rules
from preau.domain.accounts.models import Account, Membership
from preau.domain.accounts.queries import common_passwords, taken_usernames
from preau.domain.organisations.queries import active_organisations, organisation_by_id


def proposed_username(*, organisation_id: int, first_name: str, last_name: str, email: str) -> str:
    """Return an identifiant that is free, by the policy of the collectivité (A03-08 to A03-10).

    :raises NotFound: no such collectivité, or closed.
    """
    organisation = organisation_by_id(organisation_id=organisation_id)
    if organisation is None:
        raise NotFound("organisation")
    wanted = {
        "first_name": first_name,
        "last_name": last_name,
        "email": email,
        "policy": organisation.identifier_policy,
    }
    bare = rules.propose_username(**wanted, taken=())
    return rules.propose_username(**wanted, taken=taken_usernames(starting_with=bare))


def provisional_password() -> str:
    """Return a password that its owner must change."""
    return "".join(secrets.choice(rules.PROVISIONAL_ALPHABET) for _ in range(rules.PROVISIONAL_LENGTH))


def free_username(*, wanted: str) -> str:
    """Return what a person wants to be called, numbered where somebody else is: nobody learns who, nor in which town.

    :raises UsernameInvalid: see `rules.check_username`.
    """
    checked = rules.check_username(wanted)
    return rules.number_username(checked, taken=taken_usernames(starting_with=checked))


def set_own(*, account: Account, username: str, password: str) -> None:
    """Give an account, not saved here, the identifiant and the password that its owner chose.

    :raises WeakPassword: the password breaks the rule.
    :raises UsernameInvalid: see `set_username`.
    """
    towns = Membership.objects.filter(account=account, ended_at=None).values_list("organisation_id", flat=True)
    named = [word for slug, name in active_organisations(organisation_ids=set(towns)) for word in (slug, name)]
    words = [account.first_name, account.last_name, account.username, username, *named]
    problems = rules.password_problems(password, common=common_passwords(), words=words)
    if problems:
        raise rules.WeakPassword(problems)
    set_username(account=account, username=username)
    account.set_password(password)
    account.must_change_password = False
    account.password_expires_at = None


def set_username(*, account: Account, username: str) -> None:
    """Give an account, not saved here, another identifiant; one that is another's gets a number at its end.

    :raises UsernameInvalid: see `rules.check_username`; or it is an address that is not proved to be the account's.
    """
    wanted = rules.check_username(username)
    is_own_email = bool(account.email_verified_at) and wanted == account.email.lower()
    if "@" in wanted and wanted != account.username and not is_own_email:
        raise rules.UsernameInvalid(wanted)  # the e-mail of another would no longer log its owner in
    if wanted != account.username:
        account.username = free_username(wanted=wanted)
