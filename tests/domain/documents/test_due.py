"""« À fournir avant le… »: told in time, then nothing new until it is sent."""

from datetime import date, datetime, timedelta

import pytest

from preau.base.actor import system_actor
from preau.base.facts import NotAllowed, NotFound
from preau.base.models import OutboxMail
from preau.config import clock
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, change_bookings
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.pieces import check, deposit
from preau.domain.documents.operations.reminding import remind_due
from preau.domain.documents.queries.folders import overdue_of, pieces_due
from preau.domain.documents.tasks import remind_expiring
from preau.domain.families.models import ValidatedDossier
from preau.domain.procedures.queries.to_finish import households_with_dossier, pieces_to_send
from preau.domain.procedures.tasks import remind_due_pieces
from tests.domain.enrolments.test_lists import of_child
from tests.factories.town import NOW, TODAY, slots_of
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 20)
REAL_CLOCK = clock.now  # the suite freezes it


@pytest.fixture
def kind(town):
    return DocumentType.objects.create(
        organisation_id=town.id, code="assurance", title="Assurance", needs=["dossier"], due_month_day="11-20"
    )


@pytest.fixture
def dossiers(town, awa):
    for child in awa.children:
        ValidatedDossier.objects.create(
            organisation_id=town.id, child=child, school_year_id=town.year.pk, validated_at=NOW
        )


def at(day):
    return NOW + timedelta(days=(day - TODAY).days)


def send(town, household, kind, child=None, now=NOW):
    return deposit(
        actor=town.parent(household),
        family_id=household.family.pk,
        child_id=child.pk if child else None,
        type_id=kind.pk,
        name="a.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=now,
    )


def due(town, household, on=TODAY):
    ids = [child.pk for child in household.children]
    found = pieces_due(actor=town.parent(household), family_id=household.family.pk, child_ids=ids, on=on)
    return [(each.child_id, each.title, each.due_on, each.is_overdue) for each in found]


def remind(town, household, day):
    ids = [child.pk for child in household.children]
    return remind_due(actor=system_actor(town.id), family_id=household.family.pk, child_ids=ids, now=at(day))


def test_it_is_due_until_its_day_then_overdue_until_it_is_sent(town, awa, kind):
    first, second = awa.children
    assert due(town, awa) == [(child.pk, "Assurance", DUE, False) for child in awa.children]
    assert [late for *_, late in due(town, awa, DUE)] == [False, False]
    assert [late for *_, late in due(town, awa, DUE + timedelta(days=1))] == [True, True]
    document = send(town, awa, kind, first)
    assert [child_id for child_id, *_ in due(town, awa)] == [second.pk]
    check(actor=town.agent("agent"), document_id=document.document_id, accept=False, reason="Flou", now=NOW)
    assert [child_id for child_id, *_ in due(town, awa)] == [first.pk, second.pk]


def test_a_piece_of_the_household_stops_all_its_children(town, awa, kind):
    kind.subject = "family"
    kind.save()
    ids = [child.pk for child in awa.children]
    asked = {"actor": town.parent(awa), "family_id": awa.family.pk, "child_ids": ids}
    assert overdue_of(**asked, on=DUE) == {}
    assert overdue_of(**asked, on=DUE + timedelta(days=1)) == {child_id: ("Assurance",) for child_id in ids}
    send(town, awa, kind)
    assert overdue_of(**asked, on=DUE + timedelta(days=1)) == {}


def test_another_household_asks_for_nothing(town, awa, bruno, kind):
    with pytest.raises(NotFound):
        pieces_due(actor=town.parent(bruno), family_id=awa.family.pk, child_ids=[], on=TODAY)


def test_a_family_is_told_once_at_fourteen_days_and_once_at_three(town, awa, kind):
    days = [date(2026, 11, day) for day in (5, 6, 7, 15, 17, 18, 20, 21)]
    for day in days:
        remind(town, awa, day)
    mails = OutboxMail.objects.filter(template="pieces_due").order_by("created_at")
    assert [mail.created_at for mail in mails] == [at(date(2026, 11, 6)), at(date(2026, 11, 17))]
    context = mails[0].context
    assert context["due_on"] == "20/11/2026"
    assert context["pieces"] == [{"title": "Assurance", "child": child.first_name} for child in awa.children]
    assert context["link"].endswith("/ville-test/famille/documents/")


