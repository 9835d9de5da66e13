"""Django's admin, for superusers: what is guarded by an operation can be looked at, never changed."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest

from preau.base.sessions import SECOND


class PreauAdminSite(admin.AdminSite):
    """No login page of its own: one logs in at the address of a collectivité, or is told 404."""

    site_header = site_title = "Préau"
    index_title = "Installation"

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers only, who have shown their second factor where the installation asks for it."""
        has_shown = not settings.PREAU_ADMIN_SECOND_FACTOR or bool(request.session.get(SECOND))
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False) and has_shown)

    def get_urls(self) -> list[Any]:
        """Leave out the pages of the password: it is changed at the address of a collectivité, with its own rules."""
        return [each for each in super().get_urls() if not str(getattr(each, "name", "")).startswith("password_change")]

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        raise Http404("no global login address")


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that an operation alone may write: bookings, counters, journal, démarches, links."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AddOnlyAdmin(ReadOnlyAdmin):
    """Rows that are superseded by a newer one, never edited: versions of the terms of use."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True


class SettingsAdmin(admin.ModelAdmin[Any]):
    """Settings of a collectivité, until the agents' own screens exist."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
