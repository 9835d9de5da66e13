"""The second proof of who logs in: codes of an application, recovery codes (trust-and-ux; ASVS 6.5)."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyotp
from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.tokens import hash_of
from preau.domain.accounts import rules
from preau.domain.accounts.enums import STAFF_ROLES, FactorKind, Role
from preau.domain.accounts.models import Account, Membership, RecoveryCode, SecondFactor
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.accounts.operations.links import account_here

STEP = 30  # seconds: how long a code is shown (RFC 6238)
MAX_FACTORS = 8  # of an account


def new_totp_secret() -> str:
    """Return a fresh secret, to be shown to its owner and confirmed by a first code."""
    return str(pyotp.random_base32())


def totp_address(*, secret: str, username: str, organisation_name: str) -> str:
    """Return the address that an application reads from a QR code."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=organisation_name))


def add_totp(*, actor: Actor, secret: str, code: str, name: str, at: int, now: datetime) -> list[str]:
    """Keep an application once it has shown that it knows the secret; return the recovery codes of the first factor.

    :param at: seconds since 1970, in real time: a code lasts half a minute.
    :raises WrongCode: not the code of this secret now.
    """
    step = _step_of(secret, code, at)
    if step is None:
        raise rules.WrongCode
    return add_factor(
        actor=actor, kind=FactorKind.TOTP, name=name, material={"secret": secret}, last_count=step, now=now
    )


@transaction.atomic
def add_factor(
    *, actor: Actor, kind: FactorKind, name: str, material: Any, last_count: int, now: datetime
) -> list[str]:
    """Keep a factor of one's own account and tell it by mail; return the recovery codes made with the first one.

    :raises FactorNeeded: there are too many of them: one is removed first.
    """
    account = Account.objects.select_for_update().get(pk=actor.account_id or 0)
    known = SecondFactor.objects.filter(account=account).count()
    if known >= MAX_FACTORS:
        raise rules.FactorNeeded
    SecondFactor.objects.create(
        account=account, kind=kind, name=name[:60], material=material, last_count=last_count, created_at=now
    )
    _tell(account, actor.organisation_id, "added", now)
    journal.record(actor=actor, act="factor.added", at=now, subject_type="account", subject_id=account.pk)
    return [] if known else _new_codes(account, now)


@transaction.atomic
def check_code(*, account_id: int, code: str, at: int, now: datetime) -> None:
    """Accept a code of six digits or a recovery code of an account, once.

    :param at: seconds since 1970, in real time.
    :raises WrongCode: unknown, past, or used before.
    """
    bare = rules.bare_code(code)
    for row in SecondFactor.objects.select_for_update().filter(account_id=account_id, kind=FactorKind.TOTP):
        step = _step_of(row.material["secret"], bare, at)
        if step is not None and step > row.last_count:
            SecondFactor.objects.filter(pk=row.pk).update(last_count=step, last_used_at=now)
            return
    used = RecoveryCode.objects.filter(account_id=account_id, code_hash=hash_of(bare), used_at=None)
    if not used.update(used_at=now):
        raise rules.WrongCode


def shown_code(*, account_id: int, at: int) -> str:
    """Return a code that an application shows now and that has not served: for the people of a demonstration."""
    row = SecondFactor.objects.filter(account_id=account_id, kind=FactorKind.TOTP).first()
    if row is None:
        return ""
    return str(pyotp.TOTP(row.material["secret"]).at(max(at // STEP, row.last_count + 1) * STEP))


@transaction.atomic
def remove_factor(*, actor: Actor, factor_id: int, is_needed: bool, now: datetime) -> None:
    """Forget a factor of one's own account; with the last one go the recovery codes.

    :param is_needed: a collectivité where one is an agent asks for one.
    :raises NotFound: not a factor of the actor.
    :raises FactorNeeded: it is the last one, and it is needed.
    """
    account = Account.objects.select_for_update().get(pk=actor.account_id or 0)
    mine = SecondFactor.objects.filter(account=account)
    if not mine.filter(pk=factor_id).exists():
        raise NotFound("factor")
    is_last = not mine.exclude(pk=factor_id).exists()
    if is_last and is_needed:
        raise rules.FactorNeeded
    mine.filter(pk=factor_id).delete()
    if is_last:
        RecoveryCode.objects.filter(account=account).delete()
    _tell(account, actor.organisation_id, "removed", now)
    journal.record(actor=actor, act="factor.removed", at=now, subject_type="account", subject_id=account.pk)


@transaction.atomic
def new_recovery_codes(*, actor: Actor, now: datetime) -> list[str]:
    """Replace the recovery codes of one's own account, and return them: they are shown once."""
    account = Account.objects.select_for_update().get(pk=actor.account_id or 0)
    _tell(account, actor.organisation_id, "codes", now)
    journal.record(actor=actor, act="factor.codes", at=now, subject_type="account", subject_id=account.pk)
    return _new_codes(account, now)


@transaction.atomic
def forget_factors(*, actor: Actor, account_id: int, now: datetime) -> None:
    """Take away all factors of an agent who has lost them: at its next login it is asked to set one.

    The administrator has seen who it is; the agent is told by mail.

    :raises NotAllowed: not an administrator.
    :raises NotFound: no such agent here, or oneself.
    :raises AgentElsewhere: another collectivité relies on them too.
    """
    actor.require_role(Role.ADMIN)
    if account_id == actor.account_id:
        raise NotFound("agent")
    account = account_here(actor=actor, account_id=account_id)
    posts = Membership.objects.filter(account=account, role__in=STAFF_ROLES, ended_at=None)
    here = posts.filter(organisation_id=actor.organisation_id)
    if not here.exists():
        raise NotFound("agent")
    if account.is_superuser or posts.exclude(organisation_id=actor.organisation_id).exists():
        raise rules.AgentElsewhere
    SecondFactor.objects.filter(account=account).delete()
    RecoveryCode.objects.filter(account=account).delete()
    _tell(account, actor.organisation_id, "forgotten", now)
    journal.record(actor=actor, act="factor.forgotten", at=now, subject_type="account", subject_id=account_id)


def _step_of(secret: str, code: str, at: int) -> int | None:
    """The step whose code this is, one before and one after now included; None when it is none of them."""
    totp = pyotp.TOTP(secret)
    for step in _steps_around(at):
        if secrets.compare_digest(str(totp.at(step * STEP)).encode(), code.encode()):
            return step
    return None


def _steps_around(at: int) -> Iterable[int]:
    return (at // STEP, at // STEP - 1, at // STEP + 1)


def _new_codes(account: Account, now: datetime) -> list[str]:
    RecoveryCode.objects.filter(account=account).delete()
    codes = [_code() for _each in range(rules.RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, code_hash=hash_of(rules.bare_code(code)), created_at=now) for code in codes
    )
    return codes


def _code() -> str:
    size = rules.RECOVERY_GROUP_SIZE
    signs = [secrets.choice(rules.RECOVERY_ALPHABET) for _each in range(rules.RECOVERY_GROUPS * size)]
    return "-".join("".join(signs[at : at + size]) for at in range(0, len(signs), size))


def _tell(account: Account, organisation_id: int, what: str, now: datetime) -> None:
    """Tell the owner: whoever changes it without its owner is seen."""
    if not account.email:
        return
    post_letter(
        organisation_id=organisation_id,
        reader=account,
        template="second_factor",
        subject="Votre double vérification a changé",
        key=f"factor-{account.pk}-{secrets.token_hex(8)}",
        now=now,
        what=what,
        route="account:forgot_password",
    )
