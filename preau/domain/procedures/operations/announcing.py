"""The mail that tells a family what became of an order: a receipt (A24-08, A24-10)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from preau.base.actor import Actor, system_actor
from preau.base.facts import NotFound
from preau.base.links import absolute
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import DayState, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.messages import reader_of
from preau.domain.procedures.queries.hours import HoursDay
from preau.domain.procedures.queries.orders import (
    ProcedureItem,
    ProcedureView,
    find_order,
    preview_order,
    reverse_of,
)
from preau.kernel.french_dates import day_words, limit_words

MAX_DAYS = 62  # days told one by one, of one démarche
Limits = Mapping[tuple[int | None, int], datetime]  # (enrolment, slot) → until when it may be given back


@transaction.atomic
def announce(*, actor: Actor, key: str, now: datetime) -> None:
    """Post the mail that says what became of an order, once, to the person who asked.

    The mail names the first name of the child, counts the days and gives a link; activity, days and until when each
    may change only where the collectivité wants them. For an act of an agent, the holder of the family is told.
    """
    found = find_order(actor=actor, key=key)
    if not found:
        return
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    reader = reader_of(actor=actor, number=found[0].number)
    if organisation is None or reader is None:
        return
    local = system_actor(actor.organisation_id, time_zone=organisation.time_zone)
    details = _details(local, found, now) if organisation.mails_booking_details else {}
    lines = [
        {
            "number": view.number,
            "participant": view.person,
            "status": view.status,
            "refused": len(view.refused) + sum(day.state == DayState.REFUSED for day in view.hours),
            "link": absolute(reverse("family:procedure", args=[organisation.slug, view.number])),
            "added": len({item.on for item in view.added}) + len(_given(view, with_hours=True)),
            "removed": len({item.on for item in view.removed}) + len(_given(view, with_hours=False)),
            "asked": sum(day.state == DayState.WAITING for day in view.hours),
            **details.get(view.number, {}),
        }
        for view in found
    ]
    post_letter(
        organisation_id=actor.organisation_id,
        reader=reader,
        template="booking_confirmed",
        subject=f"Votre demande n° {found[0].number} : {_what(found)}",
        key=f"order-{actor.organisation_id}-{key}",
        now=now,
        route="family:procedure",
        args=[found[0].number],
        procedures=lines,
        delay_hours=organisation.processing_hours,
        on_behalf=found[0].on_behalf,
    )


def _given(view: ProcedureView, *, with_hours: bool) -> list[HoursDay]:
    """The days of care that were accepted at once: with hours, or given back."""
    return [day for day in view.hours if day.state == DayState.ACCEPTED and bool(day.asked) is with_hours]


def _what(views: Sequence[ProcedureView]) -> str:
    """What happened, in counts: a count is no detail (docs/concepts.md)."""
    if any(view.status == ProcedureStatus.SUBMITTED for view in views):
        return "demande d’horaires déposée"
    if all(view.kind == ProcedureKind.HOURS for view in views):
        return "horaires"
    counted = (
        (sum(len(view.added) for view in views), "réservation ajoutée", "réservations ajoutées"),
        (sum(len(view.removed) for view in views), "réservation annulée", "réservations annulées"),
    )
    said = [f"{count} {one if count == 1 else many}" for count, one, many in counted if count]
    return ", ".join(said) or "refusée"


def _details(actor: Actor, views: Sequence[ProcedureView], now: datetime) -> dict[int, dict[str, Any]]:
    """The activity, never the school, and the days with their limits, by number of démarche."""
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id, number__in=[view.number for view in views]
    ).values_list("number", "enrolment__offer__activity__name")
    limits = _limits(actor, views, now)
    activities = dict(rows)
    found = {}
    for view in views:
        days = _days(actor, view, limits)
        found[view.number] = {
            "activity": activities[view.number],
            "days": days[:MAX_DAYS],
            "more": max(len(days) - MAX_DAYS, 0),
        }
    return found


def _limits(actor: Actor, views: Iterable[ProcedureView], now: datetime) -> Limits:
    """Until when what was taken may be given back; nothing where an enrolment has ended meanwhile."""
    booked = [view for view in views if view.kind == ProcedureKind.BOOKING and view.enrolment_id]
    items = [reverse_of(view=view) for view in booked if view.status == ProcedureStatus.ACCEPTED]
    try:
        decision = preview_order(actor=actor, items=items, now=now).decision
    except NotFound:
        return {}
    return {(facts.enrolment_id, facts.slot_id): facts.cancel_closes_at for facts in decision.removed}


def _days(actor: Actor, view: ProcedureView, limits: Limits) -> list[dict[str, str]]:
    by_day: dict[date, list[ProcedureItem]] = {}
    for item in (*view.added, *view.removed):
        by_day.setdefault(item.on, []).append(item)
    found = [_day(actor, view, limits, on=on, items=by_day[on]) for on in sorted(by_day)]
    return found + [
        {
            "on": day_words(day.on),
            "added": ", ".join(hours.words() for hours in day.asked),
            "removed": "" if day.asked else ", ".join(hours.words() for hours in day.before),
            "until": "",
        }
        for day in view.hours
        if day.state == DayState.ACCEPTED
    ]


def _day(
    actor: Actor, view: ProcedureView, limits: Limits, *, on: date, items: Sequence[ProcedureItem]
) -> dict[str, str]:
    until = [limit for item in items if (limit := limits.get((view.enrolment_id, item.slot_id)))]
    return {
        "on": day_words(on),
        "added": ", ".join(item.unit_name for item in items if item.wanted),
        "removed": ", ".join(item.unit_name for item in items if not item.wanted),
        "until": limit_words(min(until).astimezone(actor.zone)) if until else "",
    }
