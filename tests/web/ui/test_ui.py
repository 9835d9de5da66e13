"""The design system: palette, components, weight."""

import gzip
from pathlib import Path

import pytest
from django.forms import CharField, Form
from django.template import Context, Template, TemplateSyntaxError
from hypothesis import given, settings
from hypothesis import strategies as st

from preau.web.ui import bundle
from preau.web.ui.palette import PAPER_DARK, PAPER_LIGHT, contrast, palette_of, theme_css

JS = Path(bundle.__file__).parent / "static" / "ui" / "js" / "preau.js"


@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_any_colour_of_a_town_gives_readable_text(number, dark):
    found = palette_of(f"#{number:06x}", dark=dark)
    papers = (PAPER_DARK, "#1d212c") if dark else (PAPER_LIGHT, "#ffffff")
    pairs = [(found.primary, ground) for ground in (*papers, found.tint)]
    pairs += [(found.on_primary, found.primary), (found.on_primary, found.hover)]
    assert min(contrast(one, other) for one, other in pairs) >= 4.5


@pytest.mark.parametrize("bad", ["", "red", "#12345", "#12345g", "url(x)", "#123456;}"])
def test_a_theme_is_a_colour_and_nothing_else(bad):
    with pytest.raises(ValueError, match=r".*"):
        theme_css(bad)


def render(source, **context):
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    "text",
    [
        '{% notice tone="rose" %}x{% endnotice %}',
        '{% status "rose" "x" %}',
        '{% kid "Léa" 12 %}',
        '{% kid "Léa" 1 "énorme" %}',
    ],
)
def test_a_component_refuses_a_variant_it_does_not_know(text):
    with pytest.raises(TemplateSyntaxError):
        render(text)


def test_a_notice_escapes_once():
    html = render('{% notice tone="ok" role="status" %}<b>{{ name }}</b>{% endnotice %}', name="<i>")
    assert "<b>&lt;i&gt;</b>" in html
    assert 'role="status"' in html


class NameForm(Form):
    name = CharField(label="Prénom", help_text="Comme sur la carte")


def test_a_field_ties_label_help_and_error():
    html = render("{% error_summary form %}{% field form.name %}", form=NameForm({"name": ""}))
    for text in ('aria-invalid="true"', 'aria-describedby="id_name-e id_name-a"', 'id="id_name-e"', 'href="#id_name"'):
        assert text in html


def test_a_form_without_error_has_no_summary():
    assert "alert" not in render("{% error_summary form %}", form=NameForm())


def test_markdown_of_a_town_is_cleaned():
    html = render("{{ text|prose }}", text="# Titre\n\n<script>alert(1)</script> [x](javascript:alert(1)) **gras**")
    assert "<h2>Titre</h2>" in html
    assert "<script" not in html
    assert "javascript:" not in html.replace("[x](javascript:alert(1))", "")


def test_styles_and_script_stay_light():
    for name in bundle.BUNDLES:
        assert len(gzip.compress(bundle.css_of(name).encode())) <= 25_000
    assert len(gzip.compress(JS.read_bytes())) <= 40_000
