"""Reads of accounts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.contrib.sessions.models import Session
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from preau.base import typed
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.search import fold
from preau.base.tokens import hash_of
from preau.base.written import written
from preau.domain.accounts.enums import STAFF_ROLES, LinkPurpose, Role
from preau.domain.accounts.models import (
    AccessLink,
    Account,
    Membership,
    OpenSession,
    RecoveryCode,
    SecondFactor,
    TermsAcceptance,
)
from preau.domain.accounts.rules import bare_username
from preau.domain.organisations.queries import active_organisations, any_asks_for_factor, list_departments, revisions


@dataclass(frozen=True, slots=True)
class Scope:
    """What an account is in one collectivité. Empty ids: not limited."""

    roles: frozenset[str]
    department_ids: frozenset[int]
    site_ids: frozenset[int]

    @property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint(STAFF_ROLES)


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent or a manager, with its limits; none: all departments, all sites."""

    account_id: int
    name: str
    department_ids: frozenset[int]
    site_ids: frozenset[int]

    def looks_after(self, *, department_id: int | None, site_id: int | None) -> bool:
        """Tell whether what belongs to a department and a site is shown to this person."""
        is_of_site = not self.site_ids or site_id is None or site_id in self.site_ids
        return is_of_site and (not self.department_ids or department_id in self.department_ids)


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent on the screen of the administrator."""

    account_id: int
    username: str
    full_name: str
    email: str
    roles: tuple[str, ...]
    department_ids: tuple[int, ...]
    site_ids: tuple[int, ...]
    is_activated: bool
    is_ended: bool
    last_login: datetime | None
    has_factor: bool = False


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A second factor of one's own account; never what it is made of."""

    factor_id: int
    kind: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device where one is logged in."""

    open_session_id: int
    device: str
    opened_at: datetime
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a cookie opens: the session as it is kept, and the revision of the collectivité of the address."""

    content: str
    revision: str  # "" when there is no collectivité of that name


NOWHERE = frozenset({0})  # the id of no site: a limit that holds nothing


def scope_in(*, account_id: int, organisation_id: int) -> Scope:
    """Return the roles an account holds now in a collectivité, and their limits. One query."""
    return scope_of(posts=_post_rows(account_id=account_id, organisation_id=organisation_id))


@written
def _post_rows(*, account_id: int, organisation_id: int) -> QuerySet[Membership, Any]:
    rows: Any = memberships_in(account_id=account_id, organisation_id=organisation_id)
    return rows.values_list("role", "limit_department", "limit_site")  # type: ignore[no-any-return]


def entrance_of(*, session_key: str, slug: str, at: datetime) -> Entrance | None:
    """Return a session that is not over, with what the page needs to know of its collectivité. One query."""
    rows = _entrance_rows(session_key=session_key, slug=slug, at=at)
    return next((Entrance(content, revision or "") for content, revision in rows), None)


@written
def _entrance_rows(*, session_key: str, slug: str, at: datetime) -> QuerySet[Session, Any]:
    rows = Session.objects.filter(session_key=session_key, expire_date__gt=at)
    return rows.annotate(revision=Subquery(revisions(slug=slug))).values_list("session_data", "revision")


def memberships_in(*, account_id: int, organisation_id: int) -> QuerySet[Membership]:
    """Return the rows of what an account is now in a collectivité, each once per limit of the person."""
    rows = Membership.objects.filter(organisation_id=organisation_id, account_id=account_id, ended_at=None)
    return _with_limits(rows, organisation_id)


def _with_limits(rows: QuerySet[Membership], organisation_id: int) -> QuerySet[Membership]:
    here = FilteredRelation("account__limits", condition=Q(account__limits__organisation_id=organisation_id))
    return rows.annotate(own_limit=here).annotate(
        limit_department=F("own_limit__department_id"), limit_site=F("own_limit__site_id")
    )


def scope_of(*, posts: Iterable[tuple[str, int | None, int | None]]) -> Scope:
    """Return what memberships amount to, each given as a role with one department or site. No query.

    Limits belong to the person: a second role takes none of them away. Site staff of no site sees nothing, whatever
    was written: their role needs one.
    """
    found = list(posts)
    roles = frozenset(role for role, _department, _site in found)
    staff, site_ids = roles & STAFF_ROLES, frozenset(site for _role, _department, site in found if site)
    if staff == {Role.SITE_STAFF} and not site_ids:
        site_ids = NOWHERE
    if not staff:
        return Scope(roles, frozenset(), frozenset())
    return Scope(roles, frozenset(department for _role, department, _site in found if department), site_ids)