def test_what_is_sent_is_no_longer_told_and_what_is_private_is_not_named(town, awa, kind):
    kind.is_sensitive = True
    kind.save()
    send(town, awa, kind, awa.children[0])
    remind(town, awa, TODAY)
    assert OutboxMail.objects.get().context["pieces"] == [{"title": "", "child": awa.children[1].first_name}]
    send(town, awa, kind, awa.children[1])
    assert remind(town, awa, date(2026, 11, 18)) == 0


def test_the_daily_job_tells_the_households_whose_dossier_is_in(town, awa, bruno, kind, dossiers):
    for _ in range(2):
        remind_due_pieces.call()
    assert [mail.to for mail in OutboxMail.objects.all()] == [[awa.account.email]]
    assert households_with_dossier(actor=system_actor(town.id), on=TODAY) == {
        awa.family.pk: [child.pk for child in awa.children]
    }
    with pytest.raises(NotAllowed):
        households_with_dossier(actor=town.agent("manager"), on=TODAY)


def test_the_daily_job_tells_of_what_expires_once(town, awa):
    kind = DocumentType.objects.create(
        organisation_id=town.id, code="domicile", title="Domicile", subject="family", validity="months", months=1
    )
    send(town, awa, kind, now=NOW - timedelta(days=10))
    for _ in range(2):
        remind_expiring.call()
    mail = OutboxMail.objects.get(template="pieces_expiring")
    assert mail.context["pieces"] == [{"title": "Domicile", "child": "", "until": "06/12/2026"}]
    assert Document.objects.get().reminded_at == NOW


def test_both_jobs_come_round_every_day(settings):
    for name in ("documents.tasks.remind_expiring", "procedures.tasks.remind_due_pieces"):
        assert settings.PREAU_PERIODIC_JOBS[f"preau.domain.{name}"] == 24 * 3600


@pytest.mark.parametrize("template", ["pieces_due", "pieces_expiring"])
def test_the_mails_say_what_to_do(town, awa, kind, template):
    from django.core import mail

    from preau.base.sending import send_outbox_mail

    if template == "pieces_due":
        remind(town, awa, TODAY)
    else:
        document = send(town, awa, kind, awa.children[0])
        DocumentType.objects.update(validity="date")
        Document.objects.filter(pk=document.document_id).update(good_until=DUE)
        from preau.domain.documents.operations.reminding import remind_family

        assert remind_family(actor=system_actor(town.id), family_id=awa.family.pk, now=NOW)
    send_outbox_mail(OutboxMail.objects.get().pk)
    sent = mail.outbox[0]
    for body in (sent.body, sent.alternatives[0].content):
        assert "Assurance (Enfant1)" in body
        assert "20/11/2026" in body
        assert "/famille/documents/" in body


def booked(town, household, offer, *, on, actor=None, reason=""):
    slots = slots_of(offer, after=on + timedelta(days=10), code="M")[:1]
    item = OrderItem(household.enrolments[0].pk, frozenset(slot.pk for slot in slots))
    actor = actor or town.parent(household)
    return change_bookings(actor=actor, items=[item], now=at(on), reason=reason).decision


def test_nothing_new_is_booked_once_it_is_overdue(town, awa, kind, dossiers):
    town.activity.requires_dossier = True
    town.activity.save()
    offer = town.offer()
    town.enrol(awa, offer, child=awa.children[0])
    assert booked(town, awa, offer, on=DUE).added
    late = DUE + timedelta(days=1)
    refused = booked(town, awa, offer, on=late).refused
    assert [each.fact.code for each in refused] == ["piece_overdue"]
    assert [each.fact.code for each in booked(town, awa, offer, on=late, actor=town.agent("agent")).refused] == [
        "piece_overdue"
    ]
    held = Booking.objects.get(status="booked")
    back = OrderItem(awa.enrolments[0].pk, remove=frozenset({held.slot_id}))
    assert change_bookings(actor=town.parent(awa), items=[back], now=at(late)).decision.removed
    assert booked(town, awa, offer, on=late, actor=town.agent("agent"), reason="Vu au guichet").added
    send(town, awa, kind, awa.children[0], now=at(late))
    assert booked(town, awa, offer, on=late + timedelta(days=7)).added


