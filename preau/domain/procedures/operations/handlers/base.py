"""What a kind of démarche must say and do. One subclass per kind, registered in `handlers/__init__.py`."""

from datetime import date, datetime
from typing import ClassVar

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.enrolments.models import Schooling
from preau.domain.families.models import HouseholdChild
from preau.domain.families.queries.children import without_closed
from preau.domain.organisations.models import Department
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.rules import About, Problem


class Handler:
    """The defaults: about the household or one of its children, decided by the first department."""

    kind: ClassVar[ProcedureKind]
    is_about_child: ClassVar[bool] = False

    def check_start(self, *, actor: Actor, family_id: int, about: About, on: date) -> None:
        """Refuse a démarche that cannot be begun.

        :raises NotOpenForYou: with the code of the reason.
        :raises NotFound: the child is not of this household.
        """
        if self.is_about_child and about.child_id is None:
            raise NotFound("child")
        if about.child_id is not None:
            check_child(actor=actor, family_id=family_id, child_id=about.child_id)

    def check_open(self, *, actor: Actor, family_id: int, about: About, now: datetime) -> None:
        """Refuse a démarche whose time has not come or is over: asked when it begins and when it is sent.

        :raises NotOpenForYou: with the code of the reason.
        """

    def prefill(self, *, actor: Actor, row: Procedure, on: date) -> dict[str, object]:
        """Return the answers that a new draft starts with, by step."""
        return {}

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        """Return what the draft still lacks; nothing when it may be submitted."""
        return []

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        """Return the codes of what an agent should look at; nothing makes it fit for a bulk answer."""
        return []

    def pieces(self, *, actor: Actor, row: Procedure, on: date) -> list[int]:
        """Return the documents of the family's space that are joined when the draft is sent."""
        return []

    def seen(self, *, actor: Actor, row: Procedure) -> dict[str, object]:
        """Return what the family had before its eyes besides its answers: kept with them when the draft is sent."""
        return {}

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        """Return what is asked for, in frozen words: « 2026-2027 ». The kind and the child are said before it."""
        return ""

    def tie(self, *, actor: Actor, row: Procedure) -> None:
        """Write on the row what its answers point to, and who decides: department, site, offer."""
        row.department_id = front_department(organisation_id=actor.organisation_id)

    def private_to(self, *, actor: Actor, row: Procedure) -> int | None:
        """Return the one account of the household that may read it, 0: none; None: all of it (trust, §2.4)."""
        return None

    def is_immediate(self, *, actor: Actor, row: Procedure) -> bool:
        """Tell whether a submission without anomaly is answered at once, without an agent."""
        return False

    def needs_other_parent(self, *, actor: Actor, row: Procedure) -> bool:
        """Tell whether the act is non-usual: both holders of authority must agree (Code civil, art. 372-2)."""
        return False

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        """Write the facts of an accepted démarche, in the decision's transaction.

        `actor` is the machine of the collectivité: who decided is in the journal and the timeline.

        :raises CannotApply: what was accepted is no longer possible.
        """

    def numbered(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        """Write what an answer given at once could not say before its démarche had a number; tell whom it concerns."""

    def joined(self, *, actor: Actor, row: Procedure, type_id: int, now: datetime) -> None:
        """Write what a piece joined to a démarche that was sent changes.

        :raises ProofTooLate: it proves an absence, and came past its day.
        """

    def refuse(self, *, actor: Actor, row: Procedure, reason: str, now: datetime) -> None:
        """Write what a refusal changes besides the status."""


def check_child(*, actor: Actor, family_id: int, child_id: int) -> None:
    """Pass when a child is of a household, and a parent who acts exercises authority on it or lives with it.

    :raises NotFound: it is not.
    """
    links = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, child_id=child_id)
    if not without_closed(actor=actor, rows=links).exists():
        raise NotFound("child")


def school_site(*, actor: Actor, child_id: int) -> int | None:
    """Return the school of a child, the latest one: what is about the child is for the agents of that site."""
    rows = Schooling.objects.filter(organisation_id=actor.organisation_id, child_id=child_id).order_by("-starts_on")
    return rows.values_list("school_class__site_id", flat=True).first()


def front_department(*, organisation_id: int) -> int | None:
    """Return the department that welcomes what belongs to no other: the first in order."""
    rows = Department.objects.filter(organisation_id=organisation_id).order_by("position", "pk")
    return rows.values_list("pk", flat=True).first()
