"""What a director answers, read day by day; nothing of it is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from preau.domain.creche.rules import CareRules
from preau.domain.procedures.enums import DayState
from preau.domain.procedures.operations.answering_hours import DayAnswer
from preau.domain.procedures.operations.hours import MAX_REASON
from preau.domain.procedures.queries.hours import HoursDay
from preau.kernel.time_ranges import TimeRange
from preau.web.fields.hours import DayForm, form_of, judge, read_form

ACTS = ("accept", "propose", "refuse", "")


@dataclass(frozen=True, slots=True)
class DayChoice:
    """One day with what is chosen for it, the hours proposed, and what is wrong with them."""

    day: HoursDay
    act: str
    form: DayForm

    @property
    def prefix(self) -> str:
        return f"{self.day.on.isoformat()}-"


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The whole answer. `problem` is said above it."""

    choices: tuple[DayChoice, ...]
    reason: str = ""
    exceeds: str = ""
    problem: str = ""

    @property
    def is_valid(self) -> bool:
        return not self.problem and all(each.form.is_valid for each in self.choices)

    @property
    def answers(self) -> list[DayAnswer]:
        """Return what is said of each day of which something is said."""
        return [
            DayAnswer(each.day.on, each.act, each.form.ranges if each.act == "propose" else (), self.reason)
            for each in self.choices
            if each.act
        ]


def first_form(days: Sequence[HoursDay], *, fitting: Sequence[date]) -> AnswerForm:
    """Return the form as it is first shown: what has room is ready to be accepted."""
    return AnswerForm(
        tuple(
            DayChoice(
                day,
                "accept" if day.on in fitting and day.state == DayState.WAITING else "",
                form_of(day.asked if day.proposed is None else day.proposed),
            )
            for day in days
        )
    )


def read_answer(data: Any, *, days: Sequence[HoursDay], openings: Any, rules: CareRules) -> AnswerForm:
    """Return what was answered, judged.

    :param openings: by day, the opening hours; None on a closed day.
    """
    reason, exceeds = (" ".join(data.get(name, "").replace("\x00", "").split()) for name in ("motif", "depasse"))
    choices = []
    for day in days:
        act = data.get(f"{day.on.isoformat()}-acte", "")
        form = read_form(data, prefix=f"{day.on.isoformat()}-")
        if act == "propose":
            form = judge(form, opening=openings.get(day.on) or TimeRange(0, 0), rules=rules)
            if not form.typed:
                form = DayForm(form.typed, _("Écrivez les heures que vous proposez."))
            elif form.is_valid and form.ranges == day.asked:
                form = DayForm(form.typed, _("Ce sont les heures demandées : acceptez-les, ou proposez-en d’autres."))
        elif act == "accept" and form.typed and form.ranges not in (day.asked, day.proposed):
            form = DayForm(form.typed, _("Vous avez changé les heures : choisissez « Proposer d’autres horaires »."))
        choices.append(DayChoice(day, act if act in ACTS else "", form))
    problem = ""
    if not any(each.act for each in choices):
        problem = _("Choisissez une réponse pour au moins un jour.")
    elif any(each.act == "refuse" for each in choices) and not reason:
        problem = _("Dites pourquoi vous refusez : la famille lit ce motif.")
    elif len(reason) > MAX_REASON or len(exceeds) > MAX_REASON:
        problem = _("Le motif est trop long : %s caractères au plus.") % MAX_REASON
    return AnswerForm(tuple(choices), reason, exceeds, problem)
