"""One stylesheet per audience, put together from the files of `css/` without a build step.

A page that loads eleven small files waits for each: the first view must stay under fifteen
requests. The finder makes Django's own collectstatic (and its test client) see the result.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

ROOT = Path(__file__).parent / "css"
CORE = (
    "tokens.css",
    "base.css",
    "layout.css",
    "components/actions.css",
    "components/forms.css",
    "components/blocks.css",
    "components/kids.css",
    "components/calendar.css",
    "components/basket.css",
    "components/hours.css",
    "components/tables.css",
    "components/path.css",
    "components/states.css",
    "components/talk.css",
    "components/product.css",
    "components/account.css",
    "components/furniture.css",
    "utilities.css",
)
STAFF = ("components/staff.css", "components/desk.css", "components/roster.css", "components/curve.css")
BUNDLES = {"ui/preau.css": CORE, "ui/agents.css": STAFF}
LAYERS = "@layer reset,tokens,base,layout,components,utilities;\n"


def css_of(name: str) -> str:
    """Return the text of one bundle."""
    return LAYERS + "\n".join((ROOT / part).read_text(encoding="utf-8") for part in BUNDLES[name])


class BundleStorage(Storage):
    """The bundles as files that collectstatic can read."""

    prefix = ""

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:
        return ContentFile(css_of(name).encode(), name=name)

    def exists(self, name: str) -> bool:
        return name in BUNDLES

    def path(self, name: str) -> str:
        """A name for collectstatic's own log: there is no such file on disk."""
        return str(ROOT / name)

    def get_modified_time(self, name: str) -> datetime:
        """Newer than any copy: the bundle is always written again."""
        return datetime.now(UTC)

    def size(self, name: str) -> int:
        return len(css_of(name).encode())


class BundleFinder(BaseFinder):
    """Gives the bundles to django.contrib.staticfiles."""

    storage = BundleStorage()

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, **kwargs: Any) -> Any:
        return [] if kwargs.get("find_all") or kwargs.get("all") else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in BUNDLES:
            yield name, self.storage
