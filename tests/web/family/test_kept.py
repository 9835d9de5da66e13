"""A request prepared while the service looks at the dossier is kept, and sent by itself once that is validated."""

from datetime import timedelta

import pytest

from preau.base.models import OutboxMail
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import ValidatedDossier
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import decisions, drafts, keeping
from preau.domain.procedures.tasks import send_kept
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
HOME = "/ville-test/famille/"


class Scene:
    def __init__(self, town, awa, client):
        self.town, self.awa, self.client, self.child = town, awa, client, awa.children[0]
        Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)
        Activity.objects.filter(organisation_id=town.id).update(requires_dossier=True)
        self.offer = town.offer()
        self.dossier = Procedure.objects.create(
            organisation_id=town.id,
            family=awa.family,
            kind="dossier",
            status="submitted",
            number=900,
            child=self.child,
            school_year_id=town.year.pk,
            account=awa.account,
            answers={"health": {"pai": "no", "diet": "standard", "doctor_name": "Dr Roy"}},
            submitted_at=NOW,
            due_at=NOW + timedelta(hours=48),
            created_at=NOW,
            updated_at=NOW,
        )

    def prepare(self):
        """Ask, read again, validate: three taps; return the draft."""
        asked = self.client.post(
            f"{HOME}inscriptions/{self.child.pk}/{self.offer.pk}/", {"offer_id": self.offer.pk, "starts": "", "act": ""}
        )
        assert asked.status_code == 302, asked.content.decode()[-500:]
        recap = self.client.get(asked.url).content.decode()
        assert "Valider, envoyer dès que possible" in recap
        assert "Erreur" not in recap.split("</title>")[0]
        self.client.post(asked.url)
        return Procedure.objects.get(kind="enrolment")


@pytest.fixture
def scene(town, awa, login):
    return Scene(town, awa, login(awa.account))


def page(response) -> str:
    return response.content.decode().replace("\xa0", " ")


def test_it_is_prepared_kept_and_sent_when_the_dossier_is_validated(scene, town, login):
    assert "À préparer, pendant que le service regarde le dossier" in page(scene.client.get(f"{HOME}inscriptions/"))
    row = scene.prepare()
    assert (row.status, row.number, row.kept_at) == ("draft", None, NOW)
    assert not Enrolment.objects.exists()
    assert "elle part d’elle-même" in page(scene.client.get(HOME))
    assert "elle part d’elle-même" in page(scene.client.get(f"{HOME}demarches/"))
    desk = login(town.account("chloe", role="agent"))
    case = page(desk.get("/ville-test/agents/demarches/900/"))
    assert "La validation envoie aussi une demande d’inscription préparée : Accueil périscolaire" in case
    decisions.decide(actor=town.agent("agent"), numbers=[900], accept=True, now=NOW)
    send_kept.func(organisation_id=town.id, child_id=scene.child.pk)
    row.refresh_from_db()
    assert (row.status, row.account_id, row.kept_at) == ("accepted", scene.awa.account.pk, None)
    assert row.number is not None
    assert Enrolment.objects.get().child == scene.child
    told = OutboxMail.objects.filter(template="procedure_received").order_by("pk").last()
    assert told.to == [scene.awa.account.email]
    send_kept.func(organisation_id=town.id, child_id=scene.child.pk)  # the task runs twice: one effect
    assert Enrolment.objects.count() == 1


def test_what_can_no_longer_be_had_is_told_and_kept(scene, town):
    row = scene.prepare()
    ValidatedDossier.objects.create(
        organisation_id=town.id, child=scene.child, school_year_id=town.year.pk, validated_at=NOW
    )
    Offer.objects.update(enrolment_openings=[{"public": "all", "closes_at": "2026-11-01T00:00:00+01:00"}])
    assert keeping.send_kept(actor=town.system, child_id=scene.child.pk, now=NOW) == 0
    row.refresh_from_db()
    assert (row.status, row.kept_at) == ("draft", None)
    assert OutboxMail.objects.get(template="kept_request").to == [scene.awa.account.email]
    assert "Les inscriptions sont closes" in page(scene.client.post(f"{HOME}demarches/brouillon/{row.pk}/"))


def test_while_the_dossier_waits_nothing_leaves_and_a_change_is_validated_again(scene, town):
    row = scene.prepare()
    assert keeping.send_kept(actor=town.system, child_id=scene.child.pk, now=NOW) == 0
    row.refresh_from_db()
    assert row.kept_at == NOW
    drafts.save_step(actor=town.parent(scene.awa), draft_id=row.pk, step="choice", values={}, now=NOW)
    row.refresh_from_db()
    assert row.kept_at is None


def test_without_a_dossier_sent_it_is_not_offered(scene):
    scene.dossier.delete()
    seen = page(scene.client.get(f"{HOME}inscriptions/"))
    assert "À préparer" not in seen
    asked = scene.client.get(f"{HOME}inscriptions/{scene.child.pk}/{scene.offer.pk}/")
    assert asked.status_code == 302


def test_a_refused_dossier_sends_nothing(scene, town):
    row = scene.prepare()
    decisions.decide(actor=town.agent("agent"), numbers=[900], accept=False, reason="Illisible.", now=NOW)
    assert keeping.send_kept(actor=town.system, child_id=scene.child.pk, now=NOW) == 0
    assert not Enrolment.objects.exists()
    assert Procedure.objects.get(pk=row.pk).status == "draft"
