"""A family creates its space alone (A02-44 to A02-56): identity, service key or none, e-mail verified, then in."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from preau.base import journal
from preau.base.actor import system_actor
from preau.base.tokens import hash_of, new_secret
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import Newcomer, post_letter
from preau.domain.accounts.operations.opening import join_town, open_account
from preau.domain.accounts.queries import accounts_of_email, accounts_owning
from preau.domain.accounts.rules import LinkInvalid
from preau.domain.families.enums import AdultPosition, Medium
from preau.domain.families.models import Adult, Family, SignUp
from preau.domain.families.operations.household import create_family, residency_of
from preau.domain.families.operations.invitations import choices_for, without_agents
from preau.domain.families.operations.keys import find_access_key, give_adult, tie
from preau.domain.families.rules import ADDRESS_LENGTHS

SIGN_UP_LIFETIME = timedelta(hours=72)


@transaction.atomic
def begin_sign_up(
    *, organisation_id: int, data: Mapping[str, str], now: datetime, sign_up_id: int | None = None
) -> int:
    """Keep the first step of a creation, encrypted, and return its id; the same one when it is corrected."""
    SignUp.objects.filter(organisation_id=organisation_id, expires_at__lt=now, adult=None).delete()  # never finished
    row = _open(organisation_id, sign_up_id, now) if sign_up_id else None
    if row is None:
        row = SignUp(
            organisation_id=organisation_id,
            secret_hash=hash_of(new_secret()),
            created_at=now,
            expires_at=now + SIGN_UP_LIFETIME,
        )
    row.data = dict(data)  # type: ignore[assignment]
    row.save()
    return row.pk


def sign_up_data(*, organisation_id: int, sign_up_id: int, now: datetime) -> Mapping[str, str] | None:
    """Return what was typed at the first step, while the creation is open."""
    row = _open(organisation_id, sign_up_id, now)
    return row.data if row else None


@transaction.atomic
def send_sign_up(*, organisation_id: int, sign_up_id: int, key: str, now: datetime) -> None:
    """Post the mail that verifies the address. To a known address it says so instead: the page does not.

    :param key: the « clé enfance », or "".
    :raises LinkInvalid: the creation is no longer open.
    :raises KeyInvalid: the key opens nothing.
    """
    row = _open(organisation_id, sign_up_id, now)
    if row is None:
        raise LinkInvalid
    row.access_key = find_access_key(organisation_id=organisation_id, text=key, now=now) if key else None
    secret = new_secret()
    row.secret_hash = hash_of(secret)
    row.save(update_fields=["access_key", "secret_hash"])
    email = str(row.data["email"])
    known = not row.access_key and accounts_of_email(email=email, organisation_id=organisation_id)
    post_letter(
        organisation_id=organisation_id,
        reader=Newcomer(row.data.get("civility", ""), row.data.get("last_name", ""), email),
        template="sign_up_known" if known else "sign_up",
        subject="Création de votre espace personnel",
        key=f"sign-up-{row.secret_hash[:24]}",
        now=now,
        route="account:forgot_password" if known else "account:sign_up_verify",
        args=() if known else (secret,),
    )


def find_sign_up(*, organisation_id: int, secret: str, now: datetime) -> SignUp | None:
    """Return the creation that a mailed link stands for, while it is open."""
    rows = SignUp.objects.filter(organisation_id=organisation_id, used_at=None, expires_at__gt=now)
    return rows.select_related("adult", "access_key__adult").filter(secret_hash=hash_of(secret)).first()


def known_accounts(*, organisation_id: int, secret: str, now: datetime) -> list[tuple[int, str]]:
    """Return (id, identifiant) of the accounts that the person of a mailed link may go on with.

    They are those of the very e-mail that the link went to; those of agents here and of other adults of the dossier
    are left out.
    """
    row = find_sign_up(organisation_id=organisation_id, secret=secret, now=now)
    return [(account.pk, account.username) for account in _choices(row)] if row else []


@transaction.atomic
def join_sign_up(*, organisation_id: int, secret: str, account_id: int, now: datetime) -> Account:
    """Let an account of another collectivité in with the same login, to the dossier of its key or invitation.

    :raises LinkInvalid: unknown, used or expired link, or not an account of its e-mail.
    :raises KeyInvalid: the key was used meanwhile; nothing is written.
    """
    row = find_sign_up(organisation_id=organisation_id, secret=secret, now=now)
    account = next((each for each in _choices(row) if each.pk == account_id), None) if row else None
    if row is None or account is None or not SignUp.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        raise LinkInvalid
    _settle(row, account, now)
    return account


@transaction.atomic
def finish_sign_up(*, organisation_id: int, secret: str, username: str, password: str, now: datetime) -> Account:
    """Open the account of a person whose address is verified, with its dossier: the known one of a key, or a new one.

    :raises LinkInvalid: unknown, used or expired link.
    :raises WeakPassword, UsernameTaken, UsernameInvalid: nothing is written.
    :raises KeyInvalid: the key was used meanwhile; nothing is written.
    """
    row = find_sign_up(organisation_id=organisation_id, secret=secret, now=now)
    if row is None or not SignUp.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        raise LinkInvalid
    data = {key: str(value) for key, value in row.data.items()}
    account = open_account(
        organisation_id=organisation_id,
        civility=data["civility"],
        first_name=data["first_name"],
        last_name=data["last_name"],
        email=data["email"],
        username=username,
        password=password,
        now=now,
    )
    _settle(row, account, now)
    return account


def _choices(row: SignUp) -> list[Account]:
    if row.adult:
        return choices_for(adult=row.adult)
    owned = accounts_owning(email=str(row.data.get("email", "")))
    found = without_agents(organisation_id=row.organisation_id, accounts=owned)
    if row.access_key is None:
        return found
    house = Adult.objects.filter(organisation_id=row.organisation_id, family_id=row.access_key.adult.family_id)
    taken = set(house.exclude(account=None).values_list("account_id", flat=True))
    return [account for account in found if account.pk not in taken]


def _settle(row: SignUp, account: Account, now: datetime) -> None:
    """Give the account its dossier, and forget what was typed."""
    organisation_id = row.organisation_id
    if row.access_key_id:
        tie(organisation_id=organisation_id, account=account, key_id=row.access_key_id, now=now)
    elif row.adult is None:
        _new_family(organisation_id, account, {key: str(value) for key, value in row.data.items()}, now)
    elif not give_adult(adult=row.adult, account=account, now=now):
        raise LinkInvalid
    row.data = {}  # type: ignore[assignment]
    row.save(update_fields=["data"])
    journal.record(
        actor=system_actor(organisation_id),
        act="account.signed_up",
        at=now,
        subject_type="account",
        subject_id=account.pk,
    )


def _new_family(organisation_id: int, account: Account, data: Mapping[str, str], now: datetime) -> None:
    machine = system_actor(organisation_id)
    join_town(organisation_id=organisation_id, account_id=account.pk, now=now)
    family = create_family(actor=machine, name=data["last_name"], now=now)
    address = {name: data.get(name, "")[:length] for name, length in ADDRESS_LENGTHS.items()}
    home = residency_of(organisation_id=organisation_id, postcode=address["postcode"], city=address["city"])
    Family.objects.filter(pk=family.pk).update(**address, residency=home)
    Adult.objects.create(
        organisation_id=organisation_id,
        family=family,
        account=account,
        position=AdultPosition.HOLDER,
        civility=data["civility"],
        first_name=data["first_name"],
        last_name=data["last_name"],
        birth_name=data.get("birth_name", ""),
        email=data["email"],
        phone=data.get("phone", ""),
        mobile=data.get("mobile", ""),
        preferred_medium=Medium(data.get("medium") or Medium.EMAIL),
    )


def _open(organisation_id: int, sign_up_id: int, now: datetime) -> SignUp | None:
    rows = SignUp.objects.filter(organisation_id=organisation_id, used_at=None, expires_at__gt=now)
    return rows.filter(pk=sign_up_id).first()
