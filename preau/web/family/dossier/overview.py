"""The steps of the year: connect, dossier, enrolments, bookings (guide 002), child by child."""

from typing import Any

from preau.base.facts import NotFound
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.enrolments.queries.years import year_activities
from preau.domain.families.queries.children import children_with_sheet
from preau.domain.families.queries.files import children_of_family
from preau.domain.procedures.queries.dossiers import DossierState, dossier_states
from preau.domain.procedures.queries.to_finish import own_declaration
from preau.web.family.dossier.parts import LABELS, PARTS
from preau.web.family.procedures.places import my_family


def year_to_fill(request: Any) -> Any:
    """Return the school year whose dossier is asked for now.

    :raises NotFound: the collectivité has no school year to come.
    """
    found = school_year_to_prepare(organisation_id=request.organisation.id, on=request.today)
    if found is None:
        raise NotFound("school year")
    return found


def overview_of(request: Any) -> dict[str, Any]:
    """Return what the page of the steps shows. The same number of queries for any number of children."""
    actor, year = request.actor, year_to_fill(request)
    family_id = my_family(actor)
    children = children_of_family(actor=actor, family_id=family_id)
    states = dossier_states(
        actor=actor,
        family_id=family_id,
        child_ids=[child.child_id for child in children],
        year_id=year.pk,
        year_starts_on=year.starts_on,
        on=request.today,
    )
    rows = [
        (child, state, parts, _next(parts))
        for child in children
        if not child.is_unborn  # a dossier opens at the birth
        for state in [states[child.child_id]]
        for parts in [_parts(state)]
    ]
    known = children_with_sheet(actor=actor, child_ids=[child.child_id for child in children])
    activities = year_activities(actor=actor, family_id=family_id, year_id=year.pk, on=request.today)
    enrolled = activities.enrolled
    first_id = next((child.child_id for child, state, _all, _part in rows if _is_to_do(state)), None)
    wanted = request.GET.get("enfant", "")  # the child of the link that leads here: its steps are open
    validated = [child for child, state, _all, _first in rows if state.validated_on]
    return {
        "is_first": not (validated or known or enrolled),
        # Nothing is known yet of whoever is to declare its children: what was sent of them is told.
        "entourage": None if children else own_declaration(actor=actor, on=request.today),
        "unborn": [child for child in children if child.is_unborn],
        "year": year,
        "rows": rows,
        "known": known,
        "first_id": first_id,
        "open_id": next((child.child_id for child in children if str(child.child_id) == wanted), first_id),
        "validated": len(validated),
        "needs_child": not children,
        "enrolled": [(child, enrolled.get(child.child_id, ())) for child in validated],
        "openings": activities.openings,
        "step": _step(len(rows), len(validated), len(enrolled)),
    }


def _is_to_do(state: DossierState) -> bool:
    """Whether the family acts next: not validated, nor with the service."""
    return not state.validated_on and state.status in ("", "draft", "refused", "more_asked")


def _step(children: int, validated: int, enrolled: int) -> int:
    """The step where the family is: the first that is not done for every child."""
    if not children or validated < children:
        return 2
    return 3 if enrolled < children else 4


def _next(parts: list[dict[str, Any]]) -> str:
    """The part where one goes on: the first that is not complete, whichever was seen last."""
    return next((str(part["name"]) for part in parts if not part["is_done"]), PARTS[-1])


def _parts(state: DossierState) -> list[dict[str, Any]]:
    """Each part with its state: done, lacking something, or to do."""
    lacking = {problem.step for problem in state.problems}
    return [
        {"name": name, "label": LABELS[name], "is_done": state.draft_id is not None and name not in lacking}
        for name in PARTS
    ]
