"""Merging two records of a child, or of an adult with its dossier: nothing is lost, nothing points to the old one."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import models

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail, TenantModel
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import load_bookings
from preau.domain.documents.models import Document, DocumentType, Regulation, RegulationAcceptance
from preau.domain.documents.operations.pieces import accept_regulations, deposit
from preau.domain.enrolments.models import Enrolment, Schooling, Subscription
from preau.domain.families.models import (
    AccessKey,
    Adult,
    Child,
    ChildHealth,
    Consent,
    ConsentType,
    Contact,
    Family,
    Guardianship,
    HouseholdChild,
    Merger,
    Objection,
    SheetConfirmation,
    ValidatedDossier,
)
from preau.domain.families.operations.health import read_health
from preau.domain.families.queries.files import find_families
from preau.domain.families.queries.people import health_readings
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.drafts import save_step, start
from preau.domain.procedures.operations.households import merge_adults, merge_children
from preau.domain.procedures.operations.joining import send_document
from preau.domain.procedures.rules import About
from tests.factories.town import NOW, TODAY, Household, assert_counters_are_exact, slots_of
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def agent(town):
    return town.agent("agent")


@pytest.fixture
def bruno_twice(town, awa):
    """Awa's second child of the same dossier is the first one typed again, with all that a child may have."""
    offer = town.offer()
    for child in awa.children:
        town.enrol(awa, offer, child=child)
        _fill(town, awa, child)
    shared, alone = slots_of(offer)[:3], slots_of(offer)[3:5]
    first, second = (enrolment.pk for enrolment in awa.enrolments)
    pairs = [(first, slot.pk) for slot in shared] + [(second, slot.pk) for slot in (*shared, *alone)]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return awa


def _fill(town, household, child) -> None:
    ids = {"organisation_id": town.id, "child": child}
    number = child.pk
    ChildHealth.objects.create(**ids, sheet={"diet": "no_pork", "avoid": f"œuf {number}"}, updated_at=NOW)
    kind, _new = ConsentType.objects.get_or_create(organisation_id=town.id, code="photo", title="Photo")
    Consent.objects.create(**ids, consent_type=kind, answer="no", answered_at=NOW, answered_by=f"{number}")
    SheetConfirmation.objects.create(**ids, school_year_id=town.year.pk, confirmed_at=NOW, confirmed_by="Awa")
    ValidatedDossier.objects.create(**ids, school_year_id=town.year.pk, validated_at=NOW)
    Objection.objects.create(**ids, adult=household.adult, made_at=NOW)
    Contact.objects.create(
        **ids, family=household.family, kind="pick_up", first_name="Ida", last_name="Roux", phone=f"0{number}"
    )
    paper_kind, _new = DocumentType.objects.get_or_create(organisation_id=town.id, code="v", title="Vaccins")
    actor = town.parent(household)
    send_document(
        actor=actor,
        family_id=household.family.pk,
        child_id=child.pk,
        type_id=paper_kind.pk,
        name="v.pdf",
        content=paper(),
        now=NOW,
    )
    draft = start(
        actor=actor, kind=ProcedureKind.PAI, family_id=household.family.pk, about=About(child_id=child.pk), now=NOW
    )
    save_step(actor=actor, draft_id=draft.draft_id, step="pai", values={"needs": f"n{number}"}, now=NOW)


def rows_that_point_to(names: tuple[str, ...], model: type[models.Model], pk: int) -> list[str]:
    """Every column of every table of a collectivité that refers to a record: foreign keys, and plain ids by name."""
    found = []
    for each in apps.get_models():
        if not issubclass(each, TenantModel):
            continue
        for field in each._meta.concrete_fields:
            is_key = isinstance(field, models.ForeignKey) and field.related_model is model
            if (is_key or field.attname in names) and each.objects.filter(**{field.attname: pk}).exists():
                found.append(f"{each.__name__}.{field.attname}")
    return found


def assert_gone(names: tuple[str, ...], model: type[models.Model], pk: int, letter: str) -> None:
    assert rows_that_point_to(names, model, pk) == []
    assert not model.objects.filter(pk=pk).exists()
    assert not Booking.objects.filter(participant_key=f"{letter}{pk}").exists()


