"""Acts on pieces: sending, replacing, checking, reading the file itself."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from preau.base import files, journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.scanning import ScanState
from preau.base.uploads import CleanFile, FileInfected, SentFile, TooManyToday, join, receive_uploads
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import DocumentState, Subject, Validity
from preau.domain.documents.models import Document, DocumentType, Regulation, RegulationAcceptance
from preau.domain.documents.queries.pieces import READINGS, DocumentView, find_document
from preau.domain.documents.rules import AlreadyChecked, PieceChanged, ReasonMissing, check_date, good_until
from preau.domain.families.models import Adult, Family, HouseholdChild
from preau.domain.families.queries.children import without_closed

MOST_IN_A_DAY = 100  # pieces of one parent: five children ask for forty


def receive(*, actor: Actor, sent: Sequence[SentFile], now: datetime) -> CleanFile:
    """Make what was sent harmless and show it to the antivirus; several files are one PDF, in order.

    It takes its time: never inside a transaction.

    :raises FileRefused: see `base.uploads`; a virus is written in the journal.
    :raises TooManyToday: a parent has sent `MOST_IN_A_DAY` pieces since yesterday at this hour.
    """
    if actor.audience == FAMILY and _sent_lately(actor, now) >= MOST_IN_A_DAY:
        raise TooManyToday
    try:
        return receive_uploads(sent)
    except FileInfected:
        journal.record(actor=actor, act="document.infected", at=now)
        raise


def _sent_lately(actor: Actor, now: datetime) -> int:
    rows = Document.objects.filter(organisation_id=actor.organisation_id, family_id__in=actor.family_ids)
    return rows.filter(account_id=actor.account_id, deposited_at__gt=now - timedelta(days=1)).count()


@transaction.atomic
def deposit(
    *,
    actor: Actor,
    family_id: int,
    type_id: int,
    name: str,
    content: bytes | CleanFile,
    school_year_ends_on: date,
    now: datetime,
    child_id: int | None = None,
    until: date | None = None,
    about: int = 0,
) -> DocumentView:
    """Put a piece in the space of a family (A12). One sent again takes the place of the one that waits or was refused.

    A valid piece stays until the new one is validated (`check`). The same file sent twice, before it is checked, is
    one piece. A type asked of an adult is about who sends it; a judicial one replaces only one of the same sender.

    :param name: what its owner calls the file, extension included.
    :param content: what `receive` gave; bytes are made harmless here, inside the transaction.
    :param school_year_ends_on: first day after the current school year, for pieces good until its end.
    :param until: the last good day that the piece bears, for those that bear one.
    :param about: of a type of one event, what the piece proves: it replaces only one that proves the same.
    :raises NotFound: the household, the child or the type is not the actor's.
    :raises DateMissing, DateOver: see `rules.check_date`.
    :raises FileRefused: see `base.uploads`: the file is not kept, and the code says why.
    """
    kind = _type(actor, family_id, type_id, child_id)
    adult = _sender(actor, family_id) if kind.subject == Subject.ADULT else None
    on = now.astimezone(actor.zone).date()
    check_date(validity=Validity(kind.validity), written=until, deposited_on=on)
    clean = content if isinstance(content, CleanFile) else receive(actor=actor, sent=[SentFile(name, content)], now=now)
    owner_id = (actor.account_id or 0) if kind.is_judicial else 0
    key = {"family_id": family_id, "child_id": child_id, "adult": adult, "document_type": kind, "owner_id": owner_id}
    key["about_id"] = about if kind.validity == Validity.EVENT else 0
    # The lock on the household lets two clicks on « Envoyer » meet here, one after the other.
    Family.objects.select_for_update().filter(organisation_id=actor.organisation_id, pk=family_id).first()
    before = Document.objects.filter(organisation_id=actor.organisation_id, **key)
    same = before.filter(state=DocumentState.TO_CHECK, file__sha256=clean.sha256).first()
    if same is not None:
        return find_document(actor=actor, document_id=same.pk, on=on)
    stored = files.keep(organisation_id=actor.organisation_id, file=clean, name=name, now=now)
    before.filter(state__in=[DocumentState.TO_CHECK, DocumentState.REFUSED]).update(state=DocumentState.REPLACED)
    row = Document.objects.create(
        organisation_id=actor.organisation_id,
        **key,
        file=stored,
        good_until=good_until(
            validity=Validity(kind.validity),
            months=kind.months,
            deposited_on=on,
            school_year_ends_on=school_year_ends_on,
            written=until,
        ),
        deposited_at=now,
        deposited_by=actor.display_name,
        account_id=actor.account_id,
    )
    journal.record(actor=actor, act="document.deposited", at=now, subject_type="document", subject_id=row.pk)
    return find_document(actor=actor, document_id=row.pk, on=on)


def add_pages(
    *, actor: Actor, document_id: int, sent: Sequence[SentFile], seen_pages: int, now: datetime
) -> DocumentView:
    """Put what was forgotten at the end of a piece that waits: it stays the same piece, in the same démarche.

    :param seen_pages: how many pages the piece had when this was asked: a second click adds nothing twice.
    :raises NotFound: not a piece that the actor may send again.
    :raises AlreadyChecked: the service has read it; :raises PieceChanged: it has other pages by now.
    :raises FileRefused: see `base.uploads`, of the file or of the whole; :raises FileGone: what was sent is lost.
    """
    on = now.astimezone(actor.zone).date()
    actor.require_family(find_document(actor=actor, document_id=document_id, on=on).family_id)
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    more = receive(actor=actor, sent=sent, now=now)
    with transaction.atomic():
        rows = Document.objects.select_for_update(of=("self",)).select_related("file")
        row = rows.get(organisation_id=actor.organisation_id, pk=document_id)
        if row.state != DocumentState.TO_CHECK:
            raise AlreadyChecked(document_id)
        if row.file.pages != seen_pages:
            raise PieceChanged(row.file.pages)
        before, content = files.read(organisation_id=actor.organisation_id, file_id=row.file_id)
        kept = CleanFile(content, before.media_type, before.extension, before.pages, ScanState(before.scan))
        name = f"{before.name['name'].rsplit('.', 1)[0]}.pdf"
        row.file = files.keep(organisation_id=actor.organisation_id, file=join([kept, more]), name=name, now=now)
        row.save(update_fields=["file"])
        files.forget(organisation_id=actor.organisation_id, file_id=before.pk)
        journal.record(actor=actor, act="document.pages_added", at=now, subject_type="document", subject_id=row.pk)
    return find_document(actor=actor, document_id=document_id, on=on)


@transaction.atomic
def accept_regulations(*, actor: Actor, family_id: int, regulation_ids: Collection[int], now: datetime) -> None:
    """Keep that a household accepts these règlements, by whom and when. Twice is once.

    :raises NotFound: the household or a règlement is not the actor's.
    """
    actor.require_family(family_id)
    rows = Regulation.objects.filter(organisation_id=actor.organisation_id, pk__in=regulation_ids)
    if len(rows) != len(set(regulation_ids)):
        raise NotFound("regulation")
    RegulationAcceptance.objects.bulk_create(
        [
            RegulationAcceptance(
                organisation_id=actor.organisation_id,
                family_id=family_id,
                regulation=row,
                accepted_at=now,
                accepted_by=actor.display_name,
                account_id=actor.account_id,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )
    journal.record(actor=actor, act="regulations.accepted", at=now, subject_type="family", subject_id=family_id)


@transaction.atomic
def check(*, actor: Actor, document_id: int, accept: bool, reason: str = "", now: datetime) -> None:
    """Validate or refuse a piece (A12, states). A refusal says why; a valid piece takes the place of the one before.

    :raises NotFound: not to be read by this agent; :raises NotAllowed: neither agent nor manager.
    :raises ReasonMissing: a refusal without a word.
    :raises AlreadyChecked: it was replaced meanwhile.
    :raises FileGone: its file is lost: it can only be refused, with a word that asks for it again.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    find_document(actor=actor, document_id=document_id, on=now.astimezone(actor.zone).date())
    reason = reason.replace("\x00", "").strip()
    if not accept and not reason:
        raise ReasonMissing
    rows = Document.objects.filter(organisation_id=actor.organisation_id)
    row = rows.select_for_update().filter(pk=document_id).first()
    if row is not None and accept and row.state != DocumentState.REPLACED:
        files.read(organisation_id=actor.organisation_id, file_id=row.file_id)
        valid = rows.filter(
            family=row.family_id,
            child=row.child_id,
            adult=row.adult_id,
            document_type=row.document_type_id,
            owner_id=row.owner_id,
            about_id=row.about_id,
            state=DocumentState.VALID,
        )
        valid.exclude(pk=document_id).update(state=DocumentState.REPLACED)
    changed = (
        rows.filter(pk=document_id)
        .exclude(state=DocumentState.REPLACED)
        .update(
            state=DocumentState.VALID if accept else DocumentState.REFUSED,
            reason="" if accept else reason[:2000],
            checked_at=now,
        )
    )
    if not changed:
        raise AlreadyChecked(document_id)
    act = "document.validated" if accept else "document.refused"
    opened = journal.seen_by_staff(
        actor=actor, acts=READINGS, subject_type="document", subject_ids=[document_id] if accept else ()
    )
    journal.record(
        actor=actor,
        act=act,
        at=now,
        subject_type="document",
        subject_id=document_id,
        unopened=(accept and not opened) or None,
    )


