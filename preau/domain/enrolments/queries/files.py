"""Which files of families an agent opens: those enrolled in what the agent looks after."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import Family


def visible_families(*, actor: Actor) -> QuerySet[Family] | None:
    """Return the families whose file an agent limited to departments or sites may open; None when not limited.

    Those enrolled in what the agent looks after, and those not enrolled anywhere yet: somebody must
    welcome them (DESIGN §4, roles).
    """
    if not actor.department_ids and not actor.site_ids:
        return None
    enrolled = Enrolment.objects.filter(organisation_id=actor.organisation_id, family_id=OuterRef("pk"))
    limits = Q()
    if actor.department_ids:
        limits &= Q(offer__activity__department_id__in=actor.department_ids)
    if actor.site_ids:
        limits &= Q(offer__site_id__in=actor.site_ids)
    return Family.objects.filter(organisation_id=actor.organisation_id).filter(
        Exists(enrolled.filter(limits)) | ~Exists(enrolled)
    )


def check_family_visible(*, actor: Actor, family_id: int) -> None:
    """Refuse the file of a family that a limited agent does not look after.

    :raises NotFound: it must look like it does not exist.
    """
    visible = visible_families(actor=actor)
    if visible is not None and not visible.filter(pk=family_id).exists():
        raise NotFound("family")
