"""What was signed stands: whatever closes, ends, moves, is merged or is written again since."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from preau.base.facts import NotFound
from preau.base.models import OutboxMail
from preau.base.uploads import SentFile
from preau.domain.catalogue.models import ClosedDay
from preau.domain.contracts.enums import TemplateKind
from preau.domain.contracts.models import CareTerms, ContractSignature, ContractVersion, UnbookedDay
from preau.domain.contracts.operations.announcing import announce_month
from preau.domain.contracts.operations.drafting import amend, draft_again, draft_contract
from preau.domain.contracts.operations.ending import end_contract
from preau.domain.contracts.operations.opening import open_scan
from preau.domain.contracts.operations.sending import send, withdraw
from preau.domain.contracts.operations.signing import (
    accept_paper,
    countersign,
    refuse,
    refuse_paper,
    send_back,
    send_code,
    sign_online,
)
from preau.domain.contracts.queries.announcing import find_month
from preau.domain.contracts.queries.contracts import find_contract
from preau.domain.contracts.queries.signed import closings_of, quote_of
from preau.domain.contracts.rules import acts
from preau.domain.creche.models import CareRange
from preau.domain.families.models import Adult, Guardianship
from preau.domain.families.operations.custody import object_to_acts
from preau.domain.families.rules import ActFrozen
from preau.domain.procedures.operations.changes import leave
from preau.domain.procedures.operations.households import merge_adults
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange
from tests.factories.contracts import END, START, Contracts, code_sent, sign, terms_of
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, Town
from tests.uploads.corpus import paper

DAY = (TimeRange(540, 960),)
MONTHLY = {"kind": TemplateKind.VARIABLE, "minutes": 6000}


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def contracts(town):
    return Contracts(town)


@pytest.fixture
def home(town):
    return town.household("Pinson")


def booked(contracts, home, **changes):
    version = contracts.signed(home, **changes)
    run_waiting("book_signed")
    return ContractVersion.objects.select_related("contract").get(pk=version.pk)


def amended(town, contracts, home, first, terms):
    """An amendment to a contract, signed by all and in the planning."""
    version_id = amend(actor=contracts.agent, contract_id=first.contract_id, terms=terms, note="", now=NOW)
    send(actor=contracts.agent, version_id=version_id, now=NOW)
    sign(town, home, ContractVersion.objects.select_related("file").get(pk=version_id), now=NOW + timedelta(hours=1))
    countersign(actor=contracts.agent, version_id=version_id, now=NOW)
    run_waiting("book_signed")
    return ContractVersion.objects.get(pk=version_id)


def end(contracts, contract_id, on):
    return end_contract(
        actor=contracts.agent, contract_id=contract_id, ends_on=on, reason="Départ", is_short=True, now=NOW
    )


def other_parent(town, home):
    other = town.household("Merle", children=0)
    Guardianship.objects.create(organisation_id=town.id, adult=other.adult, child=home.children[0])
    return other


def held(**when):
    return set(CareRange.objects.filter(status="booked", **when).values_list("on", flat=True))


def price(actor, contract_id):
    found = find_contract(actor=actor, contract_id=contract_id)
    return quote_of(actor=actor, contract=found, version=found.last, now=NOW)


def test_what_is_paid_does_not_move_with_the_calendar_or_the_settings(town, contracts, home):
    contracts.income(home)
    version = booked(contracts, home)
    before = price(contracts.agent, version.contract_id)
    ClosedDay.objects.create(
        organisation_id=town.id, starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 20), reason="Travaux"
    )
    CareTerms.objects.update(unbilled_months=[12, 1], hours_rounding="hour", outside_percent=50)
    after = price(contracts.agent, version.contract_id)
    assert [each.cents for each in after.months] == [each.cents for each in before.months]
    assert after.monthly_hours == before.monthly_hours


def test_leaving_the_activity_compares_with_what_was_signed(town, contracts, home):
    contracts.income(home)
    version = booked(contracts, home)
    monthly = price(contracts.agent, version.contract_id).monthly_hours
    on = date(2027, 2, 1)
    leave(actor=contracts.agent, enrolment_id=version.contract.enrolment_id, on=on, now=NOW, reason="Départ")
    found = find_contract(actor=contracts.agent, contract_id=version.contract_id)
    ((ended, closing),) = closings_of(actor=contracts.agent, contract=found)
    assert ended.stood_until == on
    assert closing.paid == 2 * monthly
    days = [day for day in Period(START, on).days() if day.weekday() in (0, 1, 3)]
    assert closing.due == len(days) * 510 / 60
    assert price(contracts.agent, version.contract_id).monthly_hours == monthly


def test_a_paper_that_another_home_sent_is_not_opened_by_the_one_whose_signature_it_bears(town, home):
    contracts = Contracts(town, both_parents=True)
    other = other_parent(town, home)
    version = contracts.sent(home)
    sent = [SentFile("contrat.pdf", paper())]
    send_back(actor=town.parent(home), version_id=version.pk, sent=sent, now=NOW)
    mine, theirs = (version.signatures.get(adult=each.adult) for each in (home, other))
    assert accept_paper(
        actor=contracts.agent, version_id=version.pk, signature_id=mine.pk, signed_ids=[mine.pk, theirs.pk], now=NOW
    )
    open_scan(actor=town.parent(home), version_id=version.pk, signature_id=mine.pk)
    with pytest.raises(NotFound):
        open_scan(actor=town.parent(other), version_id=version.pk, signature_id=theirs.pk)
    seen = find_contract(actor=town.parent(other), contract_id=version.contract_id)
    assert seen.last.mine is not None
    assert not seen.last.mine.has_scan
    open_scan(actor=contracts.agent, version_id=version.pk, signature_id=theirs.pk)


def test_a_paper_that_proves_another_signature_is_kept_when_its_sender_sends_a_new_one(town, home):
    contracts = Contracts(town, both_parents=True)
    other = other_parent(town, home)
    version = contracts.sent(home)
    sent = [SentFile("contrat.pdf", paper())]
    mine, theirs = (version.signatures.get(adult=each.adult) for each in (home, other))
    for signed in ([theirs.pk], [mine.pk]):
        send_back(actor=town.parent(home), version_id=version.pk, sent=sent, now=NOW)
        accept_paper(actor=contracts.agent, version_id=version.pk, signature_id=mine.pk, signed_ids=signed, now=NOW)
    rows = ContractSignature.objects.filter(party="parent").select_related("scan")
    assert {each.state for each in rows} == {"signed"}
    assert len({each.scan_id for each in rows}) == 2
    for each in rows:
        assert each.scan.sha256 == each.evidence["scan"]
    assert OutboxMail.objects.filter(template="contract_paper_refused").count() == 1


def test_who_is_tied_to_the_child_no_more_reads_and_signs_nothing(town, home):
    contracts = Contracts(town, both_parents=True)
    other = other_parent(town, home)
    version = contracts.sent(home)
    Guardianship.objects.filter(adult=other.adult).delete()
    with pytest.raises(NotFound):
        find_contract(actor=town.parent(other), contract_id=version.contract_id)
    with pytest.raises(NotFound):
        send_code(actor=town.parent(other), version_id=version.pk, now=NOW)
    withdraw(actor=contracts.agent, version_id=version.pk, words="Erreur", now=NOW)
    told = OutboxMail.objects.filter(template="contract_withdrawn").values_list("to", flat=True)
    assert list(told) == [[home.account.email]]


def test_nothing_is_announced_nor_booked_after_an_end(town, contracts, home):
    version = contracts.signed(home, terms=terms_of(**MONTHLY))
    on = date(2026, 12, 15)
    end(contracts, version.contract_id, on)
    run_waiting("book_signed")  # the worker was late
    assert max(held()) < on
    said = {"actor": town.parent(home), "contract_id": version.contract_id, "month": START, "now": NOW}
    found = find_month(**said)
    assert max(found.days) < on
    with pytest.raises(acts.HoursWrong):
        announce_month(days={date(2026, 12, 16): DAY}, seen=found.seen, **said)


def test_an_end_gives_back_its_own_days_and_no_others(town, contracts, home):
    first = booked(contracts, home, terms=terms_of(period=Period(START, date(2027, 2, 1))))
    enrolment = first.contract.enrolment
    later = draft_contract(
        actor=contracts.agent,
        enrolment_id=enrolment.pk,
        terms=terms_of(period=Period(date(2027, 2, 1), END)),
        note="",
        now=NOW,
    )
    second = ContractVersion.objects.select_related("file").get(contract_id=later)
    send(actor=contracts.agent, version_id=second.pk, now=NOW)
    second.refresh_from_db()
    sign(town, home, second, now=NOW + timedelta(hours=1))
    countersign(actor=contracts.agent, version_id=second.pk, now=NOW)
    run_waiting("book_signed")
    kept = held(on__gte=date(2027, 2, 1))
    end(contracts, first.contract_id, date(2027, 1, 4))
    assert kept
    assert held(on__gte=date(2027, 1, 4)) == kept


def test_months_are_announced_until_an_amendment_signed_ahead(town, contracts, home):
    first = booked(contracts, home, terms=terms_of(**MONTHLY))
    start = date(2027, 1, 14)
    amended(town, contracts, home, first, terms_of(period=Period(start, END), kind=TemplateKind.VARIABLE, minutes=3000))
    said = {"actor": town.parent(home), "contract_id": first.contract_id, "now": NOW}
    december = find_month(month=START, **said)
    announce_month(month=START, days={date(2026, 12, 9): DAY}, seen=december.seen, **said)
    assert held(on__lt=date(2027, 1, 1)) == {date(2026, 12, 9)}
    january = find_month(month=date(2027, 1, 1), **said)
    assert min(january.days) < start < max(january.days)
    days = {date(2027, 1, 6): DAY, date(2027, 1, 20): DAY}
    announce_month(month=date(2027, 1, 1), days=days, seen=january.seen, **said)
    assert held(on__gte=date(2027, 1, 1), on__lt=date(2027, 2, 1)) == set(days)


def test_an_end_that_was_said_is_not_undone_unseen(town, contracts, home):
    version = booked(contracts, home)
    on = date(2027, 2, 1)
    end(contracts, version.contract_id, on)
    assert end(contracts, version.contract_id, on) == 0  # a double click
    with pytest.raises(acts.EndOutside):
        end(contracts, version.contract_id, on + timedelta(days=7))
    terms = terms_of(period=Period(date(2027, 3, 1), END))
    with pytest.raises(acts.AmendmentOutside):
        amend(actor=contracts.agent, contract_id=version.contract_id, terms=terms, note="", now=NOW)
    leave(actor=contracts.agent, enrolment_id=version.contract.enrolment_id, on=date(2027, 3, 1), now=NOW)
    version.refresh_from_db()
    assert version.stood_until == on
    assert version.contract.__class__.objects.get().ends_on == on


def test_a_contract_ends_before_an_amendment_that_was_signed_ahead(town, contracts, home):
    contracts.income(home)
    first = booked(contracts, home)
    second = amended(town, contracts, home, first, terms_of(period=Period(date(2027, 3, 15), END)))
    on = date(2027, 2, 1)
    end(contracts, first.contract_id, on)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.stood_until, second.stood_until) == (on, second.starts_on)
    assert max(held()) < on
    found = find_contract(actor=contracts.agent, contract_id=first.contract_id)
    assert found.standing(date(2027, 4, 1)) is None
    assert [each.version_id for each, _closing in closings_of(actor=contracts.agent, contract=found)] == [first.pk]
    with pytest.raises(acts.EndOutside):
        end(contracts, first.contract_id, date(2027, 3, 1))  # later than what was said, before what never stands
    leave(actor=contracts.agent, enrolment_id=first.contract.enrolment_id, on=date(2027, 3, 1), now=NOW)
    assert find_contract(actor=contracts.agent, contract_id=first.contract_id).ends_on == on


def test_two_records_of_a_parent_who_signed_are_merged(town, contracts, home):
    version = contracts.sent(home)
    twin = Adult.objects.create(
        organisation_id=town.id, family=home.family, position="co_holder", first_name="Awa", last_name="Pinson"
    )
    Guardianship.objects.create(organisation_id=town.id, adult=twin, child=home.children[0])
    sign(town, home, version)
    ContractSignature.objects.filter(adult=home.adult).update(adult=twin)
    merge_adults(actor=contracts.agent, kept_id=home.adult.pk, absorbed_id=twin.pk, values={}, now=NOW)
    row = ContractSignature.objects.get(party="parent")
    assert (row.adult_id, row.state, row.name) == (home.adult.pk, "signed", "Awa Pinson")


def test_who_was_asked_twice_is_asked_once(town, home):
    contracts = Contracts(town, both_parents=True)
    twin = Adult.objects.create(
        organisation_id=town.id, family=home.family, position="co_holder", first_name="Ava", last_name="Pinson"
    )
    Guardianship.objects.create(organisation_id=town.id, adult=twin, child=home.children[0])
    version = contracts.sent(home)
    assert sign(town, home, version) is False
    merge_adults(actor=contracts.agent, kept_id=home.adult.pk, absorbed_id=twin.pk, values={}, now=NOW)
    version.refresh_from_db()
    assert version.state == "to_countersign"
    assert version.signatures.filter(party="parent").count() == 1


def test_what_was_withdrawn_is_not_sent_again_over_another_contract(contracts, home):
    first = contracts.sent(home)
    withdraw(actor=contracts.agent, version_id=first.pk, words="Erreur", now=NOW)
    draft_contract(actor=contracts.agent, enrolment_id=first.contract.enrolment_id, terms=terms_of(), note="", now=NOW)
    again = draft_again(actor=contracts.agent, contract_id=first.contract_id, now=NOW)
    with pytest.raises(acts.ContractOverlaps):
        send(actor=contracts.agent, version_id=again, now=NOW)


def test_codes_are_counted(town, contracts, home):
    version = contracts.sent(home)
    for number in range(acts.MOST_CODES):
        send_code(actor=town.parent(home), version_id=version.pk, now=NOW + timedelta(minutes=2 * number))
    with pytest.raises(acts.CodesSpent):
        send_code(actor=town.parent(home), version_id=version.pk, now=NOW + timedelta(hours=3))


def second_of(town, home):
    """The other parent of the same household, as it acts."""
    account = town.account("autre.parent", role="family", last_name="Pinson")
    adult = Adult.objects.create(
        organisation_id=town.id, family=home.family, account=account, position="co_holder", first_name="Jo",
        last_name="Pinson",
    )  # fmt: skip
    Guardianship.objects.create(organisation_id=town.id, adult=adult, child=home.children[0])
    return replace(town.parent(home), account_id=account.pk, adult_ids=frozenset({adult.pk}))


def test_each_parent_acts_in_its_own_name(town, contracts, home):
    version, second = contracts.sent(home), second_of(town, home)
    send_code(actor=town.parent(home), version_id=version.pk, now=NOW)
    with pytest.raises(acts.CodeWrong):
        sign_online(
            actor=second, version_id=version.pk, code=code_sent(), seen=version.file.sha256, has_agreed=True,
            address="", browser="", now=NOW,
        )  # fmt: skip
    send_back(actor=second, version_id=version.pk, sent=[SentFile("contrat.pdf", paper())], now=NOW)
    assert ContractSignature.objects.get(party="parent").name == "Jo Pinson"
    refuse(actor=second, version_id=version.pk, words="Trop cher", now=NOW)
    assert ContractSignature.objects.get(party="parent").name == "Jo Pinson"


def test_a_paper_read_late_leaves_days_to_send_another(town, contracts, home):
    version = contracts.sent(home)
    send_back(actor=town.parent(home), version_id=version.pk, sent=[SentFile("contrat.pdf", paper())], now=NOW)
    late = NOW + timedelta(days=40)
    row = version.signatures.get(party="parent")
    refuse_paper(actor=contracts.agent, version_id=version.pk, signature_id=row.pk, words="Illisible", now=late)
    version.refresh_from_db()
    assert version.sign_before == late.date() + acts.REMIND_BEFORE
    send_code(actor=town.parent(home), version_id=version.pk, now=late)


def test_settling_in_is_paid_for_the_hours_that_are_held(town, contracts, home):
    contracts.income(home)
    ClosedDay.objects.create(organisation_id=town.id, starts_on=START, ends_on=date(2026, 12, 2), reason="Formation")
    settling = {START: (TimeRange(540, 600),), date(2026, 12, 2): (TimeRange(540, 660),)}
    version = booked(contracts, home, terms=terms_of(settling=settling))
    assert price(contracts.agent, version.contract_id).settling_minutes == 120


def test_a_day_that_had_no_room_is_tried_again(town, home):
    contracts = Contracts(town, places=1)
    booked(contracts, town.household("Merle"), terms=terms_of(weeks=({2: DAY},)))
    version = booked(contracts, home, terms=terms_of(weeks=({2: DAY},), **MONTHLY))
    full = date(2026, 12, 2)
    assert full in set(UnbookedDay.objects.filter(version=version, why="no_room").values_list("on", flat=True))
    said = {"actor": town.parent(home), "contract_id": version.contract_id, "month": START, "now": NOW}
    early = {full: (TimeRange(450, 540),)}
    assert announce_month(days=early, seen=find_month(**said).seen, **said) == []
    row = CareRange.objects.get(status="booked", on=full, enrolment_id=version.contract.enrolment_id)
    assert (row.starts_minute, row.ends_minute) == (450, 540)
    assert not UnbookedDay.objects.filter(version=version, on__lt=date(2027, 1, 1)).exists()


def test_a_written_objection_stops_the_acts_of_the_service(town, contracts, home):
    other = other_parent(town, home)
    contract = contracts.draft(contracts.enrol(home))
    object_to_acts(actor=contracts.agent, child_id=home.children[0].pk, adult_id=other.adult.pk, text="Non", now=NOW)
    with pytest.raises(ActFrozen):
        send(actor=contracts.agent, version_id=contract.versions.get().pk, now=NOW)


def test_the_months_are_those_of_the_household_that_pays(town, home):
    contracts = Contracts(town, both_parents=True)
    other = other_parent(town, home)
    version = contracts.sent(home, terms_of(**MONTHLY))
    sign(town, home, version)
    sign(town, other, version)
    countersign(actor=contracts.agent, version_id=version.pk, now=NOW)
    find_contract(actor=town.parent(other), contract_id=version.contract_id)
    with pytest.raises(NotFound):
        find_month(actor=town.parent(other), contract_id=version.contract_id, month=START, now=NOW)
