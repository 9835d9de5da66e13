"""Filling the scales of a collectivité with the published figures."""

import json
from decimal import Decimal
from pathlib import Path

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.pricing.models import PsuScale

PUBLISHED = Path(__file__).parent.parent / "data" / "psu_scales.json"


def seed_scales(*, actor: Actor) -> None:
    """Write the published scales that the collectivité does not have yet; those that it corrected stay. One query.

    :raises NotAllowed: neither administrator nor manager.
    """
    actor.require_role(Role.ADMIN, Role.MANAGER)
    rows = [
        PsuScale(
            organisation_id=actor.organisation_id,
            starts_on=each["from"],
            floor_cents=int(Decimal(each["floor"]) * 100),
            ceiling_cents=int(Decimal(each["ceiling"]) * 100),
            collective=each["collective"],
            family=each["family"],
            reference=each["reference"],
            is_to_confirm=each.get("to_confirm", False),
        )
        for each in json.loads(PUBLISHED.read_text(encoding="utf-8"))
    ]
    PsuScale.objects.bulk_create(rows, ignore_conflicts=True)
