"""Pages of a PDF drawn apart: what anybody sent cannot hurt the server."""

import io

import pytest
from PIL import Image

from preau.base import pdf_pages
from preau.base.apart import Limits
from preau.base.pdf_pages import PageNotDrawn, draw_page
from tests.uploads.corpus import paper


def size_of(drawn):
    return Image.open(io.BytesIO(drawn)).size


def test_a_page_is_a_picture_as_wide_whatever_its_size():
    assert size_of(draw_page(content=paper(2), page=2))[0] == 1000


def test_a_page_endlessly_long_is_made_smaller():
    def stretched(pdf):
        pdf.pages[0].MediaBox = [0, 0, 3, 14_000]

    assert size_of(draw_page(content=paper(1, stretched), page=1)) == (1000, 2833)


@pytest.mark.parametrize(("content", "page"), [(b"", 1), (b"%PDF-1.7 broken", 1), (paper(1), 2), (paper(1), 0)])
def test_what_cannot_be_drawn_is_a_fact_not_a_crash(content, page):
    with pytest.raises(PageNotDrawn):
        draw_page(content=content, page=page)


@pytest.mark.parametrize("limits", [Limits(megabytes=40, seconds=6), Limits(megabytes=1024, seconds=0)])
def test_a_page_too_heavy_is_given_up(monkeypatch, limits):
    monkeypatch.setattr(pdf_pages, "LIMITS", limits)
    with pytest.raises(PageNotDrawn):
        draw_page(content=paper(1), page=1)
