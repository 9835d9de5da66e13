"""What a tablet needs to open its sheets again without a network."""

from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.web.staff.lists.care import READERS
from preau.web.ui.policy import staff_page


@cache
def _source() -> str:
    return Path(__file__).with_name("worker.js").read_text(encoding="utf-8")


@staff_page(*READERS)
@require_safe
def worker(request: Any, slug: str) -> HttpResponse:
    """The script that gives back the copies; served from here, it answers for « Pointage » and for nothing else."""
    response = HttpResponse(_source(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@staff_page(*READERS)
@require_safe
def offline(request: Any, slug: str) -> HttpResponse:
    """The page that stands, without a network, for one that the tablet has not kept."""
    return render(request, "staff/attendance/offline.html")
