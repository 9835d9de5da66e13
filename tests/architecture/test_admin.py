"""Django's admin: superusers only, and read-only for every row that an operation guards."""

import pytest
from django.apps import apps
from django.contrib import admin

GUARDED = [
    "bookings.Booking",
    "catalogue.ResourceDay",
    "catalogue.Slot",
    "procedures.Procedure",
    "base.Counter",
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


def test_a_superuser_reads_no_address(town, login, awa):
    """A protected address was shown there without a line in the journal."""
    boss = login(town.account("racine4", role="admin", is_superuser=True, is_staff=True))
    family = awa.family
    family.street, family.city = "12 rue de l’Abri", "Cachette"
    family.save()
    for path in (f"families/family/{family.pk}/change/", f"families/adult/{awa.adult.pk}/change/"):
        page = boss.get(f"/admin/{path}")
        assert page.status_code == 200
        assert "Abri" not in page.content.decode()
        assert "Cachette" not in page.content.decode()


def test_a_superuser_sets_up_an_offer_and_opens_its_slots(town, login):
    boss = login(town.account("racine2", role="admin", is_superuser=True, is_staff=True))
    site = {"organisation": town.id, "name": "Nouvelle école", "kind": "school", "address": "", "phone": ""}
    assert boss.post("/admin/organisations/site/add/", site).status_code == 302
    offer = town.offer()
    slots = apps.get_model("catalogue.Slot").objects
    slots.all().delete()
    boss.post("/admin/catalogue/offer/", {"action": "open_slots", "_selected_action": [offer.pk]})
    assert slots.filter(offer=offer).exists()


def test_a_new_version_of_the_terms_is_added_and_an_old_one_never_edited(town, login):
    boss = login(town.account("racine3", role="admin", is_superuser=True, is_staff=True))
    new = {
        "organisation": town.id,
        "version": 2,
        "body": "## Neuf",
        "published_at_0": "2026-11-16",
        "published_at_1": "08:00",
    }
    assert boss.post("/admin/organisations/termsversion/add/", new).status_code == 302
    terms = apps.get_model("organisations.TermsVersion").objects.get(organisation_id=town.id, version=2)
    assert (
        boss.post(f"/admin/organisations/termsversion/{terms.pk}/change/", {**new, "body": "Autre"}).status_code == 403
    )
