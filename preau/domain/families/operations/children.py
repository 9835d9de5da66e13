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
    HealthFact,
    SheetConfirmation,
    ValidatedDossier,
)
from preau.domain.families.operations.dated import let_stand
from preau.domain.families.queries.children import child_for
from preau.domain.families.rules import DATED_HEALTH, HEALTH_FIELDS, check_health, fuller_sheet


@transaction.atomic
def save_health(*, actor: Actor, child_id: int, values: Mapping[str, Any], now: datetime, by: str = "") -> None:
    """Write the health sheet of a child, encrypted (A20-03). The journal says that it changed, never what.

    :param values: see `rules.HEALTH_FIELDS`.
    :param by: who says so, when the machine writes for somebody.
    :raises NotFound: not a child whose authority the actor exercises.
    :raises HealthInvalid: unknown codes.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    sheet, said_by = check_health(values), by or actor.display_name
    ChildHealth.objects.update_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        defaults={
            "sheet": cast(Any, sheet),
            "said": {name: [now.isoformat(), said_by] for name in HEALTH_FIELDS},  # the whole form was read again
            "updated_at": now,
            "updated_by": said_by,
        },
    )
    _date_health(actor, child_id, sheet, now=now, by=said_by)
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
        filled = [name for name in HEALTH_FIELDS if sheet.get(name) != row.sheet.get(name)]
        row.said = {**row.said, **{name: [said_at.isoformat(), by] for name in filled}}
        row.sheet = cast(Any, sheet)
        row.save(update_fields=["sheet", "said"])
        _date_health(actor, child_id, sheet, now=said_at, by=by)
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


def _date_health(actor: Actor, child_id: int, sheet: Mapping[str, Any], *, now: datetime, by: str) -> None:
    """Keep from today the answers that a meal or a price hangs on, where they changed; before, what was said stays."""
    facts = HealthFact.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    standing = {fact.name: fact.value.get("is") for fact in facts.filter(ends_on__isnull=True)}
    for name in DATED_HEALTH:
        if name in standing and standing[name] == sheet.get(name):
            continue
        if name not in standing and not sheet.get(name):
            continue
        fact = HealthFact(child_id=child_id, name=name, value=cast(Any, {"is": sheet.get(name)}))
        on = now.astimezone(actor.zone).date()
        let_stand(actor=actor, fact=fact, among=facts.filter(name=name), on=on, now=now, by=by)
