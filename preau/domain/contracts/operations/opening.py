"""The files of a contract, to who may read each: what was drawn, then sealed; the evidence and the papers sent back."""

from datetime import datetime

from preau.base import files, journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.models import StoredFile
from preau.domain.contracts.models import ContractSignature
from preau.domain.contracts.queries.contracts import readable_version

CONTRACT, PRICE, EVIDENCE = "contrat", "annexe", "preuve"
OPENED = (CONTRACT, PRICE, EVIDENCE)


def open_file(*, actor: Actor, version_id: int, what: str, now: datetime) -> tuple[StoredFile, bytes]:
    """Return a file of a version with its content, sealed once it is signed by all.

    The price annex is read by the household that pays, and by agents who price; the evidence, which says from where
    each parent signed, by agents.

    :param what: one of `OPENED`.
    :raises NotFound: it is not the actor's, or does not exist yet; :raises FileGone: see `base.files`.
    """
    row = readable_version(actor=actor, version_id=version_id)
    is_family = actor.audience == FAMILY
    if what == CONTRACT:
        file_id = row.sealed_id or row.file_id
    elif what == PRICE and not (is_family and row.contract.family_id not in actor.family_ids):
        file_id = row.sealed_price_id or row.price_file_id
    elif what == EVIDENCE and not is_family:
        file_id = row.evidence_id
    else:
        file_id = None
    if file_id is None:
        raise NotFound("file")
    if actor.is_staff and what != CONTRACT:
        act = "income.read" if what == PRICE else "contract.evidence_read"
        journal.record(actor=actor, act=act, at=now, subject_type="family", subject_id=row.contract.family_id)
    return files.read(organisation_id=actor.organisation_id, file_id=file_id)


def open_scan(*, actor: Actor, version_id: int, signature_id: int) -> tuple[StoredFile, bytes]:
    """Return the paper that a parent sent back: to that parent, and to agents.

    :raises NotFound: it is not the actor's; :raises FileGone, FileNotSafe: see `base.files`.
    """
    version = readable_version(actor=actor, version_id=version_id)
    rows = ContractSignature.objects.filter(version=version, pk=signature_id, scan__isnull=False)
    if actor.audience == FAMILY:
        rows = rows.filter(adult_id__in=actor.adult_ids, is_own_scan=True)
    row = rows.select_related("scan").first()
    if row is None or row.scan is None:
        raise NotFound("scan")
    files.check_safe(file=row.scan, by_its_sender=actor.audience == FAMILY)
    return files.read(organisation_id=actor.organisation_id, file_id=row.scan.pk)
