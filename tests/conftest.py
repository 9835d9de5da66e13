"""Shared fixtures: a cast of named people in two towns, and logged-in clients."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings

from preau.base.written import Written
from tests.factories.clients import client_of
from tests.factories.town import NOW, Household, Town
from tests.migrating import run_steps
from tests.written import proving

# A machine that does something else too is slow, not wrong: nothing here is judged by the clock.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what reaches the database through a fixture too: `-m django_db` must find it (PostgreSQL pass)."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"db", "transactional_db"} and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> None:
    """Tables are made from the models, in a tenth of the time; what migrations do beside them is done after.

    `bin/check` says that models and migrations agree; the demo that the walks serve is migrated, and so is PostgreSQL
    in `.ci/run` (`--migrations`).
    """
    if request.config.getoption("nomigrations"):
        with django_db_blocker.unblock():
            run_steps()


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request of the suite happens on the same Monday morning."""
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW)


@pytest.fixture(autouse=True)
def clean_cache() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def proved_reads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test reads of `base.written` is proved equal to its ORM form; but where others write meanwhile."""
    if "concurrency" not in request.path.parts:
        monkeypatch.setattr(Written, "__call__", proving(Written.__call__))


@pytest.fixture
def emptied(transactional_db: Any) -> Any:
    """For tests that commit: lets the end-of-test flush empty, on SQLite, what triggers keep: journal, contracts."""
    from django.db import connection

    def triggers() -> list[str]:
        if connection.vendor != "sqlite":
            return []
        kept = ("contractversion_sent", "contractversion_sealed", "contractsignature_signed")
        names = ["journal_no", *(f"contracts_{each}" for each in kept)]
        return [f"{name}_{act}" for name in names for act in ("update", "delete")]

    yield
    with connection.cursor() as cursor:
        for name in triggers():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


@pytest.fixture
def town(db: Any) -> Town:
    return Town("ville-test")


@pytest.fixture
def other_town(db: Any) -> Town:
    return Town("autre-ville")


@pytest.fixture
def awa(town: Town) -> Household:
    """Awa and her two children."""
    return town.household("Dupré", children=2, login="awa.dupre")


@pytest.fixture
def bruno(town: Town) -> Household:
    """Bruno, of another household of the same town."""
    return town.household("Martin", children=1, login="bruno.martin")


@pytest.fixture(scope="module")
def kept_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around a whole module: what its fixtures write is there for each test, and gone after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def login() -> Any:
    return client_of


@pytest.fixture
def now() -> datetime:
    return NOW.astimezone(UTC)
