"""What need not be kept: results of tasks done, sessions over."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from preau.base.models import Tally

KEPT = timedelta(days=7)


def forget_finished() -> None:
    """Delete tasks done for a week and sessions past their date."""
    now = timezone.now()
    DBTaskResult.objects.filter(status="SUCCESSFUL", finished_at__lt=now - KEPT).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    Tally.objects.filter(until__lt=now).delete()
