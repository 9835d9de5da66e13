"""Signing: a parent on line by a code sent by mail, or on paper, read by an agent; the structure; the seal."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from preau.base import files, journal, task_queue, typed
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.sealing import seal_pdf
from preau.base.uploads import CleanFile, SentFile
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.contracts.enums import Party, SignatureState, SignatureWay, VersionKind, VersionState
from preau.domain.contracts.models import CareContract, ContractSignature, ContractVersion
from preau.domain.contracts.operations.drafting import hold_version
from preau.domain.contracts.operations.papers import evidence_paper
from preau.domain.contracts.operations.sending import close, contract_words, draw, heads_of, keep_pdf
from preau.domain.contracts.operations.telling import tell, tell_parents
from preau.domain.contracts.queries.contracts import readable_version
from preau.domain.contracts.rules.acts import (
    CODE_DIGITS,
    CODE_EVERY,
    MOST_CODES,
    REMIND_BEFORE,
    AlreadySigned,
    CodesSpent,
    CodeTooSoon,
    CodeWrong,
    ConsentMissing,
    NothingChosen,
    NotToSign,
    PaperChanged,
    WordsMissing,
    check_code,
    check_may_sign,
)
from preau.domain.documents.operations.pieces import receive
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship
from preau.domain.families.queries.custody import check_not_frozen

BOOK = "preau.domain.contracts.tasks.book_signed"
MAX_WORDS = 400
MAX_BROWSER = 160
CONSENT = "J’ai lu le contrat jusqu’à la fin, j’accepte de le signer en ligne et je m’engage à le respecter."


@transaction.atomic
def send_code(*, actor: Actor, version_id: int, now: datetime) -> str:
    """Send the code by which a parent signs, to the e-mail of its account; return that address, masked.

    :raises NotFound: it is not this parent's to sign.
    :raises NotToSign, TooLateToSign, AlreadySigned, CodeTooSoon, CodesSpent: see each.
    """
    version, row, account = _mine(actor, version_id, now)
    if row.code_sent_at is not None and now - row.code_sent_at < CODE_EVERY:
        raise CodeTooSoon
    if row.codes_sent >= MOST_CODES:
        raise CodesSpent
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    ContractSignature.objects.filter(pk=row.pk).update(
        code_hash=_hash(row, account, code), code_sent_at=now, code_tries=0, codes_sent=F("codes_sent") + 1
    )
    post_letter(
        organisation_id=actor.organisation_id,
        reader=account,
        template="contract_code",
        subject="Votre code pour signer",
        key=f"contract-code-{row.pk}-{now.timestamp():.0f}",
        now=now,
        route="family:contract",
        args=[version.contract_id],
        code=code,
        contract=contract_words(contract=version.contract),
    )
    return masked(email=account.email)


def sign_online(
    *,
    actor: Actor,
    version_id: int,
    code: str,
    seen: str,
    has_agreed: bool,
    address: str,
    browser: str,
    now: datetime,
) -> bool:
    """Sign as a parent; tell whether every parent has signed now.

    A wrong code counts, whatever becomes of the rest: five, and another one is asked for.

    :param seen: print of the file that was read.
    :param address, browser: where the act comes from, kept in the evidence.
    :raises NotFound: it is not this parent's to sign.
    :raises NotToSign, TooLateToSign, AlreadySigned, PaperChanged, ConsentMissing, CodeOver, CodeWrong: see each.
    """
    problem = None
    with transaction.atomic():
        version, row, account = _mine(actor, version_id, now)
        assert version.file is not None  # noqa: S101 -- a version to sign was drawn
        if seen != version.file.sha256:
            raise PaperChanged
        if not has_agreed:
            raise ConsentMissing
        check_code(sent_at=row.code_sent_at, tries=row.code_tries, now=now)
        if not constant_time_compare(_hash(row, account, "".join(code.split())), row.code_hash):
            ContractSignature.objects.filter(pk=row.pk).update(code_tries=F("code_tries") + 1)
            problem = CodeWrong()
        else:
            evidence = {
                "account_id": account.pk,
                "username": account.username,
                "email": masked(email=account.email),
                "code_sent_at": row.code_sent_at.isoformat() if row.code_sent_at else "",
                "consent": CONSENT,
                "address": address[:60],
                "browser": typed.clean(browser)[:MAX_BROWSER],
                **_prints(version, row),
            }
            _signed(actor, row, way=SignatureWay.ONLINE, evidence=evidence, now=now)
        is_complete = settle(version=version)
    if problem is not None:  # outside: the try that failed is written
        raise problem
    return is_complete


@transaction.atomic
def refuse(*, actor: Actor, version_id: int, words: str, now: datetime) -> None:
    """Refuse to sign, as a parent, with a word to the structure: the version waits for nobody any more.

    :raises NotFound, NotToSign, TooLateToSign, AlreadySigned: as in `send_code`; :raises WordsMissing: no word.
    """
    version, row, _account = _mine(actor, version_id, now)
    reason = typed.clean(words, lines=True)[:MAX_WORDS]
    if not reason:
        raise WordsMissing
    ContractSignature.objects.filter(pk=row.pk).update(
        state=SignatureState.REFUSED, adult=row.adult, name=row.name, words=reason, said_at=now, code_hash=""
    )
    close(row=version, state=VersionState.REFUSED, reason=reason, now=now)
    journal.record(
        actor=actor, act="contract.refused", at=now, subject_type="child", subject_id=version.contract.child_id
    )
    tell_parents(
        version=version,
        template="contract_refused",
        subject=f"{contract_words(contract=version.contract)}\u00a0: refusé par un parent",
        now=now,
    )


def send_back(
    *, actor: Actor, version_id: int, sent: Sequence[SentFile], now: datetime, signature_id: int | None = None
) -> None:
    """Send back the contract signed on paper, as a PDF or photos: an agent reads it.

    :param signature_id: for an agent, who brings in the paper of a parent.
    :raises NotFound: it is not this parent's, or not this agent's; :raises FileRefused: see `base.uploads`.
    :raises NotToSign, TooLateToSign, AlreadySigned: see each.
    """
    if actor.audience == FAMILY:
        _mine_to_read(actor, version_id, now)
    clean = receive(actor=actor, sent=sent, now=now)
    _keep_scan(actor, version_id, clean, now=now, signature_id=signature_id)


@transaction.atomic
def _keep_scan(actor: Actor, version_id: int, clean: CleanFile, *, now: datetime, signature_id: int | None) -> None:
    if actor.audience == FAMILY:
        version, row, _account = _mine(actor, version_id, now)
    else:
        version = hold_version(actor=actor, version_id=version_id)
        row = _signature(version, signature_id)
        _check_waits(version, row, actor, now)
    before = row.scan_id
    name = f"contrat-{version.contract.number}-signe.{clean.extension}"
    ContractSignature.objects.filter(pk=row.pk).update(
        state=SignatureState.TO_CHECK,
        adult=row.adult,
        name=row.name,
        scan=files.keep(organisation_id=actor.organisation_id, file=clean, name=name, now=now),
        is_own_scan=True,
        sent_back_at=now,
        words="",
    )
    _forget_scan(version, before)
    journal.record(
        actor=actor, act="contract.sent_back", at=now, subject_type="child", subject_id=version.contract.child_id
    )


@transaction.atomic
def accept_paper(
    *, actor: Actor, version_id: int, signature_id: int, signed_ids: Collection[int], now: datetime
) -> bool:
    """Accept a paper that bears the signatures of one or more parents; tell whether every parent has signed now.

    :param signature_id: of the parent who sent it back; `signed_ids`: of those whose signature it bears.
    :raises NotFound, NotAllowed: as in `drafting.hold_version`; :raises NotToSign: it waits for nobody.
    :raises NothingChosen: no signature was named.
    """
    version = hold_version(actor=actor, version_id=version_id)
    sender = _signature(version, signature_id)
    if version.state != VersionState.TO_SIGN or sender.scan is None or sender.state != SignatureState.TO_CHECK:
        raise NotToSign
    rows = [_signature(version, each) for each in sorted(set(signed_ids))]
    if not rows:
        raise NothingChosen
    for row in rows:
        if row.state in (SignatureState.WAITING, SignatureState.TO_CHECK):
            evidence = {
                "scan": sender.scan.sha256,
                "sent_back_at": sender.sent_back_at.isoformat() if sender.sent_back_at else "",
                "checked_by": actor.display_name,
                **_prints(version, row),
            }
            before, is_own = row.scan_id, row.pk == sender.pk
            ContractSignature.objects.filter(pk=row.pk).update(scan=sender.scan, is_own_scan=is_own)
            _signed(actor, row, way=SignatureWay.PAPER, evidence=evidence, now=now)
            _forget_scan(version, before)
    if sender.pk not in {row.pk for row in rows}:
        _ask_again(actor, version, sender, NOT_ON_IT, now=now)
    return settle(version=version)


def _forget_scan(version: ContractVersion, file_id: int | None) -> None:
    """Erase a paper that no signature rests on any more."""
    if file_id and not version.signatures.filter(scan_id=file_id).exists():
        files.forget(organisation_id=version.organisation_id, file_id=file_id)


NOT_ON_IT = "Votre signature ne se trouve pas sur le document renvoyé."


@transaction.atomic
def refuse_paper(*, actor: Actor, version_id: int, signature_id: int, words: str, now: datetime) -> None:
    """Send a paper back to its parent, who reads why and signs again.

    :raises NotFound, NotAllowed, NotToSign: as in `accept_paper`; :raises WordsMissing: no reason.
    """
    version = hold_version(actor=actor, version_id=version_id)
    row = _signature(version, signature_id)
    if version.state != VersionState.TO_SIGN or row.state != SignatureState.TO_CHECK:
        raise NotToSign
    reason = typed.clean(words)[:MAX_WORDS]
    if not reason:
        raise WordsMissing
    journal.record(
        actor=actor, act="contract.paper_refused", at=now, subject_type="child", subject_id=version.contract.child_id
    )
    _ask_again(actor, version, row, reason, now=now)


def _ask_again(actor: Actor, version: ContractVersion, row: ContractSignature, reason: str, *, now: datetime) -> None:
    """Tell a parent that its paper does not do. A paper read late does not take away the days to send another."""
    ContractSignature.objects.filter(pk=row.pk).update(state=SignatureState.WAITING, words=reason)
    least = now.astimezone(actor.zone).date() + REMIND_BEFORE
    if version.sign_before is not None and version.sign_before < least:
        version.sign_before = least
        version.save(update_fields=["sign_before"])
    tell(
        row=row,
        version=version,
        template="contract_paper_refused",
        subject=f"{contract_words(contract=version.contract)}\u00a0: à signer de nouveau",
        now=now,
        key=f"{now.timestamp():.0f}",
        reason=reason,
    )


@transaction.atomic
def countersign(*, actor: Actor, version_id: int, now: datetime) -> None:
    """Sign for the structure, last: the files are sealed, the version is in force, its days go to the planning.

    :raises NotFound: it is not the agent's; :raises NotAllowed: neither agent nor manager.
    :raises NotToSign: a parent has not signed, or all is signed already; :raises ActFrozen: a parent objects.
    """
    version = hold_version(actor=actor, version_id=version_id)
    if version.state != VersionState.TO_COUNTERSIGN:
        raise NotToSign
    check_not_frozen(actor=actor, child_ids=[version.contract.child_id])
    row = version.signatures.get(party=Party.STRUCTURE)
    evidence = {"account_id": actor.account_id, "checked_by": actor.display_name, **_prints(version, row)}
    _signed(actor, row, way=SignatureWay.ONLINE, evidence=evidence, now=now)
    _seal(version, now=now)
    contract = version.contract
    before = contract.versions.filter(state=VersionState.ACTIVE).exclude(pk=version.pk)
    before.update(state=VersionState.REPLACED, stood_until=version.starts_on)
    if version.kind == VersionKind.AMENDMENT:  # an end said before is that of the version that it replaces
        CareContract.objects.filter(pk=contract.pk).update(ends_on=None, ended_reason="")
    ContractVersion.objects.filter(pk=version.pk).update(state=VersionState.ACTIVE, closed_at=now)
    journal.record(
        actor=actor,
        act="contract.signed",
        at=now,
        subject_type="child",
        subject_id=contract.child_id,
        rank=version.rank,
    )
    tell_parents(
        version=version,
        template="contract_signed",
        subject=f"{contract_words(contract=contract)}\u00a0: signé par tous",
        now=now,
    )
    task_queue.enqueue(BOOK, organisation_id=version.organisation_id, version_id=version.pk)


def masked(*, email: str) -> str:
    """Return an address of which its owner knows the rest: « s…e@exemple.fr »."""
    local, _at, domain = email.partition("@")
    return f"{local[:1]}…{local[-1:]}@{domain}" if len(local) > 2 else f"…@{domain}"


def _mine(actor: Actor, version_id: int, now: datetime) -> tuple[ContractVersion, ContractSignature, Account]:
    """Hold a version with the signature that a parent owes it, and its account."""
    _mine_to_read(actor, version_id, now)
    contract_id = ContractVersion.objects.filter(pk=version_id).values_list("contract_id", flat=True).get()
    list(CareContract.objects.select_for_update(no_key=True).filter(pk=contract_id).values_list("pk"))
    version = ContractVersion.objects.select_related("contract__structure__site", "file", "price_file").get(
        pk=version_id
    )
    row = _signature_of(actor, version)
    _check_waits(version, row, actor, now)
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    if account is None:
        raise NotFound("account")
    return version, row, account


def _mine_to_read(actor: Actor, version_id: int, now: datetime) -> None:
    version = readable_version(actor=actor, version_id=version_id)
    if actor.audience != FAMILY:
        raise NotFound("signature")
    _check_waits(version, _signature_of(actor, version), actor, now)


def _check_waits(version: ContractVersion, row: ContractSignature, actor: Actor, now: datetime) -> None:
    if row.state == SignatureState.SIGNED:
        raise AlreadySigned
    check_may_sign(state=version.state, sign_before=version.sign_before, today=now.astimezone(actor.zone).date())


def _signature_of(actor: Actor, version: ContractVersion) -> ContractSignature:
    """The signature that a parent owes: its own, or that of its household where one parent is enough.

    Whoever was asked and exercises no authority any more owes nothing.
    """
    rows = list(ContractSignature.objects.filter(version=version, party=Party.PARENT).select_related("adult"))
    mine = next((each for each in rows if each.adult_id in actor.adult_ids), None)
    me = Guardianship.objects.filter(
        organisation_id=actor.organisation_id,
        child_id=version.contract.child_id,
        adult_id__in=actor.adult_ids,
        authority=Authority.EXERCISED,
    )
    if mine is not None and me.exists():
        return mine
    link = me.filter(adult__family_id=version.contract.family_id).select_related("adult").order_by("pk").first()
    if link is None or len(rows) != 1 or rows[0].state == SignatureState.SIGNED:
        raise NotFound("signature")
    row = rows[0]
    row.adult, row.name = link.adult, link.adult.full_name[:160]
    return row


def _signature(version: ContractVersion, signature_id: int | None) -> ContractSignature:
    row = version.signatures.filter(pk=signature_id or 0, party=Party.PARENT).select_related("scan", "adult").first()
    if row is None:
        raise NotFound("signature")
    return row


def _hash(row: ContractSignature, account: Account, code: str) -> str:
    """What is kept of a code: bound to its signature, to who asked for it, and to the secret of the installation."""
    return salted_hmac(f"contract-code-{row.pk}-{account.pk}", code, algorithm="sha256").hexdigest()


def _prints(version: ContractVersion, row: ContractSignature) -> dict[str, str]:
    """The prints of the files that a signature is about; the price is not that of another home."""
    files_of = [("file", version.file), ("price_file", version.price_file if row.sees_price else None)]
    return {name: each.sha256 for name, each in files_of if each is not None}


def _signed(
    actor: Actor, row: ContractSignature, *, way: SignatureWay, evidence: dict[str, Any], now: datetime
) -> None:
    ContractSignature.objects.filter(pk=row.pk).update(
        state=SignatureState.SIGNED,
        adult=row.adult,
        name=row.name,
        way=way,
        said_at=now,
        words="",
        code_hash="",
        evidence={"at": now.isoformat(), **evidence},
    )
    journal.record(actor=actor, act="contract.signature", at=now, subject_type="contract_signature", subject_id=row.pk)


def settle(*, version: ContractVersion) -> bool:
    """Tell whether every parent has signed, in the caller's transaction, which holds the contract.

    The structure may then sign.
    """
    waiting = version.signatures.filter(party=Party.PARENT).exclude(state=SignatureState.SIGNED)
    if waiting.exists():
        return False
    ContractVersion.objects.filter(pk=version.pk, state=VersionState.TO_SIGN).update(state=VersionState.TO_COUNTERSIGN)
    return True


def _seal(version: ContractVersion, *, now: datetime) -> None:
    """Seal the contract, its price annex and the evidence, and keep them."""
    rows = list(version.signatures.order_by("party", "pk"))
    parents = [each.name for each in rows if each.party == Party.PARENT]
    heads = heads_of(row=version, parents=parents, on=now)
    prints = [("Contrat", version.file), ("Annexe financière", version.price_file)]
    lines = [(each.name, _lines(each)) for each in rows]
    known = [(name, f"SHA-256\u00a0: {each.sha256}") for name, each in prints if each is not None]
    paper = evidence_paper(heads=heads, lines=lines, files=known)
    name = f"contrat-{version.contract.number}"
    proof = draw(row=version, paper=paper, name=f"{name}-preuve.pdf", now=now)
    made = {}
    for field, file_id, label in (
        ("sealed", version.file_id, f"{name}-signe.pdf"),
        ("sealed_price", version.price_file_id, f"{name}-annexe-financiere-signee.pdf"),
        ("evidence", proof.pk, f"{name}-dossier-de-preuve.pdf"),
    ):
        _row, content = files.read(organisation_id=version.organisation_id, file_id=file_id or 0)
        sealed = seal_pdf(content=content, name=heads.organisation, reason="Contrat d’accueil signé")
        made[field] = keep_pdf(row=version, content=sealed, name=label, now=now)
    files.forget(organisation_id=version.organisation_id, file_id=proof.pk)
    ContractVersion.objects.filter(pk=version.pk).update(**made)


NAMES = {
    "at": "Signé le",
    "username": "Identifiant du compte",
    "email": "Code envoyé à",
    "code_sent_at": "Code envoyé le",
    "consent": "Accord donné",
    "address": "Adresse du réseau",
    "browser": "Navigateur",
    "scan": "Empreinte du papier signé (SHA-256)",
    "sent_back_at": "Papier reçu le",
    "checked_by": "Agent",
    "file": "Empreinte du contrat (SHA-256)",
}


def _lines(row: ContractSignature) -> list[tuple[str, str]]:
    way = {
        SignatureWay.ONLINE: "en ligne, par un code envoyé par courriel",
        SignatureWay.PAPER: "sur papier, vérifié par un agent",
    }[SignatureWay(row.way)]
    if row.party == Party.STRUCTURE:
        way = "en ligne, par un agent connecté à son compte"
    found = [("Signature", way)]
    return found + [(label, str(row.evidence[key])) for key, label in NAMES.items() if row.evidence.get(key)]
