"""The second proof: a code serves once, the last one is kept where it is asked, and its owner is told."""

from datetime import timedelta

import pyotp
import pytest
from django.db import connection

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail
from preau.domain.accounts import rules
from preau.domain.accounts.models import Account, RecoveryCode
from preau.domain.accounts.operations import factors
from preau.domain.accounts.operations.factors import MAX_FACTORS, add_factor
from preau.domain.accounts.queries import asks_for_factor, factors_of, recovery_codes_left
from preau.domain.organisations.models import Organisation
from tests.factories.town import NOW

AT = 1_800_000_000  # seconds; a multiple of thirty


@pytest.fixture
def odile(town):
    return town.account("odile", role="agent")


def set_up(town, account, *, at=AT):
    secret = factors.new_totp_secret()
    actor = town.agent("agent", account=account)
    codes = factors.add_totp(
        actor=actor, secret=secret, code=pyotp.TOTP(secret).at(at), name="Téléphone", at=at, now=NOW
    )
    return secret, codes


def check(account, code, *, at=AT):
    factors.check_code(account_id=account.pk, code=code, at=at, now=NOW)


def test_an_application_is_kept_once_it_has_shown_that_it_knows_the_secret(town, odile):
    secret = factors.new_totp_secret()
    wrong = pyotp.TOTP(secret).at(AT + 600)
    with pytest.raises(rules.WrongCode):
        factors.add_totp(actor=town.agent("agent", account=odile), secret=secret, code=wrong, name="", at=AT, now=NOW)
    assert factors_of(account_id=odile.pk) == []
    secret, codes = set_up(town, odile)
    assert [line.name for line in factors_of(account_id=odile.pk)] == ["Téléphone"]
    assert len(set(codes)) == rules.RECOVERY_CODES == recovery_codes_left(account_id=odile.pk)
    mail = OutboxMail.objects.get(template="second_factor")
    assert (mail.to, mail.context["what"]) == ([odile.email], "added")
    with connection.cursor() as cursor:
        cursor.execute("SELECT material FROM accounts_secondfactor")
        (kept,) = cursor.fetchone()
    assert secret not in kept  # encrypted in the database
    assert not RecoveryCode.objects.filter(code_hash__in=codes).exists()


@pytest.mark.parametrize(("shift", "is_good"), [(-30, True), (0, True), (30, True), (-60, False), (60, False)])
def test_a_code_is_accepted_one_step_early_or_late_and_no_more(town, odile, shift, is_good):
    secret, _codes = set_up(town, odile, at=AT - 3600)
    code = pyotp.TOTP(secret).at(AT + shift)
    if is_good:
        check(odile, f" {code[:3]} {code[3:]} ")
    else:
        with pytest.raises(rules.WrongCode):
            check(odile, code)


def test_a_code_serves_once_even_that_of_the_first_day(town, odile):
    secret, _codes = set_up(town, odile)
    with pytest.raises(rules.WrongCode):
        check(odile, pyotp.TOTP(secret).at(AT))
    later = pyotp.TOTP(secret).at(AT + 30)
    check(odile, later, at=AT + 30)
    with pytest.raises(rules.WrongCode):
        check(odile, later, at=AT + 30)


def test_a_recovery_code_serves_once_and_is_not_that_of_somebody_else(town, odile):
    _secret, codes = set_up(town, odile)
    other = town.account("autre", role="agent")
    with pytest.raises(rules.WrongCode):
        check(other, codes[0])
    check(odile, codes[0].upper().replace("-", " "))
    with pytest.raises(rules.WrongCode):
        check(odile, codes[0])
    assert recovery_codes_left(account_id=odile.pk) == rules.RECOVERY_CODES - 1
    fresh = factors.new_recovery_codes(actor=town.agent("agent", account=odile), now=NOW)
    with pytest.raises(rules.WrongCode):
        check(odile, codes[1])
    check(odile, fresh[0])


def test_the_last_factor_stays_where_a_collectivite_asks_for_one(town, odile):
    set_up(town, odile)
    actor, (line,) = town.agent("agent", account=odile), factors_of(account_id=odile.pk)
    with pytest.raises(rules.FactorNeeded):
        factors.remove_factor(actor=actor, factor_id=line.factor_id, is_needed=True, now=NOW)
    factors.remove_factor(actor=actor, factor_id=line.factor_id, is_needed=False, now=NOW)
    assert (factors_of(account_id=odile.pk), recovery_codes_left(account_id=odile.pk)) == ([], 0)
    with pytest.raises(NotFound):
        factors.remove_factor(actor=actor, factor_id=line.factor_id, is_needed=False, now=NOW)


def test_there_is_an_end_to_the_factors_of_an_account(town, odile):
    set_up(town, odile)
    actor = town.agent("agent", account=odile)
    for _each in range(MAX_FACTORS - 1):
        add_factor(actor=actor, kind="totp", name="x", material={"secret": "A" * 32}, last_count=0, now=NOW)
    with pytest.raises(rules.FactorNeeded):
        add_factor(actor=actor, kind="totp", name="x", material={"secret": "A" * 32}, last_count=0, now=NOW)


def test_an_administrator_takes_away_what_an_agent_has_lost_and_never_his_own(town, odile):
    set_up(town, odile)
    boss = town.account("chef", role="admin")
    admin = town.agent("admin", account=boss)
    with pytest.raises(NotAllowed):
        factors.forget_factors(actor=town.agent("manager"), account_id=odile.pk, now=NOW)
    with pytest.raises(NotFound):
        factors.forget_factors(actor=admin, account_id=boss.pk, now=NOW)
    factors.forget_factors(actor=admin, account_id=odile.pk, now=NOW)
    assert factors_of(account_id=odile.pk) == []
    assert OutboxMail.objects.filter(template="second_factor").latest("pk").context["what"] == "forgotten"
    assert JournalEntry.objects.filter(act="factor.forgotten", subject_id=odile.pk).exists()


def test_an_administrator_cannot_open_the_door_of_another_town_nor_that_of_the_installation(town, other_town, odile):
    set_up(town, odile)
    other_town.join(odile, "agent")
    admin = town.agent("admin")
    with pytest.raises(rules.AgentElsewhere):
        factors.forget_factors(actor=admin, account_id=odile.pk, now=NOW)
    odile.memberships.filter(organisation_id=other_town.id).update(ended_at=NOW - timedelta(days=1))
    Account.objects.filter(pk=odile.pk).update(is_superuser=True)
    with pytest.raises(rules.AgentElsewhere):
        factors.forget_factors(actor=admin, account_id=odile.pk, now=NOW)
    assert len(factors_of(account_id=odile.pk)) == 1


def test_only_agents_of_a_town_that_asks_are_asked(town, other_town, odile, awa):
    assert not asks_for_factor(account_id=odile.pk)
    Organisation.objects.filter(pk=town.id).update(asks_agents_second_factor=True)
    assert asks_for_factor(account_id=odile.pk)
    assert not asks_for_factor(account_id=awa.account.pk)
    assert not asks_for_factor(account_id=other_town.account("ailleurs", role="agent").pk)
