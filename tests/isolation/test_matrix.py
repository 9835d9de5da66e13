"""Who sees what of a child of separated parents, line by line: screens, files, mails, démarches.

Three readers of one child, declared by Awa: who exercises authority (Béa), who holds it without exercising it,
and from whom it was withdrawn.
"""

from datetime import timedelta

import pytest

from preau.base.facts import NotFound
from preau.base.models import OutboxMail
from preau.domain.bookings.operations import OrderItem
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.pieces import deposit
from preau.domain.documents.operations.reminding import remind_family
from preau.domain.families.models import Contact, Family, Guardianship
from preau.domain.families.operations.children import save_health
from preau.domain.families.operations.household import link_child
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import changes, drafts, households, orders
from preau.domain.procedures.operations.announcing import announce
from preau.domain.procedures.operations.basket import change_basket
from preau.domain.procedures.rules import About
from preau.kernel.periods import monday_of
from tests.factories.town import NOW, TODAY, slots_of
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db
EXERCISED, HELD, WITHDRAWN, NONE = "exercised", "held", "withdrawn", "none"
# Said of Awa, or written by her, and hers alone.
HERS = ("12 rue de l’Abri", "06 00 00 00 77", "Atelier Awa", "mot-prive", "06 00 00 00 99")


@pytest.fixture
def case(town, awa):
    """Awa's child in two homes, with a booking in each, health, a person, documents and démarches."""
    child = awa.children[0]
    Family.objects.filter(pk=awa.family.pk).update(street="12 rue de l’Abri")
    awa.adult.mobile, awa.adult.employer = "06 00 00 00 77", "Atelier Awa"
    awa.adult.save()
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=child.pk)
    offer = town.offer()
    for household in (awa, bea):
        town.enrol(household, offer, child=child)
    slot = slots_of(offer)[0]
    item = OrderItem(awa.enrolments[0].pk, frozenset({slot.pk}))
    orders.place_order(actor=town.parent(awa), items=[item], key="a", now=NOW)
    other = OrderItem(bea.enrolments[0].pk, frozenset({slots_of(offer)[-1].pk}))
    orders.place_order(actor=town.parent(bea), items=[other], key="b", now=NOW)
    save_health(actor=town.parent(awa), child_id=child.pk, values={"avoid": "arachide"}, now=NOW)
    Contact.objects.create(
        organisation_id=town.id,
        family=awa.family,
        child=child,
        kind="pick_up",
        first_name="Odile",
        last_name="Personne",
        phone="06 00 00 00 99",
    )
    kinds = {
        code: DocumentType.objects.create(
            organisation_id=town.id, code=code, title=code, is_judicial=code == "decision"
        )
        for code in ("carnet", "decision")
    }
    documents = {
        code: deposit(
            actor=town.parent(awa),
            family_id=awa.family.pk,
            child_id=child.pk,
            type_id=kind.pk,
            name=f"{code}.pdf",
            content=paper(),
            school_year_ends_on=town.year.ends_on,
            now=NOW,
        ).document_id
        for code, kind in kinds.items()
    }
    draft = drafts.start(
        actor=town.parent(awa), kind=ProcedureKind.PAI, family_id=awa.family.pk, about=About(child_id=child.pk), now=NOW
    )
    values = {"needs": "mot-prive", "doctor_name": "Dr Test"}
    drafts.save_step(actor=town.parent(awa), draft_id=draft.draft_id, step="pai", values=values, now=NOW)
    sent = drafts.submit(actor=town.parent(awa), draft_id=draft.draft_id, now=NOW).view
    return {"child": child, "bea": bea, "slot": slot, "documents": documents, "number": sent.number, "offer": offer}


def become(case, authority):
    Guardianship.objects.filter(adult=case["bea"].adult, child=case["child"]).update(authority=authority)


@pytest.fixture
def read(town, case, login):
    client = login(case["bea"].account)

    def get(path, **data):
        return client.get(f"/{town.slug}/famille/{path}", data)

    return get


