"""Whatever is sent is refused with its reason, or kept harmless."""

import contextlib
import io
import resource
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from PIL import Image

from preau.base import apart, uploads
from preau.base.apart import Limits
from preau.base.bare_image import MAX_SIDE
from preau.base.uploads import (
    LIMITS,
    FileNotOpened,
    FileRefused,
    FileUnreadable,
    SentFile,
    TooManyPages,
    clean_upload,
    join,
    receive_uploads,
)
from tests.uploads.corpus import (
    CANARY,
    HARMLESS,
    HONEST,
    REFUSED,
    filled_form,
    located_photo,
    many_pages,
    paper,
    pdf_bomb,
    picture,
    progressive,
)


def test_the_corpus_holds_sixty_files():
    cases = [*(each[:2] for each in REFUSED), *HARMLESS]
    assert len(set(cases)) == len(cases) >= 60
    assert len(HONEST) >= 20


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_a_hostile_or_broken_file_is_refused_for_its_reason(name, content, code):
    with pytest.raises(FileRefused) as caught:
        clean_upload(content)
    assert caught.value.code == code


@pytest.mark.parametrize(("name", "content"), HARMLESS, ids=[name for name, _ in HARMLESS])
def test_a_file_that_hides_something_is_kept_without_it(name, content):
    clean = clean_upload(content)
    assert CANARY not in clean.content
    again = clean_upload(clean.content)
    assert again.media_type == clean.media_type


@pytest.mark.parametrize(("content", "extension"), [each[2:] for each in HONEST], ids=[each[0] for each in HONEST])
def test_an_honest_file_is_kept(content, extension):
    clean = clean_upload(content)
    assert clean.extension == extension
    if extension == "pdf":
        with pikepdf.open(io.BytesIO(clean.content)) as pdf:
            assert len(pdf.pages) == clean.pages
            assert not pdf.is_encrypted
    else:
        with Image.open(io.BytesIO(clean.content)) as image:
            image.load()
            assert max(image.size) <= MAX_SIDE


def test_what_a_locked_page_shows_is_still_there():
    def write(pdf):
        pdf.pages[0].Contents = pikepdf.Stream(pdf, b"BT (LU) Tj ET")

    kept = clean_upload(paper(change=write, encryption=pikepdf.Encryption(owner="a", user=""))).content
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == b"BT (LU) Tj ET"


def test_several_files_are_one_piece_in_their_order():
    sent = [SentFile("1.jpg", picture(size=(300, 400))), SentFile("2.pdf", paper(2)), SentFile("3.png", picture("PNG"))]
    whole = receive_uploads(sent)
    assert (whole.extension, whole.media_type, whole.pages) == ("pdf", "application/pdf", 4)
    with pikepdf.open(io.BytesIO(whole.content)) as pdf:
        shapes = [[float(side) for side in page.mediabox[2:]] for page in pdf.pages]
    assert [round(wide / high, 2) for wide, high in shapes] == [0.75, 0.77, 0.77, 1.33]
    assert shapes[0][1] <= 842


def test_pages_of_one_piece_are_bounded_together():
    assert join([clean_upload(paper(15)), clean_upload(paper(15))]).pages == 30
    with pytest.raises(TooManyPages):
        join([clean_upload(paper(15)), clean_upload(paper(16))])
    with pytest.raises(TooManyPages):
        receive_uploads([SentFile("x.jpg", picture())] * 21)


def test_hostile_files_that_can_be_told_at_sight_cost_no_process(monkeypatch):
    """A photo of 289,000 scans, a PDF of 1,700,000 pages: eight of them at once take no turn from families."""
    bombs = [picture()[:-2] + b"\xff\xda" * 289_000, many_pages(1_700_000)] * 4
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    monkeypatch.setattr(uploads, "open_apart", None)
    with ThreadPoolExecutor(8) as families:
        codes = [made.exception().code for made in [families.submit(clean_upload, each) for each in bombs]]
    assert codes == ["unreadable"] * 8
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # kilobytes


