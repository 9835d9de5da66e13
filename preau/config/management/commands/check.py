"""`preau check`: tries all that the installation needs, then lists which settings are given. Never a secret’s value."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import check

from preau.base.witness import key_prints
from preau.config.installation import all_problems


class Command(check.Command):
    help = "Contrôle les réglages, la base, les clés et les fichiers."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--counters", action="store_true", help="compare aussi les compteurs avec leur source")

    def handle(self, *app_labels: Any, **options: Any) -> None:
        super().handle(*app_labels, **options)
        self.stdout.write("\nRéglages (variables d’environnement) :")
        for name, purpose in settings.PREAU_SETTINGS.items():
            state = "donné" if os.environ.get(f"PREAU_{name}") else "par défaut"
            self.stdout.write(f"  PREAU_{name:<16} {state:<10} {purpose}")
        self.stdout.write(f"  Empreintes des clés : {', '.join(key_prints())}")
        problems = all_problems(counters=options["counters"])
        if problems:
            raise CommandError("À corriger :\n" + "\n".join(f"- {each}" for each in problems))
        self.stdout.write("Tout ce qui a été contrôlé est en ordre.")
