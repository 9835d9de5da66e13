"""Two separated parents, one child in both homes: nothing that is A's alone reaches B, on any page or in any mail.

Generic over the routes: a page added tomorrow is walked without a line here.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from preau.base.models import OutboxMail, StoredFile
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.reminding import remind_family
from preau.domain.families.models import Adult, Child, Contact, Family, Guardianship
from preau.domain.families.operations.household import link_child
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.decisions import ask_more
from preau.domain.procedures.operations.drafts import save_step, start, submit
from preau.domain.procedures.operations.joining import send_document
from preau.domain.procedures.operations.messages import write_message
from preau.domain.procedures.rules import About
from tests.factories.town import NOW, Household
from tests.isolation import scene as scenes
from tests.isolation.scene import CANARY, Scene
from tests.isolation.test_walker import client_for, path_of
from tests.uploads.corpus import paper

# What is said of a child is for all holders of authority: these texts are no canary for the other parent.
CHILD_DATA = ("first_name", "last_name", "birth_place", "name_key")


@pytest.fixture(scope="module")
def built(kept_db: None) -> Scene:
    return scenes.build()


@pytest.fixture
def scene(built: Scene, db: Any) -> Scene:
    return built


@pytest.fixture
def other_parent(scene: Scene) -> Household:
    """B: own login, own household, and A's first child. What is left of canaries is A's alone."""
    town, child_id = scene.town, scene.ids["child_id"]
    other = town.household("Autre", children=0, login="autre.parent")
    Adult.objects.filter(family_id=scene.ids["family_id"]).update(has_protected_address=True)
    for child in Child.objects.filter(organisation_id=town.id):
        for name in CHILD_DATA:
            setattr(child, name, "enfant")
        child.save()
    Contact.objects.filter(organisation_id=town.id).update(first_name="Mamie", last_name="V", link="grand-mère")
    Procedure.objects.filter(organisation_id=town.id).update(subject="objet")
    # A child's document is for all holders of authority, judgments excepted (documents.queries).
    StoredFile.objects.filter(organisation_id=town.id).update(name={"name": "carnet.pdf"})
    link_child(actor=town.agent("agent"), family_id=other.family.pk, child_id=child_id)
    other.children.append(Child.objects.get(pk=child_id))
    return other


def test_the_canaries_are_there_to_be_found(scene, other_parent):
    """Without this, a walk that finds nothing would prove nothing."""
    family = Family.objects.get(pk=scene.ids["family_id"])
    adult = Adult.objects.filter(family=family, account__isnull=False).get()
    contact = Contact.objects.filter(family=family).get()
    texts = (family.street, family.city, adult.phone, adult.mobile, adult.employer, contact.phone, contact.mobile)
    assert all(CANARY in text for text in texts)
    page = client_for(scene.people["victime"]).get(f"/{scene.town.slug}/famille/profil/").content.decode()
    assert CANARY in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_shows_one_parent_what_is_the_other_parents_alone(scene, other_parent, method):
    leaks, opened, broken = [], 0, []
    client = client_for(other_parent.account)
    client.raise_request_exception = False  # a page that breaks is the walker's to say, and shows nothing
    for route, _view in scenes.routes():
        if "<slug:slug>/famille/" not in route:
            continue
        path = path_of(route, scene.town.slug, scene.ids_of(route))
        with transaction.atomic():  # each route meets the scene as it was set
            response = getattr(client, method)(path)
            transaction.set_rollback(True)
        opened += response.status_code == 200
        broken += [path] if response.status_code >= 500 else []
        if CANARY.lower() in (response.content.decode(errors="replace") + str(response.headers)).lower():
            leaks.append(path)
    print(f"\nparent B, {method} : {opened} pages ouvertes, en panne {broken}")
    assert broken == []
    assert leaks == []
    assert opened or method == "post"  # B does open its own pages


def test_no_mail_to_one_parent_carries_what_is_the_other_parents_alone(scene, other_parent):
    mine = [mail for mail in OutboxMail.objects.all() if other_parent.adult.email in str(mail.to)]
    assert [mail.template for mail in mine if CANARY.lower() in f"{mail.subject} {mail.context}".lower()] == []


OWN = "SECRETDAWA"  # what one adult says of itself, in a household that both parents read


@pytest.fixture
def partner(scene: Scene) -> Household:
    """B: another adult of A's very household, with its own login. What A says of itself bears another canary."""
    town, family = scene.town, Family.objects.get(pk=scene.ids["family_id"])
    adult = Adult.objects.get(family=family, account__isnull=False)
    for name in ("email", "phone", "mobile", "employer"):
        setattr(adult, name, OWN)
    adult.own_address = {"street": OWN, "city": OWN}
    adult.save()
    victim = Household(family, adult, adult.account, list(Child.objects.filter(households__family=family)))
    actor = town.parent(victim)
    for subject, more in ("adult", {}), ("family", {"is_judicial": True}), ("child", {"is_judicial": True}):
        kind = DocumentType.objects.create(
            organisation_id=town.id, code=f"own-{subject}", title=f"{OWN} {subject}", subject=subject, **more
        )
        kind.validity = "months"
        kind.months = 1
        kind.save()
        sent = send_document(
            actor=actor,
            family_id=family.pk,
            child_id=victim.children[0].pk if subject == "child" else None,
            type_id=kind.pk,
            name=f"{OWN}.pdf",
            content=paper(len(subject)),
            now=NOW,
        )
        ask_more(actor=town.agent("agent"), number=sent.view.number, text=OWN, types={}, now=NOW)
        kind.is_active = False  # the names of types are the collectivité's: here, only A's papers say them
        kind.save()
    for step in ("sent", "draft"):
        draft = start(actor=actor, kind=ProcedureKind.SITUATION, family_id=family.pk, about=About(), now=NOW)
        values = {"situation": "separated", "from": "2026-11-01", "note": OWN}
        save_step(actor=actor, draft_id=draft.draft_id, step="situation", values=values, now=NOW)
        if step == "sent":
            number = submit(actor=actor, draft_id=draft.draft_id, now=NOW).view.number
            write_message(actor=actor, number=number, text=OWN, now=NOW)
    account = town.account("compagnon", role="family", last_name="V")
    other = Adult.objects.create(
        organisation_id=town.id, family=family, account=account, position="co_holder", first_name="Bo", last_name="V"
    )
    for child in victim.children:
        Guardianship.objects.create(organisation_id=town.id, adult=other, child=child)
    return Household(family, other, account, victim.children)


