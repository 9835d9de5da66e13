"""The reading of a health sheet by the collectivité: never without a line in the journal (A20, trust-and-ux)."""

from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import HealthReason
from preau.domain.families.queries.children import HealthSheet, child_for, sheet_of
from preau.domain.families.queries.people import HEALTH_READ


@transaction.atomic
def read_health(*, actor: Actor, child_id: int, reason: HealthReason, now: datetime) -> HealthSheet:
    """Return the health sheet of a child to an agent; exactly one line is written in the journal.

    The parents see when, from which service and why. The caller has checked that the agent looks after the child.

    :raises NotFound: unknown here.
    :raises NotAllowed: neither site staff nor agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER, Role.SITE_STAFF)
    child_for(actor=actor, child_id=child_id)
    journal.record(
        actor=actor,
        act=HEALTH_READ,
        at=now,
        subject_type="child",
        subject_id=child_id,
        reason=HealthReason(reason).value,
        departments=sorted(actor.department_ids),
        sites=sorted(actor.site_ids),
    )
    return sheet_of(organisation_id=actor.organisation_id, child_id=child_id)
