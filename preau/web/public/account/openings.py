"""Opening one's space: activation, first identifiants, terms of use."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.facts import NotFound
from preau.domain.accounts import rules
from preau.domain.accounts.enums import LinkPurpose
from preau.domain.accounts.operations import identifiers as identifiers_acts
from preau.domain.accounts.operations import opening
from preau.domain.accounts.queries import find_link
from preau.domain.families.operations.profile import confirm_new_email
from preau.domain.organisations.queries import current_terms
from preau.web.public.account import kept
from preau.web.public.account.forms import IdentifiersForm
from preau.web.ui.policy import account_page, public_page

ACTIVATED = "activated_username"


@public_page
@require_safe
def stuck(request: Any, slug: str, token: str, rest: str) -> HttpResponse:
    """A link copied with the parenthesis or the full stop that followed it: the link itself."""
    if any(sign.isalnum() for sign in rest):
        raise NotFound("link")
    asked = {"stuck_activation": "activate", "stuck_reset": "reset"}[request.resolver_match.url_name]
    return redirect(f"account:{asked}", slug=slug, token=token)


@public_page
@sensitive_post_parameters("password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: Any, slug: str, token: str) -> HttpResponse:
    """The page of the link: a button activates. Mail scanners that open the link change nothing."""
    organisation = request.organisation
    link = find_link(secret=token, purpose=LinkPurpose.ACTIVATION, organisation_id=organisation.id, now=request.now)
    if link is None:
        return render(request, "account/link_invalid.html", status=404)
    needs_password = not link.account.must_change_password
    form = IdentifiersForm(request.POST or None, initial={"username": link.account.username})
    if request.method == "POST" and (not needs_password or form.is_valid()):
        data = form.cleaned_data if needs_password else {}
        try:
            account = opening.activate(
                organisation_id=organisation.id,
                secret=token,
                now=request.now,
                password=data.get("password", ""),
                username=data.get("username", ""),
            )
        except (rules.WeakPassword, rules.UsernameTaken, rules.UsernameInvalid) as refusal:
            refuse_identifiers(form, refusal)
        else:
            request.session[ACTIVATED] = account.username
            return redirect("account:activated", slug=slug)
    context = {"form": form, "needs_password": needs_password, "account": link.account}
    return render(request, "account/activate.html", context, status=422 if form.is_bound else 200)


def refuse_identifiers(form: IdentifiersForm, refusal: Exception) -> None:
    """Put what an operation refused on the field it is about."""
    if isinstance(refusal, rules.WeakPassword):
        form.refuse(refusal.problems)
    elif isinstance(refusal, rules.UsernameTaken):
        form.add_error("username", _("Cet identifiant est déjà pris. Choisissez-en un autre."))
    else:
        form.add_error("username", _("L’identifiant doit compter de 3 à 150 caractères, sans espace."))


@public_page
@require_safe
def activated(request: Any, slug: str) -> HttpResponse:
    username = request.session.get(ACTIVATED)
    if not username:
        return redirect("public:home", slug=slug)
    return render(request, "account/activated.html", {"username": username})


@account_page
@sensitive_post_parameters("password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def identifiers(request: Any, slug: str) -> HttpResponse:
    """Replace a provisional password, then log in again (A03-12 to A03-19)."""
    if not request.user.must_change_password:
        return redirect("public:home", slug=slug)
    form = IdentifiersForm(request.POST or None, initial={"username": request.user.username})
    if request.method == "POST" and form.is_valid():
        try:
            account = identifiers_acts.set_own_identifiers(
                organisation_id=request.organisation.id,
                account_id=request.user.pk,
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                now=request.now,
            )
        except (rules.WeakPassword, rules.UsernameTaken, rules.UsernameInvalid) as refusal:
            refuse_identifiers(form, refusal)
        else:
            logout(request)
            request.session[ACTIVATED] = account.username  # typed once more at most
            return redirect("account:password_changed", slug=slug)
    return render(request, "account/identifiers.html", {"form": form}, status=422 if form.is_bound else 200)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def email_change(request: Any, slug: str, token: str) -> HttpResponse:
    """The page of the link sent to a new e-mail: a button confirms it."""
    organisation_id = request.organisation.id
    link = find_link(secret=token, purpose=LinkPurpose.EMAIL, organisation_id=organisation_id, now=request.now)
    if link is None:
        return render(request, "account/link_invalid.html", status=404)
    if request.method == "POST":
        confirm_new_email(organisation_id=organisation_id, secret=token, now=request.now)
        messages.success(request, _("Votre nouveau courriel est vérifié."))
        return redirect("public:home", slug=slug)
    return render(request, "account/email_change.html", {"email": link.email})


@public_page
@require_safe
def password_changed(request: Any, slug: str) -> HttpResponse:
    return render(request, "account/password_changed.html")


@account_page
@sensitive_post_parameters(kept.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: Any, slug: str) -> HttpResponse:
    """Read and accept the terms in force; asked again for each new version."""
    if request.user.must_change_password:
        return redirect("account:identifiers", slug=slug)
    found = current_terms(organisation_id=request.organisation.id)
    home = "family:home" if request.actor.audience == "family" else "staff:home"
    if found is None:
        return redirect(home, slug=slug)
    if request.method == "POST" and request.POST.get("version") == str(found.version):
        opening.accept_terms(
            organisation_id=request.organisation.id,
            account_id=request.user.pk,
            version=found.version,
            now=request.now,
        )
        unsent = _unsent(request)
        if unsent is not None:
            return render(request, "account/send_again.html", {"unsent": unsent})
        return redirect(home, slug=slug)
    return _terms_page(request, found, _unsent(request))


def _unsent(request: Any) -> kept.Kept | None:
    owner = kept.owner_name(request.user.pk)
    return kept.opened(request.POST.get(kept.FIELD), slug=request.organisation.slug, owner=owner)


def terms_first(request: Any, address: str) -> HttpResponse | None:
    """Answer a form sent while new terms wait to be read: they come first, nothing typed is lost.

    None: the step at this address is another one, or there is nothing to keep.
    """
    unsent = kept.typed(request)
    found = current_terms(organisation_id=request.organisation.id)
    if unsent is None or found is None or address != reverse("account:terms", args=[request.organisation.slug]):
        return None
    return _terms_page(request, found, unsent, status=403)


def _terms_page(request: Any, found: Any, unsent: kept.Kept | None, status: int = 200) -> HttpResponse:
    context = {"terms": found, "unsent": unsent, "kept": kept.seal(unsent) if unsent else ""}
    return render(request, "account/terms.html", context, status=status)