def open_document(*, actor: Actor, document_id: int, now: datetime) -> tuple[DocumentView, bytes]:
    """Return a piece with its content; that an agent has read it is written in the journal.

    :raises NotFound: not to be read by the actor; :raises FileGone: the file is lost.
    :raises FileNotSafe: the antivirus has not seen it yet, or has found something in it.
    """
    view = find_document(actor=actor, document_id=document_id, on=now.astimezone(actor.zone).date())
    row = Document.objects.select_related("file").get(organisation_id=actor.organisation_id, pk=document_id)
    is_mine = actor.account_id is not None and row.account_id == actor.account_id
    files.check_safe(file=row.file, by_its_sender=is_mine)
    _stored, content = files.read(organisation_id=actor.organisation_id, file_id=row.file_id)
    if actor.is_staff:
        act = READINGS[0] if view.is_sensitive else READINGS[1]
        journal.record(actor=actor, act=act, at=now, subject_type="document", subject_id=document_id)
    return view, content


def _type(actor: Actor, family_id: int, type_id: int, child_id: int | None) -> DocumentType:
    actor.require_family(family_id)
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    organisation_id = actor.organisation_id
    kind = DocumentType.objects.filter(organisation_id=organisation_id, pk=type_id, is_active=True).first()
    if kind is None or (kind.subject == Subject.CHILD) != (child_id is not None):
        raise NotFound("document type")
    if child_id is None:
        known = Family.objects.filter(organisation_id=organisation_id, pk=family_id).exists()
    else:
        links = HouseholdChild.objects.filter(organisation_id=organisation_id, family_id=family_id, child_id=child_id)
        known = without_closed(actor=actor, rows=links).exists()
    if not known:
        raise NotFound("family")
    return kind


def _sender(actor: Actor, family_id: int) -> Adult:
    """The adult of the household for whom the actor sends: itself.

    :raises NotFound: agents have no papers of their own in a household.
    """
    adult = Adult.objects.filter(
        organisation_id=actor.organisation_id, family_id=family_id, pk__in=actor.adult_ids
    ).first()
    if adult is None:
        raise NotFound("adult")
    return adult
