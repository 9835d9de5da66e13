"""From the ticks of a page to the récapitulatif in one request: read once, decided once, kept once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from preau.base.facts import NotFound
from preau.domain.bookings.queries.facts import BookableEnrolment, bookable_enrolments
from preau.domain.bookings.rules import Decision, Refusal
from preau.domain.procedures.operations.basket import change_basket
from preau.domain.procedures.queries import orders as kept
from preau.domain.procedures.rules import merge_draft, page_changes
from preau.web.family.bookings.forms import Tampered
from preau.web.family.bookings.since import Basket
from preau.web.family.refusals import GONE

Boxes = Mapping[int, Mapping[int, bool]]  # enrolment id → slot id → shown as ticked


@dataclass(frozen=True, slots=True)
class Ticked:
    """What is ticked once a page was sent, and what placing it would give now."""

    rows: list[BookableEnrolment]  # all that the households may book
    basket: Basket
    decision: Decision
    gone: list[Refusal]  # asked for by the page, and can no longer be had: it has left the basket


def keep_ticks(request: Any, *, seen: Boxes, ticked: Mapping[int, frozenset[int]]) -> Ticked:
    """Put what a page changed in the basket; what is already so, and what can no longer be had, leaves it.

    :raises NotFound: a box of an enrolment that is not the actor's.
    :raises Tampered: a box that no page of this enrolment holds.
    :raises TooManyWishes: the basket would hold more than any honest one.
    """
    actor = request.actor
    rows = bookable_enrolments(actor=actor, on=request.today)
    enrolments = {row.enrolment_id: row for row in rows}
    if not seen.keys() <= enrolments.keys():
        raise NotFound("enrolment")
    changes = {pk: page_changes(seen=flags, ticked=ticked.get(pk, frozenset())) for pk, flags in seen.items()}
    asked = {pk: dict(wishes) for pk, wishes in kept.basket(actor=actor, on=request.today).items()}
    for pk, wishes in changes.items():
        asked[pk] = merge_draft(asked.get(pk, {}), changes=wishes, held={})
    decision = _decided(request, asked, enrolments)
    gone = [each for each in decision.refused if each.fact.code in GONE and _is_in(each, changes)]
    held = {pk: {each.facts.slot_id: each.wanted for each in decision.idle if _is_of(each, pk, seen)} for pk in seen}
    forgotten = {pk: [each.facts.slot_id for each in gone if each.facts.enrolment_id == pk] for pk in seen}
    change_basket(actor=actor, changes=changes, held=held, forgotten=forgotten, now=request.now, enrolments=enrolments)
    left = {
        pk: {slot: want for slot, want in wishes.items() if slot not in {*held.get(pk, ()), *forgotten.get(pk, ())}}
        for pk, wishes in sorted(asked.items())
    }
    told = replace(decision, idle=[each for each in decision.idle if not _is_in(each, seen)])
    return Ticked(rows, {pk: wishes for pk, wishes in left.items() if wishes}, told, gone)


def _decided(request: Any, asked: Basket, enrolments: Mapping[int, BookableEnrolment]) -> Decision:
    items = kept.items_of_drafts(asked)
    try:
        return kept.preview_order(actor=request.actor, items=items, now=request.now, enrolments=enrolments).decision
    except NotFound as problem:
        raise Tampered("a box of another page") from problem


def _is_in(refusal: Refusal, boxes: Boxes) -> bool:
    return refusal.facts.slot_id in boxes.get(refusal.facts.enrolment_id, {})


def _is_of(refusal: Refusal, enrolment_id: int, boxes: Boxes) -> bool:
    return refusal.facts.enrolment_id == enrolment_id and _is_in(refusal, boxes)
