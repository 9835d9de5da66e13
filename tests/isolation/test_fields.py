"""Two separated parents, one child in both homes: nothing that is A's alone reaches B, on any page or in any mail.

Generic over the routes: a page added tomorrow is walked without a line here.
"""

from typing import Any

import pytest
from django.db import transaction

from preau.base.models import OutboxMail, StoredFile
from preau.domain.families.models import Adult, Child, Contact, Family
from preau.domain.families.operations import link_child
from preau.domain.procedures.models import Procedure
from tests.factories.town import Household
from tests.isolation import scene as scenes
from tests.isolation.scene import CANARY, Scene
from tests.isolation.test_walker import client_for, path_of

# What is said of a child is for all holders of authority: these texts are no canary for the other parent.
CHILD_DATA = ("first_name", "last_name", "birth_place", "search")


@pytest.fixture
def scene(db: Any) -> Scene:
    return scenes.build()


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
    assert leaks == []
    assert opened or method == "post"  # B does open its own pages


def test_no_mail_to_one_parent_carries_what_is_the_other_parents_alone(scene, other_parent):
    mine = [mail for mail in OutboxMail.objects.all() if other_parent.adult.email in str(mail.to)]
    assert [mail.template for mail in mine if CANARY.lower() in f"{mail.subject} {mail.context}".lower()] == []
