"""Places counted, waiting lists, classes and subscriptions, on rows."""

from datetime import date, timedelta

import pytest

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import StoredFile
from preau.domain.catalogue.models import Activity, Offer, SchoolClass, SchoolYear
from preau.domain.documents.models import Document, DocumentType
from preau.domain.enrolments.enums import EnrolmentStatus, OfferState, Weeks
from preau.domain.enrolments.models import Enrolment, Schooling, SchoolSector, Subscription
from preau.domain.enrolments.operations.enrolling import end_enrolment, enrol, promote_waiting
from preau.domain.enrolments.operations.schooling import put_in_class
from preau.domain.enrolments.operations.subscribing import subscribe
from preau.domain.enrolments.queries.lists import enrolments_of_family, offers_with_limit, waiting_list
from preau.domain.enrolments.queries.offers import ChildOffers, offers_for_family
from preau.domain.enrolments.queries.schools import sector_school
from preau.domain.enrolments.rules import EnrolmentOver, NobodyWaits, OfferFull, PatternEmpty, PatternLine
from preau.domain.families.models import Child, ValidatedDossier
from preau.domain.organisations.models import Department, Site
from tests.factories.town import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def scarce(town):
    """An offer of one place with a waiting list."""
    return town.offer(enrolment_capacity=1, waiting_list="by_date")


def put(town, household, offer, *, minutes=0, child=0, **fields):
    return enrol(
        actor=town.system,
        family_id=household.family.pk,
        child_id=household.children[child].pk,
        offer_id=offer.pk,
        waits_from=NOW + timedelta(minutes=minutes),
        **fields,
    )


def of_child(*, child_id, **asked) -> ChildOffers:
    """What one child of a family may be enrolled in."""
    return next(each for each in offers_for_family(**asked) if each.child.child_id == child_id)


def only_row(town, household, child=0):
    found = of_child(
        actor=town.parent(household),
        family_id=household.family.pk,
        child_id=household.children[child].pk,
        now=NOW,
    )
    return found.rows[0]


def test_who_finds_no_place_waits_in_order_and_the_first_gets_it(town, scarce, awa, bruno):
    first = put(town, awa, scarce)
    second = put(town, bruno, scarce, minutes=2)
    third = put(town, awa, scarce, minutes=1, child=1)
    assert [each.status for each in (first, second, third)] == ["active", "waiting", "waiting"]
    agent = town.agent("agent")
    assert [(line.participant, line.rank) for line in waiting_list(actor=agent, offer_id=scarce.pk)] == [
        ("Enfant2", 1),
        ("Enfant1", 2),
    ]
    assert only_row(town, bruno).best.reasons[0].number == 2
    with pytest.raises(OfferFull):
        promote_waiting(actor=agent, offer_id=scarce.pk, now=NOW)
    end_enrolment(actor=agent, enrolment_id=first.pk, on=TODAY, now=NOW)
    assert promote_waiting(actor=agent, offer_id=scarce.pk, now=NOW).pk == third.pk
    with pytest.raises(OfferFull):
        promote_waiting(actor=agent, offer_id=scarce.pk, now=NOW)
    assert promote_waiting(actor=agent, offer_id=scarce.pk, now=NOW, over_capacity=True).pk == second.pk
    with pytest.raises(NobodyWaits):
        promote_waiting(actor=agent, offer_id=scarce.pk, now=NOW)


def test_a_free_place_belongs_to_who_waits_for_it(town, scarce, awa, bruno):
    first = put(town, awa, scarce)
    put(town, awa, scarce, child=1)
    end_enrolment(actor=town.agent("agent"), enrolment_id=first.pk, on=TODAY, now=NOW)
    assert put(town, bruno, scarce, minutes=5).status == "waiting"


def test_without_a_list_a_full_offer_is_full_and_an_agent_may_go_past_it(town, awa, bruno):
    offer = town.offer(enrolment_capacity=1)
    put(town, awa, offer)
    assert only_row(town, bruno).state is OfferState.CLOSED
    with pytest.raises(OfferFull):
        put(town, bruno, offer)
    assert put(town, bruno, offer, over_capacity=True).status == "active"


