"""Sending a version to be signed: from then on it is frozen, on paper as in the database."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pikepdf
from django.db import transaction

from preau.base import files, journal, typed
from preau.base.actor import Actor
from preau.base.counters import next_numbers
from preau.base.models import StoredFile
from preau.base.pdf_papers import Paper, pdf
from preau.base.uploads import CleanFile
from preau.domain.contracts.enums import WAITING, Party, VersionState
from preau.domain.contracts.models import CareContract, ContractSignature, ContractVersion
from preau.domain.contracts.operations.drafting import MAX_NOTE, check_place, hold_version
from preau.domain.contracts.operations.papers import Heads, contract_paper, price_paper
from preau.domain.contracts.operations.telling import tell_parents
from preau.domain.contracts.queries.contracts import paper_data
from preau.domain.contracts.queries.quotes import PriceSource, Quote, check_fits, quote
from preau.domain.contracts.rules.acts import NoSigner, NotToSign, VersionFrozen, WordsMissing
from preau.domain.contracts.rules.agreed import agreed_data
from preau.domain.contracts.rules.terms import parse_terms
from preau.domain.creche.queries.enrolments import find_care, hold_care
from preau.domain.families.enums import Authority
from preau.domain.families.models import Adult, Guardianship
from preau.domain.families.queries.custody import check_not_frozen
from preau.domain.organisations.queries import mail_identity

COUNTER = "contract"
PDF = "application/pdf"


@transaction.atomic
def send(*, actor: Actor, version_id: int, now: datetime) -> int:
    """Send a draft to the parents who sign it; return the number of the contract. Its papers are drawn and kept.

    Those who have an account are told by mail; the others sign on paper.

    :raises NotFound: it is not the agent's; :raises NotAllowed: neither agent nor manager.
    :raises VersionFrozen: it was sent; :raises NoSigner: nobody may sign for the child.
    :raises TermsInvalid: what changed since lets it be no more; :raises NoScale: no price is known on its first day.
    :raises ContractOverlaps, NotInForce, AmendmentOutside: what was signed meanwhile leaves no place for it.
    :raises ActFrozen: a parent objects in writing.
    """
    row = hold_version(actor=actor, version_id=version_id)
    if row.state != VersionState.DRAFT:
        raise VersionFrozen
    contract = row.contract
    check_not_frozen(actor=actor, child_ids=[contract.child_id])
    hold_care(actor=actor, enrolment_ids=[contract.enrolment_id])
    enrolment = find_care(actor=actor, enrolment_id=contract.enrolment_id)
    terms = parse_terms(row.terms)
    check_fits(enrolment=enrolment, terms=terms)
    check_place(row=row, terms=terms)
    source = PriceSource(organisation_id=actor.organisation_id, payers=[enrolment])
    found = quote(actor=actor, enrolment=enrolment, terms=terms, source=source, now=now)
    signers = signers_of(contract=contract, both=found.settings.both_parents)
    if not signers:
        raise NoSigner
    today = now.astimezone(actor.zone).date()
    if not contract.number:
        numbers = next_numbers(organisation_id=actor.organisation_id, name=COUNTER)
        contract.number = numbers[0]
        contract.save(update_fields=["number"])
    heads = heads_of(row=row, parents=[each.full_name for each in signers], on=now)
    _freeze(actor, row, heads, found, now=now, sign_before=today + timedelta(days=found.settings.days_to_sign))
    ContractSignature.objects.bulk_create(
        [
            *(
                ContractSignature(
                    organisation_id=actor.organisation_id,
                    version=row,
                    party=Party.PARENT,
                    adult=each,
                    name=each.full_name[:160],
                    sees_price=each.family_id == contract.family_id,
                )
                for each in signers
            ),
            ContractSignature(
                organisation_id=actor.organisation_id,
                version=row,
                party=Party.STRUCTURE,
                name=contract.structure.site.name[:160],
            ),
        ]
    )
    journal.record(
        actor=actor, act="contract.sent", at=now, subject_type="child", subject_id=contract.child_id, rank=row.rank
    )
    tell_parents(
        version=row,
        template="contract_to_sign",
        subject=f"{contract_words(contract=contract)}\u00a0: à signer",
        now=now,
    )
    return contract.number


def contract_words(*, contract: CareContract) -> str:
    """Return what mails call a contract."""
    return f"Contrat n°\u00a0{contract.number} - {contract.structure.site.name}"


@transaction.atomic
def withdraw(*, actor: Actor, version_id: int, words: str, now: datetime) -> None:
    """Take back what was sent and is not signed by all; the parents are told why.

    :raises NotFound, NotAllowed: as in `send`; :raises NotToSign: it waits for nobody; :raises WordsMissing: no reason.
    """
    row = hold_version(actor=actor, version_id=version_id)
    if row.state not in WAITING:
        raise NotToSign
    reason = typed.clean(words)[:MAX_NOTE]
    if not reason:
        raise WordsMissing
    close(row=row, state=VersionState.WITHDRAWN, reason=reason, now=now)
    journal.record(
        actor=actor, act="contract.withdrawn", at=now, subject_type="child", subject_id=row.contract.child_id
    )
    tell_parents(
        version=row,
        template="contract_withdrawn",
        subject=f"{contract_words(contract=row.contract)}\u00a0: retiré par la structure",
        now=now,
        reason=reason,
    )


def close(*, row: ContractVersion, state: VersionState, reason: str, now: datetime) -> None:
    """Write that a version waits for nobody any more, in the caller's transaction, which holds its contract."""
    ContractVersion.objects.filter(pk=row.pk).update(state=state, closed_at=now, closed_reason=reason)
    row.state = state


