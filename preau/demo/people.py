"""Invented people: names, streets, numbers reserved for fiction, passphrases. Always the same for the same seed."""

import base64
import hashlib
from pathlib import Path
from random import Random

# Numbers that the ARCEP keeps for fiction: they ring nowhere.
FICTION_PREFIXES = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49")
FICTION_MOBILE = "06 39 98"


def _names(kind: str) -> list[str]:
    return (Path(__file__).parent / "names" / f"{kind}.txt").read_text(encoding="utf-8").split()


GIRLS = _names("girls")
BOYS = _names("boys")
WOMEN = _names("women")
MEN = _names("men")
SURNAMES = _names("surnames")
STREETS = (
    "rue des Tilleuls",
    "rue du Lavoir",
    "chemin des Vignes",
    "impasse des Mésanges",
    "allée du Verger",
    "rue de la Fontaine",
    "place du Marché",
    "rue des Écoles",
    "route du Moulin",
    "rue du Four-à-Pain",
    "avenue de la Gare",
    "chemin du Ruisseau",
)
_WORDS = _names("words")


def passphrase(login: str) -> str:
    """Return the password that the demo gives to a login: four words and two digits, for show only."""
    random = Random(hashlib.sha256(f"préau {login}".encode()).digest())
    words = random.sample([word for word in _WORDS if word.isascii()], 4)
    return "-".join(words) + f"-{random.randrange(10, 100)}"


def factor_secret(login: str) -> str:
    """Return the secret that the demo gives to the application of a login (base32), for show only."""
    return base64.b32encode(hashlib.sha256(f"préau, deuxième pas, {login}".encode()).digest()[:20]).decode()


def mobile(random: Random) -> str:
    """Return a mobile number kept for fiction."""
    return f"{FICTION_MOBILE} {random.randrange(100):02d} {random.randrange(100):02d}"


def street(random: Random) -> str:
    """Return a number and a street."""
    return f"{random.randrange(1, 60)} {random.choice(STREETS)}"
