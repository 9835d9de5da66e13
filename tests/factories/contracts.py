"""A crèche that makes contracts in a town of tests: scales, incomes, what its structure has decided."""

from datetime import date, datetime, timedelta
from typing import Any

from preau.base.models import OutboxMail
from preau.domain.contracts.enums import TemplateKind
from preau.domain.contracts.models import CareContract, CareTerms, ContractVersion
from preau.domain.contracts.operations.drafting import draft_contract
from preau.domain.contracts.operations.sending import send
from preau.domain.contracts.operations.signing import countersign, send_code, sign_online
from preau.domain.contracts.rules.terms import Terms
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import Child
from preau.domain.pricing.enums import IncomeBasis
from preau.domain.pricing.operations.incomes import say_income
from preau.domain.pricing.operations.scales import seed_scales
from preau.domain.pricing.rules.psu import Income
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange
from tests.factories.creche import Creche
from tests.factories.town import NOW, TODAY, Household, Town

WEEK = {day: (TimeRange(510, 1020),) for day in (0, 1, 3)}  # Monday, Tuesday, Thursday, 8 h 30 to 17 h
START, END = date(2026, 12, 1), date(2027, 5, 1)


class Contracts:
    """One structure whose contracts are written, with an offer of regular care."""

    def __init__(self, town: Town, *, places: int = 5, name: str = "Les Coquelicots", **terms: Any) -> None:
        self.town = town
        self.creche = Creche(town, name, places=places)
        self.offer = self.creche.offer("regular")
        CareTerms.objects.create(organisation_id=town.id, structure=self.creche.structure, **terms)
        seed_scales(actor=town.system)
        self.agent = town.agent("agent")

    def enrol(self, home: Household, child: Child | None = None) -> Enrolment:
        """Admit a child of a household, the first unless it is said."""
        return self.creche.enrol(home, self.offer, child=child)

    def income(self, home: Household, *, monthly: int = 2800, children: int = 2, since: date = TODAY) -> None:
        """Say what a household lives on, in euros a month."""
        income = Income(IncomeBasis.DECLARED, monthly * 1200, children)
        say_income(
            actor=self.agent, family_id=home.family.pk, income=income, source="avis 2025", starts_on=since, now=NOW
        )

    def draft(self, enrolment: Enrolment, terms: Terms | None = None, *, note: str = "") -> CareContract:
        """Write a contract, not sent."""
        contract_id = draft_contract(
            actor=self.agent, enrolment_id=enrolment.pk, terms=terms or terms_of(), note=note, now=NOW
        )
        return CareContract.objects.get(pk=contract_id)

    def sent(
        self, home: Household, terms: Terms | None = None, *, child: Child | None = None, note: str = ""
    ) -> ContractVersion:
        """Write a contract for a child of a household, and send it."""
        contract = self.draft(self.enrol(home, child), terms, note=note)
        version = contract.versions.get()
        send(actor=self.agent, version_id=version.pk, now=NOW)
        return ContractVersion.objects.select_related("contract", "file", "price_file").get(pk=version.pk)

    def signed(self, home: Household, **changes: Any) -> ContractVersion:
        """Write, send and sign a contract: its parent by the code of its mail, then the structure. Not booked yet."""
        version = self.sent(home, **changes)
        sign(self.town, home, version)
        countersign(actor=self.agent, version_id=version.pk, now=NOW)
        return ContractVersion.objects.select_related("contract").get(pk=version.pk)


def sign(town: Town, home: Household, version: ContractVersion, *, now: datetime = NOW, **changes: Any) -> bool:
    """Let the parent of a household sign on line, two minutes after its code was sent."""
    actor = town.parent(home)
    send_code(actor=actor, version_id=version.pk, now=now)
    said = {
        "actor": actor,
        "version_id": version.pk,
        "code": code_sent(),
        "seen": version.file.sha256 if version.file else "",
        "has_agreed": True,
        "address": "192.0.2.4",
        "browser": "Firefox",
        "now": now + timedelta(minutes=2),
    }
    return sign_online(**{**said, **changes})


def code_sent() -> str:
    """Return the code of the last mail."""
    context: Any = OutboxMail.objects.filter(template="contract_code").order_by("-pk")[0].context
    return str(context["code"])


def terms_of(**changes: Any) -> Terms:
    """Return a contract from December to April, three days a week."""
    defaults: dict[str, Any] = {"period": Period(START, END), "kind": TemplateKind.FIXED, "weeks": (WEEK,)}
    return Terms(**{**defaults, **changes})