def terms_accepted_version(*, account_id: int, organisation_id: int) -> int:
    """Return the highest version of the terms that the account accepted here, 0 when none."""
    row = (
        TermsAcceptance.objects.filter(organisation_id=organisation_id, account_id=account_id)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    return row or 0


def account_for_login(*, identifier: str) -> Account | None:
    """Return the account that an identifiant or an e-mail names, or None.

    An e-mail names an account only when exactly one verified account holds it (couples share one).
    """
    text = identifier.strip()
    if not text or "\x00" in text:
        return None
    account = Account.objects.filter(username=bare_username(text)).first()
    if account is not None or "@" not in text:
        return account
    found = list(_of_email(text).filter(email_verified_at__isnull=False, is_active=True)[:2])
    return found[0] if len(found) == 1 else None


def _of_email(text: str) -> QuerySet[Account]:
    """The accounts that hold an e-mail, in its folded form on both engines: `iexact` would know other letters."""
    wanted = typed.folded_email(text)
    rows = Account.objects.annotate(folded=Lower("email"))
    return rows.filter(folded=wanted) if wanted else rows.none()


def accounts_of_email(*, email: str, organisation_id: int) -> list[Account]:
    """Return the active accounts of a collectivité that hold this e-mail."""
    return list(
        _of_email(email)
        .filter(
            is_active=True,
            memberships__organisation_id=organisation_id,
            memberships__ended_at=None,
        )
        .distinct()
        .order_by("pk")
    )


def accounts_owning(*, email: str) -> list[Account]:
    """Return the accounts in use on the installation whose verified e-mail this is, oldest first. One query.

    Only for a person who has just shown that the e-mail is theirs: whose account it is, is told to nobody else.
    """
    rows = _of_email(email).filter(is_active=True)
    return list(rows.filter(email_verified_at__isnull=False, activated_at__isnull=False).order_by("pk"))


def is_agent(*, account_id: int) -> bool:
    """Tell whether an account is an agent of some collectivité of the installation, now. One query."""
    return Membership.objects.filter(account_id=account_id, role__in=STAFF_ROLES, ended_at=None).exists()


def account_by_id(*, account_id: int) -> Account | None:
    """Return an account that may be used, for who has shown its password."""
    return Account.objects.filter(pk=account_id, is_active=True).first()


def factors_of(*, account_id: int) -> list[FactorLine]:
    """Return the second factors of an account, oldest first. One query."""
    rows = SecondFactor.objects.filter(account_id=account_id).order_by("pk")
    return [FactorLine(row.pk, row.kind, row.name, row.created_at, row.last_used_at) for row in rows]


def asks_for_factor(*, account_id: int) -> bool:
    """Tell whether a collectivité where an account is an agent asks for a second factor. Two queries."""
    posts = Membership.objects.filter(account_id=account_id, role__in=STAFF_ROLES, ended_at=None)
    return any_asks_for_factor(organisation_ids=set(posts.values_list("organisation_id", flat=True)))


def recovery_codes_left(*, account_id: int) -> int:
    """Return how many recovery codes an account has not used yet. One query."""
    return RecoveryCode.objects.filter(account_id=account_id, used_at=None).count()


def devices_of(*, account_id: int, session_key: str | None) -> list[DeviceLine]:
    """Return the devices where an account is logged in, this one first, then the latest. One query."""
    now_there = Session.objects.filter(session_key=OuterRef("session_key"))
    rows = OpenSession.objects.filter(Exists(now_there), account_id=account_id).order_by("-opened_at", "-pk")
    found = [DeviceLine(row.pk, row.device, row.opened_at, row.session_key == session_key) for row in rows]
    return sorted(found, key=lambda line: not line.is_this_one)


def towns_of(*, account_id: int) -> list[tuple[str, str]]:
    """Return (slug, name) of the collectivités where an account is somebody now, by name. Two queries."""
    here = Membership.objects.filter(account_id=account_id, ended_at=None).values_list("organisation_id", flat=True)
    return active_organisations(organisation_ids=set(here))


def find_link(*, secret: str, purpose: LinkPurpose, organisation_id: int, now: datetime) -> AccessLink | None:
    """Return a link that may still be used, with its account."""
    return (
        AccessLink.objects.filter(
            organisation_id=organisation_id,
            purpose=purpose,
            secret_hash=hash_of(secret),
            used_at=None,
            expires_at__gt=now,
        )
        .select_related("account")
        .first()
    )


def taken_usernames(*, starting_with: str) -> set[str]:
    """Return the identifiants that begin so, over the whole installation."""
    return set(Account.objects.filter(username__startswith=starting_with).values_list("username", flat=True))


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords too common to be accepted, folded."""
    text = (Path(__file__).parent / "blocklist.txt").read_text(encoding="utf-8")
    french = {line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")}
    worldwide = {fold(word).replace(" ", "") for word in CommonPasswordValidator().passwords}
    return frozenset(french | worldwide) - {""}


def list_agents(*, actor: Actor) -> list[AgentRow]:
    """Return the agents of the collectivité, those who left last. Two queries.

    :raises NotAllowed: the actor is not an administrator.
    """
    actor.require_role(Role.ADMIN)
    return _agents(actor.organisation_id)


def agents_of_email(*, actor: Actor, email: str) -> list[int]:
    """Return the accounts of agents of the collectivité, in office or not, that hold this e-mail. One query.

    :raises NotAllowed: the actor is not an administrator.
    """
    actor.require_role(Role.ADMIN)
    here = Membership.objects.filter(organisation_id=actor.organisation_id, role__in=STAFF_ROLES)
    return list(_of_email(email).filter(pk__in=here.values("account_id")).order_by("pk").values_list("pk", flat=True))


def colleagues(*, actor: Actor) -> list[Colleague]:
    """Return the agents and managers in office, by name. One query."""
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Membership.objects.filter(
        organisation_id=actor.organisation_id,
        role__in=[Role.AGENT, Role.MANAGER],
        ended_at=None,
        account__is_active=True,
    )
    found: dict[Account, tuple[set[int], set[int]]] = {}
    rows = _with_limits(rows, actor.organisation_id).select_related("account")
    for row in rows.order_by(*by_name("account__last_name", "account__first_name"), "account_id"):
        departments, sites = found.setdefault(row.account, (set(), set()))
        departments.update({vars(row)["limit_department"]} - {None})
        sites.update({vars(row)["limit_site"]} - {None})
    return [
        Colleague(account.pk, account.full_name, frozenset(departments), frozenset(sites))
        for account, (departments, sites) in found.items()
    ]


def departments_without_agent(*, organisation_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the services that no agent or manager looks after now, in their order. Two queries."""
    rows = Membership.objects.filter(
        organisation_id=organisation_id, role__in=[Role.AGENT, Role.MANAGER], ended_at=None, account__is_active=True
    )
    limits: dict[int, set[int]] = {}
    found: Any = _with_limits(rows, organisation_id)
    for account_id, department_id in found.values_list("account_id", "limit_department"):
        limits.setdefault(account_id, set()).update({department_id} - {None})
    if any(not each for each in limits.values()):
        return []  # somebody looks after them all
    looked_after = set().union(*limits.values())
    return [each for each in list_departments(organisation_id=organisation_id) if each[0] not in looked_after]


def find_agent(*, actor: Actor, account_id: int) -> AgentRow:
    """Return one agent.

    :raises NotFound: no such agent here.
    """
    actor.require_role(Role.ADMIN)
    found = _agents(actor.organisation_id, account_ids=[account_id])
    if not found:
        raise NotFound("agent")
    return found[0]


def _agents(organisation_id: int, *, account_ids: Collection[int] | None = None) -> list[AgentRow]:
    rows = Membership.objects.filter(organisation_id=organisation_id, role__in=STAFF_ROLES).select_related("account")
    rows = rows.annotate(
        has_factor=Exists(SecondFactor.objects.filter(account_id=OuterRef("account_id"))),
    )
    rows = _with_limits(rows, organisation_id)
    if account_ids is not None:
        rows = rows.filter(account_id__in=account_ids)
    by_account: dict[int, list[Membership]] = {}
    for row in rows.order_by(*by_name("account__last_name", "account__first_name"), "role"):
        by_account.setdefault(row.account_id, []).append(row)
    agents = [_agent_row(each) for each in by_account.values()]
    return sorted(agents, key=lambda agent: agent.is_ended)


def _agent_row(memberships: list[Membership]) -> AgentRow:
    account = memberships[0].account
    current = [row for row in memberships if row.ended_at is None] or memberships
    return AgentRow(
        account_id=account.pk,
        username=account.username,
        full_name=account.full_name,
        email=account.email,
        roles=tuple(dict.fromkeys(row.role for row in current)),
        department_ids=tuple(sorted({vars(row)["limit_department"] for row in current} - {None})),
        site_ids=tuple(sorted({vars(row)["limit_site"] for row in current} - {None})),
        is_activated=account.activated_at is not None,
        is_ended=all(row.ended_at for row in memberships),
        last_login=account.last_login,
        has_factor=memberships[0].has_factor,  # type: ignore[attr-defined]
    )
