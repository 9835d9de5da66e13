"""The gallery shows every component; shells and error pages stand alone."""

import re

import pytest
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.views.decorators.http import require_GET

from preau.web.ui import policy
from preau.web.ui.gallery import gallery
from preau.web.ui.templatetags import ui

SHELLS = ("ui/public.html", "ui/family.html", "ui/staff.html")
ERRORS = ("400.html", "403.html", "404.html", "413.html", "429.html", "503.html", "csrf.html")


def open_source(name):
    return get_template(name).template.source


@pytest.fixture
def page():
    return gallery(RequestFactory().get("/demo/galerie/")).content.decode()


def test_the_gallery_has_every_component_and_variant(page):
    source = open_source("ui/gallery.html") + open_source("ui/_gallery_furniture.html")
    assert [name for name in ui.register.tags if f"{{% {name} " not in source] == []
    for tone in ui.TONES:
        assert f'class="notice" data-tone="{tone}"' in page
        assert f'class="tag" data-tone="{tone}"' in page
    for hue in range(1, 9):
        assert f'data-child="{hue}"' in page


def test_the_gallery_asks_for_nothing_of_a_collectivite(page):
    assert "<h1>Composants</h1>" in page
    assert gallery.policy == policy.Policy(policy.PUBLIC)


@pytest.mark.parametrize("name", [*SHELLS, *ERRORS])
def test_a_page_stands_without_a_collectivite(name):
    html = render_to_string(name)
    assert '<html lang="fr"' in html
    assert re.search(r'<main id="contenu"', html)
    assert html.index('class="skip"') < html.index("<main")
    assert "{{" not in html


def test_the_page_of_a_breakdown_needs_nothing_at_all():
    source = open_source("500.html")
    assert "{% url" not in source
    assert "{% static" not in source
    html = render_to_string("500.html")
    assert "conservées" in html
    assert "{{" not in html
    assert 'href="/"' in html


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_says_what_to_do_next(name):
    html = render_to_string(name)
    assert html.count("<h1") == 1
    assert 'class="btn go"' in html


def test_a_policy_survives_other_decorators():
    @policy.staff_page("manager")
    @require_GET
    def view(request):
        """Say something."""

    assert view.policy == policy.Policy(policy.STAFF, frozenset({"manager"}))
    assert view.__name__ == "view"
    for decorate, audience in (
        (policy.public_page, policy.PUBLIC),
        (policy.account_page, policy.ACCOUNT),
        (policy.family_page, policy.FAMILY),
    ):
        assert require_GET(decorate(view)).policy.audience == audience
