"""How a login is checked: by identifiant, or by an e-mail that names one verified account."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from preau.config import clock
from preau.domain.accounts.models import Account
from preau.domain.accounts.queries import account_for_login

# The account that the entrance has read with what it is here: the backend does not read it again.
_AT_HAND: ContextVar[Account | None] = ContextVar("account at hand", default=None)


@contextmanager
def at_hand(account: Account | None) -> Iterator[None]:
    """Let the backend take this account, while Django looks for whose session it is."""
    token = _AT_HAND.set(account)
    try:
        yield
    finally:
        _AT_HAND.reset(token)


class AccountBackend(BaseBackend):
    """Unknown and known identifiants cost the same time: a hash is computed in both cases."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **known: Any
    ) -> Account | None:
        """Return the account, or None. `account`: the one of this identifiant when it was just read, or None."""
        if not username or password is None:
            return None
        account: Account | None = known["account"] if "account" in known else account_for_login(identifier=username)
        if account is None or not account.has_usable_password():
            make_password(password)
            return None
        if not account.check_password(password):
            return None
        expired = account.password_expires_at and account.password_expires_at <= clock.now()
        return None if expired or not account.is_active else account

    def get_user(self, user_id: int) -> Account | None:
        known = _AT_HAND.get()
        if known is not None and known.pk == user_id and known.is_active:
            return known
        return Account.objects.filter(pk=user_id, is_active=True).first()
