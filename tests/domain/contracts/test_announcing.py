"""Months announced by families whose contract says hours: until when, in which place, what stands otherwise."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from preau.base.models import JournalEntry, OutboxMail
from preau.domain.contracts.enums import TemplateKind
from preau.domain.contracts.models import AnnouncedMonth, UnbookedDay
from preau.domain.contracts.operations.announcing import announce_month, remind_months
from preau.domain.contracts.queries.announcing import find_month, months_to_announce
from preau.domain.contracts.rules import acts
from preau.domain.creche.models import CareRange
from preau.kernel.periods import Period
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


def announce(*, actor, contract_id, month, now, days, seen=None):
    if seen is None:
        seen = find_month(actor=actor, contract_id=contract_id, month=month, now=now).seen
    return announce_month(actor=actor, contract_id=contract_id, month=month, days=days, seen=seen, now=now)


def test_the_usual_week_stands_until_something_is_announced(town, home, version):
    assert {day.weekday() for day in held(DECEMBER)} == {0, 1, 3}
    days = {date(2026, 12, 2): DAY, date(2026, 12, 4): DAY}
    said = {"actor": town.parent(home), "contract_id": version.contract_id, "month": DECEMBER, "now": NOW}
    assert announce(days=days, **said) == []
    assert held(DECEMBER) == dict.fromkeys(days, (540, 960))
    announce(days={date(2026, 12, 9): DAY}, **said)  # said again, the last word stands
    assert list(held(DECEMBER)) == [date(2026, 12, 9)]
    assert {day.weekday() for day in held(JANUARY)} == {0, 1, 3}
    assert AnnouncedMonth.objects.count() == 1


def test_after_its_last_day_the_usual_week_stands_but_an_agent_may(town, contracts, home, version):
    late = datetime(2026, 11, 21, 8, tzinfo=NOW.tzinfo)
    said = {"contract_id": version.contract_id, "month": DECEMBER, "days": {date(2026, 12, 2): DAY}, "now": late}
    with pytest.raises(acts.TooLateToAnnounce):
        announce(actor=town.parent(home), **said)
    announce(actor=contracts.agent, **said)
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
        announce(actor=town.parent(home), contract_id=version.contract_id, month=DECEMBER, days={day: hours}, now=NOW)
    assert wrong.value.days == {day: code}
    assert not AnnouncedMonth.objects.exists()


def test_a_day_without_room_is_told_and_kept_for_agents(town, home):
    contracts = Contracts(town, places=1)
    contracts.signed(town.household("Merle"))
    run_waiting("book_signed")
    version = contracts.signed(home, terms=terms_of(kind=TemplateKind.VARIABLE, minutes=6000, weeks=({2: DAY},)))
    run_waiting("book_signed")
    full, free = date(2026, 12, 3), date(2026, 12, 4)
    missed = announce(
        actor=town.parent(home), contract_id=version.contract_id, month=DECEMBER, days={full: DAY, free: DAY}, now=NOW
    )
    assert missed == [full]
    assert [(row.on, row.why) for row in UnbookedDay.objects.filter(version=version)] == [(full, "no_room")]


def test_a_contract_of_one_week_announces_nothing(town, contracts, home):
    version = contracts.signed(home)
    with pytest.raises(acts.NotAnnounced):
        find_month(actor=town.parent(home), contract_id=version.contract_id, month=DECEMBER, now=NOW)


def test_two_parents_do_not_overwrite_each_other_unseen(town, home, version):
    said = {"actor": town.parent(home), "contract_id": version.contract_id, "month": DECEMBER, "now": NOW}
    first = find_month(**said).seen
    mine, theirs = {date(2026, 12, 2): DAY}, {date(2026, 12, 9): DAY}
    announce(days=mine, seen=first, **said)
    with pytest.raises(acts.MonthChanged):
        announce(days=theirs, seen=first, **said)
    assert list(held(DECEMBER)) == [date(2026, 12, 2)]
    assert announce(days=mine, seen=first, **said) == []  # a double click
    assert JournalEntry.objects.filter(act="contract.month").count() == 1
    announce(days=theirs, **said)
    assert list(held(DECEMBER)) == [date(2026, 12, 9)]


def test_days_past_settling_in_and_known_holidays_keep_what_stood(town, contracts, home):
    settling = {date(2026, 12, 1): (TimeRange(540, 600),)}
    off = (Period(date(2026, 12, 24), date(2026, 12, 27)),)
    terms = terms_of(kind=TemplateKind.VARIABLE, minutes=6000, settling=settling, holidays=off)
    version = contracts.signed(home, terms=terms)
    run_waiting("book_signed")
    noon = datetime(2026, 12, 9, 12, tzinfo=NOW.tzinfo)
    said = {"actor": contracts.agent, "contract_id": version.contract_id, "month": DECEMBER, "now": noon}
    before = {day: hours for day, hours in held(DECEMBER).items() if day < date(2026, 12, 9)}
    assert date(2026, 12, 1) in before
    announce(days={date(2026, 12, 2): DAY, date(2026, 12, 16): DAY}, **said)
    assert held(DECEMBER) == before | {date(2026, 12, 16): (540, 960)}
    for day in (date(2026, 12, 1), date(2026, 12, 24)):
        with pytest.raises(acts.HoursWrong):
            announce(days={day: DAY}, **said)


def test_what_is_to_announce_is_asked_for_and_reminded_once(town, home, version):
    actor = town.parent(home)
    assert [each.month for each in months_to_announce(actor=actor, on=TODAY)] == [DECEMBER]
    assert remind_months(actor=town.system, now=NOW - timedelta(days=3)) == 0
    assert remind_months(actor=town.system, now=NOW) == 1
    remind_months(actor=town.system, now=NOW + timedelta(days=1))
    assert OutboxMail.objects.filter(template="contract_month").count() == 1
    announce(actor=actor, contract_id=version.contract_id, month=DECEMBER, days={}, now=NOW)
    assert months_to_announce(actor=actor, on=TODAY) == []
    assert held(DECEMBER) == {}


def test_the_page_keeps_what_is_typed_and_says_what_is_wrong(town, home, version):
    client = client_of(home.account)
    where = reverse("family:contract_month", args=[town.slug, version.contract_id, "2026-12"])
    assert 'value="08:30-17:00"' in client.get(where).content.decode()
    assert client.post(where, {"j2": "9:00-16:00"}).status_code == 409  # what was read is not said: nothing is done
    assert len(held(DECEMBER)) > 4
    bad = client.post(where, {"j1": "demain", "j2": "9:00-16:00", "seen": "0"})
    assert bad.status_code == 422
    assert "Écrivez ces heures comme 8:30-17:00" in bad.content.decode()
    assert 'value="demain"' in bad.content.decode()
    early = client.post(where, {"j2": "5:00-9:00", "seen": "0"})
    assert "la structure est ouverte de" in early.content.decode()
    done = client.post(where, {"j2": "9:00-16:00", "seen": "0"}, follow=True)
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


def test_what_the_other_parent_wrote_since_is_said(town, home, version):
    client = client_of(home.account)
    where = reverse("family:contract_month", args=[town.slug, version.contract_id, "2026-12"])
    client.post(where, {"j2": "9:00-16:00", "seen": "0"})
    answer = client.post(where, {"j9": "9:00-16:00", "seen": "0"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "a enregistré ce mois" in page
    assert 'value="9:00-16:00"' in page
    assert list(held(DECEMBER)) == [date(2026, 12, 2)]


def test_an_agent_types_the_month_of_a_parent_who_calls(town, home, version):
    client = client_of(town.account("agent", role="agent"))
    contract = reverse("staff:contract", args=[town.slug, version.contract_id])
    where = reverse("staff:contract_month", args=[town.slug, version.contract_id, "2026-12"])
    page = client.get(contract).content.decode()
    assert where in page
    assert "Pas encore annoncé" in page
    assert 'value="08:30-17:00"' in client.get(where).content.decode()
    wrong = client.post(where, {"j2": "5:00-9:00", "seen": "0"})
    assert wrong.status_code == 422
    done = client.post(where, {"j2": "9:00-16:00", "seen": "0"}, follow=True).content.decode()
    assert "La famille le lit dans son calendrier." in done
    assert "Annoncé par" in done
    assert list(held(DECEMBER)) == [date(2026, 12, 2)]
    assert client.post(where, {"j9": "9:00-16:00", "seen": "0"}).status_code == 409
    assert client_of(town.account("cashier", role="regisseur")).get(where).status_code in (403, 404)
    assert client.get(where.replace("2026-12", "2026-13")).status_code == 404
    assert client.get(where.replace("2026-12", "2030-01")).status_code == 302
