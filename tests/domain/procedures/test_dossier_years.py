"""The dossier of the next year is filled from May: what last year's pieces are worth for it, and what may wait."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from preau.domain.catalogue.models import SchoolYear
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.queries.folders import overdue_of, pieces_due
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations.drafts import start
from preau.domain.procedures.operations.joining import join_document, send_document
from preau.domain.procedures.queries.dossiers import dossier_folders, dossier_states
from preau.domain.procedures.rules import About
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY, AUGUST, SEPTEMBER = (
    date(2027, 5, 15),
    date(2027, 6, 30),
    date(2027, 7, 10),
    date(2027, 8, 31),
    date(2027, 9, 2),
)
DAYS = [MAY, JUNE, JULY, AUGUST, SEPTEMBER]


@pytest.fixture
def next_year(town):
    return SchoolYear.objects.create(
        organisation_id=town.id, label="2027-2028", starts_on=date(2027, 9, 1), ends_on=date(2028, 7, 4)
    )


@pytest.fixture
def insurance(town, next_year):
    return DocumentType.objects.create(
        organisation_id=town.id, code="assurance", title="Assurance", needs=["dossier"], validity="school_year"
    )


def at(day):
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


def send(town, awa, kind, day=date(2026, 9, 10), state="valid"):
    send_document(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        type_id=kind.pk,
        name="a.pdf",
        content=paper(),
        now=at(day),
    )
    Document.objects.update(state=state)


def wanted(town, awa, day, year=None):
    """What the dossier that is to be filled on a day asks for: why, until when, and whether it stops the dossier."""
    year = year or school_year_to_prepare(organisation_id=town.id, on=day)
    found = dossier_folders(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        answers={},
        year_starts_on=year.starts_on,
        on=day,
    )
    [(_kind, each)] = found[-1].wanted
    return each.why, each.may_wait_until, each.blocks(on=day)


@pytest.mark.parametrize("state", ["valid", "to_check"])
@pytest.mark.parametrize("day", DAYS)
def test_the_piece_of_last_year_does_not_answer_for_the_next(town, awa, insurance, day, state):
    send(town, awa, insurance, state=state)
    assert school_year_to_prepare(organisation_id=town.id, on=day).label == "2027-2028"
    why = "missing" if day < date(2027, 7, 3) else "expired"
    assert wanted(town, awa, day) == (why, None, True)
    if why == "missing":  # the year in progress has what it asks for
        assert wanted(town, awa, day, town.year) == ("", None, False)


@pytest.mark.parametrize("day", DAYS)
def test_the_overview_says_so_too(town, awa, insurance, next_year, day):
    send(town, awa, insurance)
    states = dossier_states(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_ids=[awa.children[0].pk],
        year_id=next_year.pk,
        year_starts_on=next_year.starts_on,
        on=day,
    )
    assert "Assurance" in [problem.detail for problem in states[awa.children[0].pk].problems]


@pytest.mark.parametrize("day", DAYS)
def test_the_piece_sent_for_the_next_year_is_good_for_both(town, awa, insurance, next_year, day):
    child = awa.children[0]
    draft = start(
        actor=town.parent(awa),
        kind=ProcedureKind.DOSSIER,
        family_id=awa.family.pk,
        about=About(child_id=child.pk, school_year_id=next_year.pk),
        now=at(day),
    )
    join_document(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_id=child.pk,
        type_id=insurance.pk,
        name="a.pdf",
        content=paper(),
        draft_id=draft.draft_id,
        now=at(day),
    )
    assert Document.objects.get().good_until == date(2028, 7, 3)
    assert wanted(town, awa, day)[0] == ""
    assert wanted(town, awa, day, town.year)[0] == ""


@pytest.mark.parametrize("validity", ["months", "forever"])
def test_a_piece_that_is_not_of_a_school_year_answers_as_long_as_it_is_good(town, awa, insurance, validity):
    insurance.validity, insurance.months = validity, 3
    insurance.save()
    send(town, awa, insurance, day=date(2027, 5, 10))  # three months: until August
    assert wanted(town, awa, MAY)[0] == ""
    assert wanted(town, awa, SEPTEMBER)[0] == ("" if validity == "forever" else "expired")


@pytest.mark.parametrize("day", DAYS)
def test_what_may_wait_waits_until_the_day_of_the_year_that_asks(town, awa, insurance, day):
    insurance.due_month_day = "09-30"
    insurance.save()
    assert wanted(town, awa, day) == ("missing", date(2027, 9, 30), False)


@pytest.mark.parametrize("day", DAYS)
def test_bookings_of_the_year_in_progress_wait_for_its_own_day(town, awa, insurance, day):
    insurance.due_month_day = "09-30"
    insurance.save()
    asked = {"actor": town.parent(awa), "family_id": awa.family.pk, "child_ids": [awa.children[0].pk], "on": day}
    is_over = day in (MAY, JUNE)  # it was due last September
    [due] = pieces_due(**asked)
    assert (due.due_on, due.is_overdue) == (date(2026 if is_over else 2027, 9, 30), is_over)
    assert bool(overdue_of(**asked)) == is_over


def test_a_day_that_is_none_is_refused_by_the_admin_and_breaks_no_page(town, awa, insurance):
    for text in ("30-09", "02-30", "9-3", "sept."):
        insurance.due_month_day = text
        with pytest.raises(ValidationError):
            insurance.full_clean()
        DocumentType.objects.update(due_month_day=text[:5])
        assert wanted(town, awa, MAY) == ("missing", None, True)
    insurance.due_month_day = "02-29"
    insurance.full_clean()
    insurance.save()
    assert wanted(town, awa, MAY)[1] == date(2028, 2, 29)
