"""Names have one order, in Python and in both databases."""

from hypothesis import given
from hypothesis import strategies as st

from preau.base.ordering import by_name, name_key
from preau.domain.families.models import Family
from tests.factories.town import NOW

FRENCH = [
    "Abbé",
    "de Castelnau",
    "Dupré",
    "Durand",
    "Écluzier",
    "Étienne",
    "EVRARD",
    "Œuvrard",
    "Pélissier",
    "Picard",
    "Zola",
]


def test_accents_capitals_and_joined_letters_do_not_count():
    assert sorted(reversed(FRENCH), key=name_key) == FRENCH


def test_the_database_sorts_as_python_does(town):
    for number, name in enumerate(reversed(FRENCH), start=1):
        Family.objects.create(organisation_id=town.id, number=number, name=name, created_at=NOW)
    assert list(Family.objects.order_by(*by_name("name")).values_list("name", flat=True)) == FRENCH


@given(st.lists(st.text(max_size=12)))
def test_the_order_is_one(names):
    ordered = sorted(names, key=name_key)
    assert sorted(reversed(ordered), key=name_key) == ordered
