"""The dossier administratif, from its first part to the validation that opens the activities."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from preau.domain.catalogue.models import Activity, SchoolYear
from preau.domain.documents.models import Document, DocumentType, Regulation, RegulationAcceptance
from preau.domain.families.models import ChildHealth, Consent, ConsentType, Contact, ValidatedDossier
from preau.domain.families.operations.children import answer_consents, save_health, validate_dossier
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure, ProcedurePiece
from preau.domain.procedures.operations import decisions
from tests.factories.town import NOW
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db

HOME = "/ville-test/famille/"
HEALTH = {"pai": "no", "doctor_name": "Dr Roy", "diet": "no_pork", "vaccines": ["dtp"]}
PARTS = {
    "household": {"address_is_right": "on", "phone": "02 61 91 00 01"},
    "identity": {"identity_is_right": "on", "level": "CE2"},
    "health": HEALTH,
    "consents": {"photo": "no", "sortie": "yes"},
    "people": {},
    "documents": {},
    "rules": {},
}


@pytest.fixture
def client(login, awa):
    return login(awa.account)


@pytest.fixture
def asked(town):
    """A town that asks for a vaccination record, insurance before a date, two authorisations and a règlement."""
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)
    for code, title in (("photo", "Photographier"), ("sortie", "Sortir")):
        ConsentType.objects.create(organisation_id=town.id, code=code, title=title)
    kind = DocumentType.objects.create(organisation_id=town.id, code="carnet", title="Carnet", needs=["dossier"])
    DocumentType.objects.create(
        organisation_id=town.id, code="rc", title="Assurance", needs=["dossier"], due_month_day="12-31"
    )
    DocumentType.objects.create(organisation_id=town.id, code="pai", title="PAI signé", needs=["pai"])
    rule = Regulation.objects.create(
        organisation_id=town.id, code="ecole", title="Règlement", body="Texte", published_at=NOW
    )
    return {"kind": kind, "rule": rule}


def url(child, part):
    return f"{HOME}dossier/{child.pk}/{part}/"


def page(response):
    return response.content.decode()


def fill(client, child, asked, *, but=()):
    for part, data in PARTS.items():
        if part in but:
            continue
        extra = {f"r{asked['rule'].pk}": "on"} if part == "rules" and "accepted" not in but else {}
        answer = client.post(url(child, part), {**data, **extra, "act": "next"})
        assert answer.status_code == 302, (part, page(answer))
    return answer


def send_record(client, child, asked):
    file = SimpleUploadedFile("carnet.pdf", paper())
    return client.post(
        f"{HOME}dossier/{child.pk}/documents/{asked['kind'].pk}/", {"type": asked["kind"].pk, "file": file}
    )


def test_a_whole_dossier_is_sent_decided_and_opens_the_activities(client, town, awa, asked):
    child = awa.children[0]
    assert send_record(client, child, asked).status_code == 302
    recap = fill(client, child, asked).url
    assert "Dr Roy" in page(client.get(recap))
    sent = client.post(recap)
    assert sent.url.endswith("/recue/")
    assert "en cours de traitement" in page(client.get(f"{HOME}dossier/"))
    decisions.decide(actor=town.agent("agent"), numbers=[1], accept=True, now=NOW)
    assert ValidatedDossier.objects.get().child_id == child.pk
    assert ChildHealth.objects.get().sheet["diet"] == "no_pork"
    assert set(Consent.objects.values_list("consent_type__code", "answer")) == {("photo", "no"), ("sortie", "yes")}
    assert Consent.objects.first().answered_by == awa.account.full_name
    assert Document.objects.get().state == "valid"
    assert RegulationAcceptance.objects.get().accepted_by == awa.account.full_name
    assert "Validé par le service" in page(client.get(f"{HOME}dossier/"))
    assert client.get(url(child, "health")).url == f"{HOME}dossier/"


def test_what_lacks_is_said_and_stops_the_sending(client, awa, asked):
    child = awa.children[0]
    recap = fill(client, child, asked).url
    answer = client.post(recap)
    assert answer.status_code == 422
    assert "Il manque un document : Carnet." in page(answer).replace("\xa0", " ")
    assert "Assurance" not in page(answer)
    assert Procedure.objects.get().status == "draft"


def test_each_part_left_undone_is_named(client, awa, asked):
    child = awa.children[0]
    send_record(client, child, asked)
    fill(client, child, asked, but=("health", "consents"))
    recap = page(client.get(f"{HOME}demarches/brouillon/{Procedure.objects.get().pk}/")).replace("\xa0", " ")
    assert "« Santé »" in recap
    assert "« Autorisations »" in recap
    assert "« Foyer »" not in recap


def test_a_part_left_half_way_or_wrong_is_found_again(client, awa, asked):
    child = awa.children[0]
    later = client.post(url(child, "health"), {"avoid": "arachide", "act": "later"})
    assert later.url == f"{HOME}dossier/"
    assert "arachide" in page(client.get(url(child, "health")))
    wrong = client.post(url(child, "health"), {**HEALTH, "pai": "signed", "treatments": "", "avoid": "", "act": "next"})
    assert wrong.status_code == 422
    assert "Écrivez au moins un mot" in page(wrong)
    assert "Dr Roy" in page(wrong)


def test_a_pai_asks_for_its_document(client, awa, asked):
    child = awa.children[0]
    assert "PAI signé" not in page(client.get(url(child, "documents")))
    client.post(url(child, "health"), {**HEALTH, "pai": "signed", "avoid": "arachide", "act": "next"})
    assert "PAI signé" in page(client.get(url(child, "documents")))


def test_persons_are_added_and_taken_out_before_sending(client, town, awa, asked):
    child = awa.children[0]
    person = {"kind": "pick_up", "last_name": "Roy", "first_name": "Odile", "phone": "02 61 91 00 09"}
    client.post(url(child, "people"), {**person, "act": "add"})
    client.post(url(child, "people"), {**person, "first_name": "Inès", "act": "add"})
    assert client.post(url(child, "people"), {**person, "phone": "x", "act": "add"}).status_code == 422
    client.post(url(child, "people"), {"act": "remove:1"})
    seen = page(client.get(url(child, "people")))
    assert "Odile" in seen
    assert "Inès" not in seen
    send_record(client, child, asked)
    client.post(fill(client, child, asked).url)
    decisions.decide(actor=town.agent("agent"), numbers=[1], accept=True, now=NOW)
    assert Contact.objects.get().first_name == "Odile"


def test_what_was_said_for_a_sibling_and_last_year_is_not_asked_again(client, town, awa, asked):
    first, second = awa.children
    fill(client, first, asked)
    ChildHealth.objects.create(
        organisation_id=town.id, child=second, sheet={"doctor_name": "Dr Lune"}, updated_at=NOW, updated_by="Awa"
    )
    assert "Dr Lune" in page(client.get(url(second, "health")))
    client.post(url(second, "identity"), {**PARTS["identity"], "act": "next"})
    draft = Procedure.objects.get(child_id=second.pk)
    assert draft.answers["household"]["confirmed"]
    assert "Cochez pour accepter" not in page(client.post(url(second, "rules"), {"act": "next"}, follow=True))


def test_another_family_and_unknown_parts_meet_404(client, login, bruno, awa, asked):
    stranger = login(bruno.account)
    for part in PARTS:
        assert stranger.get(url(awa.children[0], part)).status_code == 404
        assert stranger.post(url(awa.children[0], part), {"act": "next"}).status_code == 404
    assert client.get(url(awa.children[0], "finances")).status_code == 404
    assert client.get(f"{HOME}dossier/{awa.children[0].pk}/documents/999999/").status_code == 404


def test_what_is_sent_is_read_again_whole_before_it_is_sent(client, awa, asked):
    """U54: the page read before « Transmettre » told neither authorisations, documents nor règlements."""
    child = awa.children[0]
    send_record(client, child, asked)
    recap = fill(client, child, asked).url
    seen = page(client.get(recap)).replace("\xa0", " ")
    assert "Photographier : <b>non</b>" in seen
    assert "version 1 acceptée le 16/11/2026" in seen
    assert "Carnet" in seen.split("Documents joints")[1]
    assert f'href="{url(child, "health")}"' in seen
    assert "Relire et envoyer le dossier d’Enfant1" in page(client.get(f"{HOME}dossier/"))


def test_a_refused_dossier_leads_to_its_answer(client, town, awa, asked):
    child = awa.children[0]
    send_record(client, child, asked)
    client.post(fill(client, child, asked).url)
    # Of the brother alone: the dossier that was sent says it of this child.
    assert page(client.get(HOME)).count("La fiche de santé n’est pas remplie") == 1
    decisions.decide(actor=town.agent("agent"), numbers=[1], accept=False, reason="Illisible", now=NOW)
    seen = page(client.get(f"{HOME}dossier/?enfant={child.pk}"))
    assert "Lire la réponse et corriger" in seen
    assert "Commencer le dossier d’Enfant1" not in seen


def test_a_first_registration_says_where_the_declaration_is(town, login):
    """The children were declared and waited for; the page asked to declare them, with its filled button."""
    new = town.household("Neuf", children=0, login="neuf")
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True, decision_hold_minutes=0)
    client = login(new.account)
    first = client.get(f"{HOME}dossier/").content.decode()
    assert "Première inscription" in first
    assert "Déclarer mon entourage" in first
    child = {"role": "child", "first_name": "Léa", "last_name": "Neuf", "birth_date": "2022-05-04"}
    client.post(f"{HOME}demarches/entourage/nouveau/", child)
    assert "Continuer ma déclaration" in client.get(f"{HOME}dossier/").content.decode()
    client.post(f"{HOME}demarches/brouillon/{Procedure.objects.get(status='draft').pk}/")
    sent = client.get(f"{HOME}dossier/").content.decode().replace("\xa0", " ")
    assert "Votre demande n° 1 est chez le service" in sent
    assert "btn go" not in sent
    assert "Vos enfants sont déclarés" in client.get(f"{HOME}inscriptions/").content.decode()
    decisions.decide(actor=town.agent("agent"), numbers=[1], accept=False, reason="Déjà connue", now=NOW)
    assert "Lire la réponse" in client.get(f"{HOME}dossier/").content.decode()
    assert "Lire la réponse" in client.get(f"{HOME}inscriptions/").content.decode()


def test_the_steps_cost_the_same_with_one_and_five_children(client, town, awa, asked, django_assert_max_num_queries):
    fill(client, awa.children[0], asked)
    for number in range(3):
        town.child(awa, f"Cadet{number}", "Dupré")
    with django_assert_max_num_queries(16):
        assert client.get(f"{HOME}dossier/").status_code == 200
    for part in PARTS:
        with django_assert_max_num_queries(16):
            client.get(url(awa.children[0], part))


def test_the_steps_say_who_is_enrolled_and_when_reservations_open(client, town, awa, asked):
    child = awa.children[0]
    soon = [{"public": "all", "opens_at": "2026-11-30T08:00:00+01:00"}]
    past = [{"public": "all", "opens_at": "2026-07-06T08:00:00+02:00"}]
    town.enrol(awa, town.offer(activity=activity(town, "Restaurant"), openings=past), child=child)
    town.offer(activity=activity(town, "Vacances"), openings=soon)
    town.offer(activity=activity(town, "Garderie", booking_mode="none"))
    town.offer(activity=activity(town, "Crèche", enrolment_by="service"))
    town.offer(activity=activity(town, "Abonnement", booking_mode="none"), is_subscription=True)
    town.offer(activity=activity(town, "Club"), openings=[{**soon[0], "public": "non_residents"}])
    steps = page(client.get(f"{HOME}dossier/")).replace("\xa0", " ")
    assert "Vacances</b> :\nà partir du lundi 30 novembre à 8 h" in steps
    assert "Restaurant</b> :\nouvertes depuis le lundi 6 juillet à 8 h" in steps
    assert "Garderie</b> :\nsans réservation" in steps
    for untold in ("Crèche</b>", "Abonnement</b>", "Club</b>"):
        assert untold not in steps
    assert "Elle s’ouvre enfant par enfant" in steps
    year = SchoolYear.objects.get(organisation_id=town.id, starts_on__year=2026)
    validate_dossier(actor=town.system, child_id=child.pk, school_year_id=year.pk, now=NOW)
    steps = page(client.get(f"{HOME}dossier/"))
    assert '<span class="blk mute">Restaurant</span>' in steps
    assert f"1 validé sur {len(awa.children)}" in steps


def activity(town, name, **fields):
    return Activity.objects.create(
        organisation_id=town.id, department=town.department, name=name, kind="wednesday", **fields
    )


def test_the_steps_lead_to_what_the_service_asks(client, town, awa, asked):
    child = awa.children[0]
    send_record(client, child, asked)
    client.post(fill(client, child, asked).url)
    number = Procedure.objects.get(kind="dossier").number
    decisions.ask_more(actor=town.agent("agent"), number=number, text="La page 2 manque.", types={}, now=NOW)
    steps = page(client.get(f"{HOME}dossier/"))
    assert "Le service attend un complément" in steps
    assert f'class="btn go" href="{HOME}demandes/{number}/"' in steps


ALL_PARTS = list(PARTS)


def said_last_year(town, awa, **health):
    """The sheet and the authorisations of a child, as they were said before."""
    actor, child = town.parent(awa), awa.children[0]
    save_health(actor=actor, child_id=child.pk, values={**HEALTH, **health}, now=NOW)
    answer_consents(actor=actor, child_id=child.pk, answers={"photo": "no", "sortie": "yes"}, now=NOW)
    return child


def test_a_known_child_is_enrolled_again_on_one_page_where_nothing_has_changed(client, town, awa, asked):
    child = said_last_year(town, awa)
    send_record(client, child, asked)
    ProcedurePiece.objects.all().delete()
    Procedure.objects.filter(kind="dossier").delete()
    assert f"/dossier/{child.pk}/reprise/" in page(client.get(f"{HOME}dossier/"))
    seen = page(client.get(url(child, "reprise")))
    assert "Dr Roy" in seen
    assert seen.count('name="pareil"') == len(ALL_PARTS)
    assert 'name="pareil" value="health" checked' not in seen, "nobody answers for the parent"
    assert not Procedure.objects.filter(kind="dossier").exists(), "looking begins nothing"
    went = client.post(url(child, "reprise"), {"pareil": ALL_PARTS})
    draft = Procedure.objects.get(kind="dossier")
    assert went.url == f"{HOME}demarches/brouillon/{draft.pk}/"
    assert draft.answers["health"]["diet"] == "no_pork"
    assert draft.answers["consents"]["sortie"] == "yes"
    assert RegulationAcceptance.objects.count() == 1
    client.post(went.url)
    draft.refresh_from_db()
    assert draft.number is not None


def test_what_is_not_ticked_or_no_longer_holds_is_asked(client, town, awa, asked):
    child = said_last_year(town, awa, pai="signed", pai_until="2020-01-01", avoid="Œuf")
    seen = page(client.get(url(child, "reprise")))
    assert "À compléter cette année" in seen
    assert 'value="health"' not in seen
    told = client.post(url(child, "reprise"), {"pareil": ["household", "identity", "health"]}, follow=True)
    assert "Il reste à compléter\xa0: Santé, Autorisations, Personnes autorisées, Documents, Règlements." in page(told)
    assert told.redirect_chain[-1][0] == url(child, "health")
    assert not Procedure.objects.get(kind="dossier").answers["health"].get("confirmed")


def test_a_child_of_whom_nothing_is_known_begins_at_the_first_part(client, login, bruno, awa, asked):
    assert client.get(url(awa.children[0], "reprise")).url == url(awa.children[0], "household")
    assert login(bruno.account).get(url(awa.children[0], "reprise")).status_code == 404
