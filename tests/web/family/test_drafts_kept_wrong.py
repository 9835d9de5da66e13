"""Drafts kept half-typed, or whose child has left the household: every page still opens, nothing false is sent."""

import pytest

from preau.domain.catalogue.models import Activity
from preau.domain.documents.models import DocumentType
from preau.domain.families.models import ConsentType, Guardianship, HouseholdChild
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedureForm
from preau.domain.procedures.operations.drafts import save_step, start
from preau.domain.procedures.rules import About
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
HOME = "/ville-test/famille/"
WRONG = ("pas une date", "9999-99-99", "\x00", "é" * 5000, "{{ 7*7 }}", "-1")


@pytest.fixture
def client(login, awa):
    return login(awa.account)


@pytest.fixture
def pages(town, awa):
    """Every page whose « Continuer plus tard » keeps what was typed as it is."""
    child = awa.children[0].pk
    fields = [
        {"code": "when", "label": "Quand", "kind": "date", "required": True},
        {"code": "what", "label": "Quoi", "kind": "choice", "choices": ["a", "b"], "required": True},
        {"code": "yes", "label": "Oui", "kind": "bool", "required": True},
    ]
    form = ProcedureForm.objects.create(
        organisation_id=town.id, code="f", title="Autre", department=town.department, fields=fields
    )
    Activity.objects.update(requires_dossier=True)
    ConsentType.objects.create(organisation_id=town.id, code="photo", title="Photo")
    DocumentType.objects.create(organisation_id=town.id, code="v", title="Vaccins", needs=["dossier"])
    parts = ("household", "identity", "health", "consents", "people", "documents", "rules")
    simple = [
        "demarches/demenagement/",
        "demarches/situation/",
        f"demarches/pai/{child}/",
        f"demarches/formulaire/{form.pk}/",
    ]
    return [*simple, *(f"dossier/{child}/{part}/" for part in parts)]


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_what_was_kept_wrong_opens_everywhere_and_is_not_sent(client, pages, value):
    for path in pages:
        page = client.get(HOME + path)
        assert page.status_code == 200, path
        names = list(page.context["form"].fields)
        assert client.post(HOME + path, {**dict.fromkeys(names, value), "act": "later"}).status_code in (302, 422), path
        assert client.get(HOME + path).status_code == 200, path
    for path in ("", "demarches/", "dossier/"):
        assert client.get(HOME + path).status_code == 200, path
    for draft in Procedure.objects.filter(status="draft"):
        path = f"{HOME}demarches/brouillon/{draft.pk}/"
        assert client.get(path).status_code == 200, draft.kind
        assert client.post(path).status_code in (302, 422), draft.kind


@pytest.mark.parametrize("kind", [ProcedureKind.PAI, ProcedureKind.DOSSIER])
def test_a_child_who_has_left_the_household_is_asked_nothing_for(client, town, awa, kind):
    child = awa.children[0]
    about = About(child.pk, school_year_id=town.year.pk if kind == ProcedureKind.DOSSIER else None)
    draft = start(actor=town.parent(awa), kind=kind, family_id=awa.family.pk, about=about, now=NOW)
    values = {"needs": "repas", "doctor_name": "Dr Roy", "confirmed": True}
    save_step(actor=town.parent(awa), draft_id=draft.draft_id, step="pai", values=values, now=NOW)
    HouseholdChild.objects.filter(child=child).delete()
    Guardianship.objects.filter(child=child).delete()
    path = f"{HOME}demarches/brouillon/{draft.draft_id}/"
    assert client.get(path).status_code in (200, 404)
    client.post(path)
    assert Procedure.objects.get(pk=draft.draft_id).status == "draft"
    assert client.get(f"{HOME}demarches/").status_code == 200
    assert client.post(f"{path}annulation/").status_code in (302, 404)
