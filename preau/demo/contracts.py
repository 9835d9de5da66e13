"""Contracts of the demo: written, sent, signed by code or on paper, put in the planning, over the real operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from preau.base import files
from preau.base.actor import STAFF, Actor, system_actor
from preau.base.models import OutboxMail
from preau.base.uploads import SentFile
from preau.demo.builder import Builder, Home
from preau.domain.accounts.enums import Role
from preau.domain.contracts.enums import Party, TemplateKind
from preau.domain.contracts.models import CareTerms, ContractVersion
from preau.domain.contracts.operations.booking import book_version
from preau.domain.contracts.operations.drafting import draft_contract
from preau.domain.contracts.operations.sending import send
from preau.domain.contracts.operations.signing import accept_paper, countersign, send_back, send_code, sign_online
from preau.domain.contracts.rules.terms import Terms, Week
from preau.domain.creche.models import Structure
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import Adult
from preau.domain.pricing.enums import IncomeBasis
from preau.domain.pricing.operations.incomes import say_income
from preau.domain.pricing.operations.scales import seed_scales
from preau.domain.pricing.rules.psu import Income
from preau.kernel.periods import Period

SIGNED_BEFORE = timedelta(days=100)  # when the contracts of the year were signed


@dataclass(slots=True)
class Crowd:
    """Contracts of the children without a story: one usual week each."""

    plans: Sequence[Week]
    incomes: Sequence[int] = (1450, 2100, 2800, 3400, 4650, 7900)  # euros a month
    made: list[int] = field(default_factory=list)


def direction(builder: Builder) -> Actor:
    """Return who signs for the crèches."""
    return Actor(
        organisation_id=builder.id,
        audience=STAFF,
        display_name="La direction",
        time_zone=builder.organisation.time_zone,
        roles=frozenset({Role.MANAGER}),
    )


def open_contracts(builder: Builder, structures: Sequence[Structure], **terms: Any) -> None:
    """Write the published scales, and what structures have decided for their contracts."""
    seed_scales(actor=builder.actor)
    for each in structures:
        CareTerms.objects.create(organisation_id=builder.id, structure=each, **terms)


def income(builder: Builder, home: Home, *, monthly: int | None, children: int, aeeh: int = 0) -> None:
    """Say what a household lives on, in euros a month; None: it gave nothing."""
    said = Income(
        IncomeBasis.NOT_GIVEN if monthly is None else IncomeBasis.DECLARED,
        None if monthly is None else monthly * 1200,
        children,
        aeeh,
    )
    source = "aucun justificatif reçu" if monthly is None else f"avis d’imposition {builder.today.year - 1}"
    say_income(
        actor=direction(builder),
        family_id=home.family.pk,
        income=said,
        source=source,
        starts_on=builder.year.starts_on,
        now=builder.now - SIGNED_BEFORE,
    )


def terms(enrolment: Enrolment, *weeks: Week, start: date | None = None, **more: Any) -> Terms:
    """Return terms over an enrolment, or from a day of it."""
    kind = more.pop("kind", TemplateKind.FIXED if len(weeks) == 1 else TemplateKind.ALTERNATING)
    first = max(enrolment.starts_on, enrolment.offer.starts_on, start or date.min)
    last = min(enrolment.ends_on, enrolment.offer.ends_on)
    if last.replace(day=1) > first:
        last = last.replace(day=1)  # a last month of one day would be paid whole
    return Terms(period=Period(first, more.pop("until", last)), kind=kind, weeks=weeks, **more)


def draft(builder: Builder, enrolment: Enrolment, wanted: Terms, *, note: str = "") -> ContractVersion:
    """Write a contract, not sent."""
    contract_id = draft_contract(
        actor=direction(builder), enrolment_id=enrolment.pk, terms=wanted, note=note, now=builder.now
    )
    return ContractVersion.objects.get(contract_id=contract_id)


def sent(builder: Builder, version: ContractVersion, *, at: datetime) -> ContractVersion:
    """Send a version to its parents."""
    send(actor=direction(builder), version_id=version.pk, now=at)
    return ContractVersion.objects.select_related("file", "contract").get(pk=version.pk)


def sign(builder: Builder, version: ContractVersion, home: Home, *, at: datetime, adult: int = 0) -> None:
    """Let a parent sign on line, with the code of its mail."""
    person = home.adults[adult]
    actor = _parent(builder, home, person)
    send_code(actor=actor, version_id=version.pk, now=at)
    mail = OutboxMail.objects.filter(organisation_id=builder.id, template="contract_code").order_by("-pk")[0]
    sign_online(
        actor=actor,
        version_id=version.pk,
        code=str(mail.context["code"]),
        seen=version.file.sha256 if version.file else "",
        has_agreed=True,
        address="192.0.2.17",
        browser="Mozilla/5.0 (démonstration)",
        now=at + timedelta(minutes=3),
    )


def on_paper(builder: Builder, version: ContractVersion, *, at: datetime) -> None:
    """Let the counter take in the signed paper of a parent, and check it."""
    row = version.signatures.filter(party=Party.PARENT)[0]
    _row, content = files.read(organisation_id=builder.id, file_id=version.file_id or 0)
    act: dict[str, Any] = {"actor": direction(builder), "version_id": version.pk, "signature_id": row.pk, "now": at}
    send_back(sent=[SentFile("contrat-signe.pdf", content)], **act)
    accept_paper(signed_ids=[row.pk], **act)


def finish(builder: Builder, version: ContractVersion, *, at: datetime) -> None:
    """Let the structure sign, and put the days in the planning."""
    countersign(actor=direction(builder), version_id=version.pk, now=at)
    machine = system_actor(builder.id, time_zone=builder.organisation.time_zone)
    book_version(actor=machine, version_id=version.pk, now=at)


def whole(
    builder: Builder, enrolment: Enrolment, home: Home, wanted: Terms, *, is_paper: bool = False
) -> ContractVersion:
    """Write, send, sign (on line where the parent has an account, unless told) and book a contract of this year."""
    at = builder.now - SIGNED_BEFORE
    version = sent(builder, draft(builder, enrolment, wanted), at=at)
    if home.adults[0].account_id and not is_paper:
        sign(builder, version, home, at=at + timedelta(days=2))
    else:
        on_paper(builder, version, at=at + timedelta(days=2))
    finish(builder, version, at=at + timedelta(days=3))
    return version


def fill(builder: Builder, enrolments: Sequence[Enrolment], crowd: Crowd) -> None:
    """Give a contract in force to children without a story."""
    homes: Mapping[int, Home] = {each.family.pk: each for each in builder.homes}
    for number, enrolment in enumerate(enrolments):
        home = homes[enrolment.family_id]
        monthly = None if number % 11 == 10 else crowd.incomes[number % len(crowd.incomes)]
        income(builder, home, monthly=monthly, children=1 + number % 4, aeeh=1 if number % 9 == 4 else 0)
        week = crowd.plans[number % len(crowd.plans)]
        crowd.made.append(whole(builder, enrolment, home, terms(enrolment, week)).pk)


def _parent(builder: Builder, home: Home, adult: Adult) -> Actor:
    base = builder.actor_of(home)
    return replace(base, account_id=adult.account_id, adult_ids=frozenset({adult.pk}), display_name=adult.full_name)
