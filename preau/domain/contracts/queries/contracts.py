"""Contracts as each reader sees them: agents those of their structures, parents their own and those they must sign."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.pdf_papers import Block, Paper
from preau.base.scope import limited
from preau.domain.accounts.enums import Role
from preau.domain.contracts.enums import IN_FORCE, WAITING, Party, SignatureState, VersionState
from preau.domain.contracts.models import CareContract, ContractSignature, ContractVersion
from preau.domain.contracts.rules.terms import Terms, parse_terms
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship
from preau.domain.families.queries.children import without_closed
from preau.kernel.periods import next_month

READERS = (Role.AGENT, Role.MANAGER, Role.REGISSEUR)
HEAVY = ("paper", "price_paper")


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One who signs, as its readers see it. `is_mine`: the reader is that parent."""

    signature_id: int
    party: str
    adult_id: int | None
    name: str
    state: str
    way: str
    said_at: datetime | None
    words: str
    sees_price: bool
    has_scan: bool
    sent_back_at: datetime | None
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a contract. Dates are half-open; `stood_until` cuts short what was signed for longer."""

    version_id: int
    rank: int
    kind: str
    state: str
    starts_on: date
    ends_on: date
    terms: Terms
    note: str
    created_at: datetime
    created_by: str
    sent_at: datetime | None
    sign_before: date | None
    closed_at: datetime | None
    closed_reason: str
    stood_until: date | None
    agreed: Mapping[str, Any]  # see `rules.agreed`; empty until it is sent
    booked_at: datetime | None
    is_sealed: bool
    signatures: tuple[SignatureLine, ...]

    @property
    def is_open(self) -> bool:
        """Return whether it is written, or waits for signatures."""
        return self.state in (VersionState.DRAFT, *WAITING)

    @property
    def last_day(self) -> date:
        """Return the last day of care that it agrees on."""
        return self.ends_on - timedelta(days=1)

    @property
    def parents(self) -> list[SignatureLine]:
        return [each for each in self.signatures if each.party == Party.PARENT]

    @property
    def mine(self) -> SignatureLine | None:
        """Return the signature that the reader is asked for, or has given."""
        return next((each for each in self.signatures if each.is_mine), None)

    @property
    def to_check(self) -> list[SignatureLine]:
        return [each for each in self.signatures if each.state == SignatureState.TO_CHECK]

    @property
    def signed_count(self) -> int:
        return sum(each.state == SignatureState.SIGNED for each in self.parents)


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract with its versions, the last first. `sees_price`: its reader pays, or prices."""

    contract_id: int
    number: int
    enrolment_id: int
    family_id: int
    family: str
    child_id: int
    child: str
    child_first_name: str
    hue: int
    structure_id: int
    site_id: int
    site: str
    activity: str
    ends_on: date | None
    ended_reason: str
    sees_price: bool
    versions: tuple[VersionView, ...]

    @property
    def title(self) -> str:
        """Return what its readers call it, without the number of a draft: « Contrat n° 33 - Les Galets »."""
        return f"Contrat n°\u00a0{self.number} - {self.site}" if self.number else f"Contrat - {self.site}"

    @property
    def open(self) -> VersionView | None:
        return next((each for each in self.versions if each.is_open), None)

    @property
    def last(self) -> VersionView:
        return self.versions[0]

    def standing(self, on: date) -> VersionView | None:
        """Return the version in force on a day."""
        for each in self.versions:
            if each.state in IN_FORCE and each.starts_on <= on < (each.stood_until or each.ends_on):
                return each
        return None

    def is_announced_in(self, month: date) -> bool:
        """Return whether days of a month, given by its first one, are announced: a version that stands then says so."""
        return any(
            each.state in IN_FORCE
            and each.terms.is_announced
            and each.starts_on < next_month(month)
            and max(month, each.starts_on) < (each.stood_until or each.ends_on)
            for each in self.versions
        )

    def version(self, version_id: int) -> VersionView:
        """Return one of its versions.

        :raises NotFound: it is of another contract.
        """
        for each in self.versions:
            if each.version_id == version_id:
                return each
        raise NotFound("version")


