"""Reads of what a collectivité publishes."""

from datetime import date

from django.db.models import Q, QuerySet

from preau.base.facts import NotFound
from preau.domain.publishing.models import NewsItem, Question


def list_news(*, organisation_id: int, on: date, limit: int = 50) -> list[NewsItem]:
    """Return the news to show on a day, newest first (A01-19)."""
    return list(_shown(organisation_id, on).order_by("-published_on", "-pk")[:limit])


def find_news(*, organisation_id: int, news_id: int, on: date) -> NewsItem:
    """Return one piece of news.

    :raises NotFound: unknown here, not published yet, or over.
    """
    item = _shown(organisation_id, on).filter(pk=news_id).first()
    if item is None:
        raise NotFound("news")
    return item


def list_questions(*, organisation_id: int) -> list[Question]:
    """Return the F.A.Q. of a collectivité, in its order. One query."""
    return list(Question.objects.filter(organisation_id=organisation_id).order_by("position", "pk"))


def _shown(organisation_id: int, on: date) -> QuerySet[NewsItem]:
    return NewsItem.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=on), organisation_id=organisation_id, published_on__lte=on
    )
