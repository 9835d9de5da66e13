"""Hours as people type them: each range judged at its place, nothing lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from preau.domain.creche.rules import MOST_RANGES, CareRules, problems_of
from preau.kernel.clock_times import clock_words, read_clock
from preau.kernel.time_ranges import Ranges, TimeRange
from preau.web.ui.templatetags.fr import hour_words

MOST_TYPED = MOST_RANGES + 6  # what a page may send: too many is told, far too many is cut
MAX_LENGTH = 12  # of a time that somebody typed


@dataclass(frozen=True, slots=True)
class Typed:
    """One range as it was typed, from 1, and the sentence that says what is wrong with it."""

    number: int
    start: str
    end: str
    problem: str = ""

    @property
    def hours(self) -> TimeRange | None:
        """Return the range, or None when one of its times cannot be read."""
        try:
            return TimeRange(read_clock(self.start), read_clock(self.end))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class DayForm:
    """The ranges of one day as they were typed; `problem` is of the day itself."""

    typed: tuple[Typed, ...]
    problem: str = ""

    @property
    def is_valid(self) -> bool:
        return not self.problem and not any(each.problem for each in self.typed)

    @property
    def ranges(self) -> Ranges:
        """Return the ranges in the order of the day, those that can be read."""
        return tuple(sorted(hours for each in self.typed if (hours := each.hours)))

    @property
    def problems(self) -> list[Typed]:
        return [each for each in self.typed if each.problem]


def form_of(ranges: Sequence[TimeRange]) -> DayForm:
    """Return the form that shows ranges."""
    shown = (
        Typed(number, clock_words(each.start), clock_words(each.end)) for number, each in enumerate(ranges, start=1)
    )
    return DayForm(tuple(shown))


def read_form(data: Any, *, prefix: str = "") -> DayForm:
    """Return what was typed, the empty ranges left out; not judged yet.

    :param prefix: of the names of its fields, where a page has several days.
    """
    found = []
    for number in range(1, MOST_TYPED + 1):
        start, end = (data.get(f"{prefix}{name}{number}", "").replace("\x00", "").strip()[:MAX_LENGTH] for name in "df")
        if start or end:
            found.append(Typed(len(found) + 1, start, end))
    return DayForm(tuple(found))


def judge(form: DayForm, *, opening: TimeRange, rules: CareRules) -> DayForm:
    """Return the form with what is wrong in it, in words, at its place."""
    typed = [each if each.hours else replace(each, problem=_("Écrivez ces heures comme 9:30.")) for each in form.typed]
    readable = [(place, hours) for place, each in enumerate(typed) if (hours := each.hours)]
    problem = ""
    for found in problems_of([hours for _place, hours in readable], opening=opening, rules=rules):
        words = sentence(found.code, opening=opening, rules=rules)
        if found.place is None:
            problem = words
        else:
            place = readable[found.place][0]
            typed[place] = replace(typed[place], problem=words)
    return DayForm(tuple(typed), problem)


def sentence(code: str, *, opening: TimeRange, rules: CareRules) -> str:
    """Return what is wrong with a range, and what to do."""
    match code:
        case "end_before_start":
            return _("La fin est avant le début. Corrigez l’une des deux heures.")
        case "outside":
            hours = {"start": hour_words(opening.start), "end": hour_words(opening.end)}
            return _("Ce jour-là, la structure est ouverte de %(start)s à %(end)s.") % hours
        case "overlap":
            return _("Cette plage en chevauche une autre. Séparez-les, ou faites-en une seule.")
        case "off_step":
            return _("Choisissez des heures toutes les %s minutes.") % rules.step
        case "too_short":
            return _("Une plage dure au moins %s.") % hour_words(rules.min_minutes)
        case "too_long":
            return _("Une plage dure au plus %s.") % hour_words(rules.max_minutes)
        case _other:
            return _("%s plages au plus pour un même jour. Retirez-en.") % min(rules.most_ranges, MOST_RANGES)
