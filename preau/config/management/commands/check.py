"""`preau check`: Django's checks, then which settings are given. Never the value of a secret."""

import os
from typing import Any

from django.conf import settings
from django.core.management.commands import check


class Command(check.Command):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        super().handle(*app_labels, **options)
        self.stdout.write("\nRéglages (variables d’environnement) :")
        for name, purpose in settings.PREAU_SETTINGS.items():
            state = "donné" if os.environ.get(f"PREAU_{name}") else "par défaut"
            self.stdout.write(f"  PREAU_{name:<16} {state:<10} {purpose}")
