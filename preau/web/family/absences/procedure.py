"""What the page of a démarche says of the absences that it announced."""

from typing import Any

from preau.domain.procedures.queries.absences import absences_of
from preau.web.family.absences.words import changes_of


def absence_context(request: Any, number: int) -> dict[str, Any]:
    """Return each absence with what its moments have become, and whether the child may come after all."""
    absences = absences_of(actor=request.actor, number=number, with_health=True)
    return {
        "lines": [{"absence": each, "changes": changes_of(each.moments)} for each in absences],
        "can_go_back": any(each.may_be_taken_back(actor=request.actor, now=request.now) for each in absences),
        "has_days": any(each.moments for each in absences),
    }
