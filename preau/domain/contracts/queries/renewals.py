"""Contracts that end, and the enrolments of the year after on which they may be renewed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from preau.base.actor import Actor
from preau.base.scope import limited
from preau.domain.contracts.enums import VersionState
from preau.domain.contracts.models import CareContract
from preau.domain.contracts.queries.contracts import ContractView, VersionView, list_contracts
from preau.domain.contracts.rules.terms import Terms
from preau.domain.creche.enums import CareType
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.kernel.periods import Period

GAP = timedelta(days=62)  # between a contract and the one that renews it: the holidays of summer


@dataclass(frozen=True, slots=True)
class Renewal:
    """A contract that ends, and the enrolment on which it may be renewed; None: the child is not enrolled yet."""

    contract: ContractView
    version: VersionView
    enrolment_id: int | None
    starts_on: date | None
    ends_on: date | None

    @property
    def terms(self) -> Terms | None:
        """Return the same usual weeks over the new period; holidays and settling in are those of each year."""
        if self.starts_on is None or self.ends_on is None:
            return None
        return replace(
            self.version.terms,
            period=Period(self.starts_on, self.ends_on),
            holidays=(),
            settling={},
            weeks_of_care=None,
        )


def renewals(*, actor: Actor, on: date) -> list[Renewal]:
    """Return the contracts in force that nobody has renewed, those that end first at the head. Four queries.

    A contract that was ended before its term is not renewed.

    :raises NotAllowed: a role that does not read contracts.
    """
    found = []
    for each in list_contracts(actor=actor, states=[VersionState.ACTIVE]):
        version = next(one for one in each.versions if one.state == VersionState.ACTIVE)
        if each.ends_on is None and version.ends_on > on:
            found.append((each, version))
    renewed = set(
        CareContract.objects.filter(
            organisation_id=actor.organisation_id, renews__in=[each.contract_id for each, _version in found]
        ).values_list("renews_id", flat=True)
    )
    waiting = [(each, version) for each, version in found if each.contract_id not in renewed]
    enrolments = _after(actor, waiting)
    made = [_renewal(each, version, enrolments) for each, version in waiting]
    return sorted(made, key=lambda each: (each.version.ends_on, each.contract.child, each.contract.contract_id))


def _after(actor: Actor, waiting: Sequence[tuple[ContractView, VersionView]]) -> list[Enrolment]:
    known = CareContract.objects.filter(organisation_id=actor.organisation_id, enrolment_id=OuterRef("pk"))
    rows = limited(
        Enrolment.objects.filter(
            ~Exists(known),
            organisation_id=actor.organisation_id,
            status=EnrolmentStatus.ACTIVE,
            child_id__in={each.child_id for each, _version in waiting},
            offer__care__care__in=(CareType.REGULAR, CareType.VARIABLE),
            offer__site__structure__isnull=False,
        ),
        actor=actor,
        department="offer__activity__department",
        site="offer__site",
    )
    return list(rows.select_related("offer").order_by("starts_on", "pk"))


def _renewal(each: ContractView, version: VersionView, enrolments: Sequence[Enrolment]) -> Renewal:
    for row in enrolments:
        start, end = max(row.starts_on, row.offer.starts_on), min(row.ends_on, row.offer.ends_on)
        is_next = row.child_id == each.child_id and row.family_id == each.family_id and start < end
        if is_next and version.ends_on <= start <= version.ends_on + GAP:
            return Renewal(each, version, row.pk, start, end)
    return Renewal(each, version, None, None, None)
