"""Whatever is sent is refused with its reason, or kept harmless."""

import io

import pikepdf
import pytest
from PIL import Image

from preau.base.uploads import MAX_SIDE, FileRefused, clean_upload
from tests.uploads.corpus import CANARY, HARMLESS, REFUSED, located_photo, paper, picture


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
            assert CANARY.decode() not in "".join(repr(each) for each in pdf.objects)
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


def test_thirty_pages_are_kept():
    assert clean_upload(name="long.pdf", content=paper(30)).pages == 30
