"""The lock of a tablet: two minutes without a gesture, and the code of the agent is asked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from preau.base import sessions
from preau.domain.accounts.operations.tablet import choose_code, is_code
from preau.domain.accounts.rules import WeakTabletCode
from preau.web.staff.lists.care import READERS
from preau.web.ui.policy import staff_page, unlocking
from preau.web.ui.typed import Text

A_YEAR = 365 * 24 * 3600
MOST_TRIES = 5
DIGITS = {"inputmode": "numeric", "autocomplete": "off", "pattern": "[0-9]*"}


class CodeForm(forms.Form):
    """The code, twice, and whether this device locks itself."""

    code = Text(
        label=gettext_lazy("Code, quatre à six chiffres"), max_length=6, widget=forms.PasswordInput(attrs=DIGITS)
    )
    again = Text(label=gettext_lazy("Le même code"), max_length=6, widget=forms.PasswordInput(attrs=DIGITS))
    locks = forms.BooleanField(
        label=gettext_lazy("Verrouiller cette tablette après deux minutes sans geste"), required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        """Twice the same."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("code") and found.get("again") and found["code"] != found["again"]:
            self.add_error("again", _("Les deux codes diffèrent."))
        return found


@staff_page(*READERS)
@require_POST
def lock(request: Any, slug: str) -> HttpResponse:
    """Lock now. Who has no code chooses one first."""
    if not request.user.tablet_code:
        return redirect("staff:attendance_code", slug=slug)
    request.session[sessions.LOCKED] = slug
    return redirect("staff:attendance_unlock", slug=slug)


@unlocking
@staff_page(*READERS)
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: Any, slug: str) -> HttpResponse:
    """The code opens again; after five wrong ones, one logs in. A script gets a bare answer."""
    is_part = request.headers.get("X-Part") == "lock"
    if request.method != "POST":
        return render(request, "staff/attendance/unlock.html")
    if is_code(actor=request.actor, code=request.POST.get("code", "")):
        request.session.pop(sessions.LOCKED, None)
        request.session.pop(sessions.TRIES, None)
        return HttpResponse(status=204) if is_part else redirect("staff:attendance", slug=slug)
    tries = request.session.get(sessions.TRIES, 0) + 1
    request.session[sessions.TRIES] = tries
    if tries >= MOST_TRIES:
        logout(request)
        messages.error(request, _("Cinq codes faux : connectez-vous de nouveau."))
        return HttpResponse(status=401) if is_part else redirect("account:login", slug=slug)
    left = MOST_TRIES - tries
    why = _("Ce code n’est pas le vôtre. Essais restants : %s.") % left
    if is_part:
        return HttpResponse(why, status=422, content_type="text/plain; charset=utf-8")
    return render(request, "staff/attendance/unlock.html", {"why": why}, status=422)


@staff_page(*READERS)
@sensitive_post_parameters("code", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: Any, slug: str) -> HttpResponse:
    """Choose one’s code, and whether this device locks itself."""
    form = CodeForm(request.POST or None, initial={"locks": True})
    if request.method == "POST" and form.is_valid():
        try:
            choose_code(actor=request.actor, code=form.cleaned_data["code"], now=request.now)
        except WeakTabletCode:
            form.add_error("code", _("Choisissez quatre à six chiffres, ni tous pareils ni qui se suivent."))
        else:
            messages.success(request, _("Votre code est enregistré : il déverrouille la tablette, et rien d’autre."))
            return _with_cookie(request, redirect("staff:attendance", slug=slug), locks=form.cleaned_data["locks"])
    return render(request, "staff/attendance/code.html", {"form": form}, status=422 if form.errors else 200)


def _with_cookie(request: Any, response: HttpResponse, *, locks: bool) -> HttpResponse:
    path = reverse("staff:home", args=[request.organisation.slug])
    if locks:
        secure = request.is_secure()
        response.set_cookie(
            sessions.TABLET, "1", max_age=A_YEAR, path=path, httponly=True, samesite="Lax", secure=secure
        )
    else:
        response.delete_cookie(sessions.TABLET, path=path, samesite="Lax")
    return response
