"""What people type and paste, in one form: telephones, names, e-mails, keys, secrets."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.base import typed
from preau.domain.accounts.rules import UsernameInvalid, check_username, password_problems
from preau.kernel.bounds import Purpose, bounds_of
from tests.factories.town import TODAY


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("06\u00a039\u00a098\u00a000\u00a001", "06 39 98 00 01"),
        ("\u202a+33 6 39 98 00 01\u202c", "06 39 98 00 01"),
        ("+32 475/12.34.56", "+32475123456"),
        ("(+33) 6 39 98 00 01", "06 39 98 00 01"),
        ("+33 (0)6 39 98 00 01", "06 39 98 00 01"),
        ("0033 6 39 98 00 01", "06 39 98 00 01"),
        ("0639980001", "06 39 98 00 01"),
        ("06-39-98-00-01", "06 39 98 00 01"),
        ("+590 690 12 34 56", "+590690123456"),
        ("", ""),
    ],
)
def test_a_telephone_has_one_stored_form(text, kept):
    assert typed.phone(text) == kept
    assert typed.phone(kept) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [("621123456", "phone"), ("06 39 98 00", "phone"), ("bonjour", "phone"), ("+32", "phone_abroad")],
)
def test_what_is_no_telephone_is_refused_in_its_own_words(text, code):
    with pytest.raises(typed.Untypable) as told:
        typed.phone(text)
    assert told.value.code == code


@pytest.mark.parametrize("text", ["VOIR http://evil.example/gagne", "<b>Léa</b>", "Léa 2", "Léa 🎉", "-", "a@b", "A/B"])
def test_a_name_has_no_digit_no_sign_of_an_address_and_no_picture(text):
    with pytest.raises(typed.Untypable):
        typed.name(text)


@pytest.mark.parametrize("text", ["Éloïse", "O'Brien", "Le Goff", "N’Guyen-Đặng", "Łukasz", ["D’Été", "née)"][0]])
def test_real_names_pass_in_one_unicode_form(text):
    assert typed.name(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text).replace("'", "’")


@pytest.mark.parametrize("text", ["ſalome@courriel.example", "salome@courrıel.example", "a b@c.example", "@x"])
def test_an_email_with_another_letter_is_nobody_s(text):
    with pytest.raises(typed.Untypable):
        typed.email(text)
    assert typed.folded_email(text) == ""


def test_an_email_pasted_with_invisible_signs_is_the_same():
    assert typed.email("\u200bNadia.Ferrand@Courriel.EXAMPLE\u202c") == "Nadia.Ferrand@courriel.example"


@pytest.mark.parametrize("text", ["ABCDE", "9932", "993200"])
def test_a_french_postcode_has_five_digits(text):
    with pytest.raises(typed.Untypable):
        typed.postcode(text, country="France")
    assert typed.postcode(text, country="Belgique") == text
    assert typed.postcode("99 320", country="") == "99320"


@given(st.text(max_size=60))
def test_cleaning_is_done_once_and_leaves_nothing_invisible(text):
    once = typed.clean(text)
    assert typed.clean(once) == once
    assert not any(unicodedata.category(char) in ("Cc", "Cf") for char in once)


def test_an_identifiant_has_nothing_invisible():
    assert check_username("\u200bMarie.Lou\u202a") == "marie.lou"
    with pytest.raises(UsernameInvalid):
        check_username("mar\u200bie")


@pytest.mark.parametrize(
    "password",
    [
        "azerty123456",
        "qwerty123456",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "123456789012",
        "Poiuytreza2026",
        "password123456",
    ],
)
def test_keyboard_runs_and_known_words_are_too_common(password):
    from preau.domain.accounts.queries import common_passwords

    assert "too_common" in password_problems(password, common=common_passwords())


@pytest.mark.parametrize("password", ["Saint-Loup-2026", "Saint-Loup2026", "saintloup12345"])
def test_the_name_of_the_town_is_personal(password):
    assert "personal" in password_problems(password, words=["saint-loup", "Saint-Loup"])


def test_a_birth_in_2062_or_in_the_year_26_is_a_slip():
    first, last = bounds_of(Purpose.CHILD_BIRTH, today=TODAY)
    assert first.year == TODAY.year - 25
    assert last == TODAY
    assert bounds_of(Purpose.ACT, today=TODAY)[0].year == TODAY.year - 1
