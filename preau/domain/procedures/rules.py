"""What a démarche becomes, decided on plain values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from preau.domain.bookings.rules import Refusal
from preau.domain.procedures.enums import OtherParent, PlanState, ProcedureKind, ProcedureStatus

PERSON = "p"  # steps of an entourage: "p1", "p2"…
LINE = "l"  # weekly lines of an enrolment, told by their place: "l0", "l1"…
MAX_TEXT = 4000  # characters of a message, a note or a reason


@dataclass(frozen=True, slots=True)
class About:
    """What a démarche is about, besides its household: of one kind, a household has one draft for each."""

    child_id: int | None = None
    activity_id: int | None = None
    school_year_id: int | None = None
    form_id: int | None = None


THE_HOUSEHOLD = About()


@dataclass(frozen=True, slots=True)
class Problem:
    """What a step of a draft still lacks. `code` is turned into a sentence by the screens."""

    step: str
    code: str
    detail: str = ""


class Incomplete(Exception):
    """The draft cannot be submitted yet: it lacks something, told step by step."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


class NotOpenForYou(Exception):
    """This kind of démarche cannot be started here or now. `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class AlreadyDecided(Exception):
    """The démarche is no longer waiting: it was decided or cancelled meanwhile."""


class WaitsForOtherParent(Exception):
    """A non-usual act is not decided before the other holder of authority has agreed (art. 372-2, a contrario)."""


class NothingKept(Exception):
    """Every part of a démarche is refused: that is a refusal, not a partial answer."""


class TextMissing(Exception):
    """A refusal without its reason, a request without a word, an empty message."""


class TextTooLong(Exception):
    """More than `MAX_TEXT` characters."""


class CannotApply(Exception):
    """What was accepted is no longer possible: the démarche goes back to the queue. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NothingToDo(Exception):
    """The order asks for no change at all, or for what is already so: it is neither refused nor numbered."""


class NothingGranted(Exception):
    """Nothing of what an agent, or an undo, asks for can be had: nothing is written. `refused` says why, one by one."""

    def __init__(self, refused: Sequence[Refusal]) -> None:
        super().__init__(len(refused))
        self.refused = tuple(refused)


class ReasonNeeded(NothingGranted):
    """An agent's order goes past a rule: it is written only with a reason. Nothing is written before."""


class AlreadyUndone(Exception):
    """The démarche was undone before, or never gave anything to undo."""


def status_of_answer(*, granted: int, refused: int) -> ProcedureStatus:
    """Return the status of a démarche answered at once (A10-07, A10-08).

    One wish granted makes the answer positive: what was refused is told apart, with its reason.

    :raises NothingToDo: neither granted nor refused.

    >>> status_of_answer(granted=0, refused=2)
    <ProcedureStatus.REFUSED: 'refused'>
    """
    if not granted and not refused:
        raise NothingToDo
    return ProcedureStatus.ACCEPTED if granted else ProcedureStatus.REFUSED


def page_changes(*, seen: Mapping[int, bool], ticked: Collection[int]) -> dict[int, bool]:
    """Return what the reader of a page changed: only that counts.

    A box that comes back as it was shown changes nothing: a stale page never undoes what another tab, or the other
    parent, did meanwhile.

    :param seen: what each box showed when the page was drawn.
    :param ticked: boxes that came back ticked.

    >>> page_changes(seen={1: False, 2: True, 3: True}, ticked={1, 3})
    {1: True, 2: False}
    """
    return {slot_id: slot_id in ticked for slot_id, was in seen.items() if (slot_id in ticked) != was}


def merge_draft(
    wanted: Mapping[int, bool], *, changes: Mapping[int, bool], held: Mapping[int, bool]
) -> dict[int, bool]:
    """Return a draft (slot id → wanted) after some changes.

    :param held: what is booked now, for the slots of the page: a wish equal to it leaves the draft.
    """
    return {slot_id: want for slot_id, want in {**wanted, **changes}.items() if held.get(slot_id) is not want}


