"""Where the pages of each kind of démarche are."""

from django.urls import reverse

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.procedures.queries.cases import DraftView


def my_family(actor: Actor) -> int:
    """Return the household for which a reader acts: of several, the one chosen in the head of the page.

    :raises NotFound: the account stands for no household here.
    """
    if actor.family_id is None:
        raise NotFound("family")
    return actor.family_id


def draft_address(slug: str, draft: DraftView) -> str:
    """Return where a draft is taken up again."""
    match draft.kind:
        case "entourage":
            return reverse("family:declare", args=[slug])
        case "move":
            return reverse("family:move", args=[slug])
        case "situation":
            return reverse("family:situation", args=[slug])
        case "dossier":
            return reverse("family:dossier", args=[slug])
        case "pai" if draft.child:
            return reverse("family:pai", args=[slug, draft.child.child_id])
        case "enrolment" if draft.child and draft.answers.get("choice", {}).get("entry"):
            entry = draft.answers["choice"]["entry"]
            return reverse("family:enrolment_ask", args=[slug, draft.child.child_id, entry])
        case "schooling" if draft.child:
            return reverse("family:school_ask", args=[slug, draft.child.child_id])
        case "form" if draft.child:
            return reverse("family:child_form", args=[slug, draft.about.form_id, draft.child.child_id])
        case "form":
            return reverse("family:form", args=[slug, draft.about.form_id])
        case _:
            return reverse("family:acts", args=[slug])