def contract_rows(*, actor: Actor) -> QuerySet[CareContract]:
    """Return the contracts that an actor may read: what a parent must sign is read even from another home,
    as long as it exercises authority on the child.

    :raises NotAllowed: an agent whose roles do not read contracts.
    """
    rows = CareContract.objects.filter(organisation_id=actor.organisation_id)
    if actor.audience == FAMILY:
        holds = Guardianship.objects.filter(
            child_id=OuterRef("version__contract__child_id"),
            adult_id__in=actor.adult_ids,
            authority=Authority.EXERCISED,
        )
        to_sign = ContractSignature.objects.filter(
            Exists(holds), organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids
        ).values("version__contract_id")
        rows = without_closed(actor=actor, rows=rows.filter(Q(family_id__in=actor.family_ids) | Q(pk__in=to_sign)))
        return rows.filter(number__gt=0)  # a draft is the service's
    if not actor.is_system:
        actor.require_role(*READERS)
    return limited(rows, actor=actor, department="enrolment__offer__activity__department", site="structure__site")


def list_contracts(
    *, actor: Actor, states: Collection[str] = (), family_id: int | None = None, child_id: int | None = None
) -> list[ContractView]:
    """Return contracts by child then number, those of a state of one of their versions if asked. Three queries."""
    rows = contract_rows(actor=actor)
    if states:
        rows = rows.filter(versions__state__in=states).distinct()
    if family_id is not None:
        rows = rows.filter(family_id=family_id)
    if child_id is not None:
        rows = rows.filter(child_id=child_id)
    return contract_views(
        actor=actor, rows=rows.order_by(*by_name("child__last_name"), *by_name("child__first_name"), "number", "pk")
    )


def find_contract(*, actor: Actor, contract_id: int) -> ContractView:
    """Return one contract. Three queries.

    :raises NotFound: it is not the actor's; :raises NotAllowed: an agent whose roles do not read contracts.
    """
    found = contract_views(actor=actor, rows=contract_rows(actor=actor).filter(pk=contract_id), with_agreed=True)
    if not found:
        raise NotFound("contract")
    return found[0]


def contract_views(*, actor: Actor, rows: QuerySet[CareContract], with_agreed: bool = False) -> list[ContractView]:
    """Return what is shown of contracts, the drafts left out for families.

    :param with_agreed: with what each version agreed on, day by day: heavy, and of no use in a list.
    """
    versions = ContractVersion.objects.filter(organisation_id=actor.organisation_id).order_by("-rank")
    if actor.audience == FAMILY:
        versions = versions.exclude(state=VersionState.DRAFT).exclude(sent_at=None)
    signatures = ContractSignature.objects.order_by("party", "pk")
    rows = rows.select_related("child", "family", "structure__site", "enrolment__offer__activity").prefetch_related(
        Prefetch("versions", queryset=versions.defer(*(HEAVY if with_agreed else (*HEAVY, "agreed")))),
        Prefetch("versions__signatures", queryset=signatures),
    )
    return [_view(actor, row, with_agreed=with_agreed) for row in rows if row.versions.all()]


def _view(actor: Actor, row: CareContract, *, with_agreed: bool) -> ContractView:
    return ContractView(
        contract_id=row.pk,
        number=row.number,
        enrolment_id=row.enrolment_id,
        family_id=row.family_id,
        family=row.family.name,
        child_id=row.child_id,
        child=row.child.full_name,
        child_first_name=row.child.first_name,
        hue=row.child.hue,
        structure_id=row.structure_id,
        site_id=row.structure.site_id,
        site=row.structure.site.name,
        activity=row.enrolment.offer.activity.name,
        ends_on=row.ends_on,
        ended_reason=row.ended_reason,
        sees_price=actor.audience != FAMILY or row.family_id in actor.family_ids,
        versions=tuple(_version(actor, each, with_agreed=with_agreed) for each in row.versions.all()),
    )


