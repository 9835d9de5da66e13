"""Where the pages of each kind of démarche are."""

from django.urls import NoReverseMatch, reverse

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
        case "enrolment" if draft.child and draft.answers.get("choice", {}).get("entry"):
            entry = draft.answers["choice"]["entry"]
            return reverse("family:enrolment_ask", args=[slug, draft.child.child_id, entry])
        case "schooling" if draft.child:
            return reverse("family:school_ask", args=[slug, draft.child.child_id])
        case "form" if draft.child:
            return reverse("family:child_form", args=[slug, draft.about.form_id, draft.child.child_id])
        case "form":
            return reverse("family:form", args=[slug, draft.about.form_id])
        case "absence" if draft.answers.get("absence"):
            return reverse("family:absence_recap", args=[slug, draft.draft_id])
        case "absence":
            return reverse("family:absence", args=[slug])
        case "enrolment" | "schooling" | "booking" | "document":
            return reverse("family:acts", args=[slug])
        case kind:
            about = [draft.child.child_id] if draft.child and kind != "dossier" else []
            try:
                return reverse(f"family:{kind}", args=[slug, *about])
            except NoReverseMatch:  # about a child who is not shown any more
                return reverse("family:acts", args=[slug])
