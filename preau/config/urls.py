"""All addresses of the installation."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from preau.config.health import health
from preau.web.public.pages import views as pages
from preau.web.ui.policy import public_page

handler400 = "preau.config.errors.bad_request"
handler403 = "preau.config.errors.forbidden"
handler404 = "preau.config.errors.not_found"
handler500 = "preau.config.errors.server_error"

urlpatterns: list[Any] = [
    path("", pages.organisations, name="organisations"),
    path("sante/", health, name="health"),
    path("favicon.ico", public_page(RedirectView.as_view(url=f"{settings.STATIC_URL}ui/favicon.svg"))),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("preau.demo.urls")))
urlpatterns += [
    path("<slug:slug>/", include("preau.web.public.pages.urls")),
    path("<slug:slug>/", include("preau.web.public.account.urls")),
    path("<slug:slug>/famille/", include("preau.web.family.urls")),
    path("<slug:slug>/agents/", include("preau.web.staff.urls")),
]
