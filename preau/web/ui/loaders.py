"""Templates are written to be read, and sent without their indentation: 2,000 rows pay for every space."""

import re
from pathlib import Path

from django.conf import settings
from django.template.base import Origin
from django.template.loaders import app_directories, filesystem

INDENT = re.compile(r"[ \t]*\n\s*")


def without_indent(source: str) -> str:
    r"""Return a template whose lines begin at the margin, without empty ones; words stay apart.

    >>> without_indent("<p>\n    {{ a }}\n\n  b\n</p>\n")
    '<p>\n{{ a }}\nb\n</p>\n'
    """
    return INDENT.sub("\n", source)


def _is_ours(origin: Origin) -> bool:
    return origin.name.endswith(".html") and Path(settings.ROOT) in Path(origin.name).parents


class _Tight:
    """Reads our own templates without their indentation, and those of libraries as they are."""

    def get_contents(self, origin: Origin) -> str:
        found: str = super().get_contents(origin)  # type: ignore[misc]
        return without_indent(found) if _is_ours(origin) else found


class FileLoader(_Tight, filesystem.Loader):
    """The templates of the design system, before those of Django's admin."""


class AppLoader(_Tight, app_directories.Loader):
    """The templates of the apps."""
