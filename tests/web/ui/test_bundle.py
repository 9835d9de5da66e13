"""Stylesheets are put together without a build step, for collectstatic and for the tests alike."""

import re
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from preau.web.ui import bundle
from preau.web.ui.bundle import BUNDLES, ROOT, BundleFinder, css_of

STATIC = ROOT.parent / "static" / "ui"


def test_collectstatic_writes_every_bundle(settings, tmp_path):
    settings.STATIC_ROOT = str(tmp_path)
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in BUNDLES:
        assert (tmp_path / name).read_text(encoding="utf-8") == css_of(name)


def test_the_finder_is_the_one_of_the_product():
    assert any(isinstance(finder, BundleFinder) for finder in get_finders())


def test_the_layers_are_declared_before_any_rule():
    for name in BUNDLES:
        assert css_of(name).startswith(bundle.LAYERS)


def test_every_rule_is_in_a_layer_so_that_a_theme_wins():
    for parts in BUNDLES.values():
        for part in parts:
            text = re.sub(r"/\*.*?\*/", "", (ROOT / part).read_text(encoding="utf-8"), flags=re.DOTALL)
            depth = 0
            for char in (outside := re.sub(r"@layer [a-z]+\{", "{", text)):
                assert depth or char in "{ \n", f"{part}: {outside[:40]}"
                depth += {"{": 1, "}": -1}.get(char, 0)
            assert depth == 0, part


def test_styles_load_nothing_from_elsewhere():
    for name in BUNDLES:
        assert not re.search(r"@import|url\(|https?:", css_of(name))


def test_icons_named_in_templates_exist():
    known = set(re.findall(r'id="i-([a-z0-9-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    used = {
        name
        for path in Path(bundle.__file__).parents[2].rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)" %}', path.read_text(encoding="utf-8"))
    }
    assert used - known == set()


def test_drawings_named_in_tags_exist():
    from preau.web.ui.templatetags.ui import DRAWINGS

    text = (STATIC / "drawings.svg").read_text(encoding="utf-8")
    assert set(re.findall(r'id="d-([a-z]+)"', text)) == DRAWINGS
