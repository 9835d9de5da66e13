"""Who lives in the collectivité: read from the address or decided by an agent, never supposed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from preau.base.models import JournalEntry
from preau.domain.families.enums import Residency
from preau.domain.families.models import Family
from preau.domain.families.operations.household import change_address, create_family, decide_residency
from preau.domain.families.rules import lives_in
from preau.domain.organisations.models import Organisation
from tests.factories.town import NOW

HERE, THERE, NOBODY = Residency.RESIDENT, Residency.OUTSIDE, Residency.UNKNOWN


@pytest.mark.parametrize(
    ("territory", "postcode", "city", "expected"),
    [
        (["99140"], "99140", "N’importe", HERE),
        (["99140 Saint-Loup"], "99140", "ST LOUP", HERE),
        (["99140 Saint-Loup"], "99140", "Saint-Loup Cedex", HERE),
        (["99140 Saint-Loup"], "99140", "Sainte-Luce", THERE),
        (["99140 Saint-Loup", "99150"], "99150", "", HERE),
        (["99140"], "99141", "Saint-Loup", THERE),
        (["99140"], "", "Saint-Loup", NOBODY),
        ([], "99140", "Saint-Loup", NOBODY),
    ],
)
def test_an_address_is_read_against_the_communes(territory, postcode, city, expected):
    assert lives_in(territory=territory, postcode=postcode, city=city) is expected


def territory(town, *places):
    Organisation.objects.filter(pk=town.id).update(territory=list(places))


def residency(family):
    family.refresh_from_db()
    return (family.residency, family.is_resident)


def test_a_new_household_is_not_supposed_to_live_here(town):
    """Everyone who signed up was « habitant », from whatever commune."""
    agent = town.agent("agent")
    assert residency(create_family(actor=agent, name="A", postcode="75001", now=NOW)) == (NOBODY, False)
    territory(town, "99140")
    assert residency(create_family(actor=agent, name="B", postcode="75001", now=NOW)) == (THERE, False)
    assert residency(create_family(actor=agent, name="C", postcode="99140", now=NOW)) == (HERE, True)


def test_a_move_out_of_town_ends_it_and_a_street_further_does_not(town, awa):
    agent, family = town.agent("agent"), awa.family
    territory(town, "99140")
    change_address(actor=agent, family_id=family.pk, address={"postcode": "99140", "city": "Ici"}, now=NOW)
    assert residency(family) == (HERE, True)
    decide_residency(actor=agent, family_id=family.pk, residency=HERE, since=date(2020, 1, 1), now=NOW)
    change_address(actor=agent, family_id=family.pk, address={"street": "autre rue"}, now=NOW)
    assert family.residency_since is None or Family.objects.get(pk=family.pk).residency_since == date(2020, 1, 1)
    away = {"postcode": "75001", "city": "Paris"}
    change_address(actor=agent, family_id=family.pk, address=away, now=NOW, since=date(2026, 10, 1))
    assert residency(family) == (THERE, False)
    assert family.residency_since == date(2026, 10, 1)


def test_an_agent_decides_and_the_journal_keeps_it(town, awa, login):
    client = login(town.account("odile", role="agent"))
    url = f"/ville-test/agents/familles/{awa.family.pk}/commune/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"residency": "ailleurs", "since": ""}).status_code == 422
    assert client.post(url, {"residency": "outside", "since": "01/09/2026"}).status_code == 302
    assert residency(awa.family) == (THERE, False)
    assert "Hors commune" in client.get(f"/ville-test/agents/familles/{awa.family.pk}/").content.decode()
    entry = JournalEntry.objects.get(act="family.residency")
    assert entry.detail == {"residency": "outside", "since": "2026-09-01"}


@pytest.mark.parametrize("value", ["99140", ["9914"], ["99140Saint-Loup"], [99140], {"a": 1}])
def test_a_territory_that_cannot_be_read_is_not_written(town, value):
    row = Organisation.objects.get(pk=town.id)
    row.territory = value
    with pytest.raises(ValidationError):
        row.full_clean()