def test_a_family_leaves_a_list_but_not_an_enrolment(town, scarce, awa, bruno):
    held, waiting = put(town, awa, scarce), put(town, awa, scarce, child=1)
    with pytest.raises(NotFound):
        end_enrolment(actor=town.parent(bruno), enrolment_id=waiting.pk, on=TODAY, now=NOW)
    with pytest.raises(NotAllowed):
        end_enrolment(actor=town.parent(awa), enrolment_id=held.pk, on=TODAY, now=NOW)
    end_enrolment(actor=town.parent(awa), enrolment_id=waiting.pk, on=TODAY, now=NOW)
    assert waiting_list(actor=town.agent("agent"), offer_id=scarce.pk) == []


def test_an_enrolment_ends_on_its_day_and_not_twice(town, awa):
    row = put(town, awa, town.offer())
    end_enrolment(actor=town.agent("agent"), enrolment_id=row.pk, on=TODAY, now=NOW, reason="Déménagement")
    row.refresh_from_db()
    assert (row.ends_on, row.status, row.ended_reason) == (TODAY, "active", "Déménagement")
    assert enrolments_of_family(actor=town.parent(awa), family_id=awa.family.pk, on=TODAY) == []
    with pytest.raises(EnrolmentOver):
        end_enrolment(actor=town.agent("agent"), enrolment_id=row.pk, on=TODAY + timedelta(days=1), now=NOW)


def test_an_agent_of_another_department_enrols_and_promotes_nobody_here(town, scarce, awa):
    other = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    agent = town.agent("agent")
    limited = type(agent)(
        **{**{f: getattr(agent, f) for f in agent.__slots__}, "department_ids": frozenset({other.pk})}
    )
    for act in (
        lambda: enrol(actor=limited, family_id=awa.family.pk, child_id=awa.children[0].pk, offer_id=scarce.pk),
        lambda: promote_waiting(actor=limited, offer_id=scarce.pk, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_a_child_may_be_enrolled_in_is_said_with_its_reasons(town, awa):
    year = town.year
    centre = Site.objects.create(organisation_id=town.id, name="Centre", kind="leisure")
    wednesday = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Mercredi", kind="wednesday", requires_dossier=True
    )
    town.offer(activity=wednesday, site=centre, min_age_months=36, max_age_months=144)
    creche = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Crèche", kind="creche", enrolment_by="service"
    )
    town.offer(activity=creche, site=centre)
    other_school = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    town.offer(site=other_school)
    own = town.offer()
    found = offers_for_family(actor=town.parent(awa), family_id=awa.family.pk, now=NOW)
    assert [each.child.first_name for each in found] == ["Enfant1", "Enfant2"]
    rows = {row.activity: row for row in found[0].rows}
    assert (rows["Accueil périscolaire"].state, rows["Accueil périscolaire"].best.offer_id) == (
        OfferState.OPEN,
        own.pk,
    )
    assert [option.offer_id for option in rows["Accueil périscolaire"].choices] == [own.pk]
    assert [reason.code for reason in rows["Mercredi"].best.reasons] == ["dossier_missing"]
    assert rows["Crèche"].state is OfferState.BY_SERVICE
    ValidatedDossier.objects.create(
        organisation_id=town.id, child=awa.children[0], school_year_id=year.pk, validated_at=NOW
    )
    again = offers_for_family(actor=town.parent(awa), family_id=awa.family.pk, now=NOW)
    assert [{row.activity: row for row in each.rows}["Mercredi"].state for each in again] == [
        OfferState.OPEN,
        OfferState.NOT_ELIGIBLE,
    ]


def test_a_request_under_way_is_said(town, awa):
    offer = town.offer()
    child_id = awa.children[0].pk
    found = of_child(
        actor=town.parent(awa), family_id=awa.family.pk, child_id=child_id, now=NOW, requested={(child_id, offer.pk): 7}
    )
    assert (found.rows[0].state, found.rows[0].requested) == (OfferState.REQUESTED, 7)


def test_next_year_s_level_is_expected_from_this_year_s(town, awa):
    after = SchoolYear.objects.create(
        organisation_id=town.id, label="2027-2028", starts_on=date(2027, 9, 1), ends_on=date(2028, 7, 7)
    )
    offer = town.offer(levels=["CE2"])
    Offer.objects.filter(pk=offer.pk).update(school_year=after, starts_on=after.starts_on, ends_on=after.ends_on)
    assert only_row(town, awa).state is OfferState.OPEN


