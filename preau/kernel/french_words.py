"""French words around a name or a number: elision, gender, plural."""

VOWELS = "aàâäeéèêëiîïoôöuùûüœæ"


def of(name: str) -> str:
    """Return « de » and a name, elided where French does.

    >>> [of(each) for each in ("Oscar", "Élio", "Lina", "Ysoline", "Yann", "Hélène", "Hamid", "École des Tilleuls")]
    ['d’Oscar', 'd’Élio', 'de Lina', 'd’Ysoline', 'de Yann', 'd’Hélène', 'de Hamid', 'd’École des Tilleuls']
    """
    word = name.strip().lower()
    first, then = word[:1], word[1:2]
    is_elided = (
        first in VOWELS
        or (first == "y" and then not in VOWELS)  # « d’Yves », but « de Yann »
        or (first == "h" and then in "eéèêëiîïyoôœ")  # most names with a mute h; the others are aspirated or foreign
    )
    return f"d’{name}" if word and is_elided else f"de {name}"


def sexed(sex: str, *, he: str, she: str, unknown: str) -> str:
    """Return the word that agrees with a person: « né », « née », « né(e) » where nobody said.

    :param sex: "m", "f" or "".

    >>> sexed("f", he="né", she="née", unknown="né(e)")
    'née'
    """
    return {"m": he, "f": she}.get(sex.lower(), unknown)


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number and its noun; zero and one are singular.

    >>> counted(1, "retrait"), counted(0, "ajout"), counted(3, "ajout"), counted(2, "jour férié", "jours fériés")
    ('1 retrait', '0 ajout', '3 ajouts', '2 jours fériés')
    """
    return f"{count} {one if count < 2 else many or f'{one}s'}"
