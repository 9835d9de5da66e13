"""Every URL × actor × method: nothing of a family leaks or changes for who it is not.

A new URL parameter that the scene cannot fill fails here: nobody forgets a view.
"""

import re
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests.factories.clients import client_of
from tests.isolation import scene as scenes
from tests.isolation.scene import CANARY, Scene

METHODS = ("get", "post")
# The methods that no page answers are tried by one stranger of each audience: the policy says no before the method.
RARE = ("head", "put", "patch", "delete", "options")
TRY_ALL = {"anonyme", "autre famille", "agent d’un autre service"}
STRANGERS = (
    "anonyme",
    "autre famille",
    "famille d’ailleurs",
    "agent d’ailleurs",
    "animatrice d’un autre site",
    "agent d’un autre service",
    "agent d’un autre site",
    "parent dont l’autorité est retirée",
)
PUBLIC = {"public"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture(scope="module")
def built(kept_db: None) -> Scene:
    return scenes.build()


@pytest.fixture
def scene(built: Scene, db: Any) -> Scene:
    """The scene, set once for the module; what a test changes of it is gone with the test."""
    return built


# What a refused page writes: its trace, its session, its count of tries.
TRACES = re.compile(r'"(base_journalentry|base_tally|django_session|preau_cache)"|\bbase_tally\b')


def note_writes(found: list[str], execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Keep each statement that writes something else than a trace."""
    if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) and not TRACES.search(sql):
        found.append(sql)
    return execute(sql, params, many, context)


def path_of(route: str, slug: str, ids: dict[str, Any]) -> str:
    """Fill a route with the victim's ids.

    :raises KeyError: a parameter nobody has thought of.
    """
    return "/" + PARAMETER.sub(lambda found: str({"slug": slug, **ids}[found[1]]), route)


def client_for(account: Any) -> Client:
    return Client() if account is None else client_of(account)


def still_in(client: Client, account: Any) -> Client:
    """The same client, or a new one when the last address has logged it out."""
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return client if account is None or (session is not None and session.value) else client_for(account)


def test_every_parameter_of_every_address_can_be_filled(scene):
    for route, _view in scenes.routes():
        path_of(route, scene.town.slug, scene.ids_of(route))


def test_every_view_declares_who_may_open_it():
    undeclared = [route for route, view in scenes.routes() if not hasattr(view, "policy")]
    assert undeclared == []


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_reads_and_changes_nothing_of_the_victim(scene, name, record_property):
    account, tried, leaks, writes = scene.people[name], 0, [], []
    client, before = client_for(account), scenes.snapshot(scene.town)
    written: list[str] = []
    for route, view in scenes.routes():
        written.clear()
        slugs = {scene.town.slug, scene.other.slug} if "slug" in route else {""}
        for slug in sorted(slugs):
            path = path_of(route, slug, scene.ids_of(route))
            for method in (*METHODS, *(RARE if name in TRY_ALL else ())):
                client = still_in(client, account)
                with connection.execute_wrapper(partial(note_writes, written)):
                    response = getattr(client, method)(path)
                tried += 1
                seen = response.content.decode(errors="replace") + str(response.headers)
                if CANARY.lower() in seen.lower():
                    leaks.append(f"{method} {path}")
                assert response.status_code < 500, f"{method} {path}"
                is_open = view.policy.audience in PUBLIC
                if account is None and not is_open and response.status_code == 200 and method != "options":
                    leaks.append(f"anonymous 200: {method} {path}")
        if written:  # all rows are read again only then: it takes as long as the pages
            after = scenes.snapshot(scene.town)
            if after != before:
                writes.append(route)
            before = after
    record_property("tried", tried)
    print(f"\nmarcheur, {name} : {tried} adresses × méthodes essayées")
    assert (leaks, writes) == ([], [])


def test_the_owner_or_the_agent_does_open_each_view(scene):
    """Without this, a walker that only meets 404 would prove nothing."""
    closed = []
    for route, view in scenes.routes():
        if view.policy.audience not in {"family", "staff"}:
            continue
        account = scene.people["victime" if view.policy.audience == "family" else "agent d’ici"]
        ids = scene.ids_of(route)
        if "agents/agents/" in route:
            ids["account_id"] = scene.people["agent d’un autre site"].pk
        path = path_of(route, scene.town.slug, ids)
        with transaction.atomic():  # each route meets the scene as it was set
            statuses = {client_for(account).get(path).status_code, client_for(account).post(path).status_code}
            transaction.set_rollback(True)
        if not statuses & {200, 302, 422}:
            closed.append((path, statuses))
    assert closed == []


def test_every_answer_carries_the_security_headers(scene):
    for route, view in scenes.routes():
        response = client_for(scene.people["victime"]).get(path_of(route, scene.town.slug, scene.ids_of(route)))
        headers = response.headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy or policy == "default-src 'none'; sandbox", route
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        if view.policy.audience != "public":
            assert headers["Cache-Control"] == "no-store", route


@pytest.mark.parametrize("name", [*STRANGERS, "victime", "agent d’ici"])
def test_the_admin_is_one_refused_prefix(scene, name):
    client = client_for(scene.people[name])
    for path in ("/admin/", "/admin/accounts/account/", "/admin/bookings/booking/"):
        response = client.get(path)
        assert response.status_code in {302, 404}
        assert CANARY not in response.content.decode()


def test_agents_see_the_other_town_as_if_it_did_not_exist(scene):
    client = client_for(scene.people["agent d’ici"])
    for path in ("", "liste/", "familles/", f"familles/{scene.ids['family_id']}/"):
        assert client.get(f"/{scene.other.slug}/agents/{path}").status_code == 404


def test_the_victim_does_see_the_canaries(scene):
    """The control: the walker looks for something that is really shown."""
    client = client_for(scene.people["victime"])
    for path in ("famille/", "famille/entourage/", "famille/demandes/1/"):
        assert CANARY in client.get(f"/{scene.town.slug}/{path}").content.decode()


def test_a_silent_write_would_be_seen(scene):
    client, written = client_for(scene.people["victime"]), []
    with connection.execute_wrapper(partial(note_writes, written)):
        assert client.get("/ville-test/famille/").status_code == 200
        assert written == []
        scene.people["victime"].memberships.update(ended_at=None)
    assert len(written) == 1
