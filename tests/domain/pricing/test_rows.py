"""Tariffs and quotients as rows: published once, dated, never written again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry
from preau.domain.organisations.models import Organisation
from preau.domain.pricing.enums import Scheme
from preau.domain.pricing.models import HouseholdQuotient, TariffVersion
from preau.domain.pricing.operations.incomes import IncomeStands
from preau.domain.pricing.operations.quotients import QuotientInvalid, say_quotient
from preau.domain.pricing.operations.tariffs import TariffPublished, draft_tariff, publish_tariff
from preau.domain.pricing.queries.quotients import quotients_of, standing_line
from preau.domain.pricing.queries.tariffs import tariffs_on
from preau.domain.pricing.rules.tariffs import Quotient
from tests.factories.tariffs import SINCE, publish, tariff_of
from tests.factories.town import NOW, TODAY, Town


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def home(town):
    return town.household("Pinson")


def say(town, home, value="742", *, actor=None, starts_on=TODAY, until=None):
    say_quotient(
        actor=actor or town.agent("agent"),
        family_id=home.family.pk,
        value=Decimal(value) if value is not None else None,
        scheme=Scheme.CAF,
        until=until,
        source="attestation",
        starts_on=starts_on,
        now=NOW,
    )


def test_the_version_that_stands_is_the_last_one_published(town):
    activity = town.offer().activity
    publish(town, activity)
    publish(town, activity, tariff_of("0 ; ; 2"), since=date(2027, 9, 1))
    draft_tariff(actor=town.system, name="Cantine", terms=tariff_of("0 ; ; 9"), starts_on=TODAY, reference="", uses=[])
    today = tariffs_on(organisation_id=town.id, on=TODAY).of(activity.pk)
    later = tariffs_on(organisation_id=town.id, on=date(2027, 10, 1)).of(activity.pk)
    assert (today.starts_on, len(today.terms.grid.prices)) == (SINCE, 3)
    assert later.terms.grid.prices == ((Decimal(2),),)
    assert tariffs_on(organisation_id=town.id, on=SINCE - timedelta(days=1)).of(activity.pk) is None
    assert Organisation.objects.get(pk=town.id).has_tariffs


def test_what_was_published_is_never_written_again(town):
    version = publish(town, town.offer().activity)
    with pytest.raises(TariffPublished):
        publish_tariff(actor=town.system, version_id=version, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        TariffVersion.objects.filter(pk=version).update(starts_on=TODAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        TariffVersion.objects.filter(pk=version).delete()
    twin = draft_tariff(actor=town.system, name="Cantine", terms=tariff_of(), starts_on=SINCE, reference="", uses=[])
    with pytest.raises(TariffPublished):
        publish_tariff(actor=town.system, version_id=twin, now=NOW)
    assert JournalEntry.objects.filter(act="tariff.published").count() == 1


def test_a_moment_may_have_its_own_tariff(town):
    activity = town.offer().activity
    publish(town, activity)
    publish(town, activity, tariff_of("0 ; ; 1"), name="Matin", codes=["M"])
    found = tariffs_on(organisation_id=town.id, on=TODAY)
    assert found.of(activity.pk, "M").name == "Matin"
    assert found.of(activity.pk, "S").name == "Cantine"
    assert found.of(0) is None


def test_a_draft_takes_no_price_away(town):
    activity = town.offer().activity
    publish(town, activity)
    draft_tariff(
        actor=town.system, name="Autre", terms=tariff_of(), starts_on=TODAY, reference="", uses=[(activity.pk, "")]
    )
    assert tariffs_on(organisation_id=town.id, on=TODAY).of(activity.pk).name == "Cantine"


def test_who_writes_a_tariff(town):
    other = Town("ailleurs").offer().activity
    with pytest.raises(NotAllowed):
        draft_tariff(actor=town.agent("agent"), name="x", terms=tariff_of(), starts_on=TODAY, reference="", uses=[])
    with pytest.raises(NotFound):
        draft_tariff(
            actor=town.system, name="x", terms=tariff_of(), starts_on=TODAY, reference="", uses=[(other.pk, "")]
        )
    with pytest.raises(NotFound):
        publish_tariff(actor=town.system, version_id=0, now=NOW)


def test_a_quotient_is_dated_and_grows_old(town, home):
    say(town, home, "742", starts_on=date(2026, 1, 1), until=date(2026, 12, 31))
    say(town, home, None, starts_on=date(2027, 1, 1))
    lines = quotients_of(actor=town.parent(home), family_id=home.family.pk)
    line = standing_line(lines=lines, on=TODAY)
    assert line.on(TODAY) == Quotient(Decimal("742.00"))
    assert line.on(date(2027, 1, 1)) is None
    assert line.is_over(date(2027, 1, 1))
    assert standing_line(lines=lines, on=date(2027, 2, 1)).value is None
    assert standing_line(lines=lines, on=date(2025, 1, 1)) is None
    assert "742" not in str(HouseholdQuotient.objects.values_list("starts_on", "said_by"))
    for entry in JournalEntry.objects.all():
        assert "742" not in str(entry.detail)


def test_what_past_days_were_priced_by_is_not_written_again(town, home):
    say(town, home, "742", starts_on=date(2026, 1, 1))
    say(town, home, "800", starts_on=date(2026, 6, 1))
    with pytest.raises(IncomeStands):
        say(town, home, "300", starts_on=date(2026, 3, 1))
    for value, until in (("-1", None), ("100001", None), ("700", date(2020, 1, 1))):
        with pytest.raises(QuotientInvalid):
            say(town, home, value, until=until)


def test_who_says_and_reads_a_quotient(town, home):
    say(town, home)
    with pytest.raises(NotFound):
        quotients_of(actor=town.parent(town.household("Merle")), family_id=home.family.pk)
    for actor in (town.agent("site_staff"), town.parent(home)):
        with pytest.raises(NotAllowed):
            say(town, home, actor=actor)
    elsewhere = Town("ailleurs")
    with pytest.raises(NotFound):
        say(town, home, actor=elsewhere.agent("agent"))
