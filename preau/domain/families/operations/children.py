"""What a family says of a child: health, authorisations, sheets read again, dossier validated."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import Answer
from preau.domain.families.models import (
    ChildHealth,
    Consent,
    ConsentType,
    SheetConfirmation,
    ValidatedDossier,
)
from preau.domain.families.queries import child_for
from preau.domain.families.rules import check_health


@transaction.atomic
def save_health(*, actor: Actor, child_id: int, values: Mapping[str, Any], now: datetime, by: str = "") -> None:
    """Write the health sheet of a child, encrypted (A20-03). The journal says that it changed, never what.

    :param values: see `rules.HEALTH_FIELDS`.
    :param by: who says so, when the machine writes for somebody.
    :raises NotFound: not a child whose authority the actor exercises.
    :raises HealthInvalid: unknown codes.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    sheet = check_health(values)
    ChildHealth.objects.update_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        defaults={"sheet": cast(Any, sheet), "updated_at": now, "updated_by": by or actor.display_name},
    )
    journal.record(actor=actor, act="health.changed", at=now, subject_type="child", subject_id=child_id)


@transaction.atomic
def answer_consents(*, actor: Actor, child_id: int, answers: Mapping[str, str], now: datetime, by: str = "") -> None:
    """Keep the answers to the authorisations of a child, with their date and author (A21-03).

    An answer that did not change keeps its date. Four queries whatever their number.

    :param answers: code of the authorisation → "yes", "no" or "" (no answer).
    :raises NotFound: not the actor's child, or an unknown authorisation.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    types = {row.code: row for row in ConsentType.objects.filter(organisation_id=actor.organisation_id, is_active=True)}
    if not set(answers) <= set(types):
        raise NotFound("consent")
    known = {
        row.consent_type_id: row.answer
        for row in Consent.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    }
    changed = [
        Consent(
            organisation_id=actor.organisation_id,
            child_id=child_id,
            consent_type=types[code],
            answer=Answer(answer),
            answered_at=now,
            answered_by=by or actor.display_name,
        )
        for code, answer in answers.items()
        if answer != known.get(types[code].pk, "")
    ]
    Consent.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["organisation_id", "child_id", "consent_type_id"],
        update_fields=["answer", "answered_at", "answered_by"],
    )
    if changed:
        journal.record(actor=actor, act="consents.changed", at=now, subject_type="child", subject_id=child_id)


@transaction.atomic
def confirm_sheets(*, actor: Actor, child_id: int, school_year_id: int, now: datetime, by: str = "") -> None:
    """« J’ai renseigné mes fiches » for a school year (A21-16). Twice is once.

    :raises NotFound: not the actor's child.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    SheetConfirmation.objects.get_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_year_id=school_year_id,
        defaults={"confirmed_at": now, "confirmed_by": by or actor.display_name},
    )


@transaction.atomic
def validate_dossier(*, actor: Actor, child_id: int, school_year_id: int, number: int | None, now: datetime) -> None:
    """Keep that the dossier administratif of a child is validated for a school year (A07-16). Twice is once.

    :raises NotAllowed: neither an agent nor the machine.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    ValidatedDossier.objects.get_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_year_id=school_year_id,
        defaults={"validated_at": now, "procedure_number": number},
    )
