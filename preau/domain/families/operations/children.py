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
from preau.domain.families.queries.children import child_for
from preau.domain.families.rules import check_health, fuller_sheet


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
def keep_health(*, actor: Actor, child_id: int, values: Mapping[str, Any], said_at: datetime, by: str) -> None:
    """Write what a parent said of health some time ago, unless it has been said again since.

    The latest word wins: when the sheet was written later, it stays, and the older answers only fill what it leaves
    blank (`rules.fuller_sheet`). A paper sent before never takes an allergy away.

    :param said_at: when the parent answered.
    :raises NotFound: not a child whose authority the actor exercises.
    :raises HealthInvalid: unknown codes.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    rows = ChildHealth.objects.select_for_update().filter(organisation_id=actor.organisation_id, child_id=child_id)
    row = rows.first()
    if row is None or row.updated_at <= said_at:
        save_health(actor=actor, child_id=child_id, values=values, now=said_at, by=by)
        return
    sheet = check_health(fuller_sheet(row.sheet, values))
    if sheet != row.sheet:
        row.sheet = cast(Any, sheet)
        row.save(update_fields=["sheet"])
        journal.record(actor=actor, act="health.changed", at=row.updated_at, subject_type="child", subject_id=child_id)


@transaction.atomic
def answer_consents(
    *,
    actor: Actor,
    child_id: int,
    answers: Mapping[str, str],
    now: datetime,
    by: str = "",
    said_at: datetime | None = None,
) -> None:
    """Keep the answers to the authorisations of a child, with their date and author (A21-03).

    An answer that did not change keeps its date. Four queries whatever their number.

    :param answers: code of the authorisation → "yes", "no" or "" (no answer).
    :param said_at: when the parent answered, if it was before `now`: an answer given since then stands.
    :raises NotFound: not the actor's child, or an unknown authorisation.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    types = {row.code: row for row in ConsentType.objects.filter(organisation_id=actor.organisation_id, is_active=True)}
    if not set(answers) <= set(types):
        raise NotFound("consent")
    rows = Consent.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    kept = {row.consent_type_id: row for row in rows.select_for_update()}
    known = {type_id: row.answer for type_id, row in kept.items()}
    if said_at is not None:
        later = {type_id for type_id, row in kept.items() if row.answered_at and row.answered_at > said_at}
        answers = {code: answer for code, answer in answers.items() if types[code].pk not in later}
    changed = [
        Consent(
            organisation_id=actor.organisation_id,
            child_id=child_id,
            consent_type=types[code],
            answer=Answer(answer),
            answered_at=said_at or now,
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
def validate_dossier(*, actor: Actor, child_id: int, school_year_id: int, now: datetime) -> None:
    """Keep that the dossier administratif of a child is validated for a school year (A07-16). Twice is once.

    :raises NotAllowed: neither an agent nor the machine.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    ValidatedDossier.objects.get_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_year_id=school_year_id,
        defaults={"validated_at": now},
    )
