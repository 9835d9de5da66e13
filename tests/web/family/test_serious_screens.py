"""Faults of the first slices seen by families and agents, each with what must happen instead."""

from datetime import date

import pytest

from preau.domain.documents.models import DocumentType
from preau.domain.enrolments.rules import Sector, Weeks, school_of_address
from preau.domain.families.models import Contact
from preau.web.family.dossier.overview import _next
from preau.web.fields.health import HealthForm
from preau.web.ui.typed import TODAY
from tests.factories.town import NOW
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db


def page(client, path):
    return client.get(f"/ville-test/famille/{path}").content.decode().replace("\xa0", " ")


def test_a_forbidden_person_does_not_bear_the_sign_of_those_who_may_come(login, town, awa):
    Contact.objects.create(
        organisation_id=town.id, family=awa.family, kind="forbidden", first_name="Kévin", last_name="D"
    )
    seen = page(login(awa.account), "entourage/")
    line = seen[seen.index("Contacts</h3>") :]
    assert "i-ban" in line
    assert "i-shield-check" not in line[: line.index("</section>")]


def test_a_refused_piece_is_never_under_nothing_to_send(login, town, awa):
    from preau.domain.documents.models import Document
    from preau.domain.documents.operations.pieces import deposit

    kind = DocumentType.objects.create(organisation_id=town.id, code="divers", title="Divers", subject="family")
    deposit(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        type_id=kind.pk,
        name="a.pdf",
        content=paper(),
        school_year_ends_on=date(2027, 7, 1),
        now=NOW,
    )
    client = login(awa.account)
    household = page(client, "documents/").split("h-foyer", 2)[2].split("</section>")[0]
    assert "Aucun document nécessaire" in household
    Document.objects.update(state="refused", reason="floue")
    household = page(client, "documents/").split("h-foyer", 2)[2].split("</section>")[0]
    assert "Aucun document nécessaire" not in household
    assert "envoyez-en un autre" in household


def test_a_dossier_is_taken_up_where_it_lacks_something():
    parts = [
        {"name": name, "is_done": name not in ("consents", "rules")} for name in ("household", "consents", "rules")
    ]
    assert _next(parts) == "consents"
    assert _next([{**part, "is_done": True} for part in parts]) == "rules"


def test_with_nothing_to_book_the_page_says_where_to_enrol(login, town, awa):
    awa_client = login(awa.account)
    from preau.domain.enrolments.models import Enrolment

    Enrolment.objects.all().delete()
    seen = page(awa_client, "reservations/")
    assert "Créer une inscription" in seen
    assert "enregistrée par le service" not in seen


@pytest.mark.parametrize(
    ("number", "street"),
    [
        ("11", "rue des Lilas"),
        ("", "11 rue des Lilas"),
        ("", "11, rue des Lilas"),
        ("", "11 bis r. des Lilas"),
        ("11", "11 Rue des Lilas"),
        ("11", "R. DES LILAS"),
    ],
)
def test_a_sector_knows_its_streets_however_they_are_written(number, street):
    sectors = [Sector(1, "Rue des Lilas", "", Weeks.ODD, 1, 19), Sector(2, "rue des lilas", "", Weeks.EVEN, None, None)]
    assert school_of_address(sectors, number=number, street=street, postcode="") == 1


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Avenue Jean Jaurès", "av. Jean Jaurès"),
        ("Rue Saint-Michel", "rue St Michel"),
        ("Boulevard Sainte-Anne", "bd Ste Anne"),
        ("Rue du 8 Mai 1945", "rue du 8 mai 1945"),
        ("Place Saint", "pl. saint"),
    ],
)
def test_short_words_of_a_street_are_the_long_ones(known, typed):
    assert school_of_address([Sector(7, known)], number="3", street=typed, postcode="") == 7
    assert school_of_address([Sector(7, known)], number="", street=f"3 {typed}", postcode="") == 7


def health(**given):
    token = TODAY.set(date(2026, 11, 28))
    try:
        said = {"pai": "signed", "avoid": "arachide", "doctor_name": "Dr Roy", "doctor_phone": "0261910001"}
        form = HealthForm({**said, "diet": "standard", **given}, compulsory=())
        form.is_valid()
    finally:
        TODAY.reset(token)
    return form


def test_a_pai_that_is_over_is_told_and_a_date_without_its_yes_is_not_kept():
    assert "n’est plus valable" in str(health(pai_until="01/11/2026").errors["pai_until"])
    assert "pai_until" not in health(pai_until="01/03/2027").errors
    assert health(pai="no", pai_until="01/03/2027").cleaned_data["pai_until"] is None


def test_a_part_left_half_typed_is_kept_and_confirms_nothing(login, town, awa):
    from preau.domain.procedures.models import Procedure

    client, child = login(awa.account), awa.children[0]
    path = f"/ville-test/famille/dossier/{child.pk}/health/"
    assert "data-save" in client.get(path).content.decode()
    assert client.post(path, {"act": "save", "pai": "no", "doctor_name": "Dr Ébauche"}).status_code == 204
    draft = Procedure.objects.get(kind="dossier")
    assert draft.answers["health"]["doctor_name"] == "Dr Ébauche"
    assert "confirmed" not in draft.answers["health"]
    assert "Dr Ébauche" in client.get(path).content.decode()
