"""« Édition de documents » for everybody."""

import pytest

from preau.base.models import StoredFile
from preau.domain.documents.enums import Category
from tests.domain.documents.test_publishing import give
from tests.uploads.corpus import picture

pytestmark = pytest.mark.django_db
HERE = "/ville-test/documents/"


def page(answer):
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def test_public_documents_are_listed_with_their_size_and_day(client, town):
    assert "Aucun document à télécharger" in page(client.get(HERE))
    give(town, pages=3, year_label="2026-2027")
    give(town, "Planning privé", is_public=False)
    seen = page(client.get(HERE))
    assert "Règlement intérieur 2026-2027" in seen
    assert "Ko, 3 pages" in seen
    assert "Publié le 16 nov. 2026" in seen
    assert "Planning privé" not in seen


def test_the_home_and_the_map_of_the_site_lead_there(client, town):
    for path in ("", "plan-du-site/"):
        assert f'href="{HERE}"' in page(client.get(f"/ville-test/{path}"))


def test_a_file_is_given_so_that_nothing_in_it_can_run(client, town):
    answer = client.get(f"{HERE}{give(town).publication_id}/")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''reglement-interieur.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_private_unknown_and_foreign_documents_are_not_found(client, town, other_town):
    private = give(town, is_public=False).publication_id
    elsewhere = give(other_town, category=Category.FORM).publication_id
    for number in (private, elsewhere, 999_999):
        assert client.get(f"{HERE}{number}/").status_code == 404


def test_a_file_that_the_antivirus_has_not_seen_waits(client, town, settings):
    number = give(town).publication_id
    StoredFile.objects.update(scan="unavailable")
    answer = client.get(f"{HERE}{number}/")
    assert answer.status_code == 409
    assert "pas encore vu" in answer.content.decode()
    assert picture()[:3] not in answer.content


def test_the_page_costs_the_same_for_any_number(client, town, django_assert_max_num_queries):
    for number in range(5):
        give(town, f"Règlement {number}")
    with django_assert_max_num_queries(3):
        client.get(HERE)
