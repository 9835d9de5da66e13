"""Opening, activating, resetting, agents: on a real database."""

from datetime import timedelta

import pytest

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail
from preau.domain.accounts import rules
from preau.domain.accounts.models import AccessLink, Account, Membership
from preau.domain.accounts.operations import agents, identifiers, opening
from preau.domain.accounts.queries import account_for_login, find_agent, list_agents, scope_in
from preau.domain.families.models import Adult
from preau.domain.families.operations.invitations import AlreadyActive, NoEmail, invite_adult
from preau.domain.organisations.models import Organisation
from tests.factories.town import NOW, PASSWORD

pytestmark = pytest.mark.django_db
GOOD = "trombone-lagon-33-tortue"


@pytest.fixture
def adult(town, awa):
    return Adult.objects.create(
        organisation_id=town.id,
        family=awa.family,
        position="co_holder",
        civility="M.",
        first_name="Karim",
        last_name="Dupré",
        email="karim@courriel.example",
    )


def last_mail(template):
    return OutboxMail.objects.filter(template=template).latest("pk")


def secret_of(mail):
    return mail.context["link"].rstrip("/").rsplit("/", 1)[-1]


def invite(town, adult, **options):
    if options:
        Organisation.objects.filter(pk=town.id).update(**options)
    account = invite_adult(actor=town.agent("agent"), adult_id=adult.pk, now=NOW)
    return account, last_mail("activation")


def test_the_invitation_creates_an_account_that_cannot_log_in_yet(town, adult):
    account, mail = invite(town, adult)
    assert account.username == "karim.dupre"
    assert not account.has_usable_password()
    assert mail.subject == "Mairie de ville-test - Création de votre espace personnel"
    assert mail.to == ["karim@courriel.example"]
    assert mail.context["password"] == ""
    adult.refresh_from_db()
    assert adult.account_id == account.pk
    assert scope_in(account_id=account.pk, organisation_id=town.id).roles == {"family"}


def test_a_provisional_password_is_mailed_only_where_the_town_wants_it(town, adult):
    account, mail = invite(town, adult, mails_provisional_password=True)
    account.refresh_from_db()
    assert account.check_password(mail.context["password"])
    assert account.must_change_password
    assert account.password_expires_at == NOW + timedelta(hours=72)


def test_the_secret_is_stored_nowhere_in_clear(town, adult):
    _account, mail = invite(town, adult, mails_provisional_password=True)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT context FROM base_outboxmail WHERE id = %s", [mail.pk])
        raw = cursor.fetchone()[0]
    assert mail.context["password"] not in raw
    assert secret_of(mail) not in raw
    assert not AccessLink.objects.filter(secret_hash=secret_of(mail)).exists()


def test_a_link_activates_once(town, adult):
    _account, mail = invite(town, adult)
    account = opening.activate(
        organisation_id=town.id, secret=secret_of(mail), now=NOW, password=GOOD, username="karim"
    )
    assert (account.username, account.check_password(GOOD), account.activated_at) == ("karim", True, NOW)
    assert last_mail("activated").to == ["karim@courriel.example"]
    with pytest.raises(rules.LinkInvalid):
        opening.activate(organisation_id=town.id, secret=secret_of(mail), now=NOW, password=GOOD)


@pytest.mark.parametrize("delay", [timedelta(hours=72), timedelta(days=30)])
def test_a_link_dies_after_72_hours(town, adult, delay):
    _account, mail = invite(town, adult)
    with pytest.raises(rules.LinkInvalid):
        opening.activate(organisation_id=town.id, secret=secret_of(mail), now=NOW + delay, password=GOOD)


def test_a_new_link_kills_the_one_before(town, adult):
    _account, first = invite(town, adult)
    _account, second = invite(town, adult)
    assert first.pk != second.pk
    with pytest.raises(rules.LinkInvalid):
        opening.activate(organisation_id=town.id, secret=secret_of(first), now=NOW, password=GOOD)


