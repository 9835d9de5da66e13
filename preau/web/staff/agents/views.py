"""The administrator invites, limits and deactivates agents."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.domain.accounts.operations import agents as agents_acts
from preau.domain.accounts.operations import factors
from preau.domain.accounts.queries import departments_without_agent, find_agent, list_agents
from preau.domain.accounts.rules import AgentElsewhere, AgentKnown, AlreadyActivated, LastAdmin
from preau.domain.organisations.queries import list_departments, list_sites
from preau.web.staff.agents.forms import ROLE_LABELS, AgentForm, ScopeForm
from preau.web.ui.policy import sensitive, staff_page


def _choices(request: Any) -> dict[str, Any]:
    organisation_id = request.organisation.id
    return {
        "departments": list_departments(organisation_id=organisation_id),
        "sites": list_sites(organisation_id=organisation_id),
    }


@staff_page("admin")
@require_safe
def agents(request: Any, slug: str) -> HttpResponse:
    labels = {code: str(text).split(" : ")[0] for code, text in ROLE_LABELS}
    rows = [(agent, [labels[role] for role in agent.roles]) for agent in list_agents(actor=request.actor)]
    unattended = departments_without_agent(organisation_id=request.organisation.id)
    return render(request, "staff/agents.html", {"rows": rows, "unattended": unattended})


@staff_page("admin")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, slug: str) -> HttpResponse:
    form = AgentForm(request.POST or None, **_choices(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            agents_acts.invite_agent(
                actor=request.actor,
                civility=data["civility"],
                first_name=data["first_name"],
                last_name=data["last_name"],
                email=data["email"],
                now=request.now,
                **form.scope(),
            )
        except AgentKnown as known:
            form.add_error("email", _known(request, known.account_id))
        else:
            messages.success(request, _("Le courriel d’activation est parti."))
            return redirect("staff:agents", slug=slug)
    return render(request, "staff/agent_new.html", {"form": form}, status=422 if form.errors else 200)


def _known(request: Any, account_id: int) -> str:
    """What an administrator reads when an agent has this e-mail already: who, and what to do instead."""
    found = find_agent(actor=request.actor, account_id=account_id)
    words = {"name": found.full_name, "username": found.username}
    if found.is_ended:
        return (
            _("%(name)s (%(username)s) a ce courriel, et un accès fermé : rendez-lui des droits sur sa page.") % words
        )
    return _("%(name)s (%(username)s) a ce courriel : changez ses droits ou renvoyez l’invitation sur sa page.") % words


@staff_page("admin")
@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: Any, slug: str, account_id: int) -> HttpResponse:
    found = find_agent(actor=request.actor, account_id=account_id)
    initial = {
        "roles": found.roles,
        "departments": [str(each) for each in found.department_ids],
        "sites": [str(each) for each in found.site_ids],
    }
    form = ScopeForm(request.POST or None, initial=initial, **_choices(request))
    if request.method == "POST" and form.is_valid():
        try:
            agents_acts.change_agent_scope(actor=request.actor, account_id=account_id, now=request.now, **form.scope())
        except LastAdmin:
            form.add_error("roles", _("Il faut garder au moins un administrateur. Nommez-en un autre d’abord."))
        else:
            messages.success(request, _("Les droits sont enregistrés. Ils comptent dès maintenant."))
            return redirect("staff:agents", slug=slug)
    return render(request, "staff/agent.html", {"form": form, "agent": found}, status=422 if form.errors else 200)


@staff_page("admin")
@require_POST
def end(request: Any, slug: str, account_id: int) -> HttpResponse:
    try:
        agents_acts.end_agent(actor=request.actor, account_id=account_id, now=request.now)
    except LastAdmin:
        messages.error(request, _("Il faut garder au moins un administrateur. Nommez-en un autre d’abord."))
        return redirect("staff:agent", slug=slug, account_id=account_id)
    messages.success(request, _("L’accès est fermé dès maintenant."))
    return redirect("staff:agents", slug=slug)


@staff_page("admin")
@require_POST
def again(request: Any, slug: str, account_id: int) -> HttpResponse:
    """« Renvoyer l’invitation »."""
    try:
        agents_acts.invite_again(actor=request.actor, account_id=account_id, now=request.now)
    except AlreadyActivated:
        messages.info(request, _("Cet agent se connecte déjà : il peut utiliser « mot de passe oublié »."))
    else:
        messages.success(request, _("Le courriel d’activation est parti. Son lien dure 72 heures."))
    return redirect("staff:agent", slug=slug, account_id=account_id)


@sensitive
@staff_page("admin")
@require_POST
def forget(request: Any, slug: str, account_id: int) -> HttpResponse:
    """Take away the second factor of an agent who has lost it."""
    try:
        factors.forget_factors(actor=request.actor, account_id=account_id, now=request.now)
    except AgentElsewhere:
        messages.error(
            request,
            _("Cet agent travaille aussi pour une autre collectivité : adressez-vous à qui héberge le portail."),
        )
    else:
        messages.success(request, _("C’est fait. L’agent en remettra une en place à sa prochaine connexion."))
    return redirect("staff:agent", slug=slug, account_id=account_id)
