"""Enrolling in an offer, and in a class."""

from datetime import date

import pytest

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.catalogue.operations.seeding import seed_calendar
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations.enrolling import enrol
from preau.domain.enrolments.operations.schooling import school_child
from preau.domain.enrolments.rules import AlreadyEnrolled, PeriodOutsideOffer
from tests.factories.catalogue import make_household, make_offer, make_town

pytestmark = pytest.mark.django_db


def test_a_child_an_adult_and_a_household_can_each_be_enrolled() -> None:
    actor = make_town()
    family, adult, child = make_household(actor)
    offer = make_offer(actor)
    keys = [
        enrol(actor=actor, family_id=family, offer_id=offer.pk, child_id=child).participant_key,
        enrol(actor=actor, family_id=family, offer_id=offer.pk, adult_id=adult).participant_key,
        enrol(actor=actor, family_id=family, offer_id=offer.pk).participant_key,
    ]
    assert keys == [f"c{child}", f"a{adult}", f"f{family}"]


def test_without_dates_an_enrolment_lasts_as_long_as_the_offer() -> None:
    actor = make_town()
    family, _, child = make_household(actor)
    offer = make_offer(actor)
    made = enrol(actor=actor, family_id=family, offer_id=offer.pk, child_id=child)
    assert (made.starts_on, made.ends_on) == (offer.starts_on, offer.ends_on)


def test_two_enrolments_of_one_child_may_follow_but_not_overlap() -> None:
    actor = make_town()
    family, _, child = make_household(actor)
    offer = make_offer(actor)
    ids = {"actor": actor, "family_id": family, "offer_id": offer.pk, "child_id": child}
    enrol(**ids, ends_on=date(2026, 11, 10))
    with pytest.raises(AlreadyEnrolled):
        enrol(**ids, starts_on=date(2026, 11, 9))
    enrol(**ids, starts_on=date(2026, 11, 10))
    assert Enrolment.objects.count() == 2


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2026, 10, 31), date(2026, 11, 5)),
        (date(2026, 11, 5), date(2026, 12, 2)),
        (date(2026, 11, 5), date(2026, 11, 5)),
        (date(2026, 11, 6), date(2026, 11, 5)),
    ],
)
def test_a_period_out_of_the_offer_is_refused(starts_on: date, ends_on: date) -> None:
    actor = make_town()
    family, _, child = make_household(actor)
    offer = make_offer(actor)
    with pytest.raises(PeriodOutsideOffer):
        enrol(actor=actor, family_id=family, offer_id=offer.pk, child_id=child, starts_on=starts_on, ends_on=ends_on)


def test_nobody_is_enrolled_out_of_their_family_or_town() -> None:
    actor, elsewhere = make_town(), make_town()
    family, adult, child = make_household(actor)
    other, _, stranger = make_household(actor, "Bonnet")
    offer, foreign = make_offer(actor), make_offer(elsewhere)
    wrong = [
        {"actor": actor, "family_id": family, "offer_id": offer.pk, "child_id": stranger},
        {"actor": actor, "family_id": other, "offer_id": offer.pk, "adult_id": adult},
        {"actor": actor, "family_id": family, "offer_id": offer.pk, "child_id": child, "adult_id": adult},
        {"actor": actor, "family_id": family, "offer_id": foreign.pk, "child_id": child},
        {"actor": elsewhere, "family_id": family, "offer_id": foreign.pk, "child_id": child},
        {"actor": elsewhere, "family_id": family, "offer_id": foreign.pk},
    ]
    for arguments in wrong:
        with pytest.raises(NotFound):
            enrol(**arguments)
    assert not Enrolment.objects.exists()


def test_a_family_cannot_enrol_itself_yet() -> None:
    actor = make_town()
    family, _, child = make_household(actor)
    parent = Actor(
        organisation_id=actor.organisation_id,
        audience=FAMILY,
        roles=frozenset({"family"}),
        family_ids=frozenset({family}),
    )
    with pytest.raises(NotAllowed):
        enrol(actor=parent, family_id=family, offer_id=make_offer(actor).pk, child_id=child)


def test_a_child_is_schooled_once_in_a_class_of_its_town() -> None:
    actor, elsewhere = make_town(), make_town()
    _, _, child = make_household(actor)
    seed_calendar(actor=actor, first_year=2026, last_year=2026)
    year = SchoolYear.objects.get()
    site = make_offer(actor).site
    room = SchoolClass.objects.create(
        organisation_id=actor.organisation_id, site=site, school_year=year, name="CP", level="CP"
    )
    first = school_child(actor=actor, child_id=child, school_class_id=room.pk)
    assert school_child(actor=actor, child_id=child, school_class_id=room.pk).pk == first.pk
    assert (first.starts_on, first.ends_on) == (year.starts_on, year.ends_on)
    with pytest.raises(NotFound):
        school_child(actor=elsewhere, child_id=child, school_class_id=room.pk)
    _, _, foreign = make_household(elsewhere)
    with pytest.raises(NotFound):
        school_child(actor=actor, child_id=foreign, school_class_id=room.pk)
