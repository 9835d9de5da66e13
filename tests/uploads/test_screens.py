"""The sixty files through the screen of a family; and what is left of the kept ones on disk and in the database."""

import io

import pikepdf
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from preau.base import uploads
from preau.base.models import StoredFile
from preau.base.uploads import FileRefused, HeicRefused, clean_upload
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.pieces import open_document
from preau.web.ui.uploads import REFUSALS
from tests.factories.town import NOW
from tests.uploads.corpus import CANARY, HARMLESS, REFUSED, heic_photo, paper, picture

pytestmark = pytest.mark.django_db
SECRET = b"CANARI-SENSIBLE"


@pytest.fixture
def kind(town):
    return DocumentType.objects.create(
        organisation_id=town.id, code="carnet", title="Carnet", subject="family", is_sensitive=True
    )


@pytest.fixture
def send(login, awa, kind):
    client = login(awa.account)

    def sent(name, content, field="file"):
        values = {"type": kind.pk, field: SimpleUploadedFile(name, content)}
        return client.post("/ville-test/famille/documents/envoyer/", values)

    return sent


def test_every_hostile_file_is_refused_by_the_screen_in_a_clear_sentence(send):
    for name, content, code in REFUSED:
        answer = send(name, content)
        assert answer.status_code == 422, name
        seen = answer.content.decode()
        assert str(REFUSALS[code]) in seen, name
        assert "<title>Erreur," in seen
    assert not StoredFile.objects.exists()
    assert not Document.objects.exists()


def test_every_other_file_is_kept_harmless_and_given_back_so_that_it_cannot_run(send, town, awa):
    for name, content in HARMLESS:
        assert send(name, content).status_code == 302, name
        document_id = Document.objects.latest("pk").pk
        _view, kept = open_document(actor=town.parent(awa), document_id=document_id, now=NOW)
        assert CANARY not in kept, name
        stored = StoredFile.objects.latest("pk")
        assert "/" not in stored.key
        assert stored.media_type in ("application/pdf", "image/jpeg", "image/png")


def test_a_photo_of_the_phone_is_taken_like_a_file(send):
    assert send("image.jpg", HARMLESS[0][1], field="photo").status_code == 302
    assert Document.objects.count() == 1


def test_the_form_offers_files_and_the_camera_of_a_phone(login, awa, kind):
    seen = login(awa.account).get("/ville-test/famille/documents/envoyer/").content.decode()
    assert 'accept=".pdf,application/pdf,.jpg,.jpeg,.jfif,.jpe,.png,.heic,.heif,image/jpeg,image/png"' in seen
    assert 'capture="environment"' in seen
    assert 'enctype="multipart/form-data"' in seen


def test_each_reason_has_its_sentence():
    def kinds(kind):
        return {kind} | {each for child in kind.__subclasses__() for each in kinds(child)}

    codes = {each.code for each in kinds(FileRefused) - {FileRefused}}
    assert codes == set(REFUSALS)


def secret_paper():
    """A document that says a secret on its page."""

    def write(pdf):
        pdf.pages[0].obj.Contents = pdf.make_stream(b"BT (" + SECRET + b") Tj ET")

    return paper(change=write, compress_streams=False)


def test_neither_the_database_nor_the_files_hold_a_sensitive_document_in_clear(send, town, awa):
    """The secret is in the page that was sent and in the one given back, and nowhere at rest."""
    content = secret_paper()
    assert SECRET in content
    send(f"{SECRET.decode()}.pdf", content)
    document_id = Document.objects.get().pk
    view, kept = open_document(actor=town.parent(awa), document_id=document_id, now=NOW)
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert SECRET in pdf.pages[0].Contents.read_bytes()
    assert view.name == f"{SECRET.decode()}.pdf"
    for row in StoredFile.objects.all():
        with default_storage.open(f"{row.key[:2]}/{row.key}") as found:
            raw = found.read()
        assert SECRET not in raw
        assert kept[:16] not in raw
    assert SECRET.decode() not in everything_in_the_database()


