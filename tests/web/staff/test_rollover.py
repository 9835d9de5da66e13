"""« Passage d’année » on screen: read class by class, choose, pass, take back."""

from datetime import date

import pytest

from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.enrolments.models import Schooling

pytestmark = pytest.mark.django_db
PAGE = "/ville-test/agents/classes/"


@pytest.fixture
def after(town):
    return SchoolYear.objects.create(
        organisation_id=town.id, label="2027-2028", starts_on=date(2027, 9, 1), ends_on=date(2028, 7, 7)
    )


@pytest.fixture
def next_classes(town, after):
    return [
        SchoolClass.objects.create(organisation_id=town.id, site=town.school, school_year=after, name=name, level=level)
        for name, level in (("CE1 A", "CE1"), ("CE2 A", "CE2"))
    ]


@pytest.fixture
def boss(town, login):
    return login(town.account("nadia", role="manager"))


def places(year):
    return dict(Schooling.objects.filter(school_class__school_year=year).values_list("child_id", "school_class__name"))


def test_nothing_moves_before_one_says_that_it_was_read(boss, awa, after, next_classes):
    page = boss.get(PAGE).content.decode()
    assert "Faire passer 2 élèves" in page
    assert "CE2 A\u00a0: 2" in page
    for data in ({"act": "move"}, {"act": "noop", "sure": "1"}, {}):
        said = boss.post(PAGE, data, follow=True).content.decode()
        assert "Rien n’a changé" in said
    assert places(after) == {}
    boss.post(PAGE, {"act": "move", "sure": "1"})
    assert set(places(after)) == {child.pk for child in awa.children}
    done = boss.get(PAGE).content.decode()
    assert "Faire passer" not in done  # no filled button for nobody
    assert "Dernier passage\u00a0: 2 élèves" in done
    assert "de nouveau à placer" in boss.post(PAGE, {"act": "undo"}, follow=True).content.decode()
    assert places(after) == {}
    assert "plus de passage à annuler" in boss.post(PAGE, {"act": "undo"}, follow=True).content.decode()


def test_a_class_is_opened_to_choose_who_repeats_and_who_leaves(boss, town, awa, after, next_classes):
    repeats, leaves = awa.children[:2]
    old = Schooling.objects.get(child=repeats).school_class_id
    page = boss.get(f"{PAGE}?classe={old}").content.decode()
    assert f"/agents/enfants/{repeats.pk}/classe/" in page
    sent = {"act": "move", "classe": old, f"e-{repeats.pk}": next_classes[0].pk, f"e-{leaves.pk}": "part"}
    said = boss.post(PAGE, sent, follow=True).content.decode()
    assert "Élèves passés\u00a0: 1. Partis\u00a0: 1." in said
    assert "Classe passée" in said
    assert places(after) == {repeats.pk: "CE1 A"}
    assert "quitte l’école" in boss.get(f"{PAGE}?classe={old}").content.decode()
    assert "aucun élève n’attendait" in boss.post(PAGE, sent, follow=True).content.decode()  # a second tab


def test_what_is_not_here_is_404_and_what_cannot_be_read_changes_nothing(boss, awa, after, next_classes):
    old = Schooling.objects.get(child=awa.children[0]).school_class_id
    assert boss.get(f"{PAGE}?classe=999999").status_code == 404
    forged = {"act": "move", "classe": old, f"e-{awa.children[0].pk}": "999999"}
    assert boss.post(PAGE, forged).status_code == 404
    assert places(after) == {}
    boss.post(PAGE, {"act": "move", "classe": old, "e-x": "1", f"e-{awa.children[0].pk}": "n’importe quoi"})
    assert set(places(after)) == {child.pk for child in awa.children}


def test_a_class_costs_the_same_for_two_pupils_as_for_twenty(
    boss, town, awa, after, next_classes, django_assert_max_num_queries
):
    old = Schooling.objects.get(child=awa.children[0]).school_class_id
    for number in range(9):
        town.household(f"Famille{number}", children=2, login=f"famille{number}")
    boss.get(PAGE)
    with django_assert_max_num_queries(22):
        boss.get(f"{PAGE}?classe={old}")
    with django_assert_max_num_queries(22):
        boss.get(PAGE)
