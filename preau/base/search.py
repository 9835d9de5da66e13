"""Text folded so that a search ignores accents, case and hyphens, on both engines."""

import re
import unicodedata

_APART = re.compile(r"[\s\-'’.,]+")


def fold(text: str) -> str:
    """Return the text in lower case, without accents, words separated by one space.

    >>> fold("  Éloïse  Le-Goff d’Été ")
    'eloise le goff d ete'
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _APART.sub(" ", bare.lower()).strip()
