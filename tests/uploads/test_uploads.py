"""Whatever is sent is refused with its reason, or kept harmless."""

import contextlib
import io
import resource

import pikepdf
import pytest
from PIL import Image

from preau.base import bare_pdf
from preau.base.bare_pdf import MEMORY
from preau.base.uploads import MAX_SIDE, FileRefused, clean_upload
from tests.uploads.corpus import CANARY, HARMLESS, REFUSED, filled_form, located_photo, paper, pdf_bomb, picture


def test_the_corpus_holds_sixty_files():
    cases = [*(each[:2] for each in REFUSED), *HARMLESS]
    assert len(set(cases)) == len(cases) >= 60


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_a_hostile_or_broken_file_is_refused_for_its_reason(name, content, code):
    with pytest.raises(FileRefused) as caught:
        clean_upload(name=name, content=content)
    assert caught.value.code == code


@pytest.mark.parametrize(("name", "content"), HARMLESS, ids=[name for name, _ in HARMLESS])
def test_a_file_that_hides_something_is_kept_without_it(name, content):
    clean = clean_upload(name=name, content=content)
    assert CANARY not in clean.content
    again = clean_upload(name=f"encore.{clean.extension}", content=clean.content)
    assert again.media_type == clean.media_type


def test_nothing_of_a_pdf_is_left_but_its_pages():
    for name, content in HARMLESS:
        if not name.endswith(".pdf"):
            continue
        with pikepdf.open(io.BytesIO(clean_upload(name=name, content=content).content)) as pdf:
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
    clean = clean_upload(name="photo.jpg", content=located_photo())
    with Image.open(io.BytesIO(clean.content)) as image:
        assert not image.getexif()
        assert image.size == (30, 40)


def test_a_large_photo_is_made_smaller():
    clean = clean_upload(name="photo.jpg", content=picture(size=(4000, 3000)))
    with Image.open(io.BytesIO(clean.content)) as image:
        assert max(image.size) == MAX_SIDE


def test_a_photo_laid_in_a_page_is_still_seen():
    content = next(content for name, content in HARMLESS if name == "photo-dedans.pdf")
    with pikepdf.open(io.BytesIO(clean_upload(name="a.pdf", content=content).content)) as pdf:
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

    kept = clean_upload(name="a.pdf", content=paper(change=name_oddly)).content
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == b"/A Do"
        assert "/A" in pdf.pages[0].Resources.XObject
        assert "/JS" in pdf.pages[0].Resources.Font


def test_what_was_typed_in_a_form_is_drawn_on_its_page():
    with pikepdf.open(io.BytesIO(clean_upload(name="mandat.pdf", content=filled_form()).content)) as pdf:
        drawn = [each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        assert b"(TAPE) Tj" in b"".join(drawn)
        assert "/Annots" not in pdf.pages[0].obj


def test_a_pdf_that_opens_into_gigabytes_is_opened_apart_and_costs_little():
    """Here: no more memory than its own bytes. Apart: no more than `MEMORY`, whatever becomes of the file."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = pdf_bomb(900)
    with contextlib.suppress(FileRefused):
        clean_upload(name="bombe.pdf", content=content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # kilobytes
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY / 1024


def test_a_pdf_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(bare_pdf, "SECONDS", 0.0001)
    with pytest.raises(FileRefused) as caught:
        clean_upload(name="lent.pdf", content=pdf_bomb(1))
    assert caught.value.code == "unreadable"


def test_thirty_pages_are_kept():
    assert clean_upload(name="long.pdf", content=paper(30)).pages == 30
