"""Who may go past deadlines, windows and places, with a reason."""

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.organisations.models import Organisation


def may_force(*, actor: Actor) -> bool:
    """Tell whether an actor may: a manager; an agent where the collectivité says so; the machine. One query at most."""
    if actor.is_system:
        return True
    if not actor.is_staff:
        return False
    if actor.has_role(Role.MANAGER):
        return True
    here = Organisation.objects.filter(pk=actor.organisation_id, agents_may_force=True)
    return actor.has_role(Role.AGENT) and here.exists()
