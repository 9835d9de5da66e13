"""`preau compile_catalogues`: makes the translations readable by Django."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from preau.config.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compile les catalogues de traduction."

    def handle(self, *args: Any, **options: Any) -> None:
        compile_catalogues(settings.CATALOGUES_DIR, settings.LOCALE_PATHS[0])