def _version(actor: Actor, row: ContractVersion, *, with_agreed: bool) -> VersionView:
    return VersionView(
        version_id=row.pk,
        rank=row.rank,
        kind=row.kind,
        state=row.state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        terms=parse_terms(row.terms),
        note=row.note,
        created_at=row.created_at,
        created_by=row.created_by,
        sent_at=row.sent_at,
        sign_before=row.sign_before,
        closed_at=row.closed_at,
        closed_reason=row.closed_reason,
        stood_until=row.stood_until,
        agreed=row.agreed if with_agreed else {},
        booked_at=row.booked_at,
        is_sealed=row.sealed_id is not None,
        signatures=tuple(_signature(actor, each) for each in row.signatures.all()),
    )


def _signature(actor: Actor, row: ContractSignature) -> SignatureLine:
    is_mine = actor.audience == FAMILY and row.adult_id is not None and row.adult_id in actor.adult_ids
    # What one parent wrote in refusing, or was told of its paper, is not the other's to read.
    words = row.words if actor.audience != FAMILY or is_mine else ""
    return SignatureLine(
        signature_id=row.pk,
        party=row.party,
        adult_id=row.adult_id,
        name=row.name,
        state=row.state,
        way=row.way,
        said_at=row.said_at,
        words=words,
        sees_price=row.sees_price,
        has_scan=row.scan_id is not None and (actor.audience != FAMILY or row.is_own_scan),
        sent_back_at=row.sent_back_at,
        is_mine=is_mine,
    )


def papers_of(*, actor: Actor, version_id: int) -> tuple[Paper, Paper | None]:
    """Return what a version says, block by block: the contract, and its price for who may read it. Two queries.

    :raises NotFound: it is not the actor's, or was not sent yet.
    """
    row = readable_version(actor=actor, version_id=version_id)
    if not row.paper:
        raise NotFound("version")
    sees_price = actor.audience != FAMILY or row.contract.family_id in actor.family_ids
    return _paper(row.paper), _paper(row.price_paper) if sees_price and row.price_paper else None


def paper_print(*, actor: Actor, version_id: int) -> str:
    """Return the print (SHA-256) of the file of a version: what a signature is about. Two queries.

    :raises NotFound: it is not the actor's, or was not sent yet.
    """
    row = readable_version(actor=actor, version_id=version_id)
    if row.file is None:
        raise NotFound("file")
    return row.file.sha256


def readable_version(*, actor: Actor, version_id: int) -> ContractVersion:
    """Return the row of a version that an actor may read.

    :raises NotFound: it is not the actor's; a draft is the service's.
    """
    rows = ContractVersion.objects.filter(
        organisation_id=actor.organisation_id, pk=version_id, contract__in=contract_rows(actor=actor)
    ).select_related("contract", "file")
    row = rows.first()
    if row is None or (actor.audience == FAMILY and row.sent_at is None):
        raise NotFound("version")
    return row


def paper_data(*, paper: Paper) -> dict[str, Any]:
    """Return a paper as plain data, fit for JSON: the inverse of `_paper`."""
    return {
        "title": paper.title,
        "issuer": list(paper.issuer),
        "footer": paper.footer,
        "lang": paper.lang,
        "blocks": [
            {"kind": each.kind, "text": each.text, "head": each.head, "rows": each.rows, "count": each.count}
            for each in paper.blocks
        ],
    }


def _paper(data: Mapping[str, Any]) -> Paper:
    return Paper(
        title=data["title"],
        issuer=tuple(data["issuer"]),
        footer=data["footer"],
        lang=data.get("lang", "fr"),
        blocks=tuple(_block(each) for each in data["blocks"]),
    )


def _block(data: Mapping[str, Any]) -> Block:
    rows: Iterable[Iterable[str]] = data["rows"]
    return Block(
        kind=data["kind"],
        text=data["text"],
        head=tuple(data["head"]),
        rows=tuple(tuple(each) for each in rows),
        count=data["count"],
    )
