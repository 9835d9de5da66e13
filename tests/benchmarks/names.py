"""Invented names, spread as real ones are: a few first names are everywhere, surnames hardly repeat."""

import random

STARTS = "bel bou car cha dar del fau ger gui han kha lam lef mar mon nad oli per rou sal tes val vin zou"
ENDS = "adier alet anger ard aud azin ellon erac ette ieux illac in ines met naud neau omme ot otte oux ude urel yac"
FIRST = (
    "Adam Alba Anouk Awa Basile Camille Chloé Côme Diane Éloïse Elias Fanny Félix Gaspard Hélène Inès Isaac Jade "
    "Jeanne Joseph Khadija Léa Léonie Lina Louis Maël Marie-Lou Mathis Noé Nour Olympe Paul Rania Rose Sacha Samuel "
    "Théa Yanis Zoé"
)


def surname(draw: random.Random) -> str:
    """Return a surname, of two parts three times in ten."""
    name = (draw.choice(STARTS.split()) + draw.choice(ENDS.split())).capitalize()
    return f"{name}-{draw.choice(STARTS.split()).capitalize()}" if draw.random() < 0.3 else name


def person(draw: random.Random, last: str) -> dict[str, str]:
    """Return the fields of a name, as an adult and a child have them."""
    from preau.base.search import fold

    first = draw.choice(FIRST.split())
    return {"first_name": first, "last_name": last, "name_key": fold(f"{first} {last}")}


def phone(number: int, position: str) -> str:
    """Return a telephone of nobody."""
    digits = f"{number:06d}"
    return f"0{6 if position == 'holder' else 7} 39 {digits[:2]} {digits[2:4]} {digits[4:]}"
