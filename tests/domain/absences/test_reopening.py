"""What outside eyes found of closures: two that overlap, limits of an agent, records merged, readers of the mails."""

from dataclasses import replace
from datetime import timedelta

import pytest

from preau.base.facts import NotAllowed
from preau.base.models import OutboxMail
from preau.domain.absences.models import ClosedMoment
from preau.domain.absences.operations.reopening import Opened, open_again
from preau.domain.absences.operations.telling import tell_families
from preau.domain.absences.queries.closures import closures_on, families_of, find_closure
from preau.domain.bookings.models import Booking
from preau.domain.bookings.queries.drift import place_drifts
from preau.domain.catalogue.models import Activity, Slot
from preau.domain.creche.models import CareRange
from preau.domain.families.models import Guardianship
from preau.domain.organisations.models import Site
from tests.domain.absences.test_closing import DAY, fill, shut
from tests.factories.creche import Creche, monday
from tests.factories.town import NOW, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return Town()


def test_what_another_closure_covers_stays_closed_under_its_words(town):
    fill(town, town.offer(), homes=1)
    evening = shut(town, moments=("Soir",), words="grève du soir")
    whole = shut(town, key="k2", words="neige")
    manager = town.agent("manager")
    assert open_again(actor=manager, closure_id=evening, now=NOW) == Opened(0, 0, 1)
    assert set(Slot.objects.filter(on=DAY).values_list("closed_reason", flat=True)) == {"neige"}
    assert set(Booking.objects.filter(on=DAY).values_list("status", flat=True)) == {"closed"}
    assert open_again(actor=manager, closure_id=whole, now=NOW) == Opened(2, 0, 0)
    assert set(Slot.objects.filter(on=DAY).values_list("closed_reason", flat=True)) == {""}
    assert set(Booking.objects.filter(on=DAY).values_list("status", flat=True)) == {"booked"}
    assert place_drifts() == []


def test_hours_stay_closed_while_another_closure_covers_them(town):
    creche = Creche(town)
    home = town.household("Valat")
    enrolment = creche.enrol(home, creche.offer())
    row = CareRange.objects.create(
        organisation_id=town.id, enrolment=enrolment, family=home.family, child=home.children[0],
        section=creche.sections[0], on=monday(), starts_minute=540, ends_minute=1020, booked_at=NOW,
    )  # fmt: skip
    days = {"start": monday(), "end": monday() + timedelta(days=1)}
    first = shut(town, **days)
    shut(town, key="k2", site_id=creche.site.pk, **days)
    assert open_again(actor=town.agent("manager"), closure_id=first, now=NOW) == Opened(0, 0, 1)
    row.refresh_from_db()
    assert row.status == "closed"


def test_who_looks_after_a_part_neither_undoes_nor_reads_the_rest(town):
    fill(town, town.offer(), homes=1)
    other = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    activity = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Étude", kind="after_school"
    )
    offer = town.offer(activity=activity)
    type(offer).objects.filter(pk=offer.pk).update(site=other)
    [away] = fill(town, offer, homes=1, name="Loin")
    pk = shut(town)
    limited = replace(town.agent("agent"), site_ids=frozenset({town.school.pk}))
    assert not find_closure(actor=limited, closure_id=pk).may_undo
    with pytest.raises(NotAllowed):
        open_again(actor=limited, closure_id=pk, now=NOW)
    assert away.family.pk not in families_of(actor=limited, closure_id=pk)
    assert away.family.pk in families_of(actor=town.agent("agent"), closure_id=pk)


def test_a_closure_of_one_site_is_not_shown_on_the_list_of_another(town):
    fill(town, town.offer(), homes=1)
    other = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    limited = replace(town.agent("agent"), site_ids=frozenset({town.school.pk}))
    shut(town, actor=limited)
    days = {"actor": town.agent("agent"), "start": DAY, "end": DAY + timedelta(days=1)}
    assert len(closures_on(**days, site_id=town.school.pk)) == 1
    assert closures_on(**days, site_id=other.pk) == []


def test_of_two_records_made_one_one_place_comes_back(town):
    first, second = fill(town, town.offer())
    pk = shut(town)
    for model in (Booking, ClosedMoment):
        rows = model.objects.filter(child=second.children[0])
        rows.update(child=first.children[0], family=first.family, enrolment=first.enrolments[0])
    assert open_again(actor=town.agent("manager"), closure_id=pk, now=NOW) == Opened(2, 2, 0)
    assert Booking.objects.filter(on=DAY, status="booked").count() == 2
    assert place_drifts() == []


def test_where_nothing_is_booked_families_are_told_too(town):
    activity = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Garderie", kind="after_school", booking_mode="none"
    )
    home = town.household()
    town.enrol(home, town.offer(activity=activity, units=()), child=home.children[0])
    pk = shut(town)
    assert tell_families(actor=town.system, closure_id=pk, is_undone=False, now=NOW) == 1
    assert OutboxMail.objects.get(template="closed").context["lines"][0]["activity"] == "Garderie"
    assert open_again(actor=town.agent("manager"), closure_id=pk, now=NOW) == Opened(1, 0, 0)


def test_a_parent_whose_authority_is_withdrawn_silences_nobody(town):
    first, second = fill(town, town.offer())
    Guardianship.objects.create(
        organisation_id=town.id, adult=second.adult, child=first.children[0], authority="withdrawn"
    )
    pk = shut(town)
    assert tell_families(actor=town.system, closure_id=pk, is_undone=False, now=NOW) == 2


def test_undone_before_it_was_told_nobody_reads_that_it_opens(town):
    fill(town, town.offer(), homes=1)
    pk = shut(town)
    open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)
    assert tell_families(actor=town.system, closure_id=pk, is_undone=True, now=NOW) == 0


def test_the_mail_of_the_reopening_names_what_came_back_alone(town):
    [home] = fill(town, town.offer(), homes=1)
    pk = shut(town)
    tell_families(actor=town.system, closure_id=pk, is_undone=False, now=NOW)
    Booking.objects.filter(slot__unit__code="M").update(status="cancelled")
    open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)
    assert tell_families(actor=town.system, closure_id=pk, is_undone=True, now=NOW) == 1
    assert OutboxMail.objects.get(template="opened_again").context["lines"][0]["moments"] == "Soir"
    assert home.account.email in OutboxMail.objects.get(template="opened_again").to