def signers_of(*, contract: CareContract, both: bool) -> list[Adult]:
    """Return the adults who sign: all who exercise authority on the child, or the first of the household that pays.

    Records of one person in two households are one signer.
    """
    links = Guardianship.objects.filter(
        organisation_id=contract.organisation_id, child_id=contract.child_id, authority=Authority.EXERCISED
    ).select_related("adult__account")
    mine = [each.adult for each in links if each.adult.family_id == contract.family_id]
    mine.sort(key=lambda each: (each.position != "holder", each.position != "co_holder", each.pk))
    if not both:
        return mine[:1]
    others = sorted((each.adult for each in links if each.adult.family_id != contract.family_id), key=lambda a: a.pk)
    known: dict[object, Adult] = {}
    for each in (*mine, *others):
        known.setdefault(each.account_id or f"{each.name_key} {each.birth_date}", each)
    return list(known.values())


def heads_of(*, row: ContractVersion, parents: Sequence[str], on: datetime) -> Heads:
    """Return what the papers of a version say at their top."""
    contract = row.contract
    site, identity = contract.structure.site, mail_identity(organisation_id=contract.organisation_id)
    return Heads(
        organisation=(identity or {}).get("name", ""),
        site=site.name,
        address=site.address,
        phone=site.phone,
        number=contract.number,
        rank=row.rank,
        kind=row.kind,
        child=contract.child.full_name,
        birth_date=contract.child.birth_date,
        activity=contract.enrolment.offer.activity.name,
        parents=tuple(parents),
        on=on.date(),
    )


def _freeze(
    actor: Actor, row: ContractVersion, heads: Heads, found: Quote, *, now: datetime, sign_before: object
) -> None:
    paper = contract_paper(heads=heads, quote=found, note=row.note, regulation=found.settings.regulation)
    price = price_paper(heads=heads, quote=found)
    name = f"contrat-{row.contract.number}"
    ContractVersion.objects.filter(pk=row.pk).update(
        state=VersionState.TO_SIGN,
        paper=paper_data(paper=paper),
        price_paper=paper_data(paper=price),
        file=draw(row=row, paper=paper, name=f"{name}.pdf", now=now),
        price_file=draw(row=row, paper=price, name=f"{name}-annexe-financiere.pdf", now=now),
        sent_at=now,
        sent_by=actor.display_name[:120],
        sign_before=sign_before,
        agreed=agreed_data(found.agreed),
        month_hours=Decimal(round(found.monthly_hours * 100)) / 100,
    )
    row.refresh_from_db()


def draw(*, row: ContractVersion, paper: Paper, name: str, now: datetime) -> StoredFile:
    """Draw a paper and keep it, encrypted."""
    return keep_pdf(row=row, content=pdf(paper=paper, now=now), name=name, now=now)


def keep_pdf(*, row: ContractVersion, content: bytes, name: str, now: datetime) -> StoredFile:
    """Keep a PDF of ours, encrypted."""
    with pikepdf.open(io.BytesIO(content)) as found:
        pages = len(found.pages)
    clean = CleanFile(content, PDF, "pdf", pages)
    return files.keep(organisation_id=row.organisation_id, file=clean, name=name, now=now)
