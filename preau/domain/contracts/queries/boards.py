"""What agents have to do about contracts: to make, to send, to check, to sign, that end soon."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.scope import limited
from preau.domain.contracts.enums import IN_FORCE, WAITING, SignatureState, VersionState
from preau.domain.contracts.models import CareContract, ContractSignature, ContractVersion, UnbookedDay
from preau.domain.contracts.queries.contracts import READERS, ContractView, contract_rows, list_contracts
from preau.domain.contracts.rules.acts import ENDING
from preau.domain.creche.enums import CareType
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment


@dataclass(frozen=True, slots=True)
class ToMake:
    """An admitted child without a contract. [starts_on, ends_on)."""

    enrolment_id: int
    child_id: int
    child: str
    child_first_name: str
    hue: int
    activity: str
    site: str
    starts_on: date
    ends_on: date


@dataclass(slots=True)
class ContractBoard:
    """Contracts by what they wait for."""

    to_make: list[ToMake] = field(default_factory=list)
    drafts: list[ContractView] = field(default_factory=list)
    to_check: list[ContractView] = field(default_factory=list)
    to_sign: list[ContractView] = field(default_factory=list)
    to_countersign: list[ContractView] = field(default_factory=list)
    refused: list[ContractView] = field(default_factory=list)
    active: list[ContractView] = field(default_factory=list)
    ending: list[ContractView] = field(default_factory=list)
    over: list[ContractView] = field(default_factory=list)
    missed: dict[int, int] = field(default_factory=dict)  # days that are not in the planning, by version

    @property
    def todo(self) -> int:
        """Return how many wait for an agent."""
        return len(self.to_make) + len(self.drafts) + len(self.to_check) + len(self.to_countersign) + len(self.refused)


def contract_board(*, actor: Actor, on: date) -> ContractBoard:
    """Return the contracts that an agent looks after, by what they wait for. Five queries.

    :raises NotAllowed: a role that does not read contracts.
    """
    board = ContractBoard(to_make=enrolments_to_make(actor=actor, on=on))
    for each in list_contracts(actor=actor):
        _place(board, each, on)
    missed = UnbookedDay.objects.filter(organisation_id=actor.organisation_id, on__gte=on)
    board.missed = dict(missed.order_by().values_list("version_id").annotate(days=Count("pk")))
    return board


def _place(board: ContractBoard, each: ContractView, on: date) -> None:
    waiting, standing = each.open, each.standing(on)
    if waiting is not None and waiting.state == VersionState.DRAFT:
        board.drafts.append(each)
    elif waiting is not None and waiting.state == VersionState.TO_COUNTERSIGN:
        board.to_countersign.append(each)
    elif waiting is not None:
        (board.to_check if waiting.to_check else board.to_sign).append(each)
    elif each.last.state in (VersionState.REFUSED, VersionState.EXPIRED, VersionState.WITHDRAWN):
        board.refused.append(each)
    if standing is not None or (each.last.state == VersionState.ACTIVE and each.last.starts_on > on):
        current = standing or each.last
        board.active.append(each)
        if (current.stood_until or current.ends_on) - on <= ENDING:
            board.ending.append(each)
    elif waiting is None and each.last.state in IN_FORCE:
        board.over.append(each)


def enrolments_to_make(*, actor: Actor, on: date) -> list[ToMake]:
    """Return the children admitted in regular or variable care who have no contract, running or to come. One query.

    :raises NotAllowed: a role that does not read contracts.
    """
    if not actor.is_system:
        actor.require_role(*READERS)
    known = CareContract.objects.filter(organisation_id=actor.organisation_id, enrolment_id=OuterRef("pk"))
    rows = limited(
        Enrolment.objects.filter(
            ~Exists(known),
            organisation_id=actor.organisation_id,
            status=EnrolmentStatus.ACTIVE,
            child__isnull=False,
            ends_on__gt=on,
            offer__ends_on__gt=on,
            offer__care__care__in=(CareType.REGULAR, CareType.VARIABLE),
            offer__site__structure__isnull=False,
        ),
        actor=actor,
        department="offer__activity__department",
        site="offer__site",
    )
    rows = rows.select_related("child", "offer__activity", "offer__site").order_by(
        "starts_on", *by_name("child__last_name"), *by_name("child__first_name"), "pk"
    )
    return [
        ToMake(
            enrolment_id=row.pk,
            child_id=row.child_id or 0,
            child=row.child.full_name if row.child else "",
            child_first_name=row.child.first_name if row.child else "",
            hue=row.child.hue if row.child else 0,
            activity=row.offer.activity.name,
            site=row.offer.site.name,
            starts_on=max(row.starts_on, row.offer.starts_on),
            ends_on=min(row.ends_on, row.offer.ends_on),
        )
        for row in rows
    ]


def count_waiting(*, actor: Actor) -> int:
    """Return how many signatures wait for an agent: papers to check, contracts to sign. Two queries.

    :raises NotAllowed: a role that does not read contracts.
    """
    actor.require_role(*READERS)
    mine = limited(
        CareContract.objects.filter(organisation_id=actor.organisation_id),
        actor=actor,
        department="enrolment__offer__activity__department",
        site="structure__site",
    ).values("pk")
    papers = ContractSignature.objects.filter(
        state=SignatureState.TO_CHECK, version__state=VersionState.TO_SIGN, version__contract__in=mine
    )
    ready = ContractVersion.objects.filter(state=VersionState.TO_COUNTERSIGN, contract__in=mine)
    return papers.values("version_id").distinct().count() + ready.count()


@dataclass(frozen=True, slots=True)
class MissedDay:
    """A day that a signed contract reserves and that is not in the planning."""

    on: date
    hours: tuple[tuple[int, int], ...]
    why: str


def missed_days(*, actor: Actor, version_ids: Sequence[int]) -> list[MissedDay]:
    """Return the days of versions, just read for this agent, that are not in the planning, in order. One query."""
    rows = UnbookedDay.objects.filter(organisation_id=actor.organisation_id, version_id__in=version_ids)
    return [MissedDay(row.on, tuple((start, end) for start, end in row.ranges), row.why) for row in rows.order_by("on")]


def waiting_for_family(*, actor: Actor, on: date) -> list[ContractView]:
    """Return the contracts that a parent is asked to sign, the first to be late first. Three queries, one for none."""
    to_sign = ContractVersion.objects.filter(
        organisation_id=actor.organisation_id, state=VersionState.TO_SIGN, sign_before__gte=on
    )
    if not to_sign.exists():
        return []
    found = [each for each in list_contracts(actor=actor, states=WAITING) if _asks(each, on)]
    return sorted(found, key=lambda each: (each.open.sign_before or on) if each.open else on)


def _asks(each: ContractView, on: date) -> bool:
    version = each.open
    if version is None or version.state != VersionState.TO_SIGN or (version.sign_before or on) < on:
        return False
    mine = version.mine
    if mine is not None:
        return mine.state == SignatureState.WAITING
    return each.sees_price and all(one.state == SignatureState.WAITING for one in version.parents)


def check_prices(*, actor: Actor, family_id: int) -> None:
    """Refuse an agent who looks after no child in care of a household: its income is no business of its own. One query.

    :raises NotFound: no enrolment in care of the household is the agent's.
    :raises NotAllowed: a role that does not read contracts.
    """
    actor.require_role(*READERS)
    rows = limited(
        Enrolment.objects.filter(
            organisation_id=actor.organisation_id, family_id=family_id, offer__site__structure__isnull=False
        ),
        actor=actor,
        department="offer__activity__department",
        site="offer__site",
    )
    if not rows.exists():
        raise NotFound("family")


def has_contracts(*, actor: Actor) -> bool:
    """Tell whether a family has a contract to read: the entry of the menu is for crèche families alone. One query."""
    return contract_rows(actor=actor).exists()