def text(response):
    return " ".join(response.content.decode(errors="replace").split())


@pytest.mark.parametrize("authority", [EXERCISED, HELD, WITHDRAWN, NONE])
def test_identity_school_and_the_sheets_of_the_child(case, read, authority):
    become(case, authority)
    root = f"enfants/{case['child'].pk}/"
    first = read(root)
    assert first.status_code == (200 if authority in (EXERCISED, HELD) else 404)
    assert ("données sur demande" in text(first)) == (authority == HELD)
    for tab, said in (("sante/", "arachide"), ("autorisations/", ""), ("personnes/", "Odile Personne")):
        page = read(root + tab)
        assert page.status_code == (200 if authority in (EXERCISED, HELD) else 404)
        if said:
            assert (said in text(page)) == (authority == EXERCISED)
        assert "06 00 00 00 99" not in text(page)  # numbers of the other home's list


@pytest.mark.parametrize("authority", [EXERCISED, HELD, WITHDRAWN, NONE])
def test_planning_and_presences(town, case, read, authority):
    become(case, authority)
    monday = monday_of(case["slot"].on)
    home = text(read("", semaine=monday.isoformat()))
    assert ("Accueil périscolaire, École des Tests" in home) == (authority == EXERCISED)
    assert ("le service vous renseigne sur demande" in home) == (authority == HELD)
    grid = read(f"reservations/{case['bea'].enrolments[0].pk}/")
    assert grid.status_code == (200 if authority == EXERCISED else 404)
    own = Procedure.objects.get(family_id=case["bea"].family.pk)
    for path in (f"demandes/{own.number}/", f"demandes/{own.number}/agenda.ics"):
        assert read(path).status_code == (200 if authority == EXERCISED else 404)
    assert (f"/demandes/{own.number}/" in text(read("demandes/"))) == (authority == EXERCISED)


@pytest.mark.parametrize("authority", [EXERCISED, HELD, WITHDRAWN, NONE])
def test_what_is_the_other_parents_alone_is_never_shown(town, case, read, authority):
    become(case, authority)
    paths = ["", "demandes/", "reservations/", "documents/", "inscriptions/", "dossier/", "demarches/", "profil/"]
    paths += ["entourage/", f"demandes/{case['number']}/", f"enfants/{case['child'].pk}/", "page-inconnue/"]
    for path in paths:
        page = text(read(path))
        assert [said for said in HERS if said in page] == [], path
    assert read(f"demandes/{case['number']}/").status_code == 404  # Awa's démarche, of which a PAI


@pytest.mark.parametrize("authority", [EXERCISED, HELD, WITHDRAWN, NONE])
def test_documents_of_the_child_and_court_decisions(case, read, authority):
    become(case, authority)
    health = read(f"documents/{case['documents']['carnet']}/fichier/")
    assert health.status_code == (200 if authority == EXERCISED else 404)
    assert read(f"documents/{case['documents']['decision']}/fichier/").status_code == 404
    listed = text(read("documents/"))
    assert ("carnet" in listed) == (authority == EXERCISED)
    assert "decision.pdf" not in listed


