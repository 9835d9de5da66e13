"""Contracts written, sent, signed, sealed, and turned into days: by whom, in which order, with which proof."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from preau.base import files
from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail
from preau.base.sealing import check_seal
from preau.base.uploads import SentFile
from preau.domain.contracts.models import CareContract, ContractSignature, ContractVersion, UnbookedDay
from preau.domain.contracts.operations.booking import book_version
from preau.domain.contracts.operations.drafting import (
    amend,
    discard,
    draft_again,
    draft_contract,
    mark_of,
    redraft,
)
from preau.domain.contracts.operations.ending import close_ended, end_contract
from preau.domain.contracts.operations.following import expire_unsigned, remind_signers
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
from preau.domain.contracts.queries.contracts import find_contract, list_contracts, papers_of
from preau.domain.contracts.rules import acts
from preau.domain.contracts.rules.terms import TermsInvalid
from preau.domain.creche.models import CareRange
from preau.domain.families.models import Adult, Guardianship
from preau.domain.procedures.operations.changes import leave
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange
from tests.factories.contracts import END, START, WEEK, Contracts, code_sent, sign, terms_of
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, TODAY, Town
from tests.uploads.corpus import paper as a_pdf


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def contracts(town):
    return Contracts(town)


@pytest.fixture
def home(town):
    return town.household("Pinson")


def signed(contracts, home):
    """A contract signed by its parent and its structure, whose days are in the planning."""
    version = contracts.signed(home)
    run_waiting("book_signed")
    return ContractVersion.objects.select_related("contract").get(pk=version.pk)


def other_parent(town, home):
    """A second parent of the first child, in a household of its own."""
    other = town.household("Merle", children=0)
    Guardianship.objects.create(organisation_id=town.id, adult=other.adult, child=home.children[0])
    return other


def test_from_the_draft_to_the_planning(town, contracts, home):
    contracts.income(home)
    version = contracts.sent(home)
    assert (version.state, version.contract.number, version.sign_before) == ("to_sign", 1, TODAY + timedelta(days=15))
    assert sign(town, home, version) is True
    countersign(actor=contracts.agent, version_id=version.pk, now=NOW)
    assert run_waiting("book_signed") == 1
    version.refresh_from_db()
    assert version.state == "active"
    days = sorted(set(CareRange.objects.filter(status="booked").values_list("on", flat=True)))
    assert days[0] == START
    assert {day.weekday() for day in days} == {0, 1, 3}
    assert not UnbookedDay.objects.exists()
    assert list(OutboxMail.objects.order_by("pk").values_list("template", flat=True)) == [
        "contract_to_sign",
        "contract_code",
        "contract_signed",
    ]


def test_the_sealed_file_begins_with_what_was_signed_and_shows_one_byte_changed(contracts, home, town):
    version = signed(contracts, home)
    _row, before = files.read(organisation_id=town.id, file_id=version.file_id)
    row, content = files.read(organisation_id=town.id, file_id=version.sealed_id)
    assert content.startswith(before)
    found = check_seal(content=content)
    assert (found.is_whole, found.is_ours) == (True, True)
    broken = bytearray(content)
    broken[len(before) // 2] ^= 1
    assert not check_seal(content=bytes(broken)).is_whole
    assert row.pages >= 1


def test_the_evidence_says_who_when_and_which_file(contracts, home, town):
    version = signed(contracts, home)
    parent, structure = ContractSignature.objects.order_by("party")
    assert parent.evidence["file"] == version.file.sha256
    assert parent.evidence["price_file"] == version.price_file.sha256
    assert parent.evidence["username"] == home.account.username
    assert parent.evidence["address"] == "192.0.2.4"
    assert parent.evidence["at"] == (NOW + timedelta(minutes=2)).isoformat()
    assert structure.evidence["checked_by"] == "Chloé Agent"
    assert (parent.name, structure.name) == ("Awa Pinson", "Les Coquelicots")


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        (ContractVersion, {"terms": {"x": 1}}),
        (ContractVersion, {"starts_on": TODAY}),
        (ContractVersion, {"note": "autre chose"}),
        (ContractVersion, {"paper": {"title": "faux"}}),
        (ContractVersion, {"sealed_id": None}),
        (ContractSignature, {"name": "Quelqu’un"}),
        (ContractSignature, {"state": "waiting"}),
        (ContractSignature, {"evidence": {"at": "hier"}}),
    ],
)
def test_what_was_signed_is_refused_any_change_by_the_database_itself(contracts, home, rows, changes):
    signed(contracts, home)
    with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
        rows.objects.update(**changes)
    for each in (ContractVersion, ContractSignature):
        with pytest.raises(DatabaseError), transaction.atomic():
            each.objects.all()._raw_delete(using="default")


def test_a_version_that_was_sent_is_written_no_more(contracts, home):
    version = contracts.sent(home)
    seen = mark_of(terms=version.terms, note=version.note)
    with pytest.raises(acts.VersionFrozen):
        redraft(actor=contracts.agent, version_id=version.pk, terms=terms_of(), note="x", seen=seen, now=NOW)
    with pytest.raises(acts.VersionFrozen):
        send(actor=contracts.agent, version_id=version.pk, now=NOW)
    with pytest.raises(acts.VersionFrozen):
        discard(actor=contracts.agent, version_id=version.pk, now=NOW)


def test_two_agents_write_one_draft(contracts, home):
    contract = contracts.draft(contracts.enrol(home))
    version = contract.versions.get()
    seen = mark_of(terms=version.terms, note=version.note)
    said = {"actor": contracts.agent, "version_id": version.pk, "seen": seen, "now": NOW}
    redraft(terms=terms_of(), note="le premier", **said)
    with pytest.raises(acts.DraftChanged):
        redraft(terms=terms_of(), note="le second", **said)
    version.refresh_from_db()
    assert version.note == "le premier"


def test_one_contract_at_a_time_for_a_child_in_a_structure(contracts, home):
    enrolment = contracts.enrol(home)
    contracts.draft(enrolment)
    with pytest.raises(acts.ContractOverlaps):
        contracts.draft(enrolment)
    later = terms_of(period=Period(END, END + timedelta(days=10)))
    assert contracts.draft(enrolment, later).number == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weeks": ({5: (TimeRange(510, 1020),)},)}, "closed_weekday"),
        ({"weeks": ({0: (TimeRange(300, 1020),)},)}, "hours_outside"),
        ({"weeks": ({0: (TimeRange(510, 517),)},)}, "hours_off_step"),
        ({"period": Period(TODAY - timedelta(days=300), END)}, "outside_enrolment"),
        ({"weeks": ({},)}, "no_hours"),
        ({"minutes": 600}, "agreed_hours"),
    ],
)
def test_terms_that_cannot_be_held(contracts, home, changes, code):
    enrolment = contracts.enrol(home)
    with pytest.raises(TermsInvalid) as problem:
        contracts.draft(enrolment, terms_of(**changes))
    assert problem.value.code == code
    assert not CareContract.objects.exists()


def test_occasional_care_has_no_contract(town, contracts, home):
    enrolment = contracts.creche.enrol(home, contracts.creche.offer("occasional"))
    with pytest.raises(acts.NotRegular):
        contracts.draft(enrolment)


def test_an_agent_of_another_structure_finds_nothing(town, contracts, home):
    version = contracts.sent(home)
    stranger = replace(town.agent("agent"), site_ids=frozenset({town.school.pk}))
    assert list_contracts(actor=stranger) == []
    for act in (
        lambda: find_contract(actor=stranger, contract_id=version.contract_id),
        lambda: papers_of(actor=stranger, version_id=version.pk),
        lambda: countersign(actor=stranger, version_id=version.pk, now=NOW),
        lambda: withdraw(actor=stranger, version_id=version.pk, words="non", now=NOW),
        lambda: draft_contract(
            actor=stranger, enrolment_id=version.contract.enrolment_id, terms=terms_of(), note="", now=NOW
        ),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_site_agent_reads_no_contract(town, contracts, home):
    version = contracts.sent(home)
    with pytest.raises(NotAllowed):
        find_contract(actor=town.agent("site_staff"), contract_id=version.contract_id)


def test_another_family_finds_nothing(town, contracts, home):
    version = contracts.sent(home)
    stranger = town.parent(town.household("Corneille"))
    for act in (
        lambda: find_contract(actor=stranger, contract_id=version.contract_id),
        lambda: send_code(actor=stranger, version_id=version.pk, now=NOW),
        lambda: refuse(actor=stranger, version_id=version.pk, words="non", now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_family_sees_no_draft(town, contracts, home):
    contract = contracts.draft(contracts.enrol(home))
    assert list_contracts(actor=town.parent(home)) == []
    with pytest.raises(NotFound):
        find_contract(actor=town.parent(home), contract_id=contract.pk)


def test_both_parents_sign_where_the_structure_asks_for_it(town, home):
    contracts = Contracts(town, both_parents=True)
    contracts.income(home)
    other = other_parent(town, home)
    version = contracts.sent(home)
    assert {each.name for each in version.signatures.filter(party="parent")} == {"Awa Pinson", "Awa Merle"}
    assert sign(town, home, version) is False
    with pytest.raises(acts.NotToSign):
        countersign(actor=contracts.agent, version_id=version.pk, now=NOW)
    assert sign(town, other, version) is True
    countersign(actor=contracts.agent, version_id=version.pk, now=NOW)


def test_the_other_home_signs_without_reading_the_price(town, home):
    contracts = Contracts(town, both_parents=True)
    contracts.income(home)
    other = other_parent(town, home)
    version = contracts.sent(home)
    paper, price = papers_of(actor=town.parent(other), version_id=version.pk)
    assert price is None
    assert "€" not in str(paper)
    view = find_contract(actor=town.parent(other), contract_id=version.contract_id)
    assert not view.sees_price
    sign(town, other, version)
    row = ContractSignature.objects.get(adult=other.adult)
    assert "price_file" not in row.evidence
    mine, my_price = papers_of(actor=town.parent(home), version_id=version.pk)
    assert my_price is not None
    assert "1,44" in str(my_price)
    assert mine == paper
    for mail in OutboxMail.objects.all():
        assert "€" not in str(mail.context)


def test_where_one_parent_is_enough_either_of_the_household_signs(town, contracts, home):
    account = town.account("autre.parent", role="family", last_name="Pinson")
    adult = Adult.objects.create(
        organisation_id=town.id, family=home.family, account=account, position="co_holder", first_name="Jo",
        last_name="Pinson",
    )  # fmt: skip
    Guardianship.objects.create(organisation_id=town.id, adult=adult, child=home.children[0])
    version = contracts.sent(home)
    second = replace(town.parent(home), account_id=account.pk, adult_ids=frozenset({adult.pk}))
    send_code(actor=second, version_id=version.pk, now=NOW)
    sign_online(
        actor=second, version_id=version.pk, code=code_sent(), seen=version.file.sha256, has_agreed=True,
        address="", browser="", now=NOW,
    )  # fmt: skip
    assert ContractSignature.objects.get(party="parent").name == "Jo Pinson"


def test_an_adult_without_authority_signs_nothing(town, contracts, home):
    account = town.account("beau.pere", role="family")
    adult = Adult.objects.create(
        organisation_id=town.id, family=home.family, account=account, position="co_holder", first_name="Jo",
        last_name="Pinson",
    )  # fmt: skip
    version = contracts.sent(home)
    actor = replace(town.parent(home), account_id=account.pk, adult_ids=frozenset({adult.pk}))
    with pytest.raises(NotFound):
        send_code(actor=actor, version_id=version.pk, now=NOW)


def test_nobody_to_sign_is_said_before_anything_is_sent(contracts, home):
    contract = contracts.draft(contracts.enrol(home))
    Guardianship.objects.update(authority="withdrawn")
    with pytest.raises(acts.NoSigner):
        send(actor=contracts.agent, version_id=contract.versions.get().pk, now=NOW)
    contract.refresh_from_db()
    assert contract.number == 0


def test_codes(town, contracts, home):
    version, actor = contracts.sent(home), town.parent(home)
    with pytest.raises(acts.CodeOver):
        sign_online(
            actor=actor, version_id=version.pk, code="123456", seen=version.file.sha256, has_agreed=True, address="",
            browser="", now=NOW,
        )  # fmt: skip
    send_code(actor=actor, version_id=version.pk, now=NOW)
    with pytest.raises(acts.CodeTooSoon):
        send_code(actor=actor, version_id=version.pk, now=NOW + timedelta(seconds=30))
    good = code_sent()
    bad = f"{(int(good) + 1) % 1_000_000:06d}"
    said = {"actor": actor, "version_id": version.pk, "seen": version.file.sha256, "has_agreed": True, "address": "",
            "browser": ""}  # fmt: skip
    with pytest.raises(acts.CodeOver):
        sign_online(code=good, now=NOW + timedelta(minutes=16), **said)
    for _each in range(5):
        with pytest.raises(acts.CodeWrong):
            sign_online(code=bad, now=NOW, **said)
    with pytest.raises(acts.CodeOver):
        sign_online(code=good, now=NOW, **said)
    send_code(actor=actor, version_id=version.pk, now=NOW + timedelta(minutes=2))
    assert sign_online(code=code_sent(), now=NOW + timedelta(minutes=3), **said)
    with pytest.raises(acts.AlreadySigned):
        send_code(actor=actor, version_id=version.pk, now=NOW + timedelta(minutes=9))


def test_one_signs_what_one_has_read_and_agreed_to(town, contracts, home):
    version = contracts.sent(home)
    with pytest.raises(acts.ConsentMissing):
        sign(town, home, version, has_agreed=False)
    later = NOW + timedelta(minutes=5)
    with pytest.raises(acts.PaperChanged):
        sign(town, home, version, seen="autre", now=later)


def test_a_parent_refuses_with_a_word_and_the_service_writes_again(town, contracts, home):
    version, actor = contracts.sent(home), town.parent(home)
    with pytest.raises(acts.WordsMissing):
        refuse(actor=actor, version_id=version.pk, words="  ", now=NOW)
    refuse(actor=actor, version_id=version.pk, words="Pas le jeudi", now=NOW)
    version.refresh_from_db()
    assert (version.state, version.closed_reason) == ("refused", "Pas le jeudi")
    with pytest.raises(acts.NotToSign):
        send_code(actor=actor, version_id=version.pk, now=NOW)
    again = draft_again(actor=contracts.agent, contract_id=version.contract_id, now=NOW)
    assert send(actor=contracts.agent, version_id=again, now=NOW) == version.contract.number
    assert ContractVersion.objects.get(pk=again).rank == 2


def test_on_paper(town, contracts, home):
    version, actor = contracts.sent(home), town.parent(home)
    send_back(actor=actor, version_id=version.pk, sent=[SentFile("contrat.pdf", a_pdf())], now=NOW)
    row = ContractSignature.objects.get(party="parent")
    assert (row.state, row.scan_id is not None) == ("to_check", True)
    refuse_paper(actor=contracts.agent, version_id=version.pk, signature_id=row.pk, words="Flou", now=NOW)
    row.refresh_from_db()
    assert (row.state, row.words) == ("waiting", "Flou")
    send_back(actor=actor, version_id=version.pk, sent=[SentFile("contrat.pdf", a_pdf())], now=NOW)
    with pytest.raises(acts.NothingChosen):
        accept_paper(actor=contracts.agent, version_id=version.pk, signature_id=row.pk, signed_ids=[], now=NOW)
    assert accept_paper(actor=contracts.agent, version_id=version.pk, signature_id=row.pk, signed_ids=[row.pk], now=NOW)
    row.refresh_from_db()
    assert (row.state, row.way, len(row.evidence["scan"])) == ("signed", "paper", 64)
    countersign(actor=contracts.agent, version_id=version.pk, now=NOW)
    assert ContractVersion.objects.get(pk=version.pk).sealed_id


def test_a_paper_brought_in_by_an_agent_may_bear_both_signatures(town, home):
    contracts = Contracts(town, both_parents=True)
    other_parent(town, home)
    version = contracts.sent(home)
    first, second = version.signatures.filter(party="parent").order_by("pk")
    send_back(
        actor=contracts.agent,
        version_id=version.pk,
        sent=[SentFile("contrat.pdf", a_pdf())],
        signature_id=first.pk,
        now=NOW,
    )
    assert accept_paper(
        actor=contracts.agent,
        version_id=version.pk,
        signature_id=first.pk,
        signed_ids=[first.pk, second.pk],
        now=NOW,
    )


def test_a_withdrawn_version_is_not_signed(town, contracts, home):
    version = contracts.sent(home)
    withdraw(actor=contracts.agent, version_id=version.pk, words="Erreur de date", now=NOW)
    with pytest.raises(acts.NotToSign):
        send_code(actor=town.parent(home), version_id=version.pk, now=NOW)
    with pytest.raises(acts.NotToSign):
        withdraw(actor=contracts.agent, version_id=version.pk, words="encore", now=NOW)


def test_a_reminder_then_the_end_of_the_time_to_sign(town, contracts, home):
    version, machine = contracts.sent(home), town.system
    day = timedelta(days=1)
    assert remind_signers(actor=machine, now=NOW + 9 * day) == 0
    assert remind_signers(actor=machine, now=NOW + 11 * day) == 1
    assert remind_signers(actor=machine, now=NOW + 12 * day) == 0
    assert expire_unsigned(actor=machine, now=NOW + 15 * day) == 0
    with pytest.raises(acts.TooLateToSign):
        send_code(actor=town.parent(home), version_id=version.pk, now=NOW + 16 * day)
    assert expire_unsigned(actor=machine, now=NOW + 16 * day) == 1
    assert ContractVersion.objects.get(pk=version.pk).state == "expired"
    with pytest.raises(NotAllowed):
        expire_unsigned(actor=contracts.agent, now=NOW)


def test_a_paper_that_waits_for_an_agent_is_not_late(town, contracts, home):
    version = contracts.sent(home)
    send_back(actor=town.parent(home), version_id=version.pk, sent=[SentFile("c.pdf", a_pdf())], now=NOW)
    assert expire_unsigned(actor=town.system, now=NOW + timedelta(days=40)) == 0


def test_days_without_room_are_kept_for_agents(town, home):
    contracts = Contracts(town, places=1)
    signed(contracts, home)
    version = signed(contracts, town.household("Merle"))
    rows = UnbookedDay.objects.filter(version=version)
    assert {row.why for row in rows} == {"no_room"}
    assert CareRange.objects.filter(enrolment_id=version.contract.enrolment_id).count() == 0


def test_booking_again_changes_nothing(town, contracts, home):
    version = signed(contracts, home)
    count = CareRange.objects.count()
    assert book_version(actor=town.system, version_id=version.pk, now=NOW) == 0
    ContractVersion.objects.update(booked_at=None)  # as a task killed after its work would leave it
    assert book_version(actor=town.system, version_id=version.pk, now=NOW) == 0
    assert CareRange.objects.count() == count
    with pytest.raises(NotAllowed):
        book_version(actor=contracts.agent, version_id=version.pk, now=NOW)


def test_an_amendment_replaces_the_days_from_its_first_one(town, contracts, home):
    first = signed(contracts, home)
    start = START + timedelta(days=62)  # Monday 1 February
    week = {2: (TimeRange(540, 960),)}
    terms = terms_of(period=Period(start, END), weeks=(week,))
    version_id = amend(actor=contracts.agent, contract_id=first.contract_id, terms=terms, note="", now=NOW)
    with pytest.raises(acts.VersionOpen):
        amend(actor=contracts.agent, contract_id=first.contract_id, terms=terms, note="", now=NOW)
    send(actor=contracts.agent, version_id=version_id, now=NOW)
    version = ContractVersion.objects.select_related("file").get(pk=version_id)
    sign(town, home, version, now=NOW + timedelta(hours=1))
    countersign(actor=contracts.agent, version_id=version_id, now=NOW)
    run_waiting("book_signed")
    first.refresh_from_db()
    assert (first.state, first.stood_until) == ("replaced", start)
    held = CareRange.objects.filter(status="booked")
    assert {row.on.weekday() for row in held.filter(on__lt=start)} == {0, 1, 3}
    assert {row.on.weekday() for row in held.filter(on__gte=start)} == {2}


def test_an_amendment_leaves_the_days_that_a_family_changed(town, contracts, home):
    first = signed(contracts, home)
    start = START + timedelta(days=62)
    changed = CareRange.objects.filter(on__gte=start).order_by("on")[0]
    CareRange.objects.filter(pk=changed.pk).update(starts_minute=600)
    terms = terms_of(period=Period(start, END), weeks=({2: (TimeRange(540, 960),)},))
    version_id = amend(actor=contracts.agent, contract_id=first.contract_id, terms=terms, note="", now=NOW)
    send(actor=contracts.agent, version_id=version_id, now=NOW)
    version = ContractVersion.objects.select_related("file").get(pk=version_id)
    sign(town, home, version, now=NOW + timedelta(hours=1))
    countersign(actor=contracts.agent, version_id=version_id, now=NOW)
    run_waiting("book_signed")
    changed.refresh_from_db()
    assert changed.status == "booked"
    assert [(row.on, row.why) for row in UnbookedDay.objects.all()] == [(changed.on, "changed")]


def test_an_early_end_keeps_the_notice_and_gives_the_days_back(town, contracts, home):
    version = signed(contracts, home)
    said = {"actor": contracts.agent, "contract_id": version.contract_id, "reason": "Déménagement", "now": NOW}
    with pytest.raises(acts.NoticeShort) as short:
        end_contract(ends_on=START + timedelta(days=7), **said)
    assert short.value.earliest == TODAY + timedelta(days=30)
    with pytest.raises(acts.EndOutside):
        end_contract(ends_on=END + timedelta(days=7), **said)
    with pytest.raises(acts.WordsMissing):
        end_contract(ends_on=START + timedelta(days=40), **{**said, "reason": " "})
    ends_on = START + timedelta(days=40)
    end_contract(ends_on=ends_on, **said)
    assert not CareRange.objects.filter(status="booked", on__gte=ends_on).exists()
    assert CareRange.objects.filter(status="booked", on__lt=ends_on).exists()
    view = find_contract(actor=town.parent(home), contract_id=version.contract_id)
    assert view.standing(ends_on) is None
    assert view.standing(ends_on - timedelta(days=1)) is not None


def test_every_act_is_in_the_journal_and_no_income_is(contracts, home):
    contracts.income(home)
    signed(contracts, home)
    acts_of = set(JournalEntry.objects.values_list("act", flat=True))
    assert {"income.said", "contract.drafted", "contract.sent", "contract.signed", "contract.booked"} <= acts_of
    for entry in JournalEntry.objects.all():
        assert "2800" not in str(entry.detail)
        assert "3360000" not in str(entry.detail)


def test_a_draft_is_thrown_away_with_its_contract(contracts, home):
    contract = contracts.draft(contracts.enrol(home))
    discard(actor=contracts.agent, version_id=contract.versions.get().pk, now=NOW)
    assert not CareContract.objects.exists()


def test_the_week_of_the_contract_is_what_was_written(contracts, home):
    version = contracts.sent(home)
    found = find_contract(actor=contracts.agent, contract_id=version.contract_id)
    assert found.last.terms.weeks == (WEEK,)
    assert found.title == "Contrat n°\u00a01 - Les Coquelicots"


def test_an_enrolment_that_ends_ends_its_contract_too(town, contracts, home):
    version = signed(contracts, home)
    ends_on = START + timedelta(days=31)
    leave(actor=contracts.agent, enrolment_id=version.contract.enrolment_id, on=ends_on, now=NOW, reason="Départ")
    version.refresh_from_db()
    contract = CareContract.objects.get()
    assert (version.stood_until, contract.ends_on, contract.ended_reason) == (ends_on, ends_on, "Départ")
    assert not CareRange.objects.filter(status="booked", on__gte=ends_on).exists()


def test_an_enrolment_that_ends_withdraws_what_waits_to_be_signed(town, contracts, home):
    version = contracts.sent(home)
    leave(actor=contracts.agent, enrolment_id=version.contract.enrolment_id, on=START, now=NOW)
    version.refresh_from_db()
    assert version.state == "withdrawn"


def test_what_is_over_is_written_so(town, contracts, home):
    version = signed(contracts, home)
    assert close_ended(actor=town.system, now=NOW) == 0
    assert close_ended(actor=town.system, now=NOW + timedelta(days=300)) == 1
    version.refresh_from_db()
    assert version.state == "ended"
    with pytest.raises(NotAllowed):
        close_ended(actor=contracts.agent, now=NOW)
