"""clamd as it speaks, by a small server of ours; and what becomes of a file according to its answer."""

import socketserver
import struct
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from preau.base.files import FileNotSafe, scan_again
from preau.base.models import JournalEntry, StoredFile
from preau.base.uploads import FileInfected, SentFile
from preau.domain.documents.models import DocumentType
from preau.domain.documents.operations.pieces import deposit, open_document, receive
from preau.integrations.antivirus import clamd
from tests.factories.town import NOW
from tests.uploads.corpus import EICAR, paper, picture

SCANNER = "preau.integrations.antivirus.clamd.scan"


class Speaker(socketserver.BaseRequestHandler):
    """Reads INSTREAM as clamd does, finds EICAR, answers."""

    def handle(self):
        assert self._exactly(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self._exactly(4))[0]:
            content += self._exactly(size)
        self.server.seen.append(content)
        answer = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.request.sendall(self.server.answer or answer)

    def _exactly(self, size):
        received = b""
        while len(received) < size:
            more = self.request.recv(size - len(received))
            if not more:
                raise ConnectionError
            received += more
        return received


def serve(server):
    server.seen, server.answer = [], b""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def server(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Speaker) as found:
        serve(found)
        settings.PREAU_SCANNER = SCANNER
        settings.PREAU_CLAMD_URL = f"tcp://127.0.0.1:{found.server_address[1]}"
        yield found
        found.shutdown()


@pytest.fixture
def nobody(settings):
    settings.PREAU_SCANNER = SCANNER
    settings.PREAU_CLAMD_URL = "unix:///nonexistent/clamd.ctl"


def test_a_clean_file_and_a_known_virus(server):
    assert clamd.scan(b"bonjour") == "clean"
    assert clamd.scan(b"a" * 200_000 + EICAR) == "infected"
    assert [len(content) for content in server.seen] == [7, 200_000 + len(EICAR)]


def test_it_speaks_over_a_unix_socket(settings, tmp_path):
    path = tmp_path / "c.ctl"
    with socketserver.ThreadingUnixStreamServer(str(path), Speaker) as found:
        serve(found)
        settings.PREAU_CLAMD_URL = f"unix://{path}"
        assert clamd.scan(EICAR) == "infected"
        found.shutdown()


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"stream: OKAY\0", b"x" * 9000], ids=str
)
def test_an_answer_that_is_not_understood_is_never_clean(server, answer):
    server.answer = answer[:60]
    assert clamd.scan(b"bonjour") == "unavailable"


@pytest.mark.parametrize("url", ["", "http://x/", "tcp://", "tcp://127.0.0.1:1", "unix:///nonexistent/clamd.ctl"])
def test_an_antivirus_that_is_not_there_is_unavailable(settings, url):
    settings.PREAU_CLAMD_URL = url
    assert clamd.scan(b"bonjour") == "unavailable"


@pytest.fixture
def kind(town):
    return DocumentType.objects.create(organisation_id=town.id, code="rib", title="RIB", subject="family")


def send(town, awa, kind, content=None):
    return deposit(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        type_id=kind.pk,
        name="rib.pdf",
        content=content or paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )


@pytest.mark.django_db
def test_an_infected_file_is_not_kept_and_is_written_down(server, town, awa):
    with pytest.raises(FileInfected):
        receive(actor=town.parent(awa), sent=[SentFile("photo.jpg", picture() + EICAR)], now=NOW)
    assert not StoredFile.objects.exists()
    assert JournalEntry.objects.filter(act="document.infected").count() == 1


@pytest.mark.django_db
def test_a_family_is_told_of_a_virus_in_words(server, login, awa, kind):
    file = SimpleUploadedFile("photo.jpg", picture() + EICAR)
    answer = login(awa.account).post("/ville-test/famille/documents/envoyer/", {"type": kind.pk, "file": file})
    assert answer.status_code == 422
    assert "contient un virus" in answer.content.decode()


@pytest.mark.django_db
def test_a_file_not_seen_waits_for_the_antivirus_before_agents_read_it(nobody, settings, town, login, awa, kind):
    document_id = send(town, awa, kind).document_id
    agent = town.agent("agent")
    with pytest.raises(FileNotSafe):
        open_document(actor=agent, document_id=document_id, now=NOW)
    assert open_document(actor=town.parent(awa), document_id=document_id, now=NOW)
    page = login(town.account("agent.un", role="agent")).get(f"/ville-test/agents/documents/{document_id}/")
    assert page.status_code == 409
    assert "pas encore vu" in page.content.decode()
    assert scan_again() == 0
    settings.PREAU_UNSCANNED_READABLE = True
    assert open_document(actor=agent, document_id=document_id, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [b"stream: OK\0", b"stream: Win.Test FOUND\0"], ids=["clean", "infected"])
def test_it_is_seen_once_the_antivirus_is_back(nobody, settings, request, town, awa, kind, answer):
    document_id = send(town, awa, kind).document_id
    request.getfixturevalue("server").answer = answer
    assert scan_again() == 1
    assert scan_again() == 0
    if b"OK" in answer:
        assert open_document(actor=town.agent("agent"), document_id=document_id, now=NOW)
        return
    for actor in (town.agent("agent"), town.parent(awa)):
        with pytest.raises(FileNotSafe):
            open_document(actor=actor, document_id=document_id, now=NOW)


@pytest.mark.django_db
def test_without_antivirus_files_are_read_as_they_are(town, awa, kind):
    document_id = send(town, awa, kind).document_id
    assert StoredFile.objects.get().scan == "not_scanned"
    assert open_document(actor=town.agent("agent"), document_id=document_id, now=NOW)
