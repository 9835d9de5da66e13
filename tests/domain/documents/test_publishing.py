"""« Édition de documents »: published in versions, replaced, withdrawn, by who may."""

import pytest

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry
from preau.base.uploads import clean_upload
from preau.domain.documents.enums import Category
from preau.domain.documents.operations.publishing import open_publication, open_version, publish, withdraw
from preau.domain.documents.queries.publications import find_publication, list_publications, publications_to_manage
from tests.factories.town import NOW
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db


def give(town, title="Règlement intérieur", *, pages=1, actor=None, **fields):
    file = clean_upload(paper(pages))
    values = {"category": Category.RULES, "is_public": True, **fields}
    return publish(actor=actor or town.agent("manager"), title=title, file=file, name="r.pdf", now=NOW, **values)


def given(town, *, with_private=False):
    return [
        (each.title, each.version) for each in list_publications(organisation_id=town.id, with_private=with_private)
    ]


def test_a_new_version_takes_the_place_of_the_last_which_is_kept(town):
    first = give(town)
    second = give(town, "Règlement 2027", pages=2, code=first.code)
    assert given(town) == [("Règlement 2027", 2)]
    found = find_publication(actor=town.agent("admin"), publication_id=first.publication_id)
    assert [(each.version, each.pages, each.is_current) for each in found.versions] == [(2, 2, True), (1, 1, False)]
    with pytest.raises(NotFound):
        open_publication(organisation_id=town.id, publication_id=first.publication_id, with_private=True)
    view, content = open_version(actor=town.agent("manager"), publication_id=first.publication_id)
    assert (view.version, content[:5]) == (1, b"%PDF-")
    assert open_publication(organisation_id=town.id, publication_id=second.publication_id, with_private=False)


def test_two_documents_of_the_same_title_are_two(town):
    assert [give(town).code, give(town).code] == ["reglement-interieur", "reglement-interieur-2"]
    assert give(town, "…").code == "document"
    assert len(given(town)) == 3


def test_what_is_withdrawn_is_given_to_nobody_and_comes_back_with_a_new_version(town):
    made = give(town)
    for _ in range(2):
        withdraw(actor=town.agent("admin"), publication_id=made.publication_id, now=NOW)
    assert given(town) == []
    assert [each.is_given for each in publications_to_manage(actor=town.agent("manager"))] == [False]
    give(town, code=made.code)
    assert given(town) == [("Règlement intérieur", 2)]
    acts = JournalEntry.objects.filter(subject_type="publication").values_list("act", flat=True)
    assert set(acts) == {"publication.added", "publication.withdrawn"}


def test_private_documents_are_for_families(town):
    private = give(town, "Planning", is_public=False)
    give(town, "Plaquette", category=Category.FLYER)
    give(town, "Règlement")
    assert [title for title, _ in given(town)] == ["Règlement", "Plaquette"]
    assert [title for title, _ in given(town, with_private=True)] == ["Planning", "Règlement", "Plaquette"]
    with pytest.raises(NotFound):
        open_publication(organisation_id=town.id, publication_id=private.publication_id, with_private=False)


@pytest.mark.parametrize("role", ["agent", "site_staff"])
def test_only_those_who_publish(town, role):
    made, actor = give(town), town.agent(role)
    for act in (
        lambda: give(town, actor=actor),
        lambda: withdraw(actor=actor, publication_id=made.publication_id, now=NOW),
        lambda: publications_to_manage(actor=actor),
        lambda: find_publication(actor=actor, publication_id=made.publication_id),
        lambda: open_version(actor=actor, publication_id=made.publication_id),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert given(town) == [("Règlement intérieur", 1)]


def test_another_town_finds_nothing(town, other_town):
    made = give(town)
    stranger = other_town.agent("manager")
    for act in (
        lambda: withdraw(actor=stranger, publication_id=made.publication_id, now=NOW),
        lambda: find_publication(actor=stranger, publication_id=made.publication_id),
        lambda: open_version(actor=stranger, publication_id=made.publication_id),
        lambda: open_publication(organisation_id=other_town.id, publication_id=made.publication_id, with_private=True),
    ):
        with pytest.raises(NotFound):
            act()
    assert given(town) == [("Règlement intérieur", 1)]


def test_lists_cost_one_query(town, django_assert_num_queries):
    for number in range(4):
        give(town, f"Règlement {number}")
    with django_assert_num_queries(1):
        given(town)
    with django_assert_num_queries(1):
        publications_to_manage(actor=town.agent("manager"))