@pytest.mark.parametrize("authority", [EXERCISED, HELD, WITHDRAWN, NONE])
def test_what_a_parent_has_sent_itself(town, case, read, authority):
    """It stays the depositor's, but for who lost authority; what others sent of the child does not come with it."""
    bea, child = case["bea"], case["child"]
    kind = DocumentType.objects.get(code="decision")
    sent = deposit(
        actor=town.parent(bea),
        family_id=bea.family.pk,
        child_id=child.pk,
        type_id=kind.pk,
        name="x.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )
    become(case, authority)
    path = f"documents/{sent.document_id}/fichier/"
    assert read(path).status_code == (404 if authority == WITHDRAWN else 200)
    page = text(read(f"enfants/{child.pk}/"))
    assert (path in page) == (authority == HELD)  # who exercises it finds it among the documents
    assert f"documents/{case['documents']['carnet']}/" not in page


@pytest.mark.parametrize("authority", [EXERCISED, HELD, WITHDRAWN, NONE])
def test_papers_with_the_data_of_the_child(case, read, authority):
    become(case, authority)
    child = case["child"]
    assert (child.first_name in text(read("editions/"))) == (authority == EXERCISED)
    for paper_path in (f"editions/attestation/{child.pk}/", f"editions/fiche/{child.pk}/"):
        for path in (paper_path, f"{paper_path}pdf/"):
            answer = read(path)
            assert answer.status_code == (200 if authority == EXERCISED else 404), path
        assert [said for said in HERS if said in text(read(paper_path))] == [], paper_path


@pytest.mark.parametrize("authority", [EXERCISED, HELD, WITHDRAWN, NONE])
def test_reminders_of_the_childs_pieces(town, case, authority):
    become(case, authority)
    kind = DocumentType.objects.get(code="carnet")
    kind.validity = "months"
    kind.save()
    bea = case["bea"]
    Document.objects.filter(document_type=kind).update(family=bea.family, good_until=TODAY + timedelta(days=10))
    OutboxMail.objects.all().delete()
    remind_family(actor=town.system, family_id=bea.family.pk, now=NOW)
    told = [mail.template for mail in OutboxMail.objects.all() if bea.account.email in mail.to]
    assert told == (["pieces_expiring"] if authority == EXERCISED else [])


@pytest.mark.parametrize("authority", [HELD, WITHDRAWN, NONE])
def test_no_act_is_begun_or_done_without_the_exercise_of_authority(town, case, authority):
    become(case, authority)
    bea, child = case["bea"], case["child"]
    actor = town.parent(bea)
    free = slots_of(case["offer"])[1]
    item = OrderItem(bea.enrolments[0].pk, frozenset({free.pk}))
    attempts = [
        lambda: orders.place_order(actor=actor, items=[item], key="x", now=NOW),
        lambda: change_basket(actor=actor, changes={bea.enrolments[0].pk: {free.pk: True}}, now=NOW),
        lambda: drafts.start(
            actor=actor, kind=ProcedureKind.PAI, family_id=bea.family.pk, about=About(child_id=child.pk), now=NOW
        ),
        lambda: drafts.start(
            actor=actor,
            kind=ProcedureKind.ENROLMENT,
            family_id=bea.family.pk,
            about=About(child_id=child.pk, activity_id=case["offer"].activity_id, school_year_id=town.year.pk),
            now=NOW,
        ),
        lambda: households.receive_objection(
            actor=actor, child_id=child.pk, adult_id=bea.adult.pk, text="Non", now=NOW
        ),
        lambda: save_health(actor=actor, child_id=child.pk, values={"avoid": "x"}, now=NOW),
        lambda: deposit(
            actor=actor,
            family_id=bea.family.pk,
            child_id=child.pk,
            type_id=DocumentType.objects.get(code="carnet").pk,
            name="x.pdf",
            content=paper(),
            school_year_ends_on=town.year.ends_on,
            now=NOW,
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize("authority", [HELD, WITHDRAWN, NONE])
def test_no_mail_reaches_who_does_not_exercise_authority(town, case, authority):
    become(case, authority)
    OutboxMail.objects.all().delete()
    bea, agent = case["bea"], town.agent("agent")
    item = OrderItem(bea.enrolments[0].pk, frozenset({slots_of(case["offer"])[1].pk}))
    placed = orders.place_order(actor=agent, items=[item], key="agent", now=NOW)
    announce(actor=agent, key=placed.key, now=NOW)
    changes.leave(actor=agent, enrolment_id=bea.enrolments[0].pk, on=TODAY + timedelta(days=1), now=NOW)
    assert [mail.template for mail in OutboxMail.objects.all() if bea.account.email in mail.to] == []