def test_the_walk_of_references_does_see_them(bruno_twice):
    """The control: without it, a walk that sees nothing would prove nothing."""
    found = rows_that_point_to(("child_id",), Child, bruno_twice.children[1].pk)
    assert {"HouseholdChild.child_id", "Guardianship.child_id", "Enrolment.child_id", "Procedure.child_id"} <= set(
        found
    )
    assert {"ChildHealth.child_id", "Consent.child_id", "Document.child_id", "Schooling.child_id"} <= set(found)


def test_two_records_of_a_child_become_one_and_nothing_points_to_the_other(town, bruno_twice, agent):
    kept, absorbed = bruno_twice.children
    documents, numbered = Document.objects.count(), Procedure.objects.filter(number__isnull=False).count()
    merge_children(
        actor=agent, kept_id=kept.pk, absorbed_id=absorbed.pk, values={"first_name": absorbed.first_name}, now=LATER
    )
    assert_gone(("child_id",), Child, absorbed.pk, "c")
    assert_counters_are_exact(town.id)
    found = Child.objects.get(pk=kept.pk)
    assert (found.first_name, found.name_key) == ("Enfant2", "enfant2 dupre")
    assert (Document.objects.count(), Procedure.objects.filter(number__isnull=False).count()) == (documents, numbered)
    entry = JournalEntry.objects.get(act="children.merged")
    assert (entry.subject_id, entry.detail) == (kept.pk, {"absorbed": absorbed.pk})


def test_no_booking_is_lost_and_a_place_taken_twice_is_given_back_once(town, bruno_twice, agent):
    kept, absorbed = bruno_twice.children
    days = set(Booking.objects.filter(status="booked").values_list("slot_id", flat=True))
    merge_children(actor=agent, kept_id=kept.pk, absorbed_id=absorbed.pk, values={}, now=LATER)
    held = Booking.objects.filter(status="booked")
    assert set(held.values_list("slot_id", flat=True)) == days
    assert held.count() == len(days) == 5
    assert set(held.values_list("enrolment_id", flat=True)) == {Enrolment.objects.get().pk}
    assert [row.reason for row in Booking.objects.filter(status="cancelled")] == ["Fusion de deux fiches"] * 3
    assert_counters_are_exact(town.id)


def test_of_two_health_sheets_the_latest_wins_and_neither_is_lost(town, bruno_twice, agent):
    kept, absorbed = bruno_twice.children
    ChildHealth.objects.filter(child=kept).delete()
    ChildHealth.objects.create(
        organisation_id=town.id, child=kept, sheet={"pai": "signed", "diet": "standard"}, updated_at=NOW - timedelta(1)
    )
    merge_children(actor=agent, kept_id=kept.pk, absorbed_id=absorbed.pk, values={}, now=LATER)
    sheet = ChildHealth.objects.get().sheet
    assert sheet == {"pai": "signed", "diet": "no_pork", "avoid": f"œuf {absorbed.pk}"}
    archive = Merger.objects.get().archive
    assert archive["health"][str(kept.pk)] == {"pai": "signed", "diet": "standard"}
    assert archive["record"]["first_name"] == "Enfant2"


def test_what_was_said_twice_is_said_once(town, bruno_twice, agent):
    kept, absorbed = bruno_twice.children
    Consent.objects.filter(child=absorbed).update(answer="yes", answered_at=NOW + timedelta(minutes=5))
    merge_children(actor=agent, kept_id=kept.pk, absorbed_id=absorbed.pk, values={}, now=LATER)
    assert Consent.objects.get().answer == "yes"
    assert Contact.objects.get().phone == f"0{kept.pk}"
    assert SheetConfirmation.objects.count() == ValidatedDossier.objects.count() == 1
    assert Objection.objects.filter(child=kept).count() == 2
    assert Schooling.objects.filter(child=kept).count() == 1
    draft = Procedure.objects.get(status="draft")
    lost = [value for name, value in Merger.objects.get().archive.items() if name.startswith("draft")]
    assert {draft.answers["pai"]["needs"], lost[0]["answers"]["pai"]["needs"]} == {f"n{kept.pk}", f"n{absorbed.pk}"}


