"""Text folded so that a search ignores accents, case and hyphens, on both engines; words found by their beginning."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

MAX_WORD = 40
# Latin letters that Unicode does not take apart.
PLAIN = str.maketrans(
    {
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "TH",
        "ß": "ss",
        "ı": "i",
        "ħ": "h",
        "Ħ": "H",
    }
)
_PHONE = re.compile(r"\+?[\d\s.()\-/]{6,}")
_PARTS = re.compile(r"[^\W_]+")
_APART = re.compile(r"[\s\-'’.,]+")


def fold(text: str) -> str:
    """Return the text in lower case, without accents, words separated by one space.

    >>> fold("  Éloïse  Le-Goff d’Été ")
    'eloise le goff d ete'
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(PLAIN))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _APART.sub(" ", bare.lower()).strip()


def words_of(*texts: str) -> set[str]:
    """Return the folded words of some texts: letters and digits only, so that no sign of a pattern is among them.

    A text of several words is one word too, joined: « legoff » finds Le Goff.

    >>> sorted(words_of("Marie-Lou d’Été", "Le Goff"))
    ['d', 'ete', 'goff', 'le', 'legoff', 'lou', 'marie', 'marieloudete']
    """
    found: set[str] = set()
    for text in texts:
        words = _PARTS.findall(fold(text))
        found.update(words, ["".join(words)] if words else [])
    return {word[:MAX_WORD] for word in found}


def phone_word(text: str) -> str:
    """Return the digits of a telephone number as one word, in its national form; "" when it is not one.

    >>> phone_word("+33 2 61 91 00 01"), phone_word("0261910001"), phone_word("12 rue")
    ('0261910001', '0261910001', '')
    """
    if not _PHONE.fullmatch(text.strip()):
        return ""
    digits = "".join(char for char in text if char.isdigit())
    is_french = text.strip().startswith("+33") or digits.startswith("0033")
    return ("0" + digits.removeprefix("00").removeprefix("33").removeprefix("0") if is_french else digits)[:MAX_WORD]


def email_word(text: str) -> str:
    """Return the letters and digits of an e-mail as one word.

    >>> email_word("Lou.Ete@courriel.example")
    'louetecourrielexample'
    """
    return "".join(_PARTS.findall(fold(text)))[:MAX_WORD]


class Reachable(Protocol):
    """Who has telephones and an e-mail, perhaps empty."""

    phone: Any
    mobile: Any
    email: Any


def person_words(*names: str, reach: Reachable) -> set[str]:
    """Return what finds a person: the words of its names, its telephones and its e-mail."""
    whole = {phone_word(reach.phone), phone_word(reach.mobile), email_word(reach.email)} - {""}
    return words_of(*names) | whole


def touches(*, options: Mapping[str, Any], names: frozenset[str]) -> bool:
    """Tell whether a save with these options writes one of these fields."""
    written = options.get("update_fields")
    return written is None or not names.isdisjoint(written)


def typed_birth_date(word: str) -> date | None:
    """Return the day that eight digits say, as one types it; None when they say none.

    >>> typed_birth_date("12052019"), typed_birth_date("31022019"), typed_birth_date("0261910001")
    (datetime.date(2019, 5, 12), None, None)
    """
    if len(word) != len("jjmmaaaa") or not word.isascii() or not word.isdigit():
        return None
    try:
        return date(int(word[4:]), int(word[2:4]), int(word[:2]))
    except ValueError:
        return None


def wanted_words(text: str) -> list[str]:
    """Return the beginnings of words that a typed text asks for: a telephone or an e-mail is one, whole.

    >>> wanted_words("le Goff Anaïs"), wanted_words("A.Goff@courriel.example")
    (['anais', 'goff', 'le'], ['agoffcourrielexample'])
    """
    whole = phone_word(text) or (email_word(text) if "@" in text else "")
    return (
        [whole]
        if whole
        else sorted({word[:MAX_WORD] for word in _PARTS.findall(fold(text))}, key=lambda word: (-len(word), word))
    )
