"""Dates as the French write them."""

from datetime import date, datetime

import pytest

from preau.kernel import french_dates as fr

MAY_12 = date(2025, 5, 12)


def test_a_day_in_full_and_the_first_of_a_month():
    assert fr.day_words(MAY_12) == "lundi 12 mai 2025"
    assert fr.day_words(date(2025, 5, 1), year=False) == "jeudi 1er mai"
    assert fr.day_short(date(2025, 2, 25)) == "25 févr. 2025"
    assert fr.month_words(MAY_12) == "Mai 2025"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        ([date(2025, 4, 9)], "le 09/04/2025"),
        ([MAY_12, date(2025, 5, 16), date(2025, 5, 14)], "du 12 au 16/05/2025"),
        ([date(2025, 2, 24), date(2025, 3, 7)], "du 24/02 au 07/03/2025"),
        ([date(2025, 12, 29), date(2026, 1, 2)], "du 29/12/2025 au 02/01/2026"),
    ],
)
def test_a_span_says_the_month_and_the_year_once(days, words):
    assert fr.span_words(days) == words


def test_a_period_keeps_both_years_when_they_differ():
    assert fr.period_words(date(2026, 9, 1), date(2027, 7, 7)) == "du 01/09/2026 au 07/07/2027"
    assert fr.period_words(date(2025, 2, 24), date(2025, 3, 7)) == "du 24/02 au 07/03/2025"


@pytest.mark.parametrize(("minute", "words"), [(0, "0 h"), (510, "8 h 30"), (540, "9 h"), (545, "9 h 05")])
def test_hours_are_written_with_an_h(minute, words):
    assert fr.hour_words(minute) == words


def test_a_clock_reads_the_moment_it_is_given():
    assert fr.clock_words(datetime(2026, 11, 3, 8, 12)) == "8 h 12"


def test_every_day_of_a_leap_year_has_words():
    words = {fr.day_words(date.fromordinal(date(2028, 1, 1).toordinal() + n)) for n in range(366)}
    assert len(words) == 366
