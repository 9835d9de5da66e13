"""Passkeys: a key of the device or of a token proves who logs in (WebAuthn, by python-fido2)."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from preau.base.actor import Actor
from preau.domain.accounts import rules
from preau.domain.accounts.enums import FactorKind
from preau.domain.accounts.models import SecondFactor
from preau.domain.accounts.operations.factors import add_factor

MAX_ANSWER = 20_000  # characters: an answer of a browser has some hundreds
Challenge = dict[str, str]  # kept in the session between the question and the answer


@dataclass(frozen=True, slots=True)
class Place:
    """Where keys are made and shown: they serve nowhere else."""

    host: str  # « portail.exemple.fr »
    origin: str  # « https://portail.exemple.fr »


def registration(*, place: Place, account_id: int, username: str, full_name: str) -> tuple[str, Challenge]:
    """Return what the browser is asked for to make a key, as JSON, and the challenge to keep."""
    user = PublicKeyCredentialUserEntity(id=str(account_id).encode(), name=username, display_name=full_name)
    options, state = _server(place).register_begin(
        user,
        [credential for _row, credential in _credentials(account_id)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.dumps(dict(options)), _kept(state)


def add_passkey(
    *, actor: Actor, place: Place, challenge: Challenge, answer: str, name: str, now: datetime
) -> list[str]:
    """Keep a key that answers its challenge; return the recovery codes of the first factor.

    :raises WrongCode: not an answer to this challenge, here.
    """
    try:
        made = _server(place).register_complete(dict(challenge), _read(answer)).credential_data
    except (ValueError, KeyError, TypeError) as problem:
        raise rules.WrongCode from problem
    if made is None:
        raise rules.WrongCode
    material = {"credential": b64encode(bytes(made)).decode()}
    return add_factor(actor=actor, kind=FactorKind.PASSKEY, name=name, material=material, last_count=0, now=now)


def question(*, place: Place, account_id: int) -> tuple[str, Challenge] | None:
    """Return what the browser is asked for to show a key, as JSON, and the challenge; None when there is no key."""
    known = [credential for _row, credential in _credentials(account_id)]
    if not known:
        return None
    options, state = _server(place).authenticate_begin(known, user_verification=UserVerificationRequirement.PREFERRED)
    return json.dumps(dict(options)), _kept(state)


@transaction.atomic
def check_passkey(*, place: Place, account_id: int, challenge: Challenge, answer: str, now: datetime) -> None:
    """Accept a key of the account that answers its challenge.

    :raises WrongCode: another key, another challenge, another place, or a counter gone back: a copy.
    """
    known = _credentials(account_id, is_locked=True)
    try:
        read = _read(answer)
        used = _server(place).authenticate_complete(dict(challenge), [each for _row, each in known], read)
        count = AuthenticationResponse.from_dict(read).response.authenticator_data.counter
    except (ValueError, KeyError, TypeError) as problem:
        raise rules.WrongCode from problem
    row = next(row for row, each in known if each.credential_id == used.credential_id)
    if row.last_count and count <= row.last_count:
        raise rules.WrongCode
    SecondFactor.objects.filter(pk=row.pk).update(last_count=count, last_used_at=now)


def _server(place: Place) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=place.host, name=place.host)
    return Fido2Server(entity, verify_origin=lambda origin: origin == place.origin)


def _credentials(account_id: int, *, is_locked: bool = False) -> list[tuple[SecondFactor, AttestedCredentialData]]:
    rows = SecondFactor.objects.filter(account_id=account_id, kind=FactorKind.PASSKEY).order_by("pk")
    if is_locked:
        rows = rows.select_for_update()
    return [(row, AttestedCredentialData(b64decode(row.material["credential"]))) for row in rows]


def _kept(state: Any) -> Challenge:
    return {name: str(getattr(value, "value", value)) for name, value in state.items()}


def _read(answer: str) -> Mapping[str, Any]:
    found = json.loads(answer[:MAX_ANSWER])
    if not isinstance(found, dict):
        raise TypeError("an answer is an object")
    return found
