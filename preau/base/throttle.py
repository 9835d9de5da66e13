"""Limits on guesses, counted in one statement each, so that none is lost. Never a permanent lock.

A try is counted before it is made, and taken back when it succeeds: forty at once are not forty tries too many.
Tries at one account are counted for each address, so that whoever knows an identifiant does not lock its owner out;
a higher limit holds for the account alone, whatever the addresses. A browser where the account has logged in before
has a count of its own.
"""

import hashlib
import ipaddress
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from preau.base.models import Tally

WINDOW = timedelta(minutes=15)
PER_PAIR = 8  # one account, from one address or one known browser
PER_ACCOUNT = 40  # one account, from all addresses
PER_ADDRESS = 60  # a school or a town hall may share one address


def attempt(request: HttpRequest, kind: str, name: str, *, browser: str = "") -> bool:
    """Count one try, and tell whether it may be made. `done` takes it back when it succeeds.

    :param name: what is tried: the id of an account once it is found, else what was typed.
    :param browser: names a browser that this account has used before: the tries of others do not count against it.
    """
    limits = dict(_keys(request, kind, name, browser))
    return all(count <= limits[key] for key, count in _add(limits))


def done(request: HttpRequest, kind: str, name: str, *, browser: str = "") -> None:
    """Take back a try that succeeded: the failures of this pair are forgotten, those of the address stay."""
    pair, *others = [key for key, _most in _keys(request, kind, name, browser)]
    table = Tally._meta.db_table
    with connection.cursor() as cursor:
        # One row by statement: two logins that hold one and wait for the other would never end.
        cursor.execute(f"DELETE FROM {table} WHERE key = %s", [pair])  # noqa: S608 -- a table name of ours
        for key in others:
            cursor.execute(
                f"UPDATE {table} SET count = count - 1 WHERE key = %s AND count > 0",  # noqa: S608
                [key],
            )


def forget(kind: str, name: str) -> None:
    """Forget every failure of an account, whatever the address: its owner has just proved who it is."""
    Tally.objects.filter(key__startswith=f"{kind}:{_hash(name)}:").delete()


def _add(keys: Iterable[str]) -> list[tuple[str, int]]:
    """Count one more under each key, in one statement and always in one order; return the counts."""
    now, table, ordered = timezone.now(), Tally._meta.db_table, sorted(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, count, until) VALUES {', '.join(['(%s, 1, %s)'] * len(ordered))} "  # noqa: S608
            f"ON CONFLICT (key) DO UPDATE SET "
            f"count = CASE WHEN {table}.until <= %s THEN 1 ELSE {table}.count + 1 END, "
            f"until = CASE WHEN {table}.until <= %s THEN excluded.until ELSE {table}.until END RETURNING key, count",
            [*(value for key in ordered for value in (key, now + WINDOW)), now, now],
        )
        return [(str(key), int(count)) for key, count in cursor.fetchall()]


def _keys(request: HttpRequest, kind: str, name: str, browser: str) -> list[tuple[str, int]]:
    """The counts of one try with their limits, that of the pair first."""
    account, address = f"{kind}:{_hash(name)}:", _hash(address_of(request))
    by_address = (f"{kind}:address:{address}", PER_ADDRESS)
    if browser:
        return [(f"{account}{_hash(browser)}", PER_PAIR), by_address]
    return [(f"{account}{address}", PER_PAIR), (f"{account}all", PER_ACCOUNT), by_address]


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().casefold().encode()).hexdigest()[:24]


def address_of(request: HttpRequest) -> str:
    """Return the client's address, counting only the proxies that the installation trusts (ASVS 4.1.3).

    An IPv6 address is that of its network of 64 bits: a household has as many addresses as it likes there.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.PREAU_TRUSTED_PROXIES
    text = hops[-trusted] if trusted and len(hops) >= trusted else str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address.ipv4_mapped or address) if address.version == 6 else str(address)
