"""A non-usual act asked by the other parent: agree, or not (Code civil, art. 372-2 read a contrario)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.procedures.operations.messages import answer_as_other_parent
from preau.domain.procedures.queries.to_finish import act_to_agree
from preau.web.ui.policy import family_page


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: Any, slug: str, number: int) -> HttpResponse:
    """What is asked for the child, and two buttons. Nothing of the other household is shown."""
    act = act_to_agree(actor=request.actor, number=number)
    if request.method == "POST" and request.POST.get("answer") in ("yes", "no"):
        agree = request.POST["answer"] == "yes"
        answer_as_other_parent(actor=request.actor, number=number, agree=agree, now=request.now)
        if agree:
            messages.success(request, _("Votre accord est enregistré. Le service peut décider."))
        else:
            messages.success(request, _("Votre désaccord est enregistré. Rien ne sera décidé sans les deux parents."))
        return redirect("family:home", slug=slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "family/procedures/agreement.html", {"act": act}, status=status)
