"""Families without a story, in number."""

from collections.abc import Sequence

from preau.demo.builder import LEVELS, Builder, Home, Person, Pupil
from preau.demo.people import BOYS, GIRLS, MEN, SURNAMES, WOMEN
from preau.domain.organisations.models import Site

CHILDREN_OF_A_FAMILY = (1, 1, 1, 1, 1, 1, 2, 2, 2, 3)


def add_crowd(builder: Builder, count: int, schools: Sequence[Site]) -> list[Home]:
    """Write down families whose children go to these schools, brothers and sisters to the same one."""
    names = list(SURNAMES)
    builder.random.shuffle(names)
    return [_family(builder, names[number % len(names)], schools[number % len(schools)]) for number in range(count)]


def _family(builder: Builder, name: str, school: Site) -> Home:
    random = builder.random
    adults = [Person("Mme", random.choice(WOMEN), name)]
    if random.random() < 0.75:
        other = name if random.random() < 0.6 else random.choice(SURNAMES)
        adults.append(Person("M.", random.choice(MEN), other))
    if random.random() < 0.2:
        adults.reverse()
    levels = random.sample(LEVELS, random.choice(CHILDREN_OF_A_FAMILY))
    pupils = []
    for level in levels:
        sex = random.choice("FM")
        pupils.append(Pupil(random.choice(GIRLS if sex == "F" else BOYS), name, level, sex, school))
    return builder.family(adults, pupils, lives_here=random.random() < 0.93)
