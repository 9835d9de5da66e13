"""The `preau` command: Django's management commands under one name."""

import os
import sys


def main() -> None:
    """Run a management command with Préau's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "preau.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- after the settings are named

    execute_from_command_line(sys.argv)
