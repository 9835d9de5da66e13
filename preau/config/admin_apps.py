"""Django's admin with our site in place of its own."""

from django.contrib.admin.apps import AdminConfig


class PreauAdminConfig(AdminConfig):
    default_site = "preau.base.admin_pages.PreauAdminSite"
