"""Numbers, pieces, links and mails at once: one effect each, no gap, no deadlock."""

import time
from typing import Any

import pytest
from django.db import connection

from preau.base import outbox
from preau.base.counters import next_numbers
from preau.base.models import OutboxMail
from preau.base.sending import send_outbox_mail
from preau.domain.accounts.models import AccessLink
from preau.domain.accounts.operations.identifiers import request_reset, reset_password
from preau.domain.accounts.rules import LinkInvalid
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.operations import places
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.pieces import deposit
from preau.domain.families.models import Family
from preau.domain.families.operations.household import create_family
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.operations.joining import send_document
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.rules import About
from tests.concurrency.test_last_place import run_together
from tests.factories.town import NOW, Town, assert_counters_are_exact, slots_of
from tests.uploads.corpus import paper

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(emptied: Any) -> Town:
    return Town("course")


def test_eight_families_created_at_once_have_eight_numbers_in_a_row(town):
    work = [lambda n=n: create_family(actor=town.system, name=f"F{n}", now=NOW) for n in range(8)]
    results = run_together(work)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sorted(Family.objects.values_list("number", flat=True)) == list(range(1, 9))


def test_numbers_of_a_transaction_undone_are_given_again(town):
    from django.db import transaction

    with transaction.atomic():
        next_numbers(organisation_id=town.id, name="procedure", count=3)
        transaction.set_rollback(True)
    assert list(next_numbers(organisation_id=town.id, name="procedure")) == [1]


def test_a_piece_sent_by_a_double_click_is_one_piece_and_one_demarche(town):
    home = town.household("Double")
    kind = DocumentType.objects.create(organisation_id=town.id, code="carnet", title="Carnet")
    content = paper()
    actor = town.parent(home)

    def send():
        return send_document(
            actor=actor,
            family_id=home.family.pk,
            child_id=home.children[0].pk,
            type_id=kind.pk,
            name="carnet.pdf",
            content=content,
            until=None,
            now=NOW,
        )

    results = run_together([send, send, send])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Document.objects.count() == 1
    assert Procedure.objects.filter(number__isnull=False).count() == 1
    assert {result.view.number for result in results} == {1}
    deposit(
        actor=actor,
        family_id=home.family.pk,
        child_id=home.children[0].pk,
        type_id=kind.pk,
        name="autre.pdf",
        content=paper(2),
        school_year_ends_on=NOW.date(),
        now=NOW,
    )
    assert sorted(Document.objects.values_list("state", flat=True)) == ["replaced", "to_check"]


def test_an_abonnement_against_orders_ends_without_a_deadlock(town, monkeypatch):
    """The one locks places then the counter of numbers; so does the other, whatever the pause between the two."""
    offer = town.offer(capacity=50, is_subscription=True)
    homes = [town.household(f"Abonnée{letter}") for letter in "abcd"]
    plain = [town.household(f"Simple{letter}") for letter in "abcd"]
    lines = [town.enrol(home, offer, child=home.children[0]) for home in plain]
    write = places.write

    def slowly(*, counters):
        write(counters=counters)
        time.sleep(0.05)

    monkeypatch.setattr(places, "write", slowly)

    def subscribe(home):
        actor = town.parent(home)
        made = drafts.start(
            actor=actor,
            kind=ProcedureKind.ENROLMENT,
            family_id=home.family.pk,
            about=About(
                child_id=home.children[0].pk, activity_id=offer.activity_id, school_year_id=offer.school_year_id
            ),
            now=NOW,
        )
        pattern = {"lines": [{"weekday": 0, "unit": "S", "weeks": "every", "name": "lundi"}]}
        choice = {"offer_id": offer.pk, "from": ""}
        drafts.save_step(actor=actor, draft_id=made.draft_id, step="choice", values=choice, now=NOW)
        drafts.save_step(actor=actor, draft_id=made.draft_id, step="pattern", values=pattern, now=NOW)
        return drafts.submit(actor=actor, draft_id=made.draft_id, now=NOW)

    def order(home, line):
        slots = [slot.pk for slot in slots_of(offer, code="S")]
        item = OrderItem(line.pk, frozenset(slots))
        return place_order(actor=town.parent(home), items=[item], key=f"k{home.family.pk}", now=NOW)

    work = [lambda home=home: subscribe(home) for home in homes]
    work += [lambda home=home, line=line: order(home, line) for home, line in zip(plain, lines, strict=True)]
    results = run_together(work)
    assert [result for result in results if isinstance(result, Exception)] == []
    numbers = sorted(Procedure.objects.filter(number__isnull=False).values_list("number", flat=True))
    assert numbers == list(range(1, 9))
    assert_counters_are_exact(town.id)


def test_one_reset_link_sets_one_password(town):
    home = town.household("Lien")
    request_reset(organisation_id=town.id, email_or_username=home.account.email, now=NOW)
    link = OutboxMail.objects.get(template="password_reset").context["accounts"][0]["link"]
    secret = link.rstrip("/").rsplit("/", 1)[-1]
    words = ["trombone-lagon-33-tortue", "cabane-zinc-71-otarie", "verger-plume-12-canif", "balise-noix-45-ruban"]
    results = run_together(
        [
            lambda word=word: reset_password(organisation_id=town.id, secret=secret, password=word, now=NOW)
            for word in words
        ]
    )
    assert sum(isinstance(result, LinkInvalid) for result in results) == 3
    assert not AccessLink.objects.filter(used_at=None).exists()


def test_two_posts_of_one_key_at_once_give_one_mail_and_no_error(town):
    def post():
        outbox.post(
            organisation_id=town.id,
            template="activated",
            to=["a@b.example"],
            subject="Bonjour",
            context={},
            dedupe_key="une-fois",
            now=NOW,
        )

    assert run_together([post] * 6) == [None] * 6
    assert OutboxMail.objects.count() == 1


def test_a_slow_mail_server_keeps_nobody_waiting(town, settings):
    settings.EMAIL_BACKEND = "tests.base.servers.Slow"
    home = town.household("Pressée")
    line = town.enrol(home, town.offer(), child=home.children[0])
    slot = slots_of(line.offer)[0]
    outbox.post(
        organisation_id=town.id,
        template="activated",
        to=["a@b.example"],
        subject="Bonjour",
        context={"organisation": {}},
        dedupe_key="lent",
        now=NOW,
    )
    mail_id = OutboxMail.objects.get().pk
    took = []

    def order():
        time.sleep(0.3)  # the mail is leaving
        started = time.monotonic()
        placed = place_order(
            actor=town.parent(home), items=[OrderItem(line.pk, frozenset({slot.pk}))], key="k", now=NOW
        )
        took.append(time.monotonic() - started)
        return placed

    results = run_together([lambda: send_outbox_mail(mail_id), order])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert took[0] < 2  # of the four seconds of the server; the bound that counts is measured by bin/bench
    assert OutboxMail.objects.get(pk=mail_id).sent_at is not None
    assert connection.vendor in {"sqlite", "postgresql"}
