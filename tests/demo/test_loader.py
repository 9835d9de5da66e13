"""The demo: five towns, characters for each situation, counters that tell the truth."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction

from preau.base.actor import FAMILY, Actor
from preau.demo import loader
from preau.demo.towns import kerploz, pays_mellifere, pays_mellifere_characters, saint_loup
from preau.domain.accounts.models import Account
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Offer, ResourceDay, Slot
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.documents.models import Document
from preau.domain.families.models import (
    Adult,
    ChildHealth,
    Contact,
    Family,
    ResidenceCalendar,
    ValidatedDossier,
)
from preau.domain.families.queries.files import children_of_family
from preau.domain.families.rules import pai_state
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure, ProcedureMessage
from preau.domain.procedures.queries.dossiers import DossierState, dossier_states

pytestmark = pytest.mark.django_db

IS_WHOLE = bool(os.environ.get("AUDIT_FULL"))
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def load(folder: Path, *, today: date = TODAY, towns=loader.TOWNS) -> list[dict[str, str]]:  # type: ignore[no-untyped-def]
    now = NOW.replace(year=today.year, month=today.month, day=today.day)
    loader.load(today=today, now=now, data_dir=folder, report=lambda line: None, scale=0.1, towns=towns)
    return json.loads((folder / "accounts.json").read_text(encoding="utf-8"))


def snapshot() -> list[object]:
    return [
        list(Organisation.objects.order_by("slug").values_list("slug", "name", "brand")),
        list(Family.objects.order_by("organisation_id", "number").values_list("number", "name", "street")),
        list(Account.objects.order_by("username").values_list("username", "email")),
        sorted(Booking.objects.values_list("on", "slot__unit__code", "enrolment__child__first_name")),
        sorted(ResourceDay.objects.values_list("on", "resource__name", "capacity", "booked")),
    ]


def test_the_same_day_gives_the_same_demo(tmp_path: Path) -> None:
    kept = []
    for run in ("first", "second"):
        with transaction.atomic():
            accounts = load(tmp_path / run, towns=(kerploz, saint_loup))
            kept.append((accounts, snapshot()))
            transaction.set_rollback(True)
    assert kept[0] == kept[1]
    assert not Organisation.objects.exists()


# In summer, on the first day of a year; then, for `bin/audit`, three more.
DAYS = [date(2027, 7, 14), date(2027, 9, 1), date(2029, 2, 24), date(2027, 6, 30), date(2031, 12, 25)]


@pytest.mark.parametrize("today", DAYS if IS_WHOLE else DAYS[:2])
def test_the_demo_loads_on_any_day_of_the_year(tmp_path: Path, today: date) -> None:
    load(tmp_path, today=today)
    assert Slot.objects.filter(on__gt=today).exists()
    assert Booking.objects.filter(on__lt=today).exists()
    saint_loup_id = Organisation.objects.get(slug="saint-loup").pk
    assert Offer.objects.filter(organisation_id=saint_loup_id, ends_on__gt=today).exists()


def test_the_demo_refuses_an_installation_in_use(tmp_path: Path) -> None:
    Organisation.objects.create(slug="ici", name="Ici", short_name="Ici", mail_signature="Ici")
    with pytest.raises(loader.AlreadyLoaded):
        load(tmp_path)
    assert Organisation.objects.count() == 1
    assert not (tmp_path / "accounts.json").exists()


IN_PROGRESS = {
    "clotilde.rambervil": ["draft"],
    "baptistin.ormesson": ["submitted"],
    "sidonie.tavernier": ["refused"],
    "ysoline.chantereine": ["more_asked"],
}


def actor_of(login: str) -> Actor:
    adult = Adult.objects.get(account__username=login)
    return Actor(
        organisation_id=adult.organisation_id,
        audience=FAMILY,
        account_id=adult.account_id,
        display_name=adult.full_name,
        roles=frozenset({"family"}),
        family_ids=frozenset({adult.family_id}),
        adult_ids=frozenset({adult.pk}),
    )


def dossiers_of(login: str, *, on: date = TODAY) -> list[DossierState]:
    """Return where each child of a character stands for the year whose dossier is asked for."""
    actor = actor_of(login)
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=on)
    assert year is not None
    (family_id,) = actor.family_ids
    children = [each.child_id for each in children_of_family(actor=actor, family_id=family_id)]
    states = dossier_states(
        actor=actor, family_id=family_id, child_ids=children, year_id=year.pk, year_starts_on=year.starts_on, on=on
    )
    return [states[child_id] for child_id in children]


@pytest.mark.parametrize("today", [TODAY, date(2027, 8, 20), date(2027, 6, 20)][: None if IS_WHOLE else 2])
def test_kerploz_shows_each_step_of_the_year(tmp_path: Path, today: date) -> None:
    load(tmp_path, today=today, towns=(kerploz,))
    assert all(each.validated_on for each in dossiers_of("enora.kervizic", on=today))
    assert [each.status for each in dossiers_of("solenn.penvern", on=today)] == ["", "", ""]
    assert ValidatedDossier.objects.filter(child__first_name="Tugdual").count() == 1
    assert ChildHealth.objects.filter(child__first_name="Tugdual").exists()
    assert [each.status for each in dossiers_of("yann.guillerm", on=today)] == ["submitted"]
    (begun,) = dossiers_of("gwenola.ropars", on=today)
    assert begun.status == "draft"
    assert {each.step for each in begun.problems} == {"people", "documents", "rules"}


def dossier_year(actor: Actor) -> int:
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=TODAY)
    assert year is not None
    return year.pk


@pytest.mark.parametrize(
    "today", [TODAY, date(2027, 8, 20), date(2027, 6, 20), date(2029, 3, 15)][: None if IS_WHOLE else 2]
)
def test_pays_mellifere_shows_each_state_of_the_family_file(tmp_path: Path, today: date) -> None:
    load(tmp_path, today=today, towns=(pays_mellifere,))
    states = {login: [each.status for each in dossiers_of(login, on=today)] for login in IN_PROGRESS}
    assert states == IN_PROGRESS
    assert all(each.validated_on for each in dossiers_of("eugenie.fromentel", on=today))
    invited = Adult.objects.get(last_name=pays_mellifere_characters.NOT_ACTIVATED[1])
    assert invited.account is not None
    assert invited.account.activated_at is None
    without_mail = Adult.objects.get(last_name=pays_mellifere_characters.WITHOUT_MAIL[1])
    assert (without_mail.account, without_mail.email) == (None, "")
    entourages = Procedure.objects.filter(kind="entourage", status="submitted")
    assert sorted("duplicate_child" in row.anomalies for row in entourages) == [False, False, True]
    assert sorted(row.is_clean for row in entourages) == [False, False, True]
    asked = Procedure.objects.exclude(kind="absence").get(status="more_asked")
    assert ProcedureMessage.objects.filter(procedure=asked).count() == 2
    peanut = ChildHealth.objects.get(child__first_name="Philibert")
    assert pai_state(sheet=peanut.sheet, on=today) == "expired"
    assert Adult.objects.filter(has_protected_address=True).exists()
    assert Contact.objects.filter(kind="forbidden").exists()
    assert ResidenceCalendar.objects.filter(child__first_name="Anatolie", ends_on=None).count() == 1
    assert {"to_check", "valid", "refused"} <= set(Document.objects.values_list("state", flat=True))
    assert Document.objects.filter(state="valid", good_until__lt=today).exists()
    assert Document.objects.values("file__sha256").distinct().count() == Document.objects.count()
