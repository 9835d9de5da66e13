"""What somebody has to look at today, and what families are told of it, once."""

from dataclasses import replace

import pytest

from preau.base.models import OutboxMail
from preau.domain.attendance.enums import Act, Alert
from preau.domain.attendance.models import Presence
from preau.domain.attendance.operations.recording import Pointed, record
from preau.domain.attendance.queries.alerts import conflicts, day_alerts
from preau.domain.attendance.rules import SheetKey, Tap
from preau.domain.bookings.operations import load_bookings
from preau.domain.creche.models import CareRange
from preau.domain.organisations.models import Site
from tests.domain.attendance.test_recording import DAY, THEN, alerts, key_of, point, roll
from tests.factories.absences import Absences, send
from tests.factories.creche import Creche
from tests.factories.town import NOW, Town, slots_of

pytestmark = pytest.mark.django_db
START, LATE = 16 * 60 + 30, 20  # « Soir » of the tests


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def offer(town):
    made = town.offer()
    made.activity.late_after = LATE
    made.activity.save(update_fields=["late_after"])
    return made


@pytest.fixture
def homes(town, offer):
    made = [town.household(name) for name in ("Dupré", "Ledoux", "Vasseur")]
    for home in made:
        enrolment = town.enrol(home, offer, child=home.children[0])
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return made


@pytest.fixture
def agent(town):
    return town.agent("agent")


def seen(actor, minute=START + LATE):
    return day_alerts(actor=actor, on=DAY, minute=minute)


def test_a_sheet_that_nobody_has_begun_is_what_waits_and_no_family_is_frightened(town, agent, offer, homes):
    assert seen(agent, START + LATE - 1).not_begun == ()
    found = seen(agent)
    assert found.lines == ()
    assert found.not_begun == ((key_of(offer), "École des Tests", "Accueil périscolaire, Soir", 3),)
    assert alerts(town, minutes=24 * 60 - 1) == 0


