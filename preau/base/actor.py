"""Who acts: one frozen value per request or task, handed to every operation and query."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from preau.base.facts import NotAllowed, NotFound

FAMILY = "family"
STAFF = "staff"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the machine) acting inside one collectivité.

    `roles` are the plain codes of `accounts.enums.Role`. Empty `department_ids` and `site_ids`
    on a staff actor mean "the whole collectivité"; a non-empty set limits to it.
    `closed_child_ids` are the children whose things a parent may not read (`families.queries.without_closed`);
    None: not read yet, and each query then finds them by itself.
    `child_ids` are the children of its households, closed or not: to look for what is theirs, no right at all.
    `exercised_child_ids` are those on whom its adults exercise authority, wherever they live. None: not read yet.
    """

    organisation_id: int
    audience: str
    account_id: int | None = None
    display_name: str = ""
    time_zone: str = "Europe/Paris"
    roles: frozenset[str] = field(default_factory=frozenset)
    family_ids: frozenset[int] = field(default_factory=frozenset)
    chosen_family_id: int | None = None  # among several, the one whose pages are shown
    adult_ids: frozenset[int] = field(default_factory=frozenset)
    closed_child_ids: frozenset[int] | None = None
    child_ids: frozenset[int] | None = None
    exercised_child_ids: frozenset[int] | None = None
    department_ids: frozenset[int] = field(default_factory=frozenset)
    site_ids: frozenset[int] = field(default_factory=frozenset)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def family_id(self) -> int | None:
        """Return the household whose pages are shown: the only one, the one chosen, else the oldest."""
        if self.chosen_family_id in self.family_ids:
            return self.chosen_family_id
        return min(self.family_ids, default=None)

    @property
    def is_staff(self) -> bool:
        return self.audience == STAFF

    @property
    def is_system(self) -> bool:
        return self.audience == SYSTEM

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def require_role(self, *roles: str) -> None:
        """Refuse an actor that holds none of these roles.

        :raises NotAllowed: the system actor excepted.
        """
        if not self.is_system and not self.has_role(*roles):
            raise NotAllowed(f"needs one of {sorted(roles)}")

    def require_family(self, family_id: int) -> None:
        """Refuse a family actor whose household this is not; agents and the machine pass.

        :raises NotFound: not the actor's family, which must look like "does not exist".
        """
        if self.audience == FAMILY and family_id not in self.family_ids:
            raise NotFound("family")

    def sees_department(self, department_id: int | None) -> bool:
        return not self.department_ids or department_id in self.department_ids

    def sees_site(self, site_id: int | None) -> bool:
        return not self.site_ids or site_id in self.site_ids


def system_actor(organisation_id: int, *, time_zone: str = "Europe/Paris") -> Actor:
    """Return the machine acting by itself for one collectivité (loader, periodic jobs)."""
    return Actor(organisation_id=organisation_id, audience=SYSTEM, display_name="Préau", time_zone=time_zone)
