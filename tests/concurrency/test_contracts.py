"""Real threads: contracts that want one place, two agents who sign one contract, a parent who clicks twice."""

import time
from typing import Any

import pytest
from django.db import connection
from django.db.models.query import QuerySet

from preau.domain.contracts.models import CareContract, ContractSignature, ContractVersion, UnbookedDay
from preau.domain.contracts.operations.booking import book_version
from preau.domain.contracts.operations.drafting import draft_contract
from preau.domain.contracts.operations.signing import countersign, send_code, sign_online
from preau.domain.contracts.rules.acts import AlreadySigned, ContractFact, ContractOverlaps
from preau.domain.creche import operations
from preau.domain.creche.models import CareRange
from tests.concurrency.test_last_place import run_together
from tests.factories.contracts import START, Contracts, code_sent, sign, terms_of
from tests.factories.creche import held
from tests.factories.town import NOW, Town

CROWD, PLACES = 8, 2

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def contracts(emptied: Any) -> Contracts:
    return Contracts(Town("course"), places=PLACES)


def signed(contracts: Contracts) -> list[int]:
    homes = [contracts.town.household(f"F{number}", login=f"racer{number}") for number in range(CROWD)]
    return [contracts.signed(home).pk for home in homes]


def test_contracts_booked_at_once_never_exceed_the_places(contracts):
    town, versions = contracts.town, signed(contracts)
    results = run_together(
        [lambda pk=pk: book_version(actor=town.system, version_id=pk, now=NOW) for pk in [*versions, *versions]]
    )
    assert sorted(result > 0 for result in results) == [False] * (len(results) - PLACES) + [True] * PLACES
    assert max(held(town, START)) == PLACES
    assert UnbookedDay.objects.filter(on=START, why="no_room").count() == CROWD - PLACES
    assert CareRange.objects.filter(status="booked", on=START).count() == PLACES


def test_two_agents_sign_one_contract_once(contracts):
    town = contracts.town
    version = contracts.sent(town.household("Pinson"))
    sign(town, town_home(version), version)
    results = run_together(
        [lambda: countersign(actor=contracts.agent, version_id=version.pk, now=NOW) for _each in range(4)]
    )
    assert sum(result is None for result in results) == 1
    assert all(isinstance(result, ContractFact) for result in results if result is not None)
    assert ContractVersion.objects.get().sealed_id


def town_home(version: ContractVersion) -> Any:
    from tests.factories.town import Household

    row = ContractSignature.objects.select_related("adult__account", "adult__family").get(party="parent")
    return Household(row.adult.family, row.adult, row.adult.account)


def test_a_double_click_signs_once(contracts):
    home = contracts.town.household("Pinson")
    version = contracts.sent(home)
    actor = contracts.town.parent(home)
    send_code(actor=actor, version_id=version.pk, now=NOW)
    code = code_sent()
    results = run_together(
        [
            lambda: sign_online(
                actor=actor, version_id=version.pk, code=code, seen=version.file.sha256, has_agreed=True, address="",
                browser="", now=NOW,
            )
            for _each in range(4)
        ]
    )  # fmt: skip
    assert sorted(isinstance(result, AlreadySigned) for result in results) == [False, True, True, True]


def test_two_agents_write_one_contract_for_a_child(contracts):
    enrolment = contracts.enrol(contracts.town.household("Pinson"))
    results = run_together(
        [
            lambda: draft_contract(actor=contracts.agent, enrolment_id=enrolment.pk, terms=terms_of(), note="", now=NOW)
            for _each in range(4)
        ]
    )
    assert CareContract.objects.count() == 1
    assert sum(isinstance(result, ContractOverlaps) for result in results) == 3


@pytest.mark.postgres_only
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's immediate transaction is itself the lock")
def test_without_the_lock_the_places_are_exceeded(contracts, monkeypatch):
    town, versions = contracts.town, signed(contracts)
    whole = operations._decide

    def slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.3)
        return whole(*args, **kwargs)

    monkeypatch.setattr(operations, "_decide", slowly)
    monkeypatch.setattr(operations, "_hold", lambda actor, keys: None)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    run_together([lambda pk=pk: book_version(actor=town.system, version_id=pk, now=NOW) for pk in versions])
    assert max(held(town, START)) > PLACES
