"""Dates in templates are those of the collectivité, not of the server's clock in UTC."""

from datetime import UTC, date, datetime

from django.template import Context, Template
from django.utils import timezone

LATE = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)  # half past midnight in Paris, the day after


def render(source, **context):
    with timezone.override("Europe/Paris"):
        return Template(source).render(Context(context))


def test_an_instant_is_told_in_local_time():
    assert render("{{ moment|local_day|jj_mm }} {{ moment|clock }}", moment=LATE) == "03/11 0 h 30"
    assert render("{{ moment|moment_words }}", moment=LATE) == "mardi 3 novembre à 0 h 30"


def test_a_half_open_period_is_told_by_its_last_day():
    source = "{% period_words first after %}"
    assert render(source, first=date(2026, 9, 1), after=date(2027, 7, 8)) == "du 01/09/2026 au 07/07/2027"


def test_week_days_are_short_or_full():
    day = date(2026, 11, 18)
    found = render("{{ day|weekday_short }} {{ day|weekday_full }} {{ day|day_words_short }}", day=day)
    assert found == "mer. Mercredi mercredi 18 novembre"
