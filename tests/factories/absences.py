"""The rules of absences of a town of tests: illness on proof, holidays due, a teacher away."""

from datetime import date, timedelta
from typing import Any

from preau.domain.absences.models import AbsencePolicy, AbsenceReason, AbsenceRule
from preau.domain.catalogue.models import Activity
from preau.domain.documents.models import DocumentType
from preau.domain.procedures.operations.absences import Sent, begin_absence, send_absence
from tests.factories.town import NOW, TODAY, Household, Town

AFTER = {"kind": "after", "hours": 48}


class Absences:
    """What a town asks of who announces an absence."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.proof = DocumentType.objects.create(
            organisation_id=town.id,
            code="justificatif-absence",
            title="Justificatif d’absence",
            subject="child",
            validity="event",
            is_sensitive=True,
        )
        self.illness = self._reason("maladie", "Maladie", is_health=True, proof_type=self.proof)
        self.holidays = self._reason("conges", "Congés")
        self.teacher = self._reason("enseignant", "Enseignant absent")

    def _reason(self, code: str, name: str, **fields: Any) -> AbsenceReason:
        position = AbsenceReason.objects.filter(organisation_id=self.town.id).count()
        return AbsenceReason.objects.create(
            organisation_id=self.town.id, code=code, name=name, position=position, **fields
        )

    def open(
        self,
        activity: Activity,
        *,
        window: dict[str, Any] | None = None,
        waiting: int = 0,
        delay: dict[str, Any] | None = None,
        **fields: Any,
    ) -> AbsencePolicy:
        """Let the absences of an activity be announced, with a rule for each motive."""
        policy = AbsencePolicy.objects.create(
            organisation_id=self.town.id, activity=activity, window=window or AFTER, **fields
        )
        since = TODAY - timedelta(days=200)
        for reason, rule in (
            (self.illness, {"deducts": True, "waiting_days": waiting, "proof_delay": delay or {"hours": 72}}),
            (self.holidays, {"deducts": False}),
            (self.teacher, {"deducts": True}),
        ):
            AbsenceRule.objects.create(
                organisation_id=self.town.id, policy=policy, reason=reason, starts_on=since, **rule
            )
        return policy


def values_of(home: Household, first: date, last: date | None = None, *, reason: str = "maladie", **more: Any) -> Any:
    """Return what a form would give for all the enrolments of a household; `last` is included."""
    return {
        "from": first.isoformat(),
        "to": (last or first).isoformat(),
        "enrolments": [each.pk for each in home.enrolments],
        "reason": reason,
        **more,
    }


def send(actor: Any, home: Household, first: date, last: date | None = None, *, now: Any = NOW, **more: Any) -> Sent:
    """Announce an absence as a family or an agent does."""
    draft = begin_absence(actor=actor, family_id=home.family.pk, values=values_of(home, first, last, **more), now=now)
    return send_absence(actor=actor, draft_id=draft, now=now)
