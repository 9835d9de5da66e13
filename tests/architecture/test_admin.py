"""Django's admin: superusers only, and read-only for every row that an operation guards."""

import pytest
from django.apps import apps
from django.contrib import admin

GUARDED = [
    "bookings.Booking",
    "catalogue.ResourceDay",
    "catalogue.Slot",
    "procedures.Procedure",
    "procedures.ProcedureCounter",
    "procedures.TimelineEntry",
    "base.JournalEntry",
    "base.OutboxMail",
    "accounts.Account",
    "accounts.AccessLink",
    "accounts.Membership",
    "families.Family",
    "enrolments.Enrolment",
]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("label", GUARDED)
def test_what_an_operation_guards_cannot_be_changed_in_the_admin(rf, label):
    page = admin.site._registry[apps.get_model(label)]
    request = rf.get("/admin/")
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)


def test_a_superuser_looks_and_nobody_logs_in_there(town, login, client):
    account = town.account("racine", role="admin", is_superuser=True, is_staff=True)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 404
    boss = login(account)
    assert boss.get("/admin/").status_code == 200
    assert boss.get("/admin/bookings/booking/").status_code == 200
    assert boss.get("/admin/bookings/booking/add/").status_code == 403
    assert login(town.account("simple", role="admin")).get("/admin/").status_code == 302
