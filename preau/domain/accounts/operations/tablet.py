"""The code that unlocks a tablet of « Pointage »: each agent has one. It opens nothing without a session."""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.models import Account
from preau.domain.accounts.rules import check_tablet_code


def choose_code(*, actor: Actor, code: str, now: datetime) -> None:
    """Keep the code of an agent, in place of the one before.

    :raises WeakTabletCode: see `rules.check_tablet_code`; :raises NotFound: not an agent with an account.
    """
    if not actor.is_staff or actor.account_id is None:
        raise NotFound("account")
    check_tablet_code(code)
    Account.objects.filter(pk=actor.account_id).update(tablet_code=make_password(code))
    journal.record(actor=actor, act="account.tablet_code", at=now, subject_type="account", subject_id=actor.account_id)


def is_code(*, actor: Actor, code: str) -> bool:
    """Tell whether it is the code of an agent; False for who has chosen none."""
    rows = Account.objects.filter(pk=actor.account_id or 0)
    kept = rows.values_list("tablet_code", flat=True).first() or ""
    return bool(kept) and check_password(code[:12], kept)