def test_a_link_of_another_town_does_not_exist(town, other_town, adult):
    _account, mail = invite(town, adult)
    with pytest.raises(rules.LinkInvalid):
        opening.activate(organisation_id=other_town.id, secret=secret_of(mail), now=NOW, password=GOOD)


def test_a_weak_password_uses_nothing_up(town, adult):
    _account, mail = invite(town, adult)
    with pytest.raises(rules.WeakPassword):
        opening.activate(organisation_id=town.id, secret=secret_of(mail), now=NOW, password="court")
    opening.activate(organisation_id=town.id, secret=secret_of(mail), now=NOW, password=GOOD)


def test_who_may_not_be_invited(town, other_town, awa, adult):
    agent = town.agent("agent")
    with pytest.raises(AlreadyActive):
        invite_adult(actor=agent, adult_id=awa.adult.pk, now=NOW)
    Adult.objects.filter(pk=adult.pk).update(email="")
    with pytest.raises(NoEmail):
        invite_adult(actor=agent, adult_id=adult.pk, now=NOW)
    with pytest.raises(NotFound):
        invite_adult(actor=other_town.agent("agent"), adult_id=adult.pk, now=NOW)
    with pytest.raises(NotAllowed):
        invite_adult(actor=town.agent("site_staff"), adult_id=adult.pk, now=NOW)


def test_the_provisional_password_dies_with_the_change(town, adult):
    account, mail = invite(town, adult, mails_provisional_password=True)
    provisional = mail.context["password"]
    with pytest.raises(rules.WeakPassword):
        identifiers.set_own_identifiers(
            organisation_id=town.id, account_id=account.pk, username="karim", password=provisional, now=NOW
        )
    changed = identifiers.set_own_identifiers(
        organisation_id=town.id, account_id=account.pk, username="Karim.D", password=GOOD, now=NOW
    )
    assert changed.username == "karim.d"
    assert not changed.must_change_password
    assert not changed.check_password(provisional)
    assert last_mail("identifiers_changed").context["what"] == "password"


def test_an_identifiant_of_somebody_else_gets_a_number(town, awa, bruno):
    changed = identifiers.change_identifiers(
        actor=town.parent(awa), current_password=PASSWORD, username="bruno.martin", new_password="", now=NOW
    )
    assert changed.username == "bruno.martin2"
    again = identifiers.change_identifiers(
        actor=town.parent(awa), current_password=PASSWORD, username="bruno.martin2", new_password="", now=NOW
    )
    assert again.username == "bruno.martin2"  # one's own is not another's
    with pytest.raises(rules.WrongPassword):
        identifiers.change_identifiers(
            actor=town.parent(awa), current_password="non", username="autre", new_password="", now=NOW
        )


def test_a_reset_mail_lists_each_account_of_a_shared_address(town, awa, bruno):
    Account.objects.filter(pk=bruno.account.pk).update(email=awa.account.email)
    identifiers.request_reset(organisation_id=town.id, email_or_username=awa.account.email.upper(), now=NOW)
    mail = last_mail("password_reset")
    assert {each["username"] for each in mail.context["accounts"]} == {"awa.dupre", "bruno.martin"}
    secret = mail.context["accounts"][0]["link"].rstrip("/").rsplit("/", 1)[-1]
    account = identifiers.reset_password(organisation_id=town.id, secret=secret, password=GOOD, now=NOW)
    assert account.check_password(GOOD)
    with pytest.raises(rules.LinkInvalid):
        identifiers.reset_password(organisation_id=town.id, secret=secret, password=GOOD, now=NOW)


def test_a_reset_link_dies_after_an_hour(town, awa):
    identifiers.request_reset(organisation_id=town.id, email_or_username="awa.dupre", now=NOW)
    secret = last_mail("password_reset").context["accounts"][0]["link"].rstrip("/").rsplit("/", 1)[-1]
    with pytest.raises(rules.LinkInvalid):
        identifiers.reset_password(organisation_id=town.id, secret=secret, password=GOOD, now=NOW + timedelta(hours=1))


