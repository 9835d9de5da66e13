"""Taps recorded: kept once, in any order; who is not planned is added; days past are corrected by who may."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail
from preau.domain.attendance.enums import Act, Seen
from preau.domain.attendance.models import Presence, PresenceTap
from preau.domain.attendance.operations.alerts import tell_families
from preau.domain.attendance.operations.recording import Pointed, record
from preau.domain.attendance.queries.families import seen_moments
from preau.domain.attendance.queries.roster import place_of
from preau.domain.attendance.queries.sheets import roll_of, sheets_on
from preau.domain.attendance.rules import DayIsOver, InvalidTap, ReasonMissing, SheetKey, State, Tap, TooEarly
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import load_bookings
from preau.domain.catalogue.models import Activity
from preau.domain.creche.models import CareRange
from preau.domain.families.models import Guardianship
from preau.domain.procedures.operations.households import merge_children
from tests.factories.absences import Absences, send
from tests.factories.creche import Creche
from tests.factories.town import NOW, TODAY, Town, slots_of

pytestmark = pytest.mark.django_db
DAY = TODAY + timedelta(days=3)
THEN = NOW + timedelta(days=3)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def offer(town):
    return town.offer()


@pytest.fixture
def home(town, offer):
    made = town.household("Dupré", children=2)
    for child in made.children:
        enrolment = town.enrol(made, offer, child=child)
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return made


@pytest.fixture
def agent(town):
    return town.agent("site_staff")


def key_of(offer, moment="Soir"):
    return SheetKey(offer.site_id, offer.activity_id, moment)


def roll(actor, key, on=DAY):
    return roll_of(actor=actor, place=place_of(actor=actor, key=key), on=on)


def point(actor, key, line, act=Act.PRESENT, *, on=DAY, at=0, name="", now=THEN, reason="", **more):
    tap = Tap(name or f"{line.row}{act}{at}", act, now + timedelta(minutes=at), **more)
    said = [Pointed(line.child_id, line.hours.start, tap)]
    return record(actor=actor, key=key, on=on, pointed=said, now=now, reason=reason)


def test_a_sheet_has_those_who_booked_and_what_is_recorded(agent, offer, home):
    key = key_of(offer)
    first, second = roll(agent, key).lines
    point(agent, key, first, minute=992)
    point(agent, key, second, Act.ABSENT)
    found = roll(agent, key)
    assert [line.state.seen for line in found.lines] == [Seen.PRESENT, Seen.ABSENT]
    assert (found.here, found.absent, found.expected, found.to_point) == (1, 1, 2, 0)
    row = Presence.objects.get(child_id=first.child_id)
    assert row.booking == Booking.objects.get(child_id=first.child_id)
    assert row.is_expected
    [line] = [each for each in sheets_on(actor=agent, on=DAY) if each.key == key]
    assert (line.expected, line.to_point, line.tally.present, line.tally.absent) == (2, 0, 1, 1)


def test_sent_twice_a_tap_is_one(agent, offer, home):
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    assert point(agent, key, line, name="k").written == 1
    again = point(agent, key, line, name="k")
    assert (again.written, again.repeated) == (0, 1)
    assert PresenceTap.objects.count() == 1


def test_undone_nobody_was_pointed(agent, offer, home):
    key = key_of(offer)
    point(agent, key, roll(agent, key).lines[0], name="k")
    line = roll(agent, key).lines[0]
    point(agent, key, line, Act.UNDO, target=line.last_tap, seen=line.taps_count)
    assert roll(agent, key).lines[0].state == State()
    assert PresenceTap.objects.count() == 2  # nothing is lost


def test_two_tablets_give_the_same_presence_in_any_order(agent, offer, home):
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    said = [(Act.PRESENT, -30, "one"), (Act.ABSENT, -20, "two"), (Act.PRESENT, -10, "one")]
    found = set()
    for order in permutations(said):
        PresenceTap.objects.all().delete()
        Presence.objects.all().delete()
        for act, at, device in order:
            point(agent, key, line, act, at=at, device=device, minute=1000 + at if act is Act.PRESENT else None)
        found.add(roll(agent, key).lines[0].state)
        assert roll(agent, key).lines[0].has_conflict
    assert found == {State(Seen.PRESENT, 990)}


def test_whoever_has_read_both_settles_it(agent, offer, home):
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    point(agent, key, line, Act.PRESENT, at=-20, device="one", minute=990)
    point(agent, key, line, Act.ABSENT, at=-10, device="two")
    assert not seen_moments(actor=parent_of(agent, home), start=DAY, end=DAY + timedelta(days=1))
    line = roll(agent, key).lines[0]
    assert line.has_conflict
    point(agent, key, line, Act.PRESENT, device="one", minute=991, seen=line.taps_count)
    assert not roll(agent, key).lines[0].has_conflict


def parent_of(agent, home):
    """The actor of a parent as a request makes it: it knows the children of its households."""
    children = frozenset(child.pk for child in home.children)
    return replace(
        agent,
        audience="family",
        roles=frozenset(),
        family_ids=frozenset({home.family.pk}),
        child_ids=children,
        adult_ids=frozenset(Guardianship.objects.filter(child__in=children).values_list("adult_id", flat=True)),
    )


def test_a_child_who_booked_nothing_is_added_and_its_family_reads_it(town, agent, offer, home):
    other = town.household("Ledoux")
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    tap = Tap("k", Act.PRESENT, THEN, minute=992)
    said = [Pointed(other.children[0].pk, line.hours.start, tap)]
    record(actor=town.agent("agent"), key=key, on=DAY, pointed=said, now=THEN)
    added = next(each for each in roll(agent, key).lines if each.last_name == "Ledoux")
    assert not added.is_expected
    assert roll(agent, key).expected == 2
    [seen] = seen_moments(actor=parent_of(agent, other), start=DAY, end=DAY + timedelta(days=1))
    assert seen.is_present
    assert not seen.is_expected
    assert not seen_moments(actor=parent_of(agent, home), start=DAY, end=DAY + timedelta(days=1))


def test_an_added_child_undone_leaves_the_sheet(town, agent, offer, home):
    other = town.household("Ledoux")
    key, start = key_of(offer), roll(agent, key_of(offer)).lines[0].hours.start
    manager = town.agent("agent")
    record(
        actor=manager,
        key=key,
        on=DAY,
        pointed=[Pointed(other.children[0].pk, start, Tap("k", Act.PRESENT, THEN))],
        now=THEN,
    )
    line = next(each for each in roll(manager, key).lines if each.last_name == "Ledoux")
    point(manager, key, line, Act.UNDO, target=line.last_tap, seen=1)
    assert all(each.last_name != "Ledoux" for each in roll(manager, key).lines)


def test_a_booking_cancelled_afterwards_leaves_who_came_on_the_sheet(agent, offer, home):
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    point(agent, key, line)
    Booking.objects.filter(child_id=line.child_id).update(status="cancelled")
    found = next(each for each in roll(agent, key).lines if each.child_id == line.child_id)
    assert not found.is_expected
    assert found.state.seen is Seen.PRESENT


def test_an_announced_absence_needs_no_tap(town, agent, offer, home):
    Absences(town).open(offer.activity, frees=False)
    send(town.parent(home), home, DAY, now=THEN)
    found = roll(agent, key_of(offer))
    assert all(line.is_announced for line in found.lines)
    assert (found.to_point, found.absent) == (0, 2)
    [line] = [each for each in sheets_on(actor=agent, on=DAY) if each.key == key_of(offer)]
    assert line.to_point == 0


def test_a_section_of_a_creche_has_the_hours_of_each(town, agent):
    creche = Creche(town)
    home = town.household("Valat")
    enrolment = creche.enrol(home, creche.offer())
    [section] = creche.sections
    for start, end in ((540, 720), (840, 1020)):
        CareRange.objects.create(
            organisation_id=town.id,
            enrolment=enrolment,
            family=home.family,
            child=home.children[0],
            section=section,
            on=DAY,
            starts_minute=start,
            ends_minute=end,
            booked_at=THEN,
        )
    key = SheetKey(section_id=section.pk)
    morning, afternoon = roll(agent, key).lines
    point(agent, key, morning, minute=545)
    point(agent, key, morning, Act.LEFT, at=0, name="z", minute=725, who="Ana Valat")
    found = roll(agent, key)
    assert [line.state.seen for line in found.lines] == [Seen.PRESENT, Seen.WAITED]
    assert found.lines[0].late_minutes == 5
    assert afternoon.hours.start == 840
    [line] = [each for each in sheets_on(actor=agent, on=DAY) if each.key == key]
    assert (line.expected, line.to_point, line.tally.gone) == (2, 1, 1)


def test_what_is_not_the_actors_is_refused(town, agent, offer, home):
    elsewhere = Town("ailleurs")
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    with pytest.raises(NotFound):
        point(elsewhere.agent("agent"), key, line)
    stranger = elsewhere.household("Autre").children[0].pk
    with pytest.raises(NotFound):
        record(
            actor=agent,
            key=key,
            on=DAY,
            pointed=[Pointed(stranger, line.hours.start, Tap("k", Act.PRESENT, THEN))],
            now=THEN,
        )
    with pytest.raises(NotAllowed):
        point(town.parent(home), key, line)
    with pytest.raises(InvalidTap):
        record(
            actor=agent,
            key=key,
            on=DAY,
            pointed=[Pointed(line.child_id, line.hours.start + 1, Tap("k", Act.PRESENT, THEN))],
            now=THEN,
        )
    assert not Presence.objects.exists()


def test_a_past_day_is_corrected_with_a_reason_by_who_may(town, agent, offer, home):
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    later, manager = THEN + timedelta(days=3), town.agent("manager")
    with pytest.raises(DayIsOver):
        point(agent, key, line, now=later)
    with pytest.raises(ReasonMissing):
        point(manager, key, line, now=later)
    point(manager, key, line, now=later, reason="oubli", is_typed=True, minute=990)
    assert PresenceTap.objects.get().reason == "oubli"
    with pytest.raises(TooEarly):
        point(manager, key, line, on=DAY + timedelta(days=1))


def test_a_tablet_syncs_the_day_before_the_next_morning(agent, offer, home):
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    later = THEN + timedelta(hours=20)
    said = [Pointed(line.child_id, line.hours.start, Tap("k", Act.PRESENT, THEN, minute=990))]
    assert record(actor=agent, key=key, on=DAY, pointed=said, now=later).written == 1


def test_nothing_personal_is_journaled(agent, offer, home):
    key = key_of(offer)
    point(agent, key, roll(agent, key).lines[0])
    entry = JournalEntry.objects.get(act="attendance.recorded")
    assert "Dupré" not in str(entry.detail)


def test_three_hundred_children_cost_what_three_do(town, agent, offer, django_assert_max_num_queries):
    for number in range(30):
        home = town.household(f"Famille{number}")
        enrolment = town.enrol(home, offer, child=home.children[0])
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    key = key_of(offer)
    with django_assert_max_num_queries(7):
        lines = roll(agent, key).lines
    assert len(lines) == 30
    said = [Pointed(line.child_id, line.hours.start, Tap(f"k{line.row}", Act.PRESENT, THEN)) for line in lines]
    with django_assert_max_num_queries(16):
        record(actor=agent, key=key, on=DAY, pointed=said, now=THEN)
    with django_assert_max_num_queries(12):
        sheets_on(actor=agent, on=DAY)


def alerts(town, minutes=30):
    return tell_families(actor=town.system, now=THEN + timedelta(minutes=minutes))


def test_a_family_is_told_once_the_same_day_that_its_child_did_not_come(town, agent, offer, home):
    key = key_of(offer)
    first, second = roll(agent, key).lines
    point(agent, key, first, Act.ABSENT)
    point(agent, key, second)
    assert alerts(town, minutes=5) == 0  # it may be undone yet
    assert [alerts(town), alerts(town)] == [1, 0]
    mail = OutboxMail.objects.get(template="attendance_alert")
    assert mail.to == [home.account.email]
    assert [line["is_absent"] for line in mail.context["lines"]] == [True]


def test_nobody_is_told_of_an_absence_that_was_announced_or_undone(town, agent, offer, home):
    Absences(town).open(offer.activity, frees=False)
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    point(agent, key, line, Act.ABSENT, name="k")
    point(agent, key, line, Act.UNDO, target="k", seen=1)
    send(town.parent(home), home, DAY, now=THEN)
    point(agent, key, roll(agent, key).lines[1], Act.ABSENT)
    assert alerts(town) == 0


def test_a_family_is_told_that_its_child_came_without_booking(town, agent, offer, home):
    other = town.household("Ledoux")
    key, start = key_of(offer), roll(agent, key_of(offer)).lines[0].hours.start
    said = [Pointed(other.children[0].pk, start, Tap("k", Act.PRESENT, THEN))]
    record(actor=town.agent("agent"), key=key, on=DAY, pointed=said, now=THEN)
    assert alerts(town) == 1
    mail = OutboxMail.objects.get(template="attendance_alert")
    assert mail.to == [other.account.email]
    assert mail.context["lines"][0]["is_absent"] is False


def test_where_nothing_is_booked_nobody_is_told(town, agent):
    garderie = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Garderie", kind="after_school", booking_mode="none"
    )
    offer = town.offer(activity=garderie, units=())
    home = town.household("Ledoux")
    town.enrol(home, offer, child=home.children[0])
    key = key_of(offer, "")
    point(agent, key, roll(agent, key).lines[0], Act.ABSENT)
    assert alerts(town) == 0


def test_of_two_records_made_one_the_taps_are_put_together(town, agent, offer, home):
    key, (first, second) = key_of(offer), roll(agent, key_of(offer)).lines
    point(agent, key, first, minute=995, at=-5)
    point(agent, key, second, minute=990, at=-10)
    point(agent, key, second, Act.ABSENT, at=-20)
    kept, gone = first.child_id, second.child_id
    manager = town.agent("manager", account=town.account("responsable", role="manager"))
    with transaction.atomic():
        merge_children(actor=manager, kept_id=kept, absorbed_id=gone, values={}, now=THEN)
    row = Presence.objects.get()
    assert (row.child_id, row.taps_count, row.seen, row.arrived_minute) == (kept, 3, Seen.PRESENT, 990)
    assert sorted(row.taps.values_list("serial", flat=True)) == [1, 2, 3]


def test_one_tablet_on_a_slow_network_keeps_its_own_order(agent, offer, home):
    """The first sending took five seconds, the second none: by the clocks alone, the first tap would come last."""
    key, line = key_of(offer), roll(agent, key_of(offer)).lines[0]
    for name, act, seconds in (("a", Act.PRESENT, 5), ("b", Act.ABSENT, 2)):
        tap = Tap(name, act, THEN + timedelta(seconds=seconds), device="tablet", minute=990)
        said = [Pointed(line.child_id, line.hours.start, tap)]
        record(actor=agent, key=key, on=DAY, pointed=said, now=THEN + timedelta(seconds=6))
    assert Presence.objects.get().seen == Seen.ABSENT


def test_a_departure_before_the_arrival_is_to_be_checked(agent, offer, home):
    key, line = key_of(offer), roll(agent, key_of(offer)).lines[0]
    point(agent, key, line, minute=1000)
    point(agent, key, line, Act.LEFT, now=THEN + timedelta(hours=1), seen=1, minute=400, who="Mamie")
    assert Presence.objects.get().has_conflict


def test_two_records_made_one_keep_the_flag_the_telling_and_what_was_planned(town, agent, offer, home):
    kept, gone = town.household("Dupré").children[0], home.children[0]
    key, start = key_of(offer), roll(agent, key_of(offer)).lines[0].hours.start
    for child_id, name in ((kept.pk, "k"), (gone.pk, "g")):
        said = [Pointed(child_id, start, Tap(name, Act.PRESENT, THEN))]
        record(actor=agent, key=key, on=DAY, pointed=said, now=THEN)
    Presence.objects.filter(child=gone).update(has_conflict=True, told_at=THEN)
    manager = town.agent("manager", account=town.account("responsable", role="manager"))
    with transaction.atomic():
        merge_children(actor=manager, kept_id=kept.pk, absorbed_id=gone.pk, values={}, now=THEN)
    row = Presence.objects.get(child=kept)
    assert (row.has_conflict, row.told_at, row.is_expected) == (True, THEN, True)
    assert row.booking_id is not None
