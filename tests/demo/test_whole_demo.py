"""The whole demo, loaded once and read by each test: five towns, characters for each situation, true counters."""

from collections import Counter
from datetime import date, datetime

import pytest

from preau.demo.towns import saint_loup
from preau.domain.accounts.models import Account, AgentLimit, Membership, TermsAcceptance
from preau.domain.accounts.queries import common_passwords
from preau.domain.accounts.rules import password_problems
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Activity, Offer, ResourceDay, SchoolHoliday
from preau.domain.documents.models import Document
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.queries.offers import offers_for_family
from preau.domain.enrolments.queries.years import year_activities
from preau.domain.families.models import (
    Adult,
    Child,
    Consent,
    Contact,
    Family,
    HouseholdChild,
)
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure, ProcedureForm, ProcedureMessage
from preau.domain.publishing.models import Question
from tests.demo.test_loader import NOW, TODAY, actor_of, dossier_year, dossiers_of, load

pytestmark = pytest.mark.django_db

ROLES = {"family", "agent", "manager", "regisseur", "site_staff", "admin"}
Accounts = list[dict[str, str]]


@pytest.fixture(scope="module")
def demo(kept_db: None, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The accounts of a demo that every test of this module reads and none keeps a change of."""
    return load(tmp_path_factory.mktemp("demo"))


def town(slug: str) -> int:
    return Organisation.objects.get(slug=slug).pk


def must_change(slug: str) -> int:
    members = Membership.objects.filter(organisation_id=town(slug), account__must_change_password=True)
    return members.count()


def test_five_towns_each_have_two_families_an_agent_a_manager_and_an_admin(demo: Accounts) -> None:
    accounts = demo
    assert {each["organisation"] for each in accounts} == {
        "val-fleuri",
        "pays-mellifere",
        "kerploz",
        "entre-rives",
        "saint-loup",
    }
    for slug in {each["organisation"] for each in accounts}:
        roles = Counter(each["role"] for each in accounts if each["organisation"] == slug)
        assert roles["family"] >= 2
        assert roles["agent"]
        assert roles["manager"]
        assert roles["admin"]
    assert {each["role"] for each in accounts if each["organisation"] == "saint-loup"} == ROLES


def test_every_account_of_the_list_logs_in_and_its_password_follows_the_rule(demo: Accounts) -> None:
    for each in demo:
        assert set(each) - {"second_factor"} == {"organisation", "login", "password", "role", "who"}
        assert ("second_factor" in each) == (each["organisation"] == "saint-loup" and each["role"] != "family")
        account = Account.objects.get(username=each["login"])
        assert account.check_password(each["password"])
        assert not password_problems(
            each["password"], common=common_passwords(), words=[account.first_name, account.last_name, account.username]
        )
        assert Membership.objects.filter(account=account, role=each["role"], organisation_id__gt=0).exists()


def test_counters_equal_the_bookings_they_count(demo: Accounts) -> None:
    counted: Counter[tuple[int, date]] = Counter()
    held = Booking.objects.filter(status__in=HOLDS_PLACE)
    for on, resource_ids in held.values_list("on", "slot__unit__resource_ids"):
        counted.update((resource_id, on) for resource_id in resource_ids)
    counters = {(row.resource_id, row.on): row.booked for row in ResourceDay.objects.all()}
    assert sum(counted.values()) > 1000
    assert {key: value for key, value in counters.items() if value} == dict(counted)
    assert not any(row.booked > row.capacity + row.extra for row in ResourceDay.objects.filter(is_blocking=True))


def test_no_child_holds_two_units_that_exclude_each_other_nor_one_without_what_it_needs(
    demo: list[dict[str, str]],
) -> None:
    days: dict[tuple[str, int, date], set[str]] = {}
    units = {}
    for booking in Booking.objects.select_related("slot__unit"):
        unit = booking.slot.unit
        days.setdefault((booking.participant_key, unit.offer_id, booking.on), set()).add(unit.code)
        units[(unit.offer_id, unit.code)] = unit
    for (_, offer_id, _), codes in days.items():
        for code in codes:
            unit = units[(offer_id, code)]
            assert not codes & set(unit.excludes)
            assert set(unit.requires) <= codes


def test_saint_loup_has_rare_places_ahead_that_the_characters_do_not_hold(demo: Accounts) -> None:
    ahead = ResourceDay.objects.filter(on__gt=TODAY, on__lt=date(2026, 12, 15))
    full = [row for row in ahead.select_related("resource") if row.is_blocking and row.booked >= row.capacity]
    names = {row.resource.name for row in full}
    assert "Accueil du soir" in names
    assert any(row.on.weekday() == 2 for row in full)
    refectory = [row for row in ahead.filter(resource__name="Réfectoire") if row.booked > row.capacity]
    assert refectory
    assert not refectory[0].is_blocking
    nadia = Family.objects.get(name="Ferrand")
    hers = set(Booking.objects.filter(enrolment__family=nadia, slot__unit__code="S").values_list("on", flat=True))
    school = Enrolment.objects.filter(family=nadia, offer__activity__name="Accueil périscolaire")[0].offer.site_id
    evenings = {row.on for row in full if row.resource.name == "Accueil du soir" and row.resource.site_id == school}
    assert {on for on in evenings - hers if on.weekday() == 3}
    assert not Booking.objects.filter(enrolment__family=nadia, slot__unit__code="J", on__gt=TODAY).exists()


def test_each_situation_has_its_character(demo: Accounts) -> None:
    first_name, last_name = saint_loup.NOT_ACTIVATED
    unknown = Adult.objects.get(first_name=first_name, last_name=last_name)
    assert unknown.account is None
    assert unknown.email
    nadia = Adult.objects.get(first_name="Nadia")
    schools = Enrolment.objects.filter(family=nadia.family, offer__activity__name="Accueil périscolaire")
    ahead = schools.filter(ends_on__gt=TODAY)
    assert ahead.count() == 2
    assert ahead.values("offer").distinct().count() == 1
    assert must_change("saint-loup") == 1
    assert Account.objects.get(username="olivier.prunier").pk not in TermsAcceptance.objects.values_list(
        "account_id", flat=True
    )
    elio = HouseholdChild.objects.filter(child__first_name="Élio")
    assert elio.count() == 2
    accounts = {Adult.objects.get(family=row.family).account_id for row in elio}
    assert None not in accounts
    assert len(accounts) == 2
    rivoire = Family.objects.get(name="Rivoire")
    assert rivoire.household_children.count() == 5
    assert Enrolment.objects.filter(child=None, family=nadia.family).exists()
    assert Procedure.objects.filter(family_id=nadia.family_id, number__isnull=False).exists()


def test_named_families_are_found_in_one_town_only(demo: Accounts) -> None:
    accounts = demo
    counted = Counter(each["login"] for each in accounts if each["role"] == "family")
    logins = [login for login, towns in counted.items() if towns == 1]  # one login serves in two of them
    for adult in Adult.objects.filter(account__username__in=logins):
        homes = set(Adult.objects.filter(last_name=adult.last_name).values_list("organisation_id", flat=True))
        assert homes == {adult.organisation_id}, adult.last_name


def test_kerploz_is_in_another_school_zone(demo: Accounts) -> None:
    winter = SchoolHoliday.objects.filter(name="Vacances d’hiver", starts_on__year=2027)
    starts = {slug: winter.get(organisation_id=town(slug)).starts_on for slug in ("kerploz", "val-fleuri")}
    assert starts == {"kerploz": date(2027, 2, 20), "val-fleuri": date(2027, 2, 13)}


def test_every_mail_and_phone_of_the_demo_leads_nowhere(demo: Accounts) -> None:
    emails = [*Adult.objects.values_list("email", flat=True), *Account.objects.values_list("email", flat=True)]
    assert all(email.endswith(".example") for email in emails if email)
    fiction = ("06 39 98", "01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49")
    phones = list(Adult.objects.values_list("phone", flat=True))
    phones += Organisation.objects.values_list("contact_phone", flat=True)
    assert all(phone.startswith(fiction) for phone in phones)


def test_kerploz_opens_reservations_at_dates_and_books_by_subscription(demo: Accounts) -> None:
    actor = actor_of("enora.kervizic")
    (family_id,) = actor.family_ids
    year_id = dossier_year(actor)
    found = year_activities(actor=actor, family_id=family_id, year_id=year_id, on=TODAY)
    opens = {each.activity: each for each in found.openings}
    assert not opens["Garderie périscolaire"].needs_booking
    assert opens["Restaurant scolaire"].opens_at < NOW  # type: ignore[operator]
    assert opens["Accueil de loisirs vacances"].opens_at > NOW  # type: ignore[operator]
    assert "Abonnement restauration" not in opens
    assert sum("Abonnement restauration" in names for names in found.enrolled.values()) == 2
    eaten = Booking.objects.filter(enrolment__child__first_name="Gwendal", slot__unit__code="R", on__gt=TODAY)
    assert {on.weekday() for on in eaten.values_list("on", flat=True)} >= {0, 1, 3, 4}
    assert Account.objects.filter(username="enora.kervizic").exists()  # what is before the @ of the mail
    assert Question.objects.filter(text="Je n’ai pas accès aux réservations").exists()


def test_entre_rives_enrols_in_its_creches_by_the_service_alone(demo: Accounts) -> None:
    accounts = demo
    creches = Activity.objects.filter(kind="creche", organisation_id=town("entre-rives"))
    assert creches.count() == 4
    assert {each.enrolment_by for each in creches} == {"service"}
    assert creches.values("department").distinct().count() == 4
    actor = actor_of("seraphine.duquai")
    (family_id,) = actor.family_ids
    small, _pupil = sorted(offers_for_family(actor=actor, family_id=family_id, now=NOW), key=lambda each: each.school)
    assert {row.activity: row.state for row in small.rows}["Crèche Les Galets"] == "enrolled"
    assert "by_service" in {row.state for row in small.rows}
    assert Consent.objects.filter(child_id=small.child.child_id, answer="no").exists()
    assert Contact.objects.filter(family_id=family_id, kind="pick_up").exists()
    limited = [
        set(
            AgentLimit.objects.filter(account__username=each["login"], site=None).values_list(
                "department_id", flat=True
            )
        )
        for each in accounts
        if "ne voit" in each["who"] and each["organisation"] == "entre-rives"
    ]
    assert [len(each) for each in limited] == [1, 1]
    assert limited[0] == set(creches.filter(name="Crèche Les Galets").values_list("department_id", flat=True))


def test_entre_rives_asks_and_answers_by_a_form_written_as_data(demo: Accounts) -> None:
    form = ProcedureForm.objects.get(title="Demandes d’informations petite enfance")
    asked = Procedure.objects.get(form_id=form.pk)
    assert asked.number
    assert ProcedureMessage.objects.filter(procedure=asked, is_staff=True).exists()
    assert Child.objects.filter(birth_date=None, expected_on__gt=TODAY).exists()
    assert set(Document.objects.values_list("state", flat=True)) >= {"valid", "refused"}


def test_pays_mellifere_holds_what_no_other_page_leads_to(demo: Accounts) -> None:
    assert not dossiers_of("perpetue.valombre")[0].problems
    assert {each.step for each in dossiers_of("anthelme.clairvaux")[0].problems} == {"documents", "rules"}
    assert Procedure.objects.get(kind="schooling").other_parent == "waiting"
    assert Enrolment.objects.get(status="waiting").child.first_name == "Colombe"  # type: ignore[union-attr]
    assert ProcedureForm.objects.filter(is_about_child=True).exists()
    assert Contact.objects.exclude(photo=None).exists()
    ninon = HouseholdChild.objects.filter(child__first_name="Ninon")
    assert ninon.count() == 2


def test_pays_mellifere_opens_some_enrolments_later(demo: Accounts) -> None:
    openings = dict(Offer.objects.values_list("activity__name", "enrolment_openings"))
    assert openings["Restauration"] == openings["Temps d’activités périscolaires (TAP)"] == []
    for name in ("Halte-garderie", "Accueil de jeunes"):
        assert datetime.fromisoformat(openings[name][0]["opens_at"]) > NOW


def test_one_login_serves_in_two_towns(demo: Accounts) -> None:
    accounts = demo
    listed = [each for each in accounts if each["login"] == "iseult.lancelin"]
    assert [each["organisation"] for each in listed] == ["pays-mellifere", "kerploz"]
    assert listed[0]["password"] == listed[1]["password"]
    account = Account.objects.get(username="iseult.lancelin")
    assert Adult.objects.filter(account=account).values("organisation_id").distinct().count() == 2
    assert TermsAcceptance.objects.filter(account=account).count() == 2
