"""Opening a minimum service, and saying who comes to it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from preau.base import journal, task_queue, typed
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.absences.enums import ClosureKind
from preau.domain.absences.models import ClosedMoment, Closure, MinimumService, MinimumServiceAnswer
from preau.domain.absences.operations.telling import by_reader
from preau.domain.absences.queries.closures import looks_after_all
from preau.domain.absences.queries.minimum_service import (
    Pupil,
    ServiceView,
    find_for_family,
    pupils_of,
    service_of,
)
from preau.domain.absences.rules import AnswersClosed, check_answers_until, days_of_service
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.families.queries.children import homes_in_charge
from preau.kernel.french_dates import limit_words, span_words

TELL = "preau.domain.absences.tasks.tell_minimum_service"
MAX_WORDS = 240


class NoStrike(Exception):
    """A minimum service is that of a strike that stands."""


class PlaceMissing(Exception):
    """Nothing says where and when children are welcomed."""


@transaction.atomic
def open_service(*, actor: Actor, closure_id: int, until: datetime, words: str, now: datetime) -> int:
    """Ask the parents of the pupils of a closure who comes; return the service. Again: the words and the time change.

    Families are told after, once (`tasks.tell_minimum_service`).

    :raises NotFound: the closure is not one that this agent looks after whole; :raises NotAllowed: no agent.
    :raises NoStrike, PlaceMissing: see each; :raises AnswersTooLate: see `rules.check_answers_until`.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Closure.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(organisation_id=actor.organisation_id, pk=closure_id).first()
    if row is None or not looks_after_all(actor=actor, row=row):
        raise NotFound("closure")
    if row.kind != ClosureKind.STRIKE or row.undone_at is not None:
        raise NoStrike
    words = typed.clean(words)[:MAX_WORDS]
    if not words:
        raise PlaceMissing
    closed = ClosedMoment.objects.filter(closure=row).order_by("on").values_list("on", flat=True).distinct()
    days = days_of_service(start=row.starts_on, end=row.ends_on, closed=list(closed))
    check_answers_until(until, now=now, first=days[0], zone=actor.zone)
    values = {"words": words, "answers_until": until, "days": [day.isoformat() for day in days]}
    made, is_new = MinimumService.objects.update_or_create(
        closure=row,
        defaults=values,
        create_defaults={
            **values,
            "organisation_id": actor.organisation_id,
            "opened_at": now,
            "opened_by": actor.display_name[:120],
        },
    )
    journal.record(actor=actor, act="minimum_service.opened", at=now, subject_type="closure", subject_id=row.pk)
    if is_new:
        task_queue.enqueue(TELL, organisation_id=actor.organisation_id, service_id=made.pk)
    return made.pk


@transaction.atomic
def answer(*, actor: Actor, service_id: int, comes: Mapping[tuple[int, date], bool], now: datetime) -> int:
    """Keep who comes on which day; return how many answers changed. Until the hour; an agent after it too.

    :raises NotFound: the service, a child or a day is not the actor's; :raises AnswersClosed: a family, after the hour.
    """
    view = _view(actor, service_id, now)
    known = {each.child_id for each in view.pupils}
    if any(child_id not in known or day not in view.days for child_id, day in comes):
        raise NotFound("child")
    if not actor.is_staff and now > view.answers_until:
        raise AnswersClosed
    fresh = {key: value for key, value in comes.items() if view.said.get(key) is not value}
    rows = [
        MinimumServiceAnswer(
            organisation_id=actor.organisation_id,
            service_id=service_id,
            child_id=child_id,
            on=day,
            comes=value,
            said_at=now,
            said_by=actor.display_name[:120],
            account_id=actor.account_id,
        )
        for (child_id, day), value in sorted(fresh.items())
    ]
    MinimumServiceAnswer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation_id", "service", "child", "on"],
        update_fields=["comes", "said_at", "said_by", "account"],
    )
    if rows:
        journal.record(
            actor=actor, act="minimum_service.answered", at=now, subject_type="service", subject_id=service_id
        )
    return len(rows)


def _view(actor: Actor, service_id: int, now: datetime) -> ServiceView:
    if not actor.is_staff:
        return find_for_family(actor=actor, service_id=service_id, today=now.astimezone(actor.zone).date())
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = MinimumService.objects.filter(organisation_id=actor.organisation_id, pk=service_id, closure__undone_at=None)
    closure_id = rows.values_list("closure_id", flat=True).first()
    found = service_of(actor=actor, closure_id=closure_id) if closure_id else None
    if found is None:
        raise NotFound("service")
    return found


def tell_families(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Post one mail to each household of a pupil concerned; return how many. For the machine.

    Run again, it tells nobody twice.
    """
    row = MinimumService.objects.filter(organisation_id=actor.organisation_id, pk=service_id).first()
    if row is None or row.closure.undone_at is not None:
        return 0
    pupils = pupils_of(organisation_id=actor.organisation_id, closures=[row.closure])
    homes = homes_in_charge(organisation_id=actor.organisation_id).filter(child_id__in=pupils.values("child_id"))
    children: dict[int, list[Pupil]] = {}
    columns = ("family_id", "child_id", "child__first_name", "child__last_name", "child__hue")
    rows = homes.order_by("family_id", "child_id").values_list(*columns).distinct()
    for family_id, child_id, first_name, last_name, hue in rows:
        children.setdefault(family_id, []).append(Pupil(child_id, first_name, last_name, hue, "", ""))
    told = 0
    for family_id, mine in children.items():
        for reader, pupils_told in by_reader(actor=actor, family_id=family_id, moments=mine):
            _post(actor, row, reader, pupils_told, family_id=family_id, now=now)
            told += 1
    return told


def _post(
    actor: Actor, row: MinimumService, reader: Account, pupils: list[Pupil], *, family_id: int, now: datetime
) -> None:
    days = span_words([date.fromisoformat(day) for day in row.days])
    post_letter(
        organisation_id=actor.organisation_id,
        reader=reader,
        template="minimum_service",
        subject=f"Service minimum d’accueil, {days} : votre enfant viendra-t-il ?",
        key=f"minimum-service-{row.pk}-{family_id}-{reader.pk}",
        now=now,
        route="family:minimum_service",
        args=[row.pk],
        words=row.words,
        closure=row.closure.words,
        children=[each.first_name for each in pupils],
        until=limit_words(row.answers_until.astimezone(actor.zone)),
        days=days,
    )
