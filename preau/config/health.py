"""`/sante/`: does the installation answer, does its database."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from preau.web.ui.policy import public_page


@public_page
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, 503 otherwise; never says why to the outside."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Exception:
        return JsonResponse({"etat": "en panne"}, status=503)
    return JsonResponse({"etat": "ok"})
