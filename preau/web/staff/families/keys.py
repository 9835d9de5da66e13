"""The « clé enfance » of an adult: made on demand, shown once, printed as a letter."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from preau.base.links import absolute
from preau.domain.enrolments.queries.files import check_family_visible
from preau.domain.families.operations.keys import create_access_key
from preau.domain.families.queries.files import family_file
from preau.web.ui.policy import staff_page


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def access_key(request: Any, slug: str, family_id: int, adult_id: int) -> HttpResponse:
    """The button makes the key: reading the page again shows none, the one before stays good until then."""
    check_family_visible(actor=request.actor, family_id=family_id)
    file = family_file(actor=request.actor, family_id=family_id)
    adult = next((each for each in file.adults if each.adult_id == adult_id), None)
    if adult is None:
        return render(request, "404.html", status=404)
    if adult.is_activated:
        return redirect("staff:family", slug=slug, family_id=family_id)
    key = ""
    if request.method == "POST":
        key = create_access_key(actor=request.actor, adult_id=adult_id, now=request.now)
    context = {"file": file, "adult": adult, "key": key, "address": absolute(reverse("public:home", args=[slug]))}
    return render(request, "staff/access_key.html", context)
