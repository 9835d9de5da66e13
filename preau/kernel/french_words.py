"""French words before a name: elision, article."""

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


FEMININE = ("mairie", "ville", "commune", "communauté", "métropole", "régie", "direction", "maison", "caisse")
MASCULINE = ("syndicat", "pays", "service", "département", "centre", "sivu", "sivom", "grand")


def of_the(name: str) -> str:
    """Return « de » and the name of a collectivité, with the article that its first word takes.

    >>> [of_the(each) for each in ("Mairie de Saint-Loup", "Syndicat du Val", "Agglomération d’Artois", "Kerploz")]
    ['de la Mairie de Saint-Loup', 'du Syndicat du Val', 'de l’Agglomération d’Artois', 'de Kerploz']
    """
    first = name.split(" ")[0].lower()
    if first == "agglomération":
        return f"de l’{name}"
    if first in FEMININE:
        return f"de la {name}"
    return f"du {name}" if first in MASCULINE else of(name)
