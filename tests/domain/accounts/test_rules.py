"""Passwords, identifiants, roles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.accounts import rules
from preau.domain.accounts.queries import common_passwords
from preau.domain.accounts.rules import PasswordProblem as Problem


@pytest.mark.parametrize(
    ("password", "problems"),
    [
        ("trombone-lagon-33-tortue", ()),
        ("une phrase avec des espaces", ()),
        ("🦊🐢🦊🐢🐌🦊🐢🐌🦊🐢🐌🐙🦀", ()),
        ("abcdefghjkmn", ()),  # twelve letters, 56 bits
        ("court1A!", (Problem.TOO_SHORT,)),
        ("837261940275", (Problem.TOO_WEAK,)),  # twelve digits, 39.9 bits
        ("8372619402751836", ()),  # sixteen digits, 53 bits
        ("aaaaaaaaaaaaaaaa", (Problem.TOO_WEAK,)),
        ("motdepasse123", (Problem.TOO_COMMON,)),
        ("MotDePasse2026!", (Problem.TOO_COMMON,)),
        ("ferrand-2026!", (Problem.PERSONAL,)),
        ("x" * 257, (Problem.TOO_LONG, Problem.TOO_WEAK)),
    ],
)
def test_the_rule_asks_for_length_and_entropy_not_for_classes(password, problems):
    found = rules.password_problems(password, common=common_passwords(), words=["Ferrand", "Nadia"])
    assert found == problems


@given(st.text(min_size=1, max_size=80))
def test_a_longer_password_is_never_weaker(text):
    assert rules.password_bits(text + "a") >= rules.password_bits(text)


@given(st.text(max_size=300))
def test_any_text_is_judged_without_failing(text):
    assert isinstance(rules.password_problems(text, common=common_passwords(), words=[text]), tuple)


@pytest.mark.parametrize(
    ("policy", "email", "expected"),
    [
        ("free", "eva@x.example", "eva.legoff"),
        ("local_part", "e.legoff@x.example", "e.legoff"),
        ("email", "Eva@X.example", "eva@x.example"),
        ("email", "", "eva.legoff"),
    ],
)
def test_the_identifiant_follows_the_policy_of_the_town(policy, email, expected):
    found = rules.propose_username(first_name="Éva", last_name="Le Goff", email=email, policy=policy, taken=())
    assert found == expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_proposed_identifiant_is_always_acceptable_and_free(first, last):
    taken = {"compte", "aaa"}
    found = rules.propose_username(first_name=first, last_name=last, email="", policy="free", taken=taken)
    assert found not in taken
    assert len(found) >= 3


@pytest.mark.parametrize("username", ["ab", "a b c", "x" * 151, "", "   "])
def test_an_impossible_identifiant_is_refused(username):
    with pytest.raises(rules.UsernameInvalid):
        rules.check_username(username)


def test_only_roles_of_agents_may_be_given_to_agents():
    assert rules.check_staff_roles(["agent", "admin"])
    for bad in ([], ["family"], ["roi"]):
        with pytest.raises(ValueError, match=r".*"):
            rules.check_staff_roles(bad)
