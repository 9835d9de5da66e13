"""The « clé enfance » : a short secret that ties a login to an adult whom the service knows (A02-42 to A02-50)."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.opening import join_town
from preau.domain.families.models import AccessKey, Adult
from preau.domain.families.rules import KEY_DIGITS, KEY_LETTERS, KeyInvalid, read_key

KEY_LIFETIME = timedelta(days=30)


@transaction.atomic
def create_access_key(*, actor: Actor, adult_id: int, now: datetime) -> str:
    """Make the key of a known adult and return it: it is shown once, only its hash is kept (A23-02).

    It is good for 30 days and one use; the keys made before for this adult die.

    :raises NotFound: no such adult here; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    adult = Adult.objects.filter(organisation_id=actor.organisation_id, pk=adult_id).first()
    if adult is None:
        raise NotFound("adult")
    before = AccessKey.objects.filter(organisation_id=actor.organisation_id, adult=adult, used_at=None)
    before.filter(cancelled_at=None).update(cancelled_at=now)
    text = _new_key()
    AccessKey.objects.create(
        organisation_id=actor.organisation_id,
        adult=adult,
        secret_hash=_hash(actor.organisation_id, text),
        created_at=now,
        expires_at=now + KEY_LIFETIME,
    )
    journal.record(actor=actor, act="key.created", at=now, subject_type="adult", subject_id=adult_id)
    return text


def find_access_key(*, organisation_id: int, text: str, now: datetime) -> AccessKey:
    """Return the key that a person typed, when it may still be used.

    :raises KeyInvalid: badly written, unknown, used, expired, cancelled or of another town: one answer for all.
    """
    try:
        wanted, is_written = read_key(text), True
    except KeyInvalid:
        wanted, is_written = text, False  # looked for all the same: the time taken tells nothing
    row = AccessKey.objects.filter(
        Q(adult__account=None) | Q(adult__account__activated_at=None),
        organisation_id=organisation_id,
        secret_hash=_hash(organisation_id, wanted),
        used_at=None,
        cancelled_at=None,
        expires_at__gt=now,
    ).first()
    if row is None or not is_written:
        raise KeyInvalid
    return row


@transaction.atomic
def use_access_key(*, organisation_id: int, account_id: int, text: str, now: datetime) -> None:
    """Tie an account to the adult of a key, later than its creation: « modification de votre espace » (A02-48).

    :raises KeyInvalid: see `find_access_key`; also when the adult already has a login.
    """
    row = find_access_key(organisation_id=organisation_id, text=text, now=now)
    account = Account.objects.get(pk=account_id)
    tie(organisation_id=organisation_id, account=account, key_id=row.pk, now=now)


def tie(*, organisation_id: int, account: Account, key_id: int, now: datetime) -> Adult:
    """Consume a key in the caller's transaction and give its adult to an account.

    :raises KeyInvalid: it was used meanwhile, or its adult already has a login.
    """
    changed = AccessKey.objects.filter(
        organisation_id=organisation_id, pk=key_id, used_at=None, cancelled_at=None, expires_at__gt=now
    ).update(used_at=now)
    if not changed:
        raise KeyInvalid
    rows = Adult.objects.select_for_update(of=("self",)).select_related("account")
    adult = rows.get(organisation_id=organisation_id, access_keys__pk=key_id)
    if not give_adult(adult=adult, account=account, now=now):
        raise KeyInvalid
    return adult


def give_adult(*, adult: Adult, account: Account, now: datetime) -> bool:
    """Let an account stand for an adult of a dossier, in the caller's transaction; False when it cannot.

    An invitation that nobody answered gives way: its account, never activated, is closed.
    """
    before = adult.account
    taken = Adult.objects.filter(organisation_id=adult.organisation_id, family_id=adult.family_id, account=account)
    if taken.exclude(pk=adult.pk).exists() or (before and before.pk != account.pk and before.activated_at):
        return False
    if before and before.pk != account.pk:
        Account.objects.filter(pk=before.pk).update(is_active=False)
    adult.account = account
    adult.save(update_fields=["account"])
    join_town(organisation_id=adult.organisation_id, account_id=account.pk, now=now)
    return True


def _new_key() -> str:
    def draw(alphabet: str, count: int) -> str:
        return "".join(secrets.choice(alphabet) for _ in range(count))

    return f"{draw(KEY_DIGITS, 4)}-{draw(KEY_LETTERS, 3)}-{draw(KEY_DIGITS, 3)}"


def _hash(organisation_id: int, key: str) -> str:
    """Keyed, so that a stolen database cannot be searched for so short a secret."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{organisation_id}:{key}".encode(), hashlib.sha256).hexdigest()
