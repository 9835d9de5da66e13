"""Pieces on a real database: sent, replaced, checked, read by whom."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage

from preau.base.facts import NotFound
from preau.base.models import JournalEntry, StoredFile
from preau.base.uploads import FileRefused, SentFile, TooManyToday
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations import pieces
from preau.domain.documents.operations.pieces import check, deposit, open_document
from preau.domain.documents.queries.folders import folders
from preau.domain.documents.queries.pieces import find_document
from preau.domain.documents.rules import AlreadyChecked, ReasonMissing
from preau.domain.families.models import Guardianship
from tests.factories.town import NOW
from tests.uploads.corpus import paper, picture

pytestmark = pytest.mark.django_db

ON = NOW.date()


@pytest.fixture
def kinds(town):
    def made(code, **fields):
        return DocumentType.objects.create(organisation_id=town.id, code=code, title=code, **fields)

    return {
        "vaccines": made("vaccines", needs=["dossier"], is_sensitive=True),
        "home": made("home", subject="family", needs=["dossier"]),
        "court": made("court", is_judicial=True),
    }


def send(town, household, kind, *, child=None, actor=None, content=None, name="carnet.pdf"):
    return deposit(
        actor=actor or town.parent(household),
        family_id=household.family.pk,
        type_id=kind.pk,
        child_id=child.pk if child else None,
        name=name,
        content=content or paper(),
        school_year_ends_on=date(2027, 7, 3),
        now=NOW,
    )


def folder_of(town, household, child=None):
    found = folders(
        actor=town.parent(household),
        family_id=household.family.pk,
        child_ids=[each.pk for each in household.children],
        situations={},
        on=ON,
    )
    return next(each for each in found if each.child_id == (child.pk if child else None))


def test_a_piece_sent_again_takes_the_place_of_the_one_before(town, awa, kinds):
    child = awa.children[0]
    send(town, awa, kinds["vaccines"], child=child)
    second = send(town, awa, kinds["vaccines"], child=child)
    assert [each.document_id for each in folder_of(town, awa, child).documents] == [second.document_id]
    assert second.state == "to_check"
    assert second.good_until == date(2027, 7, 2)


def test_what_is_asked_for_is_told_until_it_is_sent(town, awa, kinds):
    child = awa.children[0]
    assert [kind.code for kind, _wanted in folder_of(town, awa, child).lacking] == ["vaccines"]
    send(town, awa, kinds["vaccines"], child=child)
    assert folder_of(town, awa, child).lacking == ()
    assert [kind.code for kind, _wanted in folder_of(town, awa).lacking] == ["home"]


def test_an_agent_validates_or_refuses_with_a_reason(town, awa, kinds):
    document = send(town, awa, kinds["home"])
    agent = town.agent("agent")
    with pytest.raises(ReasonMissing):
        check(actor=agent, document_id=document.document_id, accept=False, reason=" ", now=NOW)
    check(actor=agent, document_id=document.document_id, accept=False, reason="Illisible", now=NOW)
    found = find_document(actor=town.parent(awa), document_id=document.document_id, on=ON)
    assert (found.state, found.reason) == ("refused", "Illisible")
    send(town, awa, kinds["home"])
    with pytest.raises(AlreadyChecked):
        check(actor=agent, document_id=document.document_id, accept=True, now=NOW)


def test_nobody_else_sends_or_reads(town, other_town, awa, bruno, kinds):
    document = send(town, awa, kinds["vaccines"], child=awa.children[0])
    for actor in (town.parent(bruno), other_town.agent("manager"), town.agent("site_staff"), town.agent("admin")):
        with pytest.raises(NotFound):
            open_document(actor=actor, document_id=document.document_id, now=NOW)
    with pytest.raises(NotFound):
        send(town, awa, kinds["home"], actor=town.parent(bruno))
    with pytest.raises(NotFound):
        send(town, bruno, kinds["vaccines"], child=awa.children[0])
    with pytest.raises(NotFound):
        send(town, awa, kinds["home"], child=awa.children[0])


def test_the_other_holder_of_authority_reads_what_is_the_child_s_and_nothing_else(town, awa, bruno, kinds):
    Guardianship.objects.create(organisation_id=town.id, adult=bruno.adult, child=awa.children[0])
    shared = send(town, awa, kinds["vaccines"], child=awa.children[0])
    parent_only = send(town, awa, kinds["home"])
    court = send(town, awa, kinds["court"], child=awa.children[0])
    other = town.parent(bruno)
    assert open_document(actor=other, document_id=shared.document_id, now=NOW)[1].startswith(b"%PDF")
    for hidden in (parent_only, court):
        with pytest.raises(NotFound):
            find_document(actor=other, document_id=hidden.document_id, on=ON)
    assert find_document(actor=town.parent(awa), document_id=court.document_id, on=ON)
    with pytest.raises(NotFound):
        find_document(actor=town.agent("agent"), document_id=court.document_id, on=ON)
    assert find_document(actor=town.agent("manager"), document_id=court.document_id, on=ON)


def test_an_agent_who_reads_a_sensitive_piece_is_written_down_once(town, awa, kinds):
    document = send(town, awa, kinds["vaccines"], child=awa.children[0])
    home = send(town, awa, kinds["home"])
    open_document(actor=town.agent("agent"), document_id=document.document_id, now=NOW)
    open_document(actor=town.agent("agent"), document_id=home.document_id, now=NOW)
    open_document(actor=town.parent(awa), document_id=document.document_id, now=NOW)
    read = JournalEntry.objects.filter(act="document.read")
    assert [entry.subject_id for entry in read] == [document.document_id]


def test_files_lie_encrypted_under_names_that_say_nothing(town, awa, kinds):
    content = picture(size=(64, 64))
    document = send(town, awa, kinds["home"], content=content, name="CANARI-nom.jpg")
    stored = StoredFile.objects.get(pk=Document.objects.get(pk=document.document_id).file_id)
    with default_storage.open(f"{stored.key[:2]}/{stored.key}") as found:
        raw = found.read()
    assert b"\xff\xd8\xff" not in raw[:40]
    assert "CANARI" not in stored.key
    assert document.name == "CANARI-nom.jpg"


def test_keys_rotate_and_the_old_one_still_opens(town, awa, kinds, settings):
    from cryptography.fernet import Fernet

    from preau.base import encryption, files

    document = send(town, awa, kinds["home"])
    file_id = Document.objects.get(pk=document.document_id).file_id
    settings.PREAU_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.PREAU_ENCRYPTION_KEYS]
    encryption._cipher.cache_clear()
    assert files.read(organisation_id=town.id, file_id=file_id)[1].startswith(b"%PDF")
    settings.PREAU_ENCRYPTION_KEYS = settings.PREAU_ENCRYPTION_KEYS[:1]
    with pytest.raises(files.FileGone):
        files.read(organisation_id=town.id, file_id=file_id)
    encryption._cipher.cache_clear()


def test_a_parent_sends_no_more_in_a_day_than_any_file_asks_for(town, awa, kinds, monkeypatch):
    """F130: nothing bounded what one account could fill a disk with."""
    monkeypatch.setattr(pieces, "MOST_IN_A_DAY", 2)
    for content in (paper(2), paper(3)):
        send(town, awa, kinds["vaccines"], child=awa.children[0], content=content)
    sent = [SentFile("a.pdf", paper())]
    with pytest.raises(TooManyToday):
        pieces.receive(actor=town.parent(awa), sent=sent, now=NOW)
    assert pieces.receive(actor=town.parent(awa), sent=sent, now=NOW + timedelta(days=1)).pages == 1
    assert pieces.receive(actor=town.agent("agent"), sent=sent, now=NOW).pages == 1


def test_a_refused_file_leaves_no_row(town, awa, kinds):
    with pytest.raises(FileRefused):
        send(town, awa, kinds["home"], content=b"<html>", name="x.pdf")
    assert not StoredFile.objects.exists()


def test_the_folders_cost_the_same_for_any_number_of_children(town, awa, kinds, django_assert_max_num_queries):
    for child in awa.children:
        send(town, awa, kinds["vaccines"], child=child)
    with django_assert_max_num_queries(2):
        folder_of(town, awa)


def test_a_piece_whose_file_is_lost_can_be_refused_and_not_accepted(town, awa, kinds):
    from preau.base.files import FileGone

    document = send(town, awa, kinds["home"])
    stored = StoredFile.objects.get()
    default_storage.delete(f"{stored.key[:2]}/{stored.key}")
    with pytest.raises(FileGone):
        check(actor=town.agent("agent"), document_id=document.document_id, accept=True, now=NOW)
    assert Document.objects.get().state == "to_check"
    check(actor=town.agent("agent"), document_id=document.document_id, accept=False, reason="À renvoyer", now=NOW)
    assert Document.objects.get().state == "refused"


@pytest.mark.parametrize(("role", "shown", "withheld"), [("manager", ["court"], ()), ("agent", [], ("court",))])
def test_a_judgment_that_an_agent_may_not_read_does_not_lack_for_it(town, awa, kinds, role, shown, withheld):
    """The agent read « Manque » and counted one piece more than the manager did."""
    child = awa.children[0]
    DocumentType.objects.filter(pk=kinds["court"].pk).update(needs=["dossier"])
    send(town, awa, kinds["court"], child=child)
    found = folders(actor=town.agent(role), family_id=awa.family.pk, child_ids=[child.pk], situations={}, on=ON)
    mine = next(each for each in found if each.child_id == child.pk)
    assert [each.title for each in mine.documents] == shown
    assert mine.withheld == withheld
    assert [kind.code for kind, _wanted in mine.lacking] == ["vaccines"]