def test_offers_take_as_many_queries_for_one_child_as_for_six(town, scarce, django_assert_max_num_queries):
    household = town.household("Nombreuse", children=6, login="nombreuse")
    town.offer()
    for number in range(3):
        put(town, household, scarce, child=number, minutes=number)
    with django_assert_max_num_queries(10):
        offers_for_family(actor=town.parent(household), family_id=household.family.pk, now=NOW)


def test_offers_of_another_family_do_not_exist(town, awa, bruno):
    with pytest.raises(NotFound):
        offers_for_family(actor=town.parent(bruno), family_id=awa.family.pk, now=NOW)


def test_a_subscription_replaces_the_one_before(town, awa):
    row = put(town, awa, town.offer())
    agent = town.agent("agent")
    lines = [PatternLine(0, "M"), PatternLine(1, "S", Weeks.ODD)]
    subscribe(actor=agent, enrolment_id=row.pk, pattern=lines, starts_on=TODAY)
    subscribe(actor=agent, enrolment_id=row.pk, pattern=lines[:1], starts_on=TODAY + timedelta(days=7))
    periods = [(each.starts_on, each.ends_on) for each in Subscription.objects.order_by("pk")]
    assert periods == [(TODAY, TODAY + timedelta(days=7)), (TODAY + timedelta(days=7), row.ends_on)]
    with pytest.raises(PatternEmpty):
        subscribe(actor=agent, enrolment_id=row.pk, pattern=[], starts_on=TODAY)


def school_class(town, year, name, level, site=None):
    return SchoolClass.objects.create(
        organisation_id=town.id, site=site or town.school, school_year=year, name=name, level=level
    )


def test_a_child_changes_class_during_the_year(town, awa):
    other = school_class(town, town.year, "CE1 B", "CE1")
    child = awa.children[0]
    agent = town.agent("agent")
    put_in_class(actor=agent, child_id=child.pk, school_class_id=other.pk, on=TODAY)
    assert put_in_class(actor=agent, child_id=child.pk, school_class_id=other.pk, on=TODAY).starts_on == TODAY
    rows = Schooling.objects.filter(child=child).order_by("starts_on")
    assert [(row.school_class.name, row.ends_on) for row in rows] == [("CE1 A", TODAY), ("CE1 B", town.year.ends_on)]
    with pytest.raises(NotFound):
        put_in_class(actor=agent, child_id=child.pk, school_class_id=other.pk, on=town.year.ends_on)


def test_the_only_school_has_every_address_and_sectors_share_them(town):
    where = {"number": "4", "street": "rue des Lilas", "postcode": "99000"}
    assert sector_school(actor=town.system, **where) == (town.school.pk, town.school.name)
    other = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    assert sector_school(actor=town.system, **where) is None
    SchoolSector.objects.create(organisation_id=town.id, site=other, street="Rue des Lilas")
    assert sector_school(actor=town.system, **where) == (other.pk, "Autre école")


def test_limited_offers_show_their_places(town, scarce, awa):
    put(town, awa, scarce)
    put(town, awa, scarce, child=1)
    town.offer()
    [line] = offers_with_limit(actor=town.agent("agent"), on=TODAY)
    assert (line.taken, line.waiting, line.remaining) == (1, 1, 0)
    assert Enrolment.objects.filter(status=EnrolmentStatus.WAITING).count() == 1
    assert Child.objects.count() == 2


def test_a_piece_asked_for_by_an_activity_must_be_validated(town, awa):
    Activity.objects.filter(pk=town.activity.pk).update(required_document_types=["assurance"])
    town.offer()
    kind = DocumentType.objects.create(organisation_id=town.id, code="assurance", title="Assurance scolaire")
    reasons = [(reason.code, reason.detail) for reason in only_row(town, awa).best.reasons]
    assert reasons == [("document_missing", "Assurance scolaire")]
    file = StoredFile.objects.create(
        organisation_id=town.id, name="x", size=1, sha256="0" * 64, media_type="application/pdf", created_at=NOW
    )
    piece = Document.objects.create(
        organisation_id=town.id,
        family=awa.family,
        child=awa.children[0],
        document_type=kind,
        file=file,
        state="valid",
        good_until=TODAY,
        deposited_at=NOW,
    )
    assert only_row(town, awa).state is OfferState.OPEN
    assert only_row(town, awa, child=1).state is OfferState.NOT_ELIGIBLE
    Document.objects.filter(pk=piece.pk).update(good_until=TODAY - timedelta(days=1))
    assert only_row(town, awa).state is OfferState.NOT_ELIGIBLE
