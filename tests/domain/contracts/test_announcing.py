"""Months announced by families whose contract says hours: until when, in which place, what stands otherwise."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from preau.base.models import OutboxMail
from preau.domain.contracts.enums import TemplateKind
from preau.domain.contracts.models import AnnouncedMonth, UnbookedDay
from preau.domain.contracts.operations.announcing import announce_month, remind_months
from preau.domain.contracts.queries.announcing import find_month, months_to_announce
from preau.domain.contracts.rules import acts
from preau.domain.creche.models import CareRange
from preau.kernel.time_ranges import TimeRange
from tests.factories.clients import client_of
from tests.factories.contracts import Contracts, terms_of
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, TODAY, Town

DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 1)
DAY = (TimeRange(540, 960),)  # 9 h to 16 h


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def contracts(town):
    return Contracts(town, announce_day=20)


@pytest.fixture
def home(town):
    return town.household("Pinson")


@pytest.fixture
def version(contracts, home):
    found = contracts.signed(home, terms=terms_of(kind=TemplateKind.VARIABLE, minutes=6000))
    run_waiting("book_signed")
    return found


def held(month):
    rows = CareRange.objects.filter(status="booked", on__year=month.year, on__month=month.month)
    return {row.on: (row.starts_minute, row.ends_minute) for row in rows}


def test_the_usual_week_stands_until_something_is_announced(town, home, version):
    assert {day.weekday() for day in held(DECEMBER)} == {0, 1, 3}
    days = {date(2026, 12, 2): DAY, date(2026, 12, 4): DAY}
    said = {"actor": town.parent(home), "contract_id": version.contract_id, "month": DECEMBER, "now": NOW}
    assert announce_month(days=days, **said) == []
    assert held(DECEMBER) == dict.fromkeys(days, (540, 960))
    announce_month(days={date(2026, 12, 9): DAY}, **said)  # said again, the last word stands
    assert list(held(DECEMBER)) == [date(2026, 12, 9)]
    assert {day.weekday() for day in held(JANUARY)} == {0, 1, 3}
    assert AnnouncedMonth.objects.count() == 1


def test_after_its_last_day_the_usual_week_stands_but_an_agent_may(town, contracts, home, version):
    late = datetime(2026, 11, 21, 8, tzinfo=NOW.tzinfo)
    said = {"contract_id": version.contract_id, "month": DECEMBER, "days": {date(2026, 12, 2): DAY}, "now": late}
    with pytest.raises(acts.TooLateToAnnounce):
        announce_month(actor=town.parent(home), **said)
    announce_month(actor=contracts.agent, **said)
    assert list(held(DECEMBER)) == [date(2026, 12, 2)]


@pytest.mark.parametrize(
    ("day", "hours", "code"),
    [
        (date(2026, 12, 5), DAY, "closed"),
        (date(2026, 12, 2), (TimeRange(300, 600),), "outside"),
        (date(2027, 1, 4), DAY, "closed"),
    ],
)
def test_hours_that_cannot_be(town, home, version, day, hours, code):
    with pytest.raises(acts.HoursWrong) as wrong:
        announce_month(
            actor=town.parent(home), contract_id=version.contract_id, month=DECEMBER, days={day: hours}, now=NOW
        )
    assert wrong.value.days == {day: code}
    assert not AnnouncedMonth.objects.exists()


def test_a_day_without_room_is_told_and_kept_for_agents(town, home):
    contracts = Contracts(town, places=1)
    contracts.signed(town.household("Merle"))
    run_waiting("book_signed")
    version = contracts.signed(home, terms=terms_of(kind=TemplateKind.VARIABLE, minutes=6000, weeks=({2: DAY},)))
    run_waiting("book_signed")
    full, free = date(2026, 12, 3), date(2026, 12, 4)
    missed = announce_month(
        actor=town.parent(home), contract_id=version.contract_id, month=DECEMBER, days={full: DAY, free: DAY}, now=NOW
    )
    assert missed == [full]
    assert [(row.on, row.why) for row in UnbookedDay.objects.filter(version=version)] == [(full, "no_room")]


def test_a_contract_of_one_week_announces_nothing(town, contracts, home):
    version = contracts.signed(home)
    with pytest.raises(acts.NotAnnounced):
        find_month(actor=town.parent(home), contract_id=version.contract_id, month=DECEMBER, now=NOW)


def test_what_is_to_announce_is_asked_for_and_reminded_once(town, home, version):
    actor = town.parent(home)
    assert [each.month for each in months_to_announce(actor=actor, on=TODAY)] == [DECEMBER]
    assert remind_months(actor=town.system, now=NOW - timedelta(days=3)) == 0
    assert remind_months(actor=town.system, now=NOW) == 1
    remind_months(actor=town.system, now=NOW + timedelta(days=1))
    assert OutboxMail.objects.filter(template="contract_month").count() == 1
    announce_month(actor=actor, contract_id=version.contract_id, month=DECEMBER, days={}, now=NOW)
    assert months_to_announce(actor=actor, on=TODAY) == []
    assert held(DECEMBER) == {}


def test_the_page_keeps_what_is_typed_and_says_what_is_wrong(town, home, version):
    client = client_of(home.account)
    where = reverse("family:contract_month", args=[town.slug, version.contract_id, "2026-12"])
    assert 'value="08:30-17:00"' in client.get(where).content.decode()
    bad = client.post(where, {"j1": "demain", "j2": "9:00-16:00"})
    assert bad.status_code == 422
    assert "Écrivez ces heures comme 8:30-17:00" in bad.content.decode()
    assert 'value="demain"' in bad.content.decode()
    early = client.post(where, {"j2": "5:00-9:00"})
    assert "la structure est ouverte de" in early.content.decode()
    done = client.post(where, {"j2": "9:00-16:00"}, follow=True)
    assert "Le planning du mois est enregistré." in done.content.decode()
    assert list(held(DECEMBER)) == [date(2026, 12, 2)]
    home_page = client.get(reverse("family:home", args=[town.slug])).content.decode()
    assert "Annoncer" not in home_page
    for month in ("2026-13", "hier"):
        assert (
            client.get(reverse("family:contract_month", args=[town.slug, version.contract_id, month])).status_code
            == 404
        )
    stranger = client_of(town.household("Corneille").account)
    assert stranger.get(where).status_code == 404
