"""A strike: parents concerned say who comes, until an hour; an agent reads the list, and writes what is telephoned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import OutboxMail
from preau.domain.absences.models import MinimumServiceAnswer
from preau.domain.absences.operations.closing import close
from preau.domain.absences.operations.minimum_service import (
    NoStrike,
    PlaceMissing,
    answer,
    open_service,
    tell_families,
)
from preau.domain.absences.operations.reopening import open_again
from preau.domain.absences.queries.closures import ClosureWish
from preau.domain.absences.queries.minimum_service import service_of, services_of_family
from preau.domain.absences.rules import AnswersClosed, AnswersTooLate, days_of_service
from preau.domain.enrolments.models import Schooling
from preau.domain.families.models import Adult
from preau.domain.procedures.operations.households import merge_children
from tests.factories.town import NOW, TODAY, Town

pytestmark = pytest.mark.django_db
DAY = TODAY + timedelta(days=3)  # a Thursday
UNTIL = NOW + timedelta(days=1)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def home(town):
    """Two children: one is a pupil of the school, the other of none."""
    made = town.household("Dupré", children=2)
    unschooled(made.children[1])
    return made


def unschooled(child):
    Schooling.objects.filter(child=child).delete()


@pytest.fixture
def manager(town):
    return town.agent("manager")


def strike(actor, *, kind="strike", key="k", days=1, **more):
    wish = ClosureWish(kind=kind, words="grève", start=DAY, end=DAY + timedelta(days=days), **more)
    return close(actor=actor, wish=wish, key=key, now=NOW)


@pytest.fixture
def closure_id(town, manager, home):
    town.offer()
    return strike(manager, site_id=town.school.pk)


def ask(actor, closure_id, *, until=UNTIL, words="À l’école, de 8 h 30 à 16 h 30"):
    return open_service(actor=actor, closure_id=closure_id, until=until, words=words, now=NOW)


def parent_of(town, home):
    """As it comes through the door: it knows the children of its household."""
    return replace(town.parent(home), child_ids=frozenset(child.pk for child in home.children))


def asked(parent):
    return services_of_family(actor=parent, today=TODAY)


def test_a_parent_of_a_pupil_is_asked_once_and_answers_for_that_child_alone(town, manager, home, closure_id):
    other = town.household("Ledoux")
    unschooled(other.children[0])
    pk = ask(manager, closure_id)
    assert ask(manager, closure_id, words="Au gymnase") == pk
    assert [tell_families(actor=town.system, service_id=pk, now=NOW) for _turn in range(2)] == [1, 1]
    [mail] = OutboxMail.objects.filter(template="minimum_service")
    assert (mail.to, mail.context["children"]) == ([home.account.email], [home.children[0].first_name])
    [view] = asked(parent_of(town, home))
    assert ([each.child_id for each in view.pupils], view.days, view.words) == (
        [home.children[0].pk],
        (DAY,),
        "Au gymnase",
    )
    assert asked(parent_of(town, other)) == []


def test_the_last_word_stands_and_says_who_said_it(town, manager, home, closure_id):
    pk, parent, child = ask(manager, closure_id), parent_of(town, home), home.children[0]
    key = (child.pk, DAY)
    assert answer(actor=parent, service_id=pk, comes={key: True}, now=NOW) == 1
    assert answer(actor=parent, service_id=pk, comes={key: True}, now=NOW) == 0
    assert answer(actor=parent, service_id=pk, comes={key: False}, now=NOW) == 1
    assert MinimumServiceAnswer.objects.get().said_by == parent.display_name
    with pytest.raises(AnswersClosed):
        answer(actor=parent, service_id=pk, comes={key: True}, now=UNTIL + timedelta(minutes=1))
    assert answer(actor=manager, service_id=pk, comes={key: True}, now=UNTIL + timedelta(minutes=1)) == 1
    view = service_of(actor=manager, closure_id=closure_id)
    assert ([each.child_id for each in view.coming(DAY)], view.groups(DAY), view.waiting) == ([child.pk], 1, [])


def test_nobody_answers_for_a_child_or_a_day_that_is_not_theirs(town, manager, home, closure_id):
    pk = ask(manager, closure_id)
    other = town.household("Ledoux")
    mine = {(home.children[0].pk, DAY): True}
    for actor, comes in (
        (parent_of(town, other), mine),
        (parent_of(town, home), {(home.children[1].pk, DAY): True}),
        (parent_of(town, home), {(home.children[0].pk, DAY + timedelta(days=1)): True}),
        (Town("autre-ville").agent("manager"), mine),
    ):
        with pytest.raises(NotFound):
            answer(actor=actor, service_id=pk, comes=comes, now=NOW)
    with pytest.raises(NotAllowed):
        answer(actor=town.agent("site_staff"), service_id=pk, comes=mine, now=NOW)
    assert MinimumServiceAnswer.objects.count() == 0


def test_a_service_is_that_of_a_strike_that_stands_asked_before_it_begins(town, manager, home, closure_id):
    for until in (NOW, NOW - timedelta(hours=1), datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=UTC)):
        with pytest.raises(AnswersTooLate):
            ask(manager, closure_id, until=until)
    with pytest.raises(PlaceMissing):
        ask(manager, closure_id, words=" ")
    snow = strike(manager, kind="weather", key="n", site_id=town.school.pk)
    with pytest.raises(NoStrike):
        ask(manager, snow)
    elsewhere = replace(manager, site_ids=frozenset({town.school.pk + 1000}))
    with pytest.raises(NotFound):
        ask(elsewhere, closure_id)
    with pytest.raises(NotAllowed):
        ask(town.agent("site_staff"), closure_id)


def test_a_closure_that_is_undone_asks_nothing_more(town, manager, home, closure_id):
    pk = ask(manager, closure_id)
    open_again(actor=manager, closure_id=closure_id, now=NOW)
    assert asked(parent_of(town, home)) == []
    assert tell_families(actor=town.system, service_id=pk, now=NOW) == 0
    with pytest.raises(NotFound):
        answer(actor=manager, service_id=pk, comes={(home.children[0].pk, DAY): True}, now=NOW)
    with pytest.raises(NoStrike):
        ask(manager, closure_id)


def test_of_two_records_of_one_child_the_last_word_stands(town, manager, home, closure_id):
    twin = town.household("Dupré")
    pk = ask(manager, closure_id)
    kept, absorbed = home.children[0].pk, twin.children[0].pk
    answer(actor=manager, service_id=pk, comes={(kept, DAY): True}, now=NOW)
    answer(actor=manager, service_id=pk, comes={(absorbed, DAY): False}, now=NOW + timedelta(hours=1))
    with transaction.atomic():
        merge_children(actor=manager, kept_id=kept, absorbed_id=absorbed, values={}, now=NOW)
    assert list(MinimumServiceAnswer.objects.values_list("child_id", "comes")) == [(kept, False)]


def test_days_are_those_that_closed():
    monday = TODAY - timedelta(days=TODAY.weekday())
    week = {"start": monday, "end": monday + timedelta(days=7)}
    assert days_of_service(**week, closed=[DAY]) == [DAY]
    assert days_of_service(**week, closed=[]) == [monday + timedelta(days=n) for n in range(5)]
    saturday = monday + timedelta(days=5)
    assert days_of_service(start=saturday, end=saturday + timedelta(days=1), closed=[]) == [saturday]


def test_asking_three_hundred_costs_what_one_does(town, manager, home, closure_id, django_assert_max_num_queries):
    pk = ask(manager, closure_id)
    for number in range(12):
        town.household(f"Famille{number}")
    with django_assert_max_num_queries(3):
        view = service_of(actor=manager, closure_id=closure_id)
    with django_assert_max_num_queries(9):
        answer(actor=manager, service_id=pk, comes={(each.child_id, DAY): True for each in view.pupils}, now=NOW)
    assert MinimumServiceAnswer.objects.count() == 13


def test_an_adult_of_two_households_is_asked_for_the_children_of_each(town, manager, home, closure_id):
    other = town.household("Ledoux")
    Adult.objects.filter(pk=other.adult.pk).update(account=home.account)
    pk = ask(manager, closure_id)
    assert tell_families(actor=town.system, service_id=pk, now=NOW) == 2
    mails = OutboxMail.objects.filter(template="minimum_service")
    assert [mail.to for mail in mails] == [[home.account.email]] * 2
