"""Requests that wait for the answer of the service on a dossier: validated now, sent by themselves afterwards."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.procedures.enums import ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.drafts import locked_draft, problems_of, submit
from preau.domain.procedures.operations.handlers import handler_of
from preau.domain.procedures.operations.messages import tell_draft
from preau.domain.procedures.rules import Incomplete, Problem


@transaction.atomic
def keep(*, actor: Actor, draft_id: int, now: datetime) -> None:
    """Validate a request that only waits for the dossier of the child: it is sent by itself once that is validated.

    Twice is once. When the dossier was validated a moment ago, it is sent at once.

    :raises NotFound: no such draft, or sent already.
    :raises Incomplete: something else lacks.
    """
    row = locked_draft(actor=actor, draft_id=draft_id)
    problems = problems_of(actor=actor, draft_id=draft_id, on=now.astimezone(actor.zone).date())
    if not problems:
        submit(actor=actor, draft_id=draft_id, now=now)
        return
    if not waits_for_dossier(problems=problems):
        raise Incomplete(problems)
    handler = handler_of(kind=row.kind)
    row.account_id, row.kept_at = actor.account_id, row.kept_at or now
    row.subject = handler.subject(actor=actor, row=row)[:240]
    handler.tie(actor=actor, row=row)
    row.save()


def waits_for_dossier(*, problems: Sequence[Problem]) -> bool:
    """Tell whether nothing lacks but the answer of the service on the dossier."""
    return bool(problems) and {each.code for each in problems} == {"dossier_sent"}


@transaction.atomic
def send_kept(*, actor: Actor, child_id: int, now: datetime) -> int:
    """Send what was kept for a child until its dossier was validated; return how many were. Reserved to the machine.

    What can no longer be had stays a draft, and the family is told that it has to look at it.
    """
    sent = 0
    rows = Procedure.objects.select_for_update().filter(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        status=ProcedureStatus.DRAFT,
        kept_at__isnull=False,
    )
    for row in list(rows.order_by("kept_at", "pk")):
        try:
            with transaction.atomic():
                submit(actor=actor, draft_id=row.pk, now=now)
                sent += 1
        except (Incomplete, NotFound) as lacking:
            if isinstance(lacking, Incomplete) and waits_for_dossier(problems=lacking.problems):
                continue  # its dossier is of another year
            Procedure.objects.filter(pk=row.pk).update(kept_at=None)
            tell_draft(actor=actor, row=row, now=now)
    return sent