def test_a_photo_that_takes_long_is_stopped(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_SCANS", 10_000)
    monkeypatch.setitem(uploads.LIMITS, "jpeg", Limits(megabytes=1024, seconds=0))
    with pytest.raises(FileUnreadable):
        clean_upload(progressive(3_000))


def test_who_waits_too_long_for_a_turn_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(apart, "TURN_SECONDS", 0)
    for _ in range(apart.AT_ONCE):
        apart._turns.acquire()
    try:
        with pytest.raises(FileNotOpened):
            clean_upload(picture())
    finally:
        for _ in range(apart.AT_ONCE):
            apart._turns.release()
    assert clean_upload(picture()).pages == 1


def test_nothing_of_a_pdf_is_left_but_its_pages():
    for name, content in HARMLESS:
        clean = clean_upload(content)
        if clean.extension != "pdf":
            continue
        with pikepdf.open(io.BytesIO(clean.content)) as pdf:
            assert CANARY.decode() not in "".join(repr(each) for each in pdf.objects), name
            inside = [each.read_raw_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)]
            inside += [
                each.read_bytes()
                for each in pdf.objects
                if isinstance(each, pikepdf.Stream) and each.get("/Filter") == "/FlateDecode"
            ]
            assert CANARY not in b"".join(inside), name
            assert not {"/OpenAction", "/AcroForm", "/Names"} & set(pdf.Root.keys())


def test_a_photo_loses_where_it_was_and_keeps_its_way_up():
    clean = clean_upload(located_photo())
    with Image.open(io.BytesIO(clean.content)) as image:
        assert not image.getexif()
        assert image.size == (30, 40)


def test_a_large_photo_is_made_smaller():
    clean = clean_upload(picture(size=(4000, 3000)))
    with Image.open(io.BytesIO(clean.content)) as image:
        assert max(image.size) == MAX_SIDE


def test_a_photo_laid_in_a_page_is_still_seen():
    content = next(content for name, content in HARMLESS if name == "photo-dedans.pdf")
    with pikepdf.open(io.BytesIO(clean_upload(content).content)) as pdf:
        photo = pdf.pages[0].Resources.XObject.X.read_raw_bytes()
    with Image.open(io.BytesIO(photo)) as image:
        image.load()
        assert (image.size, dict(image.getexif())) == ((40, 30), {})


def test_names_that_pages_give_to_what_they_draw_with_are_kept():
    """« /JS » may be a font, « /A » a drawing: only what runs is taken off."""

    def name_oddly(pdf):
        drawing = pikepdf.Stream(pdf, b"q Q", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/A Do")
        named = {"/XObject": pikepdf.Dictionary(A=drawing), "/Font": pikepdf.Dictionary(JS=font)}
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(named)

    kept = clean_upload(paper(change=name_oddly)).content
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == b"/A Do"
        assert "/A" in pdf.pages[0].Resources.XObject
        assert "/JS" in pdf.pages[0].Resources.Font


def test_what_was_typed_in_a_form_is_drawn_on_its_page():
    with pikepdf.open(io.BytesIO(clean_upload(filled_form()).content)) as pdf:
        drawn = [each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        assert b"(TAPE) Tj" in b"".join(drawn)
        assert "/Annots" not in pdf.pages[0].obj


def test_a_pdf_that_opens_into_gigabytes_is_opened_apart_and_costs_little():
    """Here: no more memory than its own bytes. Apart: no more than its limit, whatever becomes of the file."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = pdf_bomb(900)
    with contextlib.suppress(FileRefused):
        clean_upload(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # kilobytes
    assert (
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < max(each.megabytes for each in LIMITS.values()) * 1024
    )


def test_a_pdf_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setitem(uploads.LIMITS, "pdf", Limits(megabytes=512, seconds=0))
    with pytest.raises(FileRefused) as caught:
        clean_upload(pdf_bomb(1))
    assert caught.value.code == "unreadable"


def test_thirty_pages_are_kept():
    assert clean_upload(paper(30)).pages == 30
