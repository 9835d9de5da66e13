"""News: what shows on a day, to whom."""

from datetime import timedelta

import pytest

from preau.base.facts import NotFound
from preau.domain.publishing.models import NewsItem
from preau.domain.publishing.queries import find_news, list_news
from tests.factories.town import TODAY

pytestmark = pytest.mark.django_db


def write(town, title, *, days=0, over=None):
    return NewsItem.objects.create(
        organisation_id=town.id,
        title=title,
        teaser="…",
        published_on=TODAY + timedelta(days=days),
        ends_on=None if over is None else TODAY + timedelta(days=over),
    )


def titles(town, **limits):
    return [item.title for item in list_news(organisation_id=town.id, on=TODAY, **limits)]


def test_the_newest_comes_first_and_the_last_written_of_a_day_before(town):
    for title, days in (("ancienne", -9), ("du jour", 0), ("du jour aussi", 0)):
        write(town, title, days=days)
    assert titles(town) == ["du jour aussi", "du jour", "ancienne"]
    assert titles(town, limit=2) == ["du jour aussi", "du jour"]


def test_news_of_tomorrow_and_news_that_are_over_do_not_show(town):
    write(town, "demain", days=1)
    write(town, "finie ce matin", days=-5, over=0)
    write(town, "finit demain", days=-5, over=1)
    assert titles(town) == ["finit demain"]


def test_a_town_reads_its_own_news_only(town, other_town):
    item = write(other_town, "ailleurs")
    assert titles(town) == []
    with pytest.raises(NotFound):
        find_news(organisation_id=town.id, news_id=item.pk, on=TODAY)


def test_news_not_published_yet_cannot_be_read_by_its_address(town):
    item = write(town, "demain", days=1)
    with pytest.raises(NotFound):
        find_news(organisation_id=town.id, news_id=item.pk, on=TODAY)
    assert find_news(organisation_id=town.id, news_id=item.pk, on=TODAY + timedelta(days=1)) == item
