"""Every read that is kept written is met by the pages it was written for, and proved there equal to its ORM form."""

import importlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

import preau
from preau.base.written import Written
from preau.domain.documents.models import DocumentType
from tests import written
from tests.factories.town import PASSWORD, TODAY, slots_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/famille/"


def kept_reads():
    """The names of all the reads of the domain."""
    root = Path(preau.__file__).parent
    for path in root.glob("domain/**/*.py"):
        if "written import written" in path.read_text(encoding="utf-8"):
            name = ".".join(("preau", *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
            yield from (value.__name__ for value in vars(importlib.import_module(name)).values() if _is_read(value))


def _is_read(value):
    return isinstance(value, Written)


def test_each_is_met_and_proved(client, login, town, awa):
    written.PROVED.clear()
    offer = town.offer()
    for child in awa.children:
        town.enrol(awa, offer, child=child)
    client.post("/ville-test/connexion/", {"username": awa.account.username, "password": PASSWORD})
    assert client.get(BASE).status_code == 200
    town.activity.requires_dossier = True
    town.activity.save()
    DocumentType.objects.create(organisation_id=town.id, code="assurance", title="Assurance", needs=["dossier"])
    here = f"{BASE}reservations/{awa.enrolments[0].pk}/"
    for path in (BASE, f"{BASE}reservations/", here, f"{BASE}documents/", f"{BASE}dossier/"):
        assert client.get(path).status_code == 200
    slot = slots_of(offer, after=TODAY + timedelta(days=3))[0]
    recap = client.post(f"{here}recapitulatif/", {"vue": "mois", "seen": [f"{slot.pk}:0"], "u": [slot.pk]})
    text = recap.content.decode()
    sent = {name: re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("key", "lu")}
    assert client.get(client.post(f"{here}recapitulatif/", sent).url).status_code == 200
    agent = login(town.account("chloe", role="agent"))
    assert agent.get(f"/ville-test/agents/familles/{awa.family.pk}/").status_code == 200
    assert set(kept_reads()) - written.PROVED == set()
