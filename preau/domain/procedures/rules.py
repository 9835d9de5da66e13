"""What a démarche becomes, decided on plain values."""

from collections.abc import Mapping

from preau.domain.procedures.enums import ProcedureStatus


class NothingToDo(Exception):
    """The order asks for no change at all."""


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


def merge_draft(
    wanted: Mapping[int, bool], *, seen: Mapping[int, bool], ticked: frozenset[int], held: Mapping[int, bool]
) -> dict[int, bool]:
    """Return the draft after one page was sent: only what its reader changed counts.

    :param wanted: the draft before (slot id → wanted).
    :param seen: what each box of the page showed when it was drawn. A box that the page did not hold,
        or that comes back as it was shown, changes nothing: a stale page or another parent's booking
        made meanwhile is never undone by it.
    :param ticked: boxes that came back ticked.
    :param held: what is booked now, for the slots of the page: a wish equal to it leaves the draft.
    """
    draft = dict(wanted)
    for slot_id, was_ticked in seen.items():
        is_ticked = slot_id in ticked
        if is_ticked == was_ticked:
            continue
        draft[slot_id] = is_ticked
    return {slot_id: want for slot_id, want in draft.items() if held.get(slot_id) is not want}