def test_activities_that_ask_for_no_dossier_go_on(town, awa, kind):
    offer = town.offer()
    town.enrol(awa, offer, child=awa.children[0])
    assert booked(town, awa, offer, on=DUE + timedelta(days=1)).added


def test_nobody_is_newly_enrolled_once_it_is_overdue(town, awa, kind, dossiers):
    town.activity.requires_dossier = True
    town.activity.save()
    town.offer()

    def reasons(day):
        found = of_child(actor=town.parent(awa), family_id=awa.family.pk, child_id=awa.children[0].pk, now=at(day))
        return [(each.code, each.detail) for each in found.rows[0].best.reasons]

    assert reasons(DUE) == []
    assert reasons(DUE + timedelta(days=1)) == [("piece_overdue", "Assurance")]
    ValidatedDossier.objects.all().delete()
    assert [code for code, _ in reasons(DUE + timedelta(days=1))] == ["dossier_missing"]


def test_the_home_says_it_a_month_before(town, awa, kind):
    from preau.domain.families.queries.files import children_of_family

    ours = {"actor": town.parent(awa), "family_id": awa.family.pk}
    children = children_of_family(**ours)

    def waiting(on):
        found = pieces_to_send(**ours, children=children[:1], situations={}, on=on)
        return [(each.what, each.first_name, each.subject, each.day) for each in found]

    assert waiting(date(2026, 10, 20)) == []
    assert waiting(TODAY) == [("piece", "Enfant1", "Assurance", DUE)]
    assert waiting(date(2026, 11, 21)) == [("overdue", "Enfant1", "Assurance", DUE)]
    assert pieces_to_send(**ours, children=[], situations={}, on=TODAY) == []


def test_what_is_due_costs_the_same_for_any_number_of_children(town, awa, kind, django_assert_num_queries):
    for number in range(4):
        town.child(awa, f"Autre{number}", "Dupré")
    with django_assert_num_queries(1):
        due(town, awa)
    kind.due_month_day = ""
    kind.save()
    with django_assert_num_queries(1):
        due(town, awa)


def test_the_instant_of_the_clock_is_that_of_the_town(town, awa, kind):
    """At 23 h 30 UTC on the 20th, it is the 21st in Paris: the day is over."""
    late = datetime.fromisoformat("2026-11-20T23:30:00+00:00")
    offer = town.offer()
    town.activity.requires_dossier = True
    town.activity.save()
    offer.activity.refresh_from_db()
    town.enrol(awa, offer, child=awa.children[0])
    slots = slots_of(offer, after=date(2026, 12, 1))[:1]
    item = OrderItem(awa.enrolments[0].pk, frozenset(slot.pk for slot in slots))
    decision = change_bookings(actor=town.parent(awa), items=[item], now=late).decision
    assert [each.fact.code for each in decision.refused] == ["piece_overdue"]


def test_the_daily_jobs_follow_the_day_of_the_demo(town, awa, settings, monkeypatch):
    """The demo may live on another day than ours: what its jobs write is of that day."""
    monkeypatch.setattr("preau.config.clock.now", REAL_CLOCK)
    settings.PREAU_TODAY = TODAY
    kind = DocumentType.objects.create(
        organisation_id=town.id, code="domicile", title="Domicile", subject="family", validity="months", months=1
    )
    send(town, awa, kind, now=NOW - timedelta(days=10))
    remind_expiring.call()
    assert OutboxMail.objects.get(template="pieces_expiring").created_at.date() == TODAY