def test_a_child_who_is_not_there_when_the_others_are_is_looked_for_and_its_family_told_once(town, agent, offer, homes):
    key = key_of(offer)
    for line in roll(agent, key).lines[1:]:
        point(agent, key, line)
    [line] = seen(agent).lines
    assert (line.kind, line.child_id, line.is_told) == (Alert.LATE, homes[0].children[0].pk, False)
    when = THEN.replace(hour=16, minute=0)  # 17:00 in Paris
    from_then = int((when - THEN).total_seconds() // 60)
    assert [alerts(town, minutes=from_then), alerts(town, minutes=from_then + 10)] == [1, 0]
    mail = OutboxMail.objects.get(template="attendance_alert")
    assert mail.to == [homes[0].account.email]
    assert mail.context["lines"][0]["planned_at"] == "16\u00a0h\u00a030"
    assert seen(agent).lines[0].is_told
    assert len(roll(agent, key).lines) == 3
    point(agent, key, roll(agent, key).lines[0], now=when)
    assert seen(agent).lines == ()


def test_an_announced_absence_is_not_waited_for(town, agent, offer, homes):
    Absences(town).open(offer.activity, frees=False)
    key = key_of(offer)
    for line in roll(agent, key).lines[1:]:
        point(agent, key, line)
    send(town.parent(homes[0]), homes[0], DAY, now=THEN)
    assert seen(agent).lines == ()


def test_without_a_delay_nobody_is_late(town, agent, offer, homes):
    offer.activity.late_after = None
    offer.activity.save(update_fields=["late_after"])
    point(agent, key_of(offer), roll(agent, key_of(offer)).lines[0])
    assert seen(agent) == type(seen(agent))()


def test_who_did_not_come_and_who_came_unbooked_are_seen_by_who_looks_after_the_place(town, agent, offer, homes):
    key = key_of(offer)
    first, second, third = roll(agent, key).lines
    point(agent, key, first, Act.ABSENT)
    point(agent, key, second, device="a")
    point(agent, key, second, Act.ABSENT, device="b", at=1)
    point(agent, key, third)
    kinds = {line.child_id: line.kind for line in seen(agent).lines}
    assert kinds == {first.child_id: Alert.AWAY, second.child_id: Alert.CONFLICT}
    other = Town("autre-ville")
    assert seen(replace(agent, site_ids=frozenset({other.school.pk}))).lines == ()
    assert seen(other.agent("agent")).lines == ()


def test_what_two_tablets_contradict_is_listed_with_what_each_said_until_somebody_has_looked(town, agent, offer, homes):
    key = key_of(offer)
    line = roll(agent, key).lines[0]
    point(agent, key, line, device="a")
    point(agent, key, line, Act.ABSENT, device="b", at=1)
    [found] = conflicts(actor=agent, today=DAY)
    assert [(tap.device, tap.act) for tap in found.said] == [("a", "present"), ("b", "absent")]
    assert (found.child_id, found.taps_count, found.key) == (line.child_id, 2, key)
    point(agent, key, roll(agent, key).lines[0], device="b", at=2, seen=2)
    assert conflicts(actor=agent, today=DAY) == []


def test_a_child_of_a_creche_is_late_by_its_own_hour(town, agent):
    creche = Creche(town)
    offer = creche.offer()
    offer.activity.late_after = LATE
    offer.activity.save(update_fields=["late_after"])
    home = town.household("Valat")
    [section] = creche.sections
    CareRange.objects.create(
        organisation_id=town.id,
        enrolment=creche.enrol(home, offer),
        family=home.family,
        child=home.children[0],
        section=section,
        on=DAY,
        starts_minute=540,
        ends_minute=720,
        booked_at=THEN,
    )
    assert seen(agent, 540 + LATE - 1).not_begun == ()
    [(key, _site, what, count)] = seen(agent, 540 + LATE).not_begun
    assert (key.section_id, what, count) == (section.pk, section.name, 1)


def test_the_alerts_of_a_day_cost_the_same_for_thirty_children(
    town, agent, offer, homes, django_assert_max_num_queries
):
    for number in range(27):
        home = town.household(f"Famille{number}")
        enrolment = town.enrol(home, offer, child=home.children[0])
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    lines = roll(agent, key_of(offer)).lines
    for line in lines[:16]:
        point(agent, key_of(offer), line)
    with django_assert_max_num_queries(6):
        assert len(seen(agent).lines) == 14
    assert Presence.objects.count() == 16


def in_care(creche, home, offer, section, start, end):
    return CareRange.objects.create(
        organisation_id=creche.town.id,
        enrolment=creche.enrol(home, offer),
        family=home.family,
        child=home.children[0],
        section=section,
        on=DAY,
        starts_minute=start,
        ends_minute=end,
        booked_at=THEN,
    )


@pytest.fixture
def sections(town):
    """Two sections of a crèche; in the first, two children are pointed and one is not."""
    creche = Creche(town, sections=("Petits", "Grands"))
    offer = creche.offer()
    offer.activity.late_after = LATE
    offer.activity.save(update_fields=["late_after"])
    ranges = [
        in_care(creche, town.household(name), offer, creche.sections[0], 540, 1020) for name in ("Aubry", "Bel", "Cot")
    ]
    return creche.sections, ranges


def test_a_child_welcomed_in_another_section_is_not_looked_for(town, agent, sections):
    (first, second), ranges = sections
    here = SheetKey(section_id=first.pk)
    for line in roll(agent, here).lines[1:]:
        point(agent, here, line)
    assert [line.child_id for line in seen(agent, 700).lines] == [ranges[0].child_id]
    said = [Pointed(ranges[0].child_id, 545, Tap("welcomed", Act.PRESENT, THEN, minute=545))]
    record(actor=agent, key=SheetKey(section_id=second.pk), on=DAY, pointed=said, now=THEN)
    assert [line.kind for line in seen(agent, 700).lines] == [Alert.UNBOOKED]


def test_hours_that_moved_keep_the_line_that_was_pointed(town, agent, sections):
    (first, _second), ranges = sections
    here = SheetKey(section_id=first.pk)
    for line in roll(agent, here).lines:
        point(agent, here, line)
    CareRange.objects.filter(pk=ranges[0].pk).update(starts_minute=530)
    lines = roll(agent, here).lines
    assert [(line.is_expected, line.state.seen) for line in lines] == [(True, "present")] * 3
    assert seen(agent, 700).lines == ()
    point(agent, here, lines[0], Act.ABSENT, at=1, seen=1)
    assert Presence.objects.count() == 3
    assert Presence.objects.get(child=ranges[0].child_id).care_range_id == ranges[0].pk


def test_what_was_put_right_since_is_told_to_nobody(town, agent, offer, homes):
    Absences(town).open(offer.activity, frees=False)
    key, other = key_of(offer), town.household("Morel")
    first = roll(agent, key).lines[0]
    point(agent, key, first, Act.ABSENT)
    said = [Pointed(other.children[0].pk, START, Tap("came", Act.PRESENT, THEN))]
    record(actor=agent, key=key, on=DAY, pointed=said, now=THEN)
    send(town.parent(homes[0]), homes[0], DAY, now=THEN)
    enrolment = town.enrol(other, offer, child=other.children[0])
    pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    assert alerts(town) == 0


def test_absent_in_one_canteen_and_there_in_another(town, agent, offer, homes):
    elsewhere = Site.objects.create(organisation_id=town.id, name="Cantine B", kind="school")
    town.offer(site=elsewhere)
    key, line = key_of(offer), roll(agent, key_of(offer)).lines[0]
    point(agent, key, line, Act.ABSENT)
    there = SheetKey(elsewhere.pk, offer.activity_id, "Soir")
    said = [Pointed(line.child_id, START, Tap("there", Act.PRESENT, THEN))]
    record(actor=agent, key=there, on=DAY, pointed=said, now=THEN)
    states = {row.site_id: row.seen for row in Presence.objects.all()}
    assert states == {offer.site_id: "absent", elsewhere.pk: "present"}
