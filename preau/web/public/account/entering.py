"""What follows a good password, and the second proof of who has one: the session, its traces, the page asked."""

from typing import Any

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from preau.base import journal, sessions
from preau.base.actor import Actor
from preau.domain.accounts.operations import devices, opening
from preau.domain.accounts.queries import is_agent
from preau.web.public.account import browsers, kept, towns
from preau.web.ui.devices import device_of


@transaction.atomic
def enter(
    request: Any, account: Any, *, is_staff: bool, remember: bool, next_url: str, sealed: str, has_shown: bool
) -> HttpResponse:
    """Open the session of an account and lead where it wanted to go.

    :param is_staff: it is an agent of this collectivité.
    :param has_shown: it has shown its second factor.
    """
    organisation, counted = request.organisation, kept.owner_name(account.pk)
    is_known = bool(browsers.known(request, counted))
    previous = account.last_login
    login(request, account)
    note_sign_in(request, "account.logged_in", counted)
    opening.note_login(account_id=account.pk, previous=previous, now=request.now)
    # Agent somewhere on the installation, agent everywhere: the strictest role of any town rules the session.
    sessions.begin(request, is_short=is_agent(account_id=account.pk), remember=remember)
    request.session[sessions.SECOND] = has_shown
    keep_session(request, account.pk)
    towns.remember(request)
    response: HttpResponse
    unsent = kept.opened(sealed, slug=organisation.slug, owner=counted)
    if unsent is not None:
        response = render(request, "account/send_again.html", {"unsent": unsent, "name": account.full_name})
    else:
        response = redirect(safe_next(request, next_url, is_staff=is_staff))
    if not is_known:
        opening.tell_new_browser(account_id=account.pk, organisation_id=organisation.id, now=request.now)
    browsers.remember(request, response, counted)
    return response


def keep_session(request: Any, account_id: int) -> None:
    """Write this session in the list of the account’s devices; again whenever its key changes."""
    devices.note_session(
        account_id=account_id,
        session_key=request.session.session_key,
        device=device_of(request.headers.get("User-Agent", "")),
        now=request.now,
    )


def note_sign_in(request: Any, act: str, counted: str) -> None:
    """Keep that somebody has logged in, failed or been stopped: which account if it is one, never what was typed."""
    known = counted.removeprefix("account ") if counted.startswith("account ") else ""
    account_id = int(known) if known else None
    journal.record(
        actor=Actor(organisation_id=request.organisation.id, audience="account", account_id=account_id),
        act=act,
        at=request.now,
    )


def throttled_name(name: str, account: Any) -> str:
    """What the tries at a name are counted under: the account that it means, however it is written.

    :param account: see `accounts.queries.account_for_login`.
    """
    return kept.owner_name(account.pk) if account is not None else name


def safe_next(request: Any, next_url: str, *, is_staff: bool) -> str:
    """Only an address of this very collectivité is followed."""
    slug = request.organisation.slug
    is_ours = url_has_allowed_host_and_scheme(next_url, allowed_hosts={request.get_host()})
    if is_ours and next_url.startswith(f"/{slug}/"):
        return next_url
    return reverse("staff:home" if is_staff else "family:home", args=[slug])
