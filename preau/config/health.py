"""`/sante/`: does the installation answer, does its database."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from preau.base.sending import lost_mails
from preau.web.ui.policy import public_page


@public_page
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, 503 otherwise; never says why to the outside.

    How many mails were given up is told too: somebody has to look.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        lost = lost_mails().count()
    except Exception:
        return JsonResponse({"etat": "en panne"}, status=503)
    return JsonResponse({"etat": "ok", "courriels_abandonnes": lost})
