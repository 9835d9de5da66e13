"""Pages that anybody may read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from preau.base.search import fold
from preau.domain.catalogue.enums import ActivityKind
from preau.domain.catalogue.queries import offered_activities
from preau.domain.documents.queries.pieces import papers_to_prepare
from preau.domain.organisations.queries import list_organisations
from preau.domain.publishing.queries import find_news, list_news, list_questions
from preau.web.public.account.forms import LoginForm
from preau.web.ui.palette import theme_css
from preau.web.ui.policy import public_page

TEASERS = 3

# How a service is drawn on the home: its arch has a drawing and a hue.
SERVICES = {
    ActivityKind.AFTER_SCHOOL: ("sun", 1),
    ActivityKind.CANTEEN: ("plate", 5),
    ActivityKind.WEDNESDAY: ("tree", 3),
    ActivityKind.HOLIDAYS: ("tree", 6),
    ActivityKind.CRECHE: ("blocks", 4),
    ActivityKind.OUTINGS: ("ball", 2),
}


@public_page
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The collectivités of the installation."""
    text = request.GET.get("q", "")[:80]
    wanted = fold(text)
    found = [each for each in list_organisations() if wanted in fold(f"{each.name} {each.short_name}")]
    return render(request, "public/organisations.html", {"organisations": found, "text": text})


@public_page
@require_safe
def home(request: Any, slug: str) -> HttpResponse:
    """The public home, with the login box; a person already in goes to her space."""
    if request.actor is not None:
        return redirect("family:home" if request.actor.audience == "family" else "staff:home", slug=slug)
    news = list_news(organisation_id=request.organisation.id, on=request.today, limit=TEASERS)
    context = {
        "news": news,
        "services": _services(request),
        "questions": list_questions(organisation_id=request.organisation.id),
        "form": LoginForm(),
    }
    return render(request, "public/home.html", context)


def _services(request: Any) -> list[dict[str, Any]]:
    activities = offered_activities(organisation_id=request.organisation.id, on=request.today)
    drawn = [(each.name, *SERVICES[ActivityKind(each.kind)]) for each in activities]
    return [{"name": name, "drawing": drawing, "hue": hue} for name, drawing, hue in drawn]


@public_page
@require_safe
def theme(request: Any, slug: str) -> HttpResponse:
    """The colours of the collectivité; its address changes with them, so it may be kept."""
    response = HttpResponse(theme_css(request.organisation.brand), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@public_page
@require_safe
def news(request: Any, slug: str) -> HttpResponse:
    items = list_news(organisation_id=request.organisation.id, on=request.today)
    return render(request, "public/news.html", {"news": items})


@public_page
@require_safe
def news_item(request: Any, slug: str, news_id: int) -> HttpResponse:
    item = find_news(organisation_id=request.organisation.id, news_id=news_id, on=request.today)
    return render(request, "public/news_item.html", {"item": item})


@public_page
@require_safe
def questions(request: Any, slug: str) -> HttpResponse:
    """The F.A.Q., for those too who are logged in and whom the public home sends to their space."""
    found = list_questions(organisation_id=request.organisation.id)
    return render(request, "public/questions.html", {"questions": found})


@public_page
@require_safe
def first_steps(request: Any, slug: str) -> HttpResponse:
    """« Première inscription »: its steps and its papers, before one begins."""
    organisation_id = request.organisation.id
    activities = offered_activities(organisation_id=organisation_id, on=request.today)
    context = {
        "activities": activities,
        "needs_dossier": any(each.requires_dossier for each in activities),
        "papers": papers_to_prepare(organisation_id=organisation_id, on=request.today),
    }
    return render(request, "public/first_steps.html", context)


@public_page
@require_safe
def accessibility(request: Any, slug: str) -> HttpResponse:
    return render(request, "public/accessibility.html")


@public_page
@require_safe
def privacy(request: Any, slug: str) -> HttpResponse:
    return render(request, "public/privacy.html")


@public_page
@require_safe
def legal(request: Any, slug: str) -> HttpResponse:
    return render(request, "public/legal.html")


@public_page
@require_safe
def sitemap(request: Any, slug: str) -> HttpResponse:
    return render(request, "public/sitemap.html")
