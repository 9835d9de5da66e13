"""Translations: complete, with the same variables, and French plurals."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext, override, pgettext

from preau.config.management.commands.messages import all_messages, messages_of_module, messages_of_template

FOLDER = Path(settings.CATALOGUES_DIR)


def catalogue(language):
    return polib.pofile(str(FOLDER / language / "LC_MESSAGES" / "django.po"))


def test_every_text_of_the_product_is_in_the_english_catalogue_and_translated():
    entries = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue("en")}
    assert set(entries) == set(all_messages(Path(settings.ROOT))), "run: preau messages"
    assert [entry.msgid for entry in entries.values() if not entry.translated()] == []


def test_a_translation_keeps_the_variables_of_its_text():
    variables = re.compile(r"%\((\w+)\)s")
    for entry in catalogue("en"):
        texts = [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())
        for text in texts:
            assert set(variables.findall(text)) == set(variables.findall(entry.msgid)), entry.msgid


@pytest.mark.parametrize(("count", "expected"), [(0, "0 demande"), (1, "1 demande"), (2, "2 demandes")])
def test_zero_is_singular_in_french(count, expected):
    with override("fr"):
        assert ngettext("%(n)s demande", "%(n)s demandes", count) % {"n": count} == expected


def test_texts_are_found_in_templates_and_modules():
    template = '{% translate "Un" %}{% blocktranslate count n=x %}{{ n }} %{% plural %}{{ n }} s{% endblocktranslate %}'
    assert list(messages_of_template(template)) == [(("", "Un"), ""), (("", "%(n)s %%"), "%(n)s s")]
    assert list(messages_of_module('_("Deux"); other("Trois")')) == [(("", "Deux"), "")]


def test_one_word_with_two_meanings_has_two_translations():
    template = '{% translate "Complet" as word %}{% translate "Complet" context "dossier" as word %}'
    assert list(messages_of_template(template)) == [(("", "Complet"), ""), (("dossier", "Complet"), "")]
    with override("en"):
        assert (gettext("Complet"), pgettext("dossier", "Complet")) == ("Full", "Complete")
    with override("fr"):
        assert pgettext("dossier", "Complet") == "Complet"


@pytest.mark.django_db
def test_a_reader_who_asks_for_english_gets_it(client, town):
    page = client.get("/ville-test/connexion/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="en">' in page
    assert "Username or e-mail" in page
    assert "Need help?" in page
    french = client.get("/ville-test/connexion/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="fr">' in french


SIGN = re.compile(r"\S [:;?!»]|« ")


def test_no_french_text_lets_a_sign_go_to_the_next_line():
    """An espace insécable stands before « : », « ; », « ? », « ! » and inside quotation marks."""
    assert [text for _meaning, text in all_messages(Path(settings.ROOT)) if SIGN.search(text)] == []
