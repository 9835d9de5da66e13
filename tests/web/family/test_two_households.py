"""A parent of two households: the one that is shown is chosen, never guessed, and every page says which."""

from datetime import date

import pytest

from preau.domain.families.models import Adult, Guardianship
from preau.domain.families.operations.household import add_child

HOME = "/ville-test/famille/"


def text(response):
    return response.content.decode()


@pytest.fixture
def second(town, awa):
    """Awa's second household, with a child of its own."""
    other = town.household("Second", children=0, login="provisoire")
    Adult.objects.filter(pk=other.adult.pk).update(account=awa.account)
    agent = town.agent("agent")
    child = add_child(
        actor=agent,
        family_id=other.family.pk,
        values={"first_name": "Zélie", "last_name": "Second"},
        birth_date=date(2020, 3, 1),
        expected_on=None,
    )
    Guardianship.objects.filter(child=child).update(authority="exercised")
    other.children.append(child)
    return other


@pytest.fixture
def client(login, awa, second):
    return login(awa.account)


@pytest.mark.parametrize("page", ["", "dossier/", "documents/", "inscriptions/", "demarches/", "profil/"])
def test_each_page_shows_the_household_chosen_and_says_so(client, awa, second, page):
    """An added dossier was seen on one page alone; the others showed the first, without a word."""
    before = text(client.get(HOME + page))
    assert "Dossier affiché" in before
    assert f'value="{awa.family.pk}" selected' in before
    assert client.post(f"{HOME}foyer/", {"foyer": second.family.pk}).url == HOME
    after = text(client.get(HOME + page))
    assert f'value="{second.family.pk}" selected' in after
    if page in ("dossier/", "documents/", "inscriptions/"):
        assert "Zélie" in after
        assert "Enfant1" not in after


@pytest.mark.parametrize("wanted", ["", "x", "0", "999999", "9" * 30])
def test_a_household_of_others_is_not_chosen(client, awa, bruno, wanted):
    for value in (wanted, str(bruno.family.pk)):
        client.post(f"{HOME}foyer/", {"foyer": value})
        assert f'value="{awa.family.pk}" selected' in text(client.get(HOME))


def test_the_pages_of_a_child_are_those_of_its_household_whichever_is_chosen(client, awa, second):
    for child, family in ((awa.children[0], awa.family), (second.children[0], second.family)):
        for page in (f"enfants/{child.pk}/", f"documents/envoyer/{child.pk}/", f"demarches/pai/{child.pk}/"):
            answer = client.get(HOME + page)
            assert answer.status_code == 200, page
            assert f'value="{family.pk}" selected' in text(answer)


def test_a_child_that_no_row_can_be_is_not_found(client):
    assert client.get(f"{HOME}enfants/{'9' * 24}/").status_code == 404


def test_who_has_one_household_is_asked_nothing(login, bruno):
    assert "Dossier affiché" not in text(login(bruno.account).get(HOME))