def test_a_child_declared_by_both_parents_lives_in_both_households(town, awa, bruno, agent):
    kept, absorbed = awa.children[0], bruno.children[0]
    offer = town.offer()
    town.enrol(awa, offer, child=kept)
    town.enrol(bruno, offer, child=absorbed)
    load_bookings(
        actor=town.system,
        pairs=[(awa.enrolments[0].pk, slots_of(offer)[0].pk), (bruno.enrolments[0].pk, slots_of(offer)[0].pk)],
        now=NOW,
    )
    merge_children(actor=agent, kept_id=kept.pk, absorbed_id=absorbed.pk, values={}, now=LATER)
    homes = HouseholdChild.objects.filter(child=kept).values_list("family_id", flat=True)
    assert set(homes) == {awa.family.pk, bruno.family.pk}
    assert set(Guardianship.objects.filter(child=kept).values_list("adult_id", flat=True)) == {
        awa.adult.pk,
        bruno.adult.pk,
    }
    assert Enrolment.objects.filter(child=kept).count() == 2  # each household books on its own
    assert Booking.objects.filter(status="booked").count() == 1
    assert_counters_are_exact(town.id)
    for name in (awa.family.name, bruno.family.name):
        rows, total = find_families(actor=agent, text=f"enfant1 {name}", limit=5)
        assert total >= 1, rows


def test_the_parents_still_see_the_readings_of_the_record_that_is_no_more(town, bruno_twice, agent):
    kept, absorbed = bruno_twice.children
    read_health(actor=agent, child_id=absorbed.pk, reason="care", now=NOW)
    merge_children(actor=agent, kept_id=kept.pk, absorbed_id=absorbed.pk, values={}, now=LATER)
    assert len(health_readings(actor=town.parent(bruno_twice), child_id=kept.pk)) == 1


def test_a_child_merged_in_its_turn_keeps_its_past(town, awa, agent):
    third = town.child(awa, "Enfant1", "Dupré")
    first, second = awa.children
    merge_children(actor=agent, kept_id=second.pk, absorbed_id=third.pk, values={}, now=NOW)
    merge_children(actor=agent, kept_id=first.pk, absorbed_id=second.pk, values={}, now=LATER)
    assert set(Merger.objects.values_list("kept_id", "absorbed_id")) == {
        (first.pk, third.pk),
        (first.pk, second.pk),
    }


def _second_dossier(town, login: str = "") -> Household:
    """Awa created her space alone: another dossier, another login, the same child."""
    return town.household("Dupré", children=1, login=login or "awa.seule")