@pytest.mark.parametrize("wanted", ["personne@nulle.example", "personne", "a\x00b", "' OR 1=1"])
def test_an_unknown_address_gets_no_mail_and_no_failure(town, awa, wanted):
    identifiers.request_reset(organisation_id=town.id, email_or_username=wanted, now=NOW)
    assert not OutboxMail.objects.exists()


def test_an_address_of_another_town_gets_no_mail_here(town, other_town, awa):
    identifiers.request_reset(organisation_id=other_town.id, email_or_username=awa.account.email, now=NOW)
    assert not OutboxMail.objects.exists()


def test_an_email_logs_in_only_when_one_verified_account_holds_it(town, awa, bruno):
    assert account_for_login(identifier=awa.account.email) == awa.account
    Account.objects.filter(pk=bruno.account.pk).update(email=awa.account.email)
    assert account_for_login(identifier=awa.account.email) is None
    assert account_for_login(identifier="AWA.dupre") == awa.account
    Account.objects.filter(pk=bruno.account.pk).update(email_verified_at=None)
    assert account_for_login(identifier=awa.account.email) == awa.account


@pytest.fixture
def admin(town):
    account = town.account("admin.test", role="admin")
    return account, town.agent("admin", account=account)


def test_an_admin_invites_limits_and_ends_an_agent(town, admin):
    _account, actor = admin
    agent = agents.invite_agent(
        actor=actor,
        civility="Mme",
        first_name="Chloé",
        last_name="Roy",
        email="chloe@mairie.example",
        roles=["agent"],
        department_ids=[town.department.pk],
        site_ids=[],
        now=NOW,
    )
    assert scope_in(account_id=agent.pk, organisation_id=town.id).department_ids == {town.department.pk}
    agents.change_agent_scope(
        actor=actor, account_id=agent.pk, roles=["site_staff"], department_ids=[], site_ids=[town.school.pk], now=NOW
    )
    scope = scope_in(account_id=agent.pk, organisation_id=town.id)
    assert (scope.roles, scope.site_ids) == ({"site_staff"}, {town.school.pk})
    agents.end_agent(actor=actor, account_id=agent.pk, now=NOW)
    assert scope_in(account_id=agent.pk, organisation_id=town.id).roles == frozenset()
    assert find_agent(actor=actor, account_id=agent.pk).is_ended
    assert [row.username for row in list_agents(actor=actor)][-1] == agent.username
    assert JournalEntry.objects.filter(act__in=["agent.scope_changed", "agent.ended"]).count() == 2


def test_the_last_admin_cannot_leave(town, admin):
    account, actor = admin
    with pytest.raises(rules.LastAdmin):
        agents.end_agent(actor=actor, account_id=account.pk, now=NOW)
    with pytest.raises(rules.LastAdmin):
        agents.change_agent_scope(
            actor=actor, account_id=account.pk, roles=["agent"], department_ids=[], site_ids=[], now=NOW
        )
    assert Membership.objects.get(account=account).ended_at is None


@pytest.mark.parametrize("role", ["agent", "manager", "regisseur", "site_staff"])
def test_only_an_admin_touches_agents(town, admin, role):
    account, _actor = admin
    with pytest.raises(NotAllowed):
        agents.end_agent(actor=town.agent(role), account_id=account.pk, now=NOW)
    with pytest.raises(NotAllowed):
        list_agents(actor=town.agent(role))


def test_an_admin_touches_neither_families_nor_the_agents_of_another_town(town, other_town, admin, awa):
    _account, actor = admin
    stranger = other_town.account("admin.ailleurs", role="admin")
    for target in (awa.account, stranger):
        with pytest.raises(NotFound):
            agents.end_agent(actor=actor, account_id=target.pk, now=NOW)
