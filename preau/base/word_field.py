"""A column of folded words that are looked for by their beginning, with an index, on both engines."""

from typing import Any

from django.db import models

_LAST = "\U0010ffff"


class WordField(models.CharField[str, str]):
    """A folded word that is looked for by its beginning, with `__beginning`."""


@WordField.register_lookup
class Beginning(models.Lookup[str]):
    """A range that an index answers. PostgreSQL sorts by the rules of a language: LIKE there, with a pattern index."""

    lookup_name = "beginning"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return f"({lhs} >= %s AND {lhs} < %s)", (*lhs_params, self.rhs, *lhs_params, f"{self.rhs}{_LAST}")

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Words hold neither % nor _: the pattern needs no escape."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return f"{lhs} LIKE %s", (*lhs_params, f"{self.rhs}%")
