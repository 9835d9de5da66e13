"""Every link that a page shows to a demo account opens for that account: each instance, not one per kind of page.

No browser: pages are read as text by Django's client. `.ci/run` loads a small demo; `bin/audit` the whole one, with
AUDIT_FULL.
"""

import html
import json
import os
import re
from collections import deque
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from preau.demo import loader
from preau.domain.accounts.models import Account
from tests.factories.clients import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]

IS_WHOLE = bool(os.environ.get("AUDIT_FULL"))
LINK = re.compile(r'<a\b[^>]*?\shref="([^"#]+)')
# A Saturday, near the end of the month: week-ends, months that have no day left, the eve of the new month.
TODAY = date(2026, 11, 28)
# Pages that go on for ever in one direction: so many steps of each, then no more.
STEPS = {"debut": 3, "date": 4, "page": 3, "semaine": 3}
MOST_PER_VIEW = 10_000 if IS_WHOLE else 2  # instances of one page followed for one account
# Each of these is a page of its own, with its own settings behind it: all are opened.
EACH = frozenset({"family:booking_grid", "family:booking_periodicity", "staff:family_week"})


FOR_ALL = frozenset({"family:publication", "account:totp"})  # the same for each account of a town


def links_of(address: str, text: str) -> list[str]:
    found = []
    for raw in LINK.findall(text):
        target = urlsplit(urljoin(address, html.unescape(raw)))
        if target.netloc in ("", "testserver") and target.scheme in ("", "http"):
            found.append(target.path + (f"?{target.query}" if target.query else ""))
    return list(dict.fromkeys(found))


def is_worth(address: str, seen: dict[str, int], public: dict[str, int], slug: str) -> bool:
    """Whether to follow a link: inside the town, not the twentieth month, not a way out.

    :param public: what has been followed of the pages that everybody of the town reads alike.
    """
    path, _, query = address.partition("?")
    if not path.startswith(f"/{slug}/") or path.endswith("/deconnexion/"):
        return False
    steps = [name for name in STEPS if f"{name}=" in query]
    view = resolve(path).view_name
    kind = f"{view}?{'&'.join(steps)}"
    counted = public if view.startswith("public:") or view in FOR_ALL else seen
    counted[kind] = counted.get(kind, 0) + 1
    most = 10_000 if view in EACH else MOST_PER_VIEW
    return counted[kind] <= (min(STEPS[name] for name in steps) if steps else most)


def follow(client: Client, start: str, slug: str, public: dict[str, int]) -> dict[str, tuple[int, str]]:
    """Return what each link answered when it was not a page, a file or a way on, with the page that shows it."""
    waiting, seen, counts, broken = deque([(start, "")]), {start}, {}, {}
    while waiting:
        address, shown_by = waiting.popleft()
        answer = client.get(address)
        if answer.status_code in (301, 302):
            target = answer.headers["Location"]
            if target not in seen and is_worth(target, counts, public, slug):
                seen.add(target)
                waiting.append((target, address))
            continue
        if answer.status_code != 200:
            broken[address] = (answer.status_code, shown_by)
            continue
        if answer.streaming or "text/html" not in answer.headers["Content-Type"]:
            continue
        for each in links_of(address, answer.content.decode()):
            if each not in seen:
                seen.add(each)
                if is_worth(each, counts, public, slug):
                    waiting.append((each, address))
    return broken


@pytest.fixture
def demo_accounts(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 0, tzinfo=UTC)
    monkeypatch.setattr("preau.config.clock.now", lambda: now)
    settings.PREAU_DATA_DIR = tmp_path
    loader.load(today=TODAY, now=now, data_dir=tmp_path, report=lambda line: None, scale=1.0 if IS_WHOLE else 0.05)
    return json.loads((tmp_path / "accounts.json").read_text(encoding="utf-8"))


def test_every_link_shown_to_every_account_of_the_demo_opens(demo_accounts: list[dict[str, str]]) -> None:
    broken = {}
    public: dict[str, dict[str, int]] = {}
    for each in demo_accounts:
        client = client_of(Account.objects.get(username=each["login"]))
        client.raise_request_exception = False
        part = "famille" if each["role"] == "family" else "agents"
        found = follow(
            client,
            f"/{each['organisation']}/{part}/",
            each["organisation"],
            public.setdefault(each["organisation"], {}),
        )
        broken.update({(each["login"], address): why for address, why in found.items()})
    assert broken == {}
