"""Text that people type and paste, cleaned in one way for every field: one form of each letter, space, dash, quote.

A telephone copied from a mail brings signs that nobody sees; a name typed on a Mac is not the same letters as on a
PC; a key is read aloud. Every field of `web.ui.typed` passes here, and so do secrets.
"""

import re
import unicodedata

SPACES = re.compile(r"[\u0009\u000b\u000c\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
QUOTES = dict.fromkeys(map(ord, "'`\u00b4\u2018\u201b\u02bc\u2032\uff07"), "\u2019")
KEPT_CONTROLS = "\n"
MAX_LINES = 400
PHONE_SIGNS = re.compile(r"[\s.\-/()\u2019]+")
PICTURES = ("So", "Sk", "Cn", "Co", "Cs")


class Untypable(ValueError):
    """What was typed cannot be what the field asks for. `code` is turned into a sentence by the screens."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean(text: str, *, lines: bool = False) -> str:
    """Return a text with its letters in one form, without invisible signs, with one kind of space, dash and quote.

    :param lines: keep the ends of lines; otherwise they are spaces.

    >>> clean("  E\\u0301lo\\u00efse\\u200b\\u00a0 d\\'Ar \\u202a")
    'Éloïse d’Ar'
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not lines:
        text = text.replace("\n", " ").replace("\u2028", " ").replace("\u2029", " ")
    seen = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf"))
    seen = seen.translate(QUOTES)
    kept = [SPACES.sub(" ", line).strip() for line in seen.split("\n")[:MAX_LINES]]
    return "\n".join(kept).strip()


def plain_dashes(text: str) -> str:
    """Return a text with one kind of dash: for names, numbers and keys; a sentence keeps its own."""
    return text.translate(DASHES)


def secret(text: str) -> str:
    """Return a password in one Unicode form (NFKC), as it is kept and compared: nothing else of it changes.

    >>> secret("e\\u0301te\\u0301") == secret("\\u00e9t\\u00e9")
    True
    """
    return unicodedata.normalize("NFKC", text)


def name(text: str) -> str:
    """Return the name of a person, cleaned.

    :raises Untypable: "name": digits, a sign of addresses, or a picture.

    >>> name(" Jean\\u2011Loup ")
    'Jean-Loup'
    """
    found = plain_dashes(clean(text))
    if any(char.isdigit() or char in "/:@<>{}[]=\\|#_*%;?!" for char in found):
        raise Untypable("name")
    if any(unicodedata.category(char) in PICTURES for char in found):
        raise Untypable("name")
    if found and not any(char.isalpha() for char in found):
        raise Untypable("name")
    return found


def phone(text: str) -> str:
    """Return a telephone number in its one stored form: « 06 39 98 00 01 », or « +32475123456 » abroad.

    :raises Untypable: "phone" for a French number without ten digits, "phone_abroad" for a foreign one.

    >>> phone("0033 6.39.98.00.01"), phone("(+33) (0)6 39 98 00 01"), phone("+32 475/12.34.56")
    ('06 39 98 00 01', '06 39 98 00 01', '+32475123456')
    """
    bare = PHONE_SIGNS.sub("", plain_dashes(clean(text)).replace("(0)", ""))
    if not bare:
        return ""
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    if bare.startswith("+33"):
        bare = "0" + bare[3:].removeprefix("0")
    if bare.startswith("+"):
        if not (bare[1:].isascii() and bare[1:].isdigit() and 6 <= len(bare) - 1 <= 15):
            raise Untypable("phone_abroad")
        return bare
    if not (bare.isascii() and bare.isdigit() and len(bare) == 10 and bare.startswith("0")):
        raise Untypable("phone")
    return " ".join(bare[place : place + 2] for place in range(0, 10, 2))


def email(text: str) -> str:
    """Return an e-mail as it is kept, sent to and compared: ASCII only, domain in lower case.

    A letter that looks like another (« ı », « ſ ») would name somebody else's domain or count apart.

    :raises Untypable: "email".
    """
    found = unicodedata.normalize(
        "NFC", "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))
    ).strip()
    local, _at, domain = found.rpartition("@")
    if found and not (found.isascii() and local and domain and " " not in found):
        raise Untypable("email")
    return f"{local}@{domain.lower()}" if found else ""


def folded_email(text: str) -> str:
    """Return an e-mail as it is compared; "" for what no e-mail of ours can be."""
    try:
        return email(text).lower()
    except Untypable:
        return ""


def postcode(text: str, *, country: str) -> str:
    """Return a postcode: five digits in France, free elsewhere.

    :raises Untypable: "postcode".
    """
    found = plain_dashes(clean(text))
    if country.strip().casefold() in ("", "france"):
        found = found.replace(" ", "")
        if not re.fullmatch(r"[0-9]{5}", found, re.ASCII) and found:
            raise Untypable("postcode")
    return found