def _own_ids(scene: Scene) -> list[dict[str, Any]]:
    """The ids of each of A's own démarches and papers, in place of those of the scene."""
    rows = Procedure.objects.filter(family_id=scene.ids["family_id"])
    own = [
        {"document_id": pk}
        for pk in Document.objects.filter(document_type__title__startswith=OWN).values_list("pk", flat=True)
    ]
    own += [{"number": row.number} for row in rows if row.number and OWN in f"{row.subject} {row.answers}"]
    return own + [{"draft_id": row.pk} for row in rows.filter(status="draft") if OWN in str(row.answers)]


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_shows_an_adult_what_another_of_its_household_says_of_itself(scene, partner, method):
    leaks, broken, opened = [], [], 0
    client = client_for(partner.account)
    client.raise_request_exception = False
    for route, _view in scenes.routes():
        if "<slug:slug>/famille/" not in route:
            continue
        for ids in [{}, *(each for each in _own_ids(scene) if f":{next(iter(each))}>" in route)]:
            path = path_of(route, scene.town.slug, scene.ids_of(route) | ids)
            with transaction.atomic():
                response = getattr(client, method)(path)
                transaction.set_rollback(True)
            opened += response.status_code == 200
            broken += [path] if response.status_code >= 500 else []
            if OWN.lower() in (response.content.decode(errors="replace") + str(response.headers)).lower():
                leaks.append(path)
            if ids and response.status_code not in (404, 405):
                leaks.append(f"{path} {response.status_code}")
    assert broken == []
    assert leaks == []
    assert opened or method == "post"


def test_no_mail_tells_an_adult_of_the_papers_of_another(scene, partner):
    OutboxMail.objects.all().delete()
    DocumentType.objects.update(is_active=True)
    later = NOW + timedelta(days=10)
    remind_family(actor=scene.town.system, family_id=partner.family.pk, now=later)
    mails = {tuple(mail.to): f"{mail.subject} {mail.context}" for mail in OutboxMail.objects.all()}
    assert (partner.account.email,) not in mails
    assert any(OWN in text for text in mails.values())  # A is told of its own


def test_an_adult_still_reads_its_own(scene, partner):
    client = client_for(scene.people["victime"])
    assert OWN in client.get(f"/{scene.town.slug}/famille/demandes/").content.decode()
    for ids in _own_ids(scene):
        if "number" in ids:
            assert client.get(f"/{scene.town.slug}/famille/demandes/{ids['number']}/").status_code == 200
