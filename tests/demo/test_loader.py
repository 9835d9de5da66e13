"""The demo: five towns, characters for each situation, counters that tell the truth."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction

from preau.base.actor import FAMILY, Actor
from preau.demo import loader
from preau.demo.towns import entre_rives, kerploz, pays_mellifere, pays_mellifere_characters, saint_loup, val_fleuri
from preau.domain.accounts.models import Account, Membership, TermsAcceptance
from preau.domain.accounts.queries import common_passwords
from preau.domain.accounts.rules import password_problems
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Activity, Offer, ResourceDay, SchoolHoliday, Slot
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.documents.models import Document
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.queries import offers_for_family, year_activities
from preau.domain.families.models import (
    Adult,
    Child,
    ChildHealth,
    Consent,
    Contact,
    Family,
    Guardianship,
    HouseholdChild,
    ValidatedDossier,
)
from preau.domain.families.queries import children_of_family
from preau.domain.families.rules import pai_state
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure, ProcedureForm, ProcedureMessage
from preau.domain.procedures.queries import DossierState, dossier_states
from preau.domain.publishing.models import Question

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROLES = {"family", "agent", "manager", "regisseur", "site_staff", "admin"}


def load(folder: Path, *, today: date = TODAY, towns=loader.TOWNS) -> list[dict[str, str]]:  # type: ignore[no-untyped-def]
    now = NOW.replace(year=today.year, month=today.month, day=today.day)
    loader.load(today=today, now=now, data_dir=folder, report=lambda line: None, scale=0.1, towns=towns)
    return json.loads((folder / "accounts.json").read_text(encoding="utf-8"))


def snapshot() -> list[object]:
    return [
        list(Organisation.objects.order_by("slug").values_list("slug", "name", "brand")),
        list(Family.objects.order_by("organisation_id", "number").values_list("number", "name", "street")),
        list(Account.objects.order_by("username").values_list("username", "email")),
        sorted(Booking.objects.values_list("on", "slot__unit__code", "enrolment__child__first_name")),
        sorted(ResourceDay.objects.values_list("on", "resource__name", "capacity", "booked")),
    ]


def test_five_towns_each_have_two_families_an_agent_a_manager_and_an_admin(tmp_path: Path) -> None:
    accounts = load(tmp_path)
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


def test_every_account_of_the_list_logs_in_and_its_password_follows_the_rule(tmp_path: Path) -> None:
    for each in load(tmp_path):
        assert set(each) == {"organisation", "login", "password", "role", "who"}
        account = Account.objects.get(username=each["login"])
        assert account.check_password(each["password"])
        assert not password_problems(
            each["password"], common=common_passwords(), words=[account.first_name, account.last_name, account.username]
        )
        assert Membership.objects.filter(account=account, role=each["role"], organisation_id__gt=0).exists()


def test_the_same_day_gives_the_same_demo(tmp_path: Path) -> None:
    kept = []
    for run in ("first", "second"):
        with transaction.atomic():
            accounts = load(tmp_path / run, towns=(kerploz, saint_loup))
            kept.append((accounts, snapshot()))
            transaction.set_rollback(True)
    assert kept[0] == kept[1]
    assert not Organisation.objects.exists()


def test_counters_equal_the_bookings_they_count(tmp_path: Path) -> None:
    load(tmp_path)
    counted: Counter[tuple[int, date]] = Counter()
    held = Booking.objects.filter(status__in=HOLDS_PLACE)
    for on, resource_ids in held.values_list("on", "slot__unit__resource_ids"):
        counted.update((resource_id, on) for resource_id in resource_ids)
    counters = {(row.resource_id, row.on): row.booked for row in ResourceDay.objects.all()}
    assert sum(counted.values()) > 1000
    assert {key: value for key, value in counters.items() if value} == dict(counted)
    assert not any(row.booked > row.capacity + row.extra for row in ResourceDay.objects.filter(is_blocking=True))


def test_no_child_holds_two_units_that_exclude_each_other_nor_one_without_what_it_needs(tmp_path: Path) -> None:
    load(tmp_path)
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


def test_saint_loup_has_rare_places_ahead_that_the_characters_do_not_hold(tmp_path: Path) -> None:
    load(tmp_path, towns=(saint_loup,))
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


def test_each_situation_has_its_character(tmp_path: Path) -> None:
    load(tmp_path, towns=(saint_loup,))
    first_name, last_name = saint_loup.NOT_ACTIVATED
    unknown = Adult.objects.get(first_name=first_name, last_name=last_name)
    assert unknown.account is None
    assert unknown.email
    nadia = Adult.objects.get(first_name="Nadia")
    schools = Enrolment.objects.filter(family=nadia.family, offer__activity__name="Accueil périscolaire")
    ahead = schools.filter(ends_on__gt=TODAY)
    assert ahead.count() == 2
    assert ahead.values("offer").distinct().count() == 1
    assert Account.objects.filter(must_change_password=True).count() == 1
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


def test_named_families_are_found_in_one_town_only(tmp_path: Path) -> None:
    accounts = load(tmp_path)
    counted = Counter(each["login"] for each in accounts if each["role"] == "family")
    logins = [login for login, towns in counted.items() if towns == 1]  # one login serves in two of them
    for adult in Adult.objects.filter(account__username__in=logins):
        homes = set(Adult.objects.filter(last_name=adult.last_name).values_list("organisation_id", flat=True))
        assert homes == {adult.organisation_id}, adult.last_name


def test_kerploz_is_in_another_school_zone(tmp_path: Path) -> None:
    load(tmp_path, towns=(kerploz, val_fleuri))
    winters = {
        row.organisation_id: row.starts_on
        for row in SchoolHoliday.objects.filter(name="Vacances d’hiver", starts_on__year=2027)
    }
    assert sorted(winters.values()) == [date(2027, 2, 13), date(2027, 2, 20)]


@pytest.mark.parametrize(
    "today",
    [date(2027, 6, 30), date(2027, 7, 14), date(2027, 9, 1), date(2029, 2, 24), date(2031, 12, 25)],
)
def test_the_demo_loads_on_any_day_of_the_year(tmp_path: Path, today: date) -> None:
    load(tmp_path, today=today)
    assert Slot.objects.filter(on__gt=today).exists()
    assert Booking.objects.filter(on__lt=today).exists()
    saint_loup_id = Organisation.objects.get(slug="saint-loup").pk
    assert Offer.objects.filter(organisation_id=saint_loup_id, ends_on__gt=today).exists()


def test_the_demo_refuses_an_installation_in_use(tmp_path: Path) -> None:
    Organisation.objects.create(slug="ici", name="Ici", short_name="Ici", mail_signature="Ici")
    with pytest.raises(loader.AlreadyLoaded):
        load(tmp_path)
    assert Organisation.objects.count() == 1
    assert not (tmp_path / "accounts.json").exists()


def test_every_mail_and_phone_of_the_demo_leads_nowhere(tmp_path: Path) -> None:
    load(tmp_path)
    emails = [*Adult.objects.values_list("email", flat=True), *Account.objects.values_list("email", flat=True)]
    assert all(email.endswith(".example") for email in emails if email)
    fiction = ("06 39 98", "01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49")
    phones = list(Adult.objects.values_list("phone", flat=True))
    phones += Organisation.objects.values_list("contact_phone", flat=True)
    assert all(phone.startswith(fiction) for phone in phones)


def actor_of(login: str) -> Actor:
    adult = Adult.objects.get(account__username=login)
    return Actor(
        organisation_id=adult.organisation_id,
        audience=FAMILY,
        account_id=adult.account_id,
        display_name=adult.full_name,
        roles=frozenset({"family"}),
        family_ids=frozenset({adult.family_id}),
        adult_ids=frozenset({adult.pk}),
    )


def dossiers_of(login: str, *, on: date = TODAY) -> list[DossierState]:
    """Return where each child of a character stands for the year whose dossier is asked for."""
    actor = actor_of(login)
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=on)
    assert year is not None
    (family_id,) = actor.family_ids
    children = [each.child_id for each in children_of_family(actor=actor, family_id=family_id)]
    states = dossier_states(
        actor=actor, family_id=family_id, child_ids=children, year_id=year.pk, year_starts_on=year.starts_on, on=on
    )
    return [states[child_id] for child_id in children]


@pytest.mark.parametrize("today", [TODAY, date(2027, 6, 20), date(2027, 8, 20)])
def test_kerploz_shows_each_step_of_the_year(tmp_path: Path, today: date) -> None:
    load(tmp_path, today=today, towns=(kerploz,))
    assert all(each.validated_on for each in dossiers_of("enora.kervizic", on=today))
    assert [each.status for each in dossiers_of("solenn.penvern", on=today)] == ["", ""]
    assert ValidatedDossier.objects.filter(child__first_name="Tugdual").count() == 1
    assert ChildHealth.objects.filter(child__first_name="Tugdual").exists()
    assert [each.status for each in dossiers_of("yann.guillerm", on=today)] == ["submitted"]
    (begun,) = dossiers_of("gwenola.ropars", on=today)
    assert begun.status == "draft"
    assert {each.step for each in begun.problems} == {"people", "documents", "rules"}


def test_kerploz_opens_reservations_at_dates_and_books_by_subscription(tmp_path: Path) -> None:
    load(tmp_path, towns=(kerploz,))
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


def dossier_year(actor: Actor) -> int:
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=TODAY)
    assert year is not None
    return year.pk


def test_entre_rives_enrols_in_its_creches_by_the_service_alone(tmp_path: Path) -> None:
    accounts = load(tmp_path, towns=(entre_rives,))
    creches = Activity.objects.filter(kind="creche")
    assert creches.count() == 2
    assert {each.enrolment_by for each in creches} == {"service"}
    assert creches.values("department").distinct().count() == 2
    actor = actor_of("seraphine.duquai")
    (family_id,) = actor.family_ids
    small, _pupil = sorted(offers_for_family(actor=actor, family_id=family_id, now=NOW), key=lambda each: each.school)
    assert {row.activity: row.state for row in small.rows}["Crèche Les Galets"] == "enrolled"
    assert "by_service" in {row.state for row in small.rows}
    assert Consent.objects.filter(child_id=small.child.child_id, answer="no").exists()
    assert Contact.objects.filter(family_id=family_id, kind="pick_up").exists()
    limited = [Membership.objects.get(account__username=each["login"]) for each in accounts if "ne voit" in each["who"]]
    assert [len(each.department_ids) for each in limited] == [1, 1]
    assert set(limited[0].department_ids) == set(
        creches.filter(name="Crèche Les Galets").values_list("department_id", flat=True)
    )


def test_entre_rives_asks_and_answers_by_a_form_written_as_data(tmp_path: Path) -> None:
    load(tmp_path, towns=(entre_rives,))
    form = ProcedureForm.objects.get(title="Demandes d’informations petite enfance")
    asked = Procedure.objects.get(form_id=form.pk)
    assert asked.number
    assert ProcedureMessage.objects.filter(procedure=asked, is_staff=True).exists()
    assert Child.objects.filter(birth_date=None, expected_on__gt=TODAY).exists()
    assert set(Document.objects.values_list("state", flat=True)) >= {"valid", "refused"}


@pytest.mark.parametrize("today", [TODAY, date(2027, 6, 20), date(2027, 8, 20), date(2029, 3, 15)])
def test_pays_mellifere_shows_each_state_of_the_family_file(tmp_path: Path, today: date) -> None:
    load(tmp_path, today=today, towns=(pays_mellifere,))
    states = {login: [each.status for each in dossiers_of(login, on=today)] for login in IN_PROGRESS}
    assert states == IN_PROGRESS
    assert all(each.validated_on for each in dossiers_of("eugenie.fromentel", on=today))
    invited = Adult.objects.get(last_name=pays_mellifere_characters.NOT_ACTIVATED[1])
    assert invited.account is not None
    assert invited.account.activated_at is None
    without_mail = Adult.objects.get(last_name=pays_mellifere_characters.WITHOUT_MAIL[1])
    assert (without_mail.account, without_mail.email) == (None, "")
    entourages = Procedure.objects.filter(kind="entourage", status="submitted")
    assert sorted("duplicate_child" in row.anomalies for row in entourages) == [False, False, True]
    assert sorted(row.is_clean for row in entourages) == [False, False, True]
    asked = Procedure.objects.get(status="more_asked")
    assert ProcedureMessage.objects.filter(procedure=asked).count() == 2
    peanut = ChildHealth.objects.get(child__first_name="Philibert")
    assert pai_state(sheet=peanut.sheet, on=today) == "expired"
    assert Adult.objects.filter(has_protected_address=True).exists()
    assert Contact.objects.filter(kind="forbidden").exists()
    anatolie = Guardianship.objects.filter(child__first_name="Anatolie").exclude(residence_pattern={})
    assert sorted(row.residence_pattern["side"] for row in anatolie) == ["a", "b"]
    assert {"to_check", "valid", "refused"} <= set(Document.objects.values_list("state", flat=True))
    assert Document.objects.filter(state="valid", good_until__lt=today).exists()
    assert Document.objects.values("file__sha256").distinct().count() == Document.objects.count()


def test_pays_mellifere_holds_what_no_other_page_leads_to(tmp_path: Path) -> None:
    load(tmp_path, towns=(pays_mellifere,))
    assert not dossiers_of("perpetue.valombre")[0].problems
    assert {each.step for each in dossiers_of("anthelme.clairvaux")[0].problems} == {"documents", "rules"}
    assert Procedure.objects.get(kind="schooling").other_parent == "waiting"
    assert Enrolment.objects.get(status="waiting").child.first_name == "Colombe"  # type: ignore[union-attr]
    assert ProcedureForm.objects.filter(is_about_child=True).exists()
    assert Contact.objects.exclude(photo=None).exists()
    ninon = HouseholdChild.objects.filter(child__first_name="Ninon")
    assert ninon.count() == 2


IN_PROGRESS = {
    "clotilde.rambervil": ["draft"],
    "baptistin.ormesson": ["submitted"],
    "sidonie.tavernier": ["refused"],
    "ysoline.chantereine": ["more_asked"],
}


def test_pays_mellifere_opens_some_enrolments_later(tmp_path: Path) -> None:
    load(tmp_path, towns=(pays_mellifere,))
    openings = dict(Offer.objects.values_list("activity__name", "enrolment_openings"))
    assert openings["Restauration"] == openings["Temps d’activités périscolaires (TAP)"] == []
    for name in ("Halte-garderie", "Accueil de jeunes"):
        assert datetime.fromisoformat(openings[name][0]["opens_at"]) > NOW


def test_one_login_serves_in_two_towns(tmp_path: Path) -> None:
    accounts = load(tmp_path, towns=(pays_mellifere, kerploz))
    listed = [each for each in accounts if each["login"] == "iseult.lancelin"]
    assert [each["organisation"] for each in listed] == ["pays-mellifere", "kerploz"]
    assert listed[0]["password"] == listed[1]["password"]
    account = Account.objects.get(username="iseult.lancelin")
    assert Adult.objects.filter(account=account).values("organisation_id").distinct().count() == 2
    assert TermsAcceptance.objects.filter(account=account).count() == 2
