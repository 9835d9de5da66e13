"""Papers: a tagged PDF, where a text is only a text."""

import io
import json
import threading

import pikepdf
import pytest

from preau.base import pdf_papers
from preau.base.pdf_papers import Paper, pdf
from tests.factories.pdf import text_of_pdf
from tests.factories.town import NOW

INJECTIONS = [
    '#read("/etc/passwd")',
    '#import "/etc/hosts"',
    '"; #panic("x")',
    "\\u{41} \\\\ \\",
    "<script>alert(1)</script>",
    "*gras* _penché_ $x^2$ `code` = Titre",
    "#let a = 1; #eval(a) [b](c) @ref //c /*d*/",
    "{{ x }} {% y %}",
    "'\"”»",
]


def paper_of(*texts, title="Attestation d’inscription"):
    rows = tuple((text, text) for text in texts)
    blocks = (
        pdf_papers.heading(texts[0]),
        *(pdf_papers.words(text) for text in texts),
        pdf_papers.facts(*rows),
        pdf_papers.items(*texts),
        pdf_papers.table(("Nom", "Valeur"), *rows),
        pdf_papers.boxes("IBAN", 27),
        pdf_papers.line("Signature"),
    )
    return Paper(title, ("Mairie de Test", "1 rue du Test"), "Édité le 16 novembre", blocks)


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_looks_like_code_comes_out_as_text(text):
    seen = text_of_pdf(pdf(paper=paper_of(text), now=NOW))
    assert seen.count(squeezed(text)) == 7
    assert "root:" not in seen


def test_the_file_is_tagged_in_french_and_has_its_title():
    with pikepdf.open(io.BytesIO(pdf(paper=paper_of("Lina"), now=NOW))) as found:
        root = found.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == "fr"
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(found.docinfo["/Title"]) == "Attestation d’inscription"
        with found.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        kinds = set(_kinds(root.StructTreeRoot))
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TH", "/TD"} <= kinds


def _kinds(element):
    if "/S" in element:
        yield str(element.S)
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield from _kinds(child)


def test_a_sign_that_no_font_has_does_not_stop_the_paper():
    content = pdf(paper=paper_of("Lina 👶 محمد 李"), now=NOW)
    with pikepdf.open(io.BytesIO(content)) as found:
        assert found.Root.MarkInfo.Marked
    assert "Lina" in text_of_pdf(content)


def test_the_instant_may_have_microseconds():
    content = pdf(paper=paper_of("Lina"), now=NOW.replace(microsecond=123456))
    with pikepdf.open(io.BytesIO(content)) as found:
        assert "20261116080000" in str(found.docinfo["/CreationDate"])


def test_another_problem_is_not_hidden(monkeypatch):
    monkeypatch.setattr(json, "dumps", lambda _: "not json")
    with pytest.raises(RuntimeError):
        pdf(paper=paper_of("Lina"), now=NOW)


def test_many_may_be_asked_for_at_once():
    made, failed = [], []

    def ask(number):
        try:
            made.append(text_of_pdf(pdf(paper=paper_of(f"Enfant{number}"), now=NOW)))
        except Exception as problem:
            failed.append(problem)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(each.count("Enfant") for each in made) == [7] * 6
