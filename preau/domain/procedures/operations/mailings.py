"""Reminders and invitations to a selection: asked for once, sent one after the other by a task."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from preau.base import journal, task_queue
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.families.operations.invitations import AlreadyActive, NoEmail, invite_adult
from preau.domain.families.operations.telling import Told, tell_household
from preau.domain.procedures.enums import FollowKind
from preau.domain.procedures.models import Mailing
from preau.domain.procedures.queries.follow_up import FollowRow, follow_up, rows_by_target

AT_ONCE = 25  # families of one task: a killed one begins these again, and no mail leaves twice
MAX_TARGETS = 5000
ROUTES = {
    FollowKind.DOSSIERS: "family:dossier",
    FollowKind.PIECES: "family:documents",
    FollowKind.CONSENTS: "family:consents",
}


class NobodyChosen(Exception):
    """Nothing was chosen, or nobody of those who were has anything to do."""


def start_mailing(*, actor: Actor, kind: FollowKind, targets: Sequence[int], key: str, now: datetime) -> int:
    """Begin to remind families, or to invite adults; return the id of the mailing. The same key twice is one mailing.

    :param targets: families, or adults for spaces; those that have nothing to do are left out.
    :raises NobodyChosen: nobody is left; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    on = now.astimezone(actor.zone).date()
    open_ones = {row.target_id for row in follow_up(actor=actor, kind=kind, on=on) if row.is_reached}
    chosen = sorted(set(targets) & open_ones)[:MAX_TARGETS]
    known = Mailing.objects.filter(organisation_id=actor.organisation_id, key=key)
    if (before := known.values_list("pk", flat=True).first()) is not None:
        return before
    if not chosen or not key or len(key) > 40:
        raise NobodyChosen
    try:
        with transaction.atomic():
            row = Mailing.objects.create(
                organisation_id=actor.organisation_id,
                kind=kind,
                key=key,
                targets=chosen,
                made_at=now,
                account_id=actor.account_id,
            )
            journal.record(
                actor=actor, act="mailing.sent", at=now, subject_type="mailing", subject_id=row.pk, count=len(chosen)
            )
            _enqueue(row)
    except IntegrityError:  # the same page a moment ago
        return known.values_list("pk", flat=True)[0]
    return row.pk


@transaction.atomic
def send_batch(*, actor: Actor, mailing_id: int, now: datetime) -> None:
    """Send the next mails of a mailing, then ask for those that follow. Reserved to the machine.

    Each is told what it has still to do at that moment; who has done it meanwhile is told nothing.

    :raises NotFound: unknown here.
    """
    row = Mailing.objects.select_for_update().filter(organisation_id=actor.organisation_id, pk=mailing_id).first()
    if row is None:
        raise NotFound("mailing")
    if row.finished_at is not None:
        return
    on = now.astimezone(actor.zone).date()
    kind = FollowKind(row.kind)
    todo = rows_by_target(rows=follow_up(actor=actor, kind=kind, on=on))
    batch = row.targets[row.done : row.done + AT_ONCE]
    for target_id in batch:
        row.told += _tell(actor, row, rows=list(todo.get(target_id, ())), now=now)
    row.done += len(batch)
    row.finished_at = now if row.done >= len(row.targets) else None
    row.save(update_fields=["done", "told", "finished_at"])
    if row.finished_at is None:
        _enqueue(row)


def _enqueue(row: Mailing) -> None:
    task_queue.enqueue(
        "preau.domain.procedures.tasks.send_mailing", organisation_id=row.organisation_id, mailing_id=row.pk
    )


def _tell(actor: Actor, row: Mailing, *, rows: list[FollowRow], now: datetime) -> int:
    """Tell one target; return 1 when a mail was posted."""
    if not rows:
        return 0
    kind = FollowKind(row.kind)
    if kind == FollowKind.SPACES:
        try:
            invite_adult(actor=actor, adult_id=rows[0].target_id, now=now)
        except (NoEmail, AlreadyActive, NotFound):
            return 0
        return 1
    lines = [Told(each.child_id, _words(kind, each)) for each in rows]
    posted = tell_household(
        organisation_id=actor.organisation_id,
        family_id=rows[0].family_id,
        template="follow_up",
        subject="Il vous reste à compléter votre dossier",
        lines=_once(lines),
        key=f"mailing-{row.pk}-{rows[0].family_id}",
        now=now,
        route=ROUTES[kind],
        kind=kind.value,
    )
    return min(posted, 1)


def _words(kind: FollowKind, row: FollowRow) -> dict[str, str]:
    """What a mail may say: the first name, the title of a piece that is not sensitive, never an answer."""
    title = row.what if kind == FollowKind.PIECES and not row.is_private else ""
    return {"kind": kind.value, "title": title, "child": row.first_name}


def _once(lines: Sequence[Told]) -> list[Told]:
    found: dict[tuple[object, ...], Told] = {}
    for line in lines:
        found.setdefault((line.child_id, *line.words.values()), line)
    return list(found.values())