def to_say_again(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a démarche that begins anew: what was read and confirmed is read and confirmed again.

    >>> to_say_again({"health": {"diet": "packed", "confirmed": True}, "seen": {"consents": []}})
    {'health': {'diet': 'packed'}}
    """
    kept = {step: values for step, values in answers.items() if step != "seen"}
    return {
        step: {key: value for key, value in values.items() if key != "confirmed"}
        if isinstance(values, dict)
        else values
        for step, values in kept.items()
    }


def missing(answers: object, names: Sequence[str], *, step: str) -> list[Problem]:
    """Return one problem per field that is empty in the answers of a step.

    >>> [problem.detail for problem in missing({"city": " "}, ["city"], step="move")]
    ['city']
    """
    found = answers if isinstance(answers, Mapping) else {}
    return [Problem(step, "missing", name) for name in names if not str(found.get(name) or "").strip()]


@dataclass(frozen=True, slots=True)
class Check:
    """What the machine has looked at. `code` is the anomaly found, empty when there is none."""

    name: str
    code: str = ""


# What the machine looks at, kind by kind: its name, and the anomalies that it may find.
CHECKS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    ProcedureKind.ENTOURAGE: (
        ("child_known", ("duplicate_child",)),
        ("adult_known", ("duplicate_adult",)),
        ("forbidden", ("forbidden_contact",)),
        ("authority", ("new_authority",)),
    ),
    ProcedureKind.DOSSIER: (
        ("pieces_given", ("piece_may_wait",)),
        ("pieces_checked", ("pieces_to_check",)),
        ("health_said", ("health_to_read",)),
        ("forbidden", ("forbidden_contact",)),
    ),
    ProcedureKind.ENROLMENT: (
        ("age", ("too_young", "too_old", "not_born")),
        ("residence", ("not_resident",)),
        ("dossier", ("dossier_missing", "dossier_sent")),
        ("pieces_valid", ("document_missing",)),
        ("places", ("full",)),
        ("enrolled", ("already_enrolled",)),
    ),
    ProcedureKind.SCHOOLING: (
        ("sector", ("out_of_sector", "sector_unknown")),
        ("level", ("level_age",)),
        ("schooled", ("already_schooled",)),
        ("class", ("no_class",)),
    ),
    ProcedureKind.MOVE: (("stays", ("leaves_town",)), ("proof", ("no_proof",))),
    ProcedureKind.SITUATION: (("custody", ("custody_to_ask",)),),
    ProcedureKind.ABSENCE: (("proven", ("proof_to_check", "proof_awaited", "proof_missed")),),
    ProcedureKind.PAI: (("certificate", ("no_certificate",)), ("health_said", ("health_to_read",))),
}


def checks_of(*, kind: str, anomalies: Sequence[str]) -> list[Check]:
    """Return what the machine looked at in a démarche, anomalies first, then what it found in order.

    An anomaly that no check of the kind announces is told all the same.

    >>> checks_of(kind="move", anomalies=["no_proof"])
    [Check(name='proof', code='no_proof'), Check(name='stays', code='')]
    """
    known = CHECKS.get(kind, ())
    found = [Check(next((name for name, codes in known if code in codes), code), code) for code in anomalies]
    failed = {each.name for each in found}
    return [*found, *(Check(name) for name, _codes in known if name not in failed)]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a démarche that may be refused while the rest is accepted.

    `act` is what is asked for a person that the dossier knows already: "change" or "remove".
    """

    key: str
    words: str
    act: str = ""


def parts_of(*, kind: str, answers: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return what may be decided apart: the persons of an entourage, the weekly lines of an enrolment.

    Nothing when there is only one: then it is the démarche itself that is decided.
    """
    found: list[Part] = []
    if kind == ProcedureKind.ENTOURAGE:
        found = [
            Part(step, f"{each['first_name']} {each['last_name']}", str(each.get("act", "")))
            for step, each in people_of(answers)
        ]
    elif kind == ProcedureKind.ENROLMENT:
        pattern = answers.get("pattern", {})
        lines = pattern.get("lines", ()) if isinstance(pattern, Mapping) else ()
        found = [Part(f"{LINE}{number}", str(line.get("name", ""))) for number, line in enumerate(lines)]
    return tuple(found) if len(found) > 1 else ()


# Steps of the answers that hold health: an agent reads them on demand, and the reading is kept.
HEALTH_STEPS = ("health", "pai")
# What the team may know without a reading: whether there is a PAI, as on the child's page.
HEALTH_SHOWN = ("pai", "pai_until", "confirmed")

# What an absence whose motive is of health says of it.
ABSENCE_HIDDEN = ("reason", "comment")


def without_health(answers: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return the answers without what they say of health, and whether something was taken out.

    >>> without_health({"health": {"pai": "no", "avoid": "œuf"}})
    ({'health': {'pai': 'no'}}, True)
    """
    kept, is_cut = dict(answers), False
    if isinstance(said := answers.get("absence"), Mapping) and said.get("is_health", True):
        kept["absence"] = {name: value for name, value in said.items() if name not in ABSENCE_HIDDEN}
        is_cut = True
    for step in HEALTH_STEPS:
        if isinstance(said := answers.get(step), Mapping):
            kept[step] = {name: value for name, value in said.items() if step == "health" and name in HEALTH_SHOWN}
            is_cut = is_cut or any(value for name, value in said.items() if name not in kept[step])
    return kept, is_cut


# The parts of a dossier administratif that are filled in, in order; documents and règlements are looked up.
DOSSIER_PARTS = ("household", "identity", "health", "consents", "people")


def dossier_problems(
    *,
    answers: Mapping[str, Any],
    required_consents: Sequence[str],
    lacking_pieces: Sequence[str],
    open_regulations: Sequence[str],
) -> list[Problem]:
    """Return what a dossier still lacks, part by part (A07-15): nothing when it may be sent.

    :param required_consents: codes that must be answered yes or no.
    :param lacking_pieces: titles of the pieces that are missing, refused or expired and may not wait.
    :param open_regulations: titles of the règlements not accepted yet.
    """
    found = [Problem(part, "to_fill") for part in DOSSIER_PARTS if not answers.get(part, {}).get("confirmed")]
    said = answers.get("consents", {})
    if any(said.get(code) not in ("yes", "no") for code in required_consents):
        found.append(Problem("consents", "consent_missing"))
    found += [Problem("documents", "piece_missing", title) for title in lacking_pieces]
    found += [Problem("rules", "regulation_open", title) for title in open_regulations]
    return found


def said_at(moments: Mapping[str, Any], step: str, *, default: datetime) -> datetime:
    """Return when a step was answered; the default for one that was not.

    >>> said_at({}, "health", default=datetime(2026, 1, 1)).year
    2026
    """
    text = moments.get(step)
    return datetime.fromisoformat(text) if text else default


def people_of(answers: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return (step, person) of each person declared in an entourage, in the order they were added.

    Each person is one step of the draft: "p1", "p2"…
    """
    steps = [step for step in answers if step[:1] == PERSON and step[1:].isdigit()]
    return [(step, answers[step]) for step in sorted(steps, key=lambda each: int(each[1:]))]


def check_text(text: str) -> str:
    """Return a text that somebody typed, trimmed.

    :raises TextMissing: nothing but spaces.
    :raises TextTooLong: more than `MAX_TEXT` characters.
    """
    found = text.replace("\x00", "").strip()
    if not found:
        raise TextMissing
    if len(found) > MAX_TEXT:
        raise TextTooLong
    return found


def promised_at(*, submitted_at: datetime, hours: int) -> datetime:
    """Return when the service has promised an answer: so many hours of the clock after submission (A10-15)."""
    return submitted_at + timedelta(hours=hours)


def may_decide(*, status: ProcedureStatus, other_parent: OtherParent) -> None:
    """Pass when an agent may decide now.

    :raises AlreadyDecided: decided or cancelled meanwhile.
    :raises WaitsForOtherParent: the other holder of authority has not answered, or objects.
    """
    if status not in (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW, ProcedureStatus.MORE_ASKED):
        raise AlreadyDecided
    if other_parent in (OtherParent.WAITING, OtherParent.OBJECTED):
        raise WaitsForOtherParent


def plan_states(
    status: PlanState, *, is_missed: bool = False, is_excused: bool = False, is_present: bool | None = None
) -> tuple[PlanState, ...]:
    """Return what the planning says of a moment, from what was planned, announced and seen; what was seen wins.

    :param status: of what was planned: reserved, to validate, waiting, cancelled, closed, outing.
    :param is_present: what was pointed; None: nothing yet.

    >>> plan_states(PlanState.RESERVED, is_missed=True, is_excused=True)
    (<PlanState.ABSENT: 'absent'>, <PlanState.EXCUSED: 'excused'>)
    """
    if is_present:
        return (PlanState.PRESENT,)
    if status is not PlanState.RESERVED:
        return (status,)
    if is_missed and is_excused:
        return PlanState.ABSENT, PlanState.EXCUSED
    if is_missed or is_present is False:
        return (PlanState.ABSENT,)
    return (status,)
