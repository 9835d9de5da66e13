"""« Doublons » : the list, two records side by side, a merge that is hard to do by mistake."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.facts import NotFound
from preau.domain.families.models import Adult, Child, Family, HouseholdChild, NotDuplicate
from preau.domain.organisations.models import Department
from preau.domain.procedures.operations.households import merge_adults
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/doublons/"


@pytest.fixture
def desk(town, login):
    return login(town.account("chloe", role="agent"))


@pytest.fixture
def twice(town, awa, bruno):
    """Awa's first child, typed again in Bruno's dossier with another place of birth."""
    return awa.children[0], copy_of(town, awa.children[0], bruno)


def copy_of(town, child, household):
    again = Child.objects.create(
        organisation_id=town.id,
        first_name=child.first_name,
        last_name=child.last_name,
        birth_date=child.birth_date,
        birth_place="Ici",
    )
    HouseholdChild.objects.create(organisation_id=town.id, family=household.family, child=again)
    return again


def path_of(twice):
    return f"{BASE}enfants/{twice[0].pk}/{twice[1].pk}/"


def test_the_list_leads_to_a_comparison(desk, twice):
    page = desk.get(BASE).content.decode()
    assert "même naissance" in page
    assert path_of(twice) in page
    page = desk.get(path_of(twice)).content.decode()
    assert "Lieu de naissance" in page
    assert "Ici" in page
    assert "Doublons" in desk.get("/ville-test/agents/familles/").content.decode()


def test_a_merge_is_read_first_then_confirmed(desk, twice, awa):
    path = path_of(twice)
    chosen = {"keep": "1", "birth_place": "2"}
    page = desk.post(path, {**chosen, "act": "review"}).content.decode()
    assert "disparaît" in page
    assert "1 foyer" in page
    assert "les responsables des deux verront ses fiches" in page
    assert Child.objects.filter(pk=twice[1].pk).exists()
    unsure = desk.post(path, {**chosen, "act": "merge"})
    assert unsure.status_code == 422
    assert "Cochez cette case" in unsure.content.decode()
    assert Child.objects.filter(pk=twice[1].pk).exists()
    done = desk.post(path, {**chosen, "act": "merge", "sure": "on"}, follow=True)
    assert "n’en font plus qu’une" in done.content.decode()
    assert not Child.objects.filter(pk=twice[1].pk).exists()
    assert Child.objects.get(pk=twice[0].pk).birth_place == "Ici"
    assert desk.get(path).status_code == 404


def test_a_choice_that_is_not_one_is_refused_with_a_sentence(desk, twice):
    response = desk.post(path_of(twice), {"keep": "3", "birth_place": "1", "act": "merge", "sure": "on"})
    assert response.status_code == 422
    assert "À corriger" in response.content.decode()


def test_two_persons_are_set_apart_for_good(desk, twice):
    page = desk.post(path_of(twice), {"act": "apart"}, follow=True).content.decode()
    assert "C’est noté" in page
    assert "Aucune fiche" in page
    assert NotDuplicate.objects.get().kind == "child"


def test_the_dossiers_of_one_adult_are_merged_with_the_login_that_the_agent_keeps(desk, town, awa):
    other = town.household("Dupré", login="awa.seule")
    Adult.objects.filter(pk=other.adult.pk).update(phone="06 39 98 00 02")
    path = f"{BASE}adultes/{awa.adult.pk}/{other.adult.pk}/"
    assert path in desk.get(BASE).content.decode() or desk.get(path).status_code == 200
    chosen = {"keep": "1", "login": "2", "phone": "2"}
    page = desk.post(path, {**chosen, "act": "review"}).content.decode()
    assert "Les deux dossiers n’en feront plus qu’un" in page
    assert "Un seul des deux identifiants" in page
    desk.post(path, {**chosen, "act": "merge", "sure": "on"})
    adult = Adult.objects.get(pk=awa.adult.pk)
    assert (adult.account_id, adult.phone, Family.objects.count()) == (other.account.pk, "06 39 98 00 02", 1)


def test_what_a_colleague_has_merged_a_moment_ago_is_told(desk, town, awa, monkeypatch):
    """`KeyError`, and a page of error."""
    other = town.household("Dupré", login="awa.seule")
    path = f"{BASE}adultes/{awa.adult.pk}/{other.adult.pk}/"

    def too_late(**_ids):
        raise NotFound("adult")

    monkeypatch.setattr("preau.web.staff.families.duplicates.merge_adults", too_late)
    answer = desk.post(path, {"keep": "1", "login": "1", "act": "merge", "sure": "on"}, follow=True)
    assert "viennent d’être fusionnées par quelqu’un d’autre" in answer.content.decode()
    agent = town.agent("agent")
    with pytest.raises(NotFound):
        merge_adults(actor=agent, kept_id=awa.adult.pk, absorbed_id=999_999, values={}, now=NOW)


@pytest.mark.parametrize("role", ["site_staff", "regisseur", "admin"])
def test_other_roles_do_not_merge(town, twice, login, role):
    client = login(town.account(f"x-{role}", role=role))
    for path in (BASE, path_of(twice)):
        assert client.get(path).status_code == 404
        assert client.post(path, {"keep": "1", "act": "merge", "sure": "on"}).status_code == 404


def test_an_agent_of_another_department_neither_sees_nor_merges_the_pair(town, awa, twice, login):
    town.enrol(awa, town.offer(), child=awa.children[1])
    other = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    account = town.account("creche", role="agent")
    town.limit(account, department_ids=[other.pk])
    client = login(account)
    assert "Aucune fiche" in client.get(BASE).content.decode()
    assert client.get(path_of(twice)).status_code == 404


def test_the_page_of_duplicates_holds_its_number_of_queries(desk, twice):
    desk.get(BASE)
    with CaptureQueriesContext(connection) as queries:
        desk.get(BASE)
    assert len(queries) <= 15


def test_the_page_of_the_families_says_how_many_pairs_only_when_there_are_some(desk, login, town, awa, bruno):
    families = "/ville-test/agents/familles/"
    assert "à comparer" not in desk.get(families).content.decode()
    cache.clear()
    pair = awa.children[0], copy_of(town, awa.children[0], bruno)
    seen = desk.get(families).content.decode()
    assert '<span class="badge">1<span class="vh"> à comparer</span>' in seen
    assert "à comparer" not in desk.get(f"{families}?q=dupre").content.decode()  # a search stays quick
    assert "à comparer" not in login(town.account("estelle", role="admin")).get(families).content.decode()
    desk.post(path_of(pair), {"act": "apart"})
    assert "à comparer" not in desk.get(families).content.decode()


def test_the_count_of_pairs_costs_the_same_however_many_there_are(desk, town, awa, bruno):
    def cost():
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert "à comparer" in desk.get("/ville-test/agents/familles/").content.decode()
        return len(seen)

    copy_of(town, awa.children[0], bruno)
    cost()  # the first page of a session costs more
    one = cost()
    copy_of(town, awa.children[1], bruno)
    copy_of(town, bruno.children[0], awa)
    assert cost() == one
    with CaptureQueriesContext(connection) as again:
        desk.get("/ville-test/agents/familles/")
    assert len(again) < one