def test_two_dossiers_of_one_person_become_one(town, awa, agent):
    offer = town.offer()
    other = _second_dossier(town)
    Family.objects.filter(pk=other.family.pk).update(street="9 rue Neuve")
    town.enrol(awa, offer, child=awa.children[0])
    town.enrol(other, offer, child=other.children[0])
    Contact.objects.create(
        organisation_id=town.id, family=other.family, kind="forbidden", first_name="Loup", last_name="Gris"
    )
    rule = Regulation.objects.create(
        organisation_id=town.id, code="r", title="Règlement", body="…", published_at=NOW - timedelta(1)
    )
    for household in (awa, other):
        accept_regulations(
            actor=town.parent(household), family_id=household.family.pk, regulation_ids=[rule.pk], now=NOW
        )
        start(actor=town.parent(household), kind=ProcedureKind.MOVE, family_id=household.family.pk, now=NOW)
    kind = DocumentType.objects.create(organisation_id=town.id, code="d", title="Domicile", subject="family")
    deposit(
        actor=town.parent(other),
        family_id=other.family.pk,
        type_id=kind.pk,
        name="d.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )
    merge_adults(
        actor=agent,
        kept_id=awa.adult.pk,
        absorbed_id=other.adult.pk,
        values={"phone": "06 39 98 00 00"},
        keeps_other_login=True,
        now=LATER,
    )
    assert_gone(("family_id",), Family, other.family.pk, "f")
    assert_gone(("adult_id",), Adult, other.adult.pk, "a")
    adult = Adult.objects.get(pk=awa.adult.pk)
    assert (adult.phone, adult.account_id, adult.email) == ("06 39 98 00 00", other.account.pk, other.adult.email)
    assert adult.position == "holder"
    assert HouseholdChild.objects.filter(family=awa.family).count() == 3
    assert Guardianship.objects.filter(adult=adult).count() == 3
    assert Contact.objects.get().family_id == Document.objects.get().family_id == awa.family.pk
    assert RegulationAcceptance.objects.count() == Procedure.objects.filter(status="draft").count() == 1
    assert Family.objects.get(pk=awa.family.pk).street == "1 rue du Test"
    assert not awa.account.memberships.filter(role="family", ended_at=None).exists()
    # F024: a dossier passed to another login, and neither person was told.
    letters = OutboxMail.objects.filter(template="records_joined")
    told = {(mail.to[0], mail.context["username"]): mail.context["is_kept"] for mail in letters}
    assert told == {
        (awa.account.email, awa.account.username): False,
        (other.account.email, other.account.username): True,
    }
    assert_counters_are_exact(town.id)


def test_the_same_login_in_two_dossiers_is_one_person_in_the_merged_one(town, awa, agent):
    other = _second_dossier(town)
    spouse = Adult.objects.create(
        organisation_id=town.id,
        family=other.family,
        account=awa.account,
        position="co_holder",
        first_name="Awa",
        last_name="Dupré",
    )
    merge_adults(actor=agent, kept_id=awa.adult.pk, absorbed_id=other.adult.pk, values={}, now=LATER)
    assert not Adult.objects.filter(pk__in=[spouse.pk, other.adult.pk]).exists()
    assert Adult.objects.get(account=awa.account).pk == awa.adult.pk


def test_two_adults_of_one_dossier_become_one_with_the_fullest_authority(town, awa, agent):
    again = Adult.objects.create(
        organisation_id=town.id, family=awa.family, position="member", first_name="Awa", last_name="Dupré"
    )
    Guardianship.objects.create(
        organisation_id=town.id, adult=again, child=awa.children[0], authority="withdrawn", link="mère"
    )
    AccessKey.objects.create(
        organisation_id=town.id, adult=again, secret_hash="x", created_at=NOW, expires_at=NOW + timedelta(30)
    )
    merge_adults(actor=agent, kept_id=awa.adult.pk, absorbed_id=again.pk, values={}, now=LATER)
    assert_gone(("adult_id",), Adult, again.pk, "a")
    links = Guardianship.objects.filter(adult=awa.adult).order_by("pk")
    assert [(link.authority, link.link) for link in links] == [("withdrawn", "mère"), ("exercised", "")]
    assert AccessKey.objects.get().cancelled_at == LATER
    assert Adult.objects.get(pk=awa.adult.pk).account_id == awa.account.pk


def test_an_adult_who_takes_part_brings_its_bookings(town, awa, agent):
    again = Adult.objects.create(
        organisation_id=town.id, family=awa.family, position="member", first_name="Awa", last_name="Dupré"
    )
    offer = town.offer()
    made = [
        Enrolment.objects.create(
            organisation_id=town.id,
            family=awa.family,
            adult=adult,
            offer=offer,
            starts_on=offer.starts_on,
            ends_on=offer.ends_on,
        )
        for adult in (awa.adult, again)
    ]
    Subscription.objects.create(
        organisation_id=town.id, enrolment=made[1], pattern=[], starts_on=TODAY, ends_on=date(2026, 12, 1)
    )
    slot = slots_of(offer)[0]
    load_bookings(actor=town.system, pairs=[(each.pk, slot.pk) for each in made], now=NOW)
    merge_adults(actor=agent, kept_id=awa.adult.pk, absorbed_id=again.pk, values={}, now=LATER)
    assert_gone(("adult_id",), Adult, again.pk, "a")
    assert Booking.objects.filter(status="booked").count() == 1
    assert Subscription.objects.get().enrolment_id == Enrolment.objects.get().pk
    assert_counters_are_exact(town.id)


def test_who_may_not_merge_changes_nothing(town, other_town, awa, bruno):
    ids = {"kept_id": awa.children[0].pk, "absorbed_id": bruno.children[0].pk, "values": {}, "now": NOW}
    for actor, fact in [
        (town.agent("site_staff"), NotAllowed),
        (town.agent("regisseur"), NotAllowed),
        (town.parent(awa), NotAllowed),
        (other_town.agent("agent"), NotFound),
    ]:
        with pytest.raises(fact):
            merge_children(actor=actor, **ids)
    with pytest.raises(NotFound):
        merge_children(actor=town.agent(), **{**ids, "absorbed_id": ids["kept_id"]})
    assert Child.objects.count() == 3
