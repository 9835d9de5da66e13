"""A child who changes class during the year."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.enrolments.queries.files import check_child_visible
from preau.domain.enrolments.queries.schools import classes_to_choose, schoolings_of
from preau.domain.families.queries.children import child_for
from preau.domain.families.queries.files import child_card
from preau.domain.procedures.operations.changes import Moved, move_child
from preau.web.staff.enrolments.forms import ClassForm
from preau.web.ui.policy import staff_page


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def child_class(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Change the class or the school of a child; its bookings follow."""
    actor = request.actor
    check_child_visible(actor=actor, child_id=child_id, on=request.today)
    form = ClassForm(
        request.POST if request.method == "POST" else None,
        initial={"on": request.today},
        classes=classes_to_choose(actor=actor, on=request.today),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_child(
                actor=actor,
                child_id=child_id,
                school_class_id=form.cleaned_data["class_id"],
                on=form.cleaned_data["on"],
                now=request.now,
            )
        except NotFound:
            form.add_error("on", _("Ce jour est après la fin de l’année de cette classe."))
        else:
            _tell(request, moved)
            return redirect("staff:child_class", slug=slug, child_id=child_id)
    context = {
        "form": form,
        "child": child_card(child_for(actor=actor, child_id=child_id)),
        "schoolings": schoolings_of(actor=actor, child_id=child_id),
    }
    return render(request, "staff/enrolments/class.html", context, status=422 if form.errors else 200)


def _tell(request: Any, moved: Moved) -> None:
    """Say what moved, and each day that could not."""
    messages.success(
        request, _("L’enfant est en %(name)s, %(school)s.") % {"name": moved.class_name, "school": moved.school}
    )
    for line in moved.activities:
        values = {"activity": line.activity, "site": line.site, "n": line.moved}
        if line.site:
            messages.info(request, _("%(activity)s continue à %(site)s : %(n)s réservations suivent.") % values)
        else:
            messages.warning(request, _("%(activity)s n’existe pas dans cette école : inscription terminée.") % values)
        if line.lost:
            days = ", ".join(f"{day:%d/%m} {code}" for day, code in line.lost[:20])
            messages.error(request, _("%(activity)s, jours perdus : %(days)s.") % {**values, "days": days})
