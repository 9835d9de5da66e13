"""Passwords, identifiants and roles, decided on plain values."""

import math
import unicodedata
from collections.abc import Collection, Iterable
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from preau.base.search import fold
from preau.domain.accounts.enums import STAFF_ROLES, Role

MIN_LENGTH = 12
MAX_LENGTH = 256
MIN_BITS = 50
ACTIVATION_LIFETIME = timedelta(hours=72)
RESET_LIFETIME = timedelta(hours=1)
EMAIL_LIFETIME = timedelta(hours=24)
PROVISIONAL_LENGTH = 10
# No letter or digit that a reader takes for another.
PROVISIONAL_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class PasswordProblem(StrEnum):
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_WEAK = "too_weak"
    TOO_COMMON = "too_common"
    PERSONAL = "personal"


class WeakPassword(Exception):
    """The password breaks the rule of the installation."""

    def __init__(self, problems: Collection[PasswordProblem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = tuple(problems)


class UsernameTaken(Exception):
    """Another account has this identifiant."""


class UsernameInvalid(Exception):
    """The identifiant is too short, too long, or has a space."""


class LinkInvalid(Exception):
    """The link is unknown, used or too old: the three look the same."""


class LastAdmin(Exception):
    """The collectivité would be left without an administrator."""


class WrongPassword(Exception):
    """The current password is not the one given."""


def password_bits(password: str) -> float:
    """Return the entropy bound: length × log2(size of the classes of characters really used).

    >>> round(password_bits("123456789012"), 1)
    39.9
    """
    size = 0
    if any(c.islower() and c.isascii() for c in password):
        size += 26
    if any(c.isupper() and c.isascii() for c in password):
        size += 26
    if any(c.isdigit() and c.isascii() for c in password):
        size += 10
    if any(c.isascii() and not c.isalnum() for c in password):
        size += 33
    if any(not c.isascii() for c in password):
        size += 64
    return len(password) * math.log2(size) if size else 0.0


def password_problems(
    password: str, *, common: Collection[str] = (), words: Iterable[str] = ()
) -> tuple[PasswordProblem, ...]:
    """Return what is wrong with a password, nothing when it will do.

    At least 12 characters and 50 bits, not a common one, not made of the person's or the town's name
    (CNIL, délibération 2022-100; ASVS 6.2). No class of characters is required.
    """
    problems = []
    if len(password) < MIN_LENGTH:
        problems.append(PasswordProblem.TOO_SHORT)
    if len(password) > MAX_LENGTH:
        problems.append(PasswordProblem.TOO_LONG)
    if len(password) >= MIN_LENGTH and (password_bits(password) < MIN_BITS or len(set(password)) < 5):
        problems.append(PasswordProblem.TOO_WEAK)
    bare = fold(password).replace(" ", "")
    stem = bare.rstrip("0123456789!?.*#")
    if bare in common or stem in common or is_keyboard_run(bare) or is_keyboard_run(stem):
        problems.append(PasswordProblem.TOO_COMMON)
    if any(len(word) >= 4 and len(bare) - len(word) < 6 and word in bare for word in _bare_words(words)):
        problems.append(PasswordProblem.PERSONAL)
    return tuple(problems)


ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "0987654321")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Fingers going down the keyboard column by column.
COLUMNS = ("1a2z3e4r5t6y7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb", "1aqw2zsx3edc4rfv5tgb")
RUN = 4


def is_keyboard_run(bare: str) -> bool:
    """Tell whether a password is made of neighbours on a keyboard, or of the alphabet, and nothing else.

    >>> is_keyboard_run("azerty123456"), is_keyboard_run("1q2w3e4r5t6y"), is_keyboard_run("trombonelagon")
    (True, True, False)
    """
    return bool(bare) and _without_runs(bare) == ""


def _without_runs(bare: str) -> str:
    """What is left of a password once runs of four neighbours or more are taken out, whatever their direction."""
    lines = [*ROWS, *COLUMNS, LETTERS]
    lines += [line[::-1] for line in lines]
    left, place = "", 0
    while place < len(bare):
        longest = 0
        for line in lines:
            size = RUN
            while place + size <= len(bare) and bare[place : place + size] in line:
                longest = max(longest, size)
                size += 1
        if longest:
            place += longest
        else:
            left += bare[place]
            place += 1
    return left


def _bare_words(words: Iterable[str]) -> list[str]:
    return [fold(word).replace(" ", "") for word in words if word]


def check_username(username: str) -> str:
    """Return the identifiant as it is stored: trimmed of invisible signs too, lower case.

    :raises UsernameInvalid: not 3 to 150 characters, or with white space or an invisible sign inside.
    """
    bare = bare_username(username)
    hidden = any(c.isspace() or unicodedata.category(c) in ("Cc", "Cf") for c in bare)
    if not 3 <= len(bare) <= 150 or hidden:
        raise UsernameInvalid(username)
    return bare


def bare_username(text: str) -> str:
    """Return an identifiant as it is looked for: one Unicode form, lower case, nothing invisible at its ends.

    >>> bare_username("\u200bMarie.Lou\u202a ")
    'marie.lou'
    """
    found = unicodedata.normalize("NFC", text)
    start, end = 0, len(found)
    while start < end and (found[start].isspace() or unicodedata.category(found[start]) in ("Cc", "Cf")):
        start += 1
    while end > start and (found[end - 1].isspace() or unicodedata.category(found[end - 1]) in ("Cc", "Cf")):
        end -= 1
    return found[start:end].lower()


def propose_username(*, first_name: str, last_name: str, email: str, policy: str, taken: Collection[str]) -> str:
    """Return a free identifiant by the collectivité's policy (A28-08): a number is added to clashes.

    >>> propose_username(first_name="Éva", last_name="Le Goff", email="", policy="free", taken={"eva.legoff"})
    'eva.legoff2'
    """
    if policy == "email" and email:
        base = email.strip().lower()
    elif policy == "local_part" and email:
        base = email.split("@")[0].strip().lower()
    else:
        base = f"{fold(first_name).replace(' ', '')}.{fold(last_name).replace(' ', '')}"
    base = base.strip(".")[:140] or "compte"
    if len(base) < 3:
        base = base.ljust(3, "0")
    return number_username(base, taken=taken)


def number_username(wanted: str, *, taken: Collection[str]) -> str:
    """Return an identifiant, with a number at its end where somebody else has it.

    >>> number_username("awa", taken={"awa", "awa2"})
    'awa3'
    """
    candidate, number = wanted, 1
    while candidate in taken:
        number += 1
        candidate = f"{wanted}{number}"
    return candidate


class SiteMissing(ValueError):
    """Site staff must name at least one site: a role that needs a limit sees nothing without it."""


def check_staff_scope(*, roles: Collection[str], site_ids: Collection[int]) -> None:
    """Refuse a role that needs sites and has none.

    :raises SiteMissing: site staff without a site.
    """
    if Role.SITE_STAFF in set(roles) and not site_ids:
        raise SiteMissing(sorted(roles))


def check_staff_roles(roles: Collection[str]) -> tuple[Role, ...]:
    """Return these roles, refusing an unknown one or that of families.

    :raises ValueError: not a role of agents.
    """
    found = tuple(Role(role) for role in roles)
    if not found or any(role not in STAFF_ROLES for role in found):
        raise ValueError(roles)
    return found


class AlreadyActivated(Exception):
    """The account has been opened: there is no invitation to send any more."""


class AgentKnown(Exception):
    """An agent of this collectivité, in office or not, has this e-mail already."""

    def __init__(self, account_id: int) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class WrongCode(Exception):
    """The second proof is not that of the account, or has been used before."""


class FactorNeeded(Exception):
    """An agent of a collectivité that asks for a second factor keeps one at least."""


class AgentElsewhere(Exception):
    """Another collectivité relies on the second factor of this account: an administrator here cannot take it away."""


RECOVERY_CODES = 10
RECOVERY_GROUPS, RECOVERY_GROUP_SIZE = 4, 4  # letters or digits: 79 bits, so a plain hash is enough
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def bare_code(text: str) -> str:
    """Return a code as it is compared: without the spaces and hyphens that help to read it, in small letters."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


class WeakTabletCode(ValueError):
    """Not four to six digits, or one that anybody tries first."""


def check_tablet_code(code: str) -> None:
    """Refuse a code that is not four to six digits, one digit repeated, or a run of digits.

    :raises WeakTabletCode: one of these.

    >>> check_tablet_code("4071")
    """
    steps = {int(after) - int(before) for before, after in pairwise(code)} if code.isascii() and code.isdigit() else {0}
    if not 4 <= len(code) <= 6 or steps in ({0}, {1}, {-1}):
        raise WeakTabletCode
