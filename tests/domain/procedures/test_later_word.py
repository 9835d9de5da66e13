"""An older paper never replaces a later word: a dossier accepted keeps what the parent has said since."""

from datetime import timedelta

import pytest

from preau.domain.families.models import ChildHealth, Consent, ConsentType
from preau.domain.families.operations.children import answer_consents, keep_health, save_health
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.handlers.dossier import DossierHandler
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def child(town, awa):
    ConsentType.objects.create(organisation_id=town.id, code="photo", title="Photos", is_required=True)
    return awa.children[0]


@pytest.fixture
def sent(town, awa, child):
    """A dossier sent now: no allergy, photos allowed."""
    return Procedure.objects.create(
        organisation_id=town.id,
        kind="dossier",
        status="submitted",
        number=1,
        family_id=awa.family.pk,
        child_id=child.pk,
        account_id=awa.account.pk,
        person="Enfant1",
        subject="2026-2027",
        answers={
            "health": {"diet": "standard", "pai": "no", "confirmed": True},
            "consents": {"photo": "yes", "confirmed": True},
        },
        school_year=town.year,
        said_at={"health": NOW.isoformat(), "consents": NOW.isoformat()},
        created_at=NOW,
        updated_at=NOW,
        submitted_at=NOW,
    )


def test_what_a_parent_says_after_sending_a_dossier_stands_when_it_is_accepted(town, awa, child, sent):
    parent = town.parent(awa)
    save_health(actor=parent, child_id=child.pk, values={"avoid": "arachides", "diet": "standard"}, now=LATER)
    answer_consents(actor=parent, child_id=child.pk, answers={"photo": "no"}, now=LATER)
    handler = DossierHandler()
    assert "said_since" in handler.anomalies(actor=town.system, row=sent, on=NOW.date())
    handler.accept(actor=town.system, row=sent, now=LATER + timedelta(hours=1))
    assert ChildHealth.objects.get(child=child).sheet["avoid"] == "arachides"
    assert Consent.objects.get(child=child).answer == "no"


def test_a_draft_begun_earlier_and_sent_later_takes_no_later_word_away(town, awa, child, sent):
    parent = town.parent(awa)
    save_health(actor=parent, child_id=child.pk, values={"avoid": "arachides"}, now=LATER)
    Procedure.objects.filter(pk=sent.pk).update(submitted_at=LATER + timedelta(hours=1))
    sent.refresh_from_db()
    DossierHandler().accept(actor=town.system, row=sent, now=LATER + timedelta(hours=2))
    assert ChildHealth.objects.get(child=child).sheet["avoid"] == "arachides"


def test_without_a_later_word_the_dossier_is_what_counts(town, awa, child, sent):
    save_health(actor=town.parent(awa), child_id=child.pk, values={"avoid": "lait"}, now=NOW - timedelta(days=30))
    handler = DossierHandler()
    assert "said_since" not in handler.anomalies(actor=town.system, row=sent, on=NOW.date())
    handler.accept(actor=town.system, row=sent, now=LATER)
    assert "avoid" not in ChildHealth.objects.get(child=child).sheet
    assert Consent.objects.get(child=child).answered_at == NOW


def test_an_older_answer_fills_a_blank_and_never_hides_an_answer(town, awa, child):
    save_health(actor=town.parent(awa), child_id=child.pk, values={"avoid": "œuf", "pai": "signed"}, now=LATER)
    keep_health(
        actor=town.system,
        child_id=child.pk,
        values={"pai": "no", "doctor_name": "Dr Ho"},
        said_at=NOW,
        by="Awa",
    )
    sheet = ChildHealth.objects.get(child=child).sheet
    assert (sheet["avoid"], sheet["pai"], sheet["doctor_name"]) == ("œuf", "signed", "Dr Ho")


def test_the_part_of_a_draft_shows_the_sheet_of_today(town, awa, child, login):
    client = login(awa.account)
    url = f"/ville-test/famille/dossier/{child.pk}/health/"
    client.post(url, {"pai": "no", "diet": "standard", "act": "later"})
    save_health(actor=town.parent(awa), child_id=child.pk, values={"avoid": "arachides", "diet": "no_pork"}, now=LATER)
    assert "arachides" in client.get(url).content.decode()
