"""« Je m’oppose aux démarches de l’autre parent » (Code civil, art. 372-2)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from preau.domain.families.enums import Access
from preau.domain.families.queries.custody import my_holder_id, my_objections
from preau.domain.families.queries.people import child_file
from preau.domain.procedures.operations.households import receive_objection, take_back_objection
from preau.web.family.children.views import page
from preau.web.ui.policy import family_page
from preau.web.ui.typed import Text


class ObjectForm(forms.Form):
    text = Text(
        label=gettext_lazy("Ce à quoi vous vous opposez, et pourquoi"),
        max_length=2000,
        help_text=gettext_lazy("Seul le service le lit. L’autre parent ne le voit jamais."),
        widget=forms.Textarea(attrs={"rows": "5"}),
        error_messages={"required": gettext_lazy("Écrivez à quoi vous vous opposez : le service doit le comprendre.")},
    )


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: Any, slug: str, child_id: int) -> HttpResponse:
    """What the law says, one's own objections, and a form to write one."""
    actor = request.actor
    found = child_file(actor=actor, child_id=child_id)
    if found.access != Access.WRITE:
        return page(request, "objection", found)
    lines = my_objections(actor=actor, child_id=child_id)
    form = ObjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        receive_objection(
            actor=actor,
            child_id=child_id,
            adult_id=my_holder_id(actor=actor, child_id=child_id),
            text=form.cleaned_data["text"],
            now=request.now,
        )
        messages.success(request, _("Votre opposition est enregistrée. Le service en est prévenu."))
        return redirect("family:child_objection", slug=slug, child_id=child_id)
    standing = [line for line in lines if line.ended_at is None]
    return page(request, "objection", found, form=form, lines=lines, standing=standing)


@family_page
@require_POST
def withdraw(request: Any, slug: str, child_id: int, objection_id: int) -> HttpResponse:
    """Take one's own objection back."""
    my_objections(actor=request.actor, child_id=child_id)
    take_back_objection(actor=request.actor, objection_id=objection_id, now=request.now)
    messages.success(request, _("Votre opposition est retirée."))
    return redirect("family:child_objection", slug=slug, child_id=child_id)