def everything_in_the_database():
    """All the text of all the tables, as a grep of the database's files would see it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            found += [str(value) for row in cursor.fetchall() for value in row if isinstance(value, str | bytes | dict)]
    return "\n".join(found)


def test_the_grep_of_the_database_finds_what_is_there(town):
    """The control: the search looks where texts are."""
    assert "École des Tests" in everything_in_the_database()


def test_an_iphone_photo_becomes_jpeg_without_its_place():
    clean = clean_upload(heic_photo())
    assert (clean.media_type, clean.extension) == ("image/jpeg", "jpg")
    with Image.open(io.BytesIO(clean.content)) as image:
        assert image.format == "JPEG"
        assert not image.getexif()
    assert CANARY not in clean.content


def test_where_heic_is_not_read_the_family_is_told_what_to_do(send, monkeypatch):
    monkeypatch.setattr(uploads, "HEIF_READER", "module_that_is_not_installed")
    with pytest.raises(HeicRefused):
        clean_upload(heic_photo())
    answer = send("IMG_0001.heic", heic_photo())
    assert answer.status_code == 422
    assert "Ce format n’est pas lu ici : prenez la photo en JPEG." in answer.content.decode().replace("\xa0", " ")


@pytest.mark.parametrize("cut", [12, 60, 200, -20])
def test_a_broken_heic_is_refused(cut):
    with pytest.raises(FileRefused) as caught:
        clean_upload(heic_photo()[:cut])
    assert caught.value.code == "unreadable"


def test_files_lie_outside_what_the_server_gives():
    assert not str(settings.DATA_DIR / "files").startswith(str(settings.STATIC_ROOT))


def test_a_file_and_a_photo_are_one_piece_and_a_page_is_added_to_it_once(login, awa, kind, town):
    client = login(awa.account)
    page = "/ville-test/famille/documents/envoyer/"
    files = [SimpleUploadedFile("recto.jpg", picture()), SimpleUploadedFile("suite.pdf", paper(2))]
    client.post(page, {"type": kind.pk, "file": files, "photo": SimpleUploadedFile("verso.jpg", picture())})
    sent = Document.objects.get()
    assert (sent.file.pages, sent.file.media_type) == (4, "application/pdf")
    more = f"/ville-test/famille/documents/{sent.pk}/pages/"
    assert more in client.get("/ville-test/famille/documents/").content.decode()
    seen = client.get(more).content.decode()
    assert 'value="4"' in seen
    values = {"seen_pages": "4", "file": SimpleUploadedFile("dos.jpg", picture())}
    assert client.post(more, values).status_code == 302
    again = client.post(more, {"seen_pages": "4", "file": SimpleUploadedFile("dos.jpg", picture())}, follow=True)
    assert "a maintenant 5 pages : relisez-le" in again.content.decode().replace("\xa0", " ")
    kept = Document.objects.get()
    assert (kept.pk, kept.file.pages, StoredFile.objects.count()) == (sent.pk, 5, 1)
    view, _content = open_document(actor=town.parent(awa), document_id=kept.pk, now=NOW)
    assert view.file_name == "Carnet.pdf"


def test_no_page_is_added_to_a_piece_that_the_service_has_read(login, awa, kind, send):
    send("recto.jpg", picture())
    sent = Document.objects.get()
    Document.objects.update(state="valid")
    client = login(awa.account)
    more = f"/ville-test/famille/documents/{sent.pk}/pages/"
    assert more not in client.get("/ville-test/famille/documents/").content.decode()
    answer = client.post(more, {"seen_pages": "1", "file": SimpleUploadedFile("x.jpg", picture())}, follow=True)
    assert "Le service a déjà lu ce document" in answer.content.decode()
    assert Document.objects.get().file.pages == 1
