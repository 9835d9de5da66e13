"""A cursor of PostgreSQL that prepares each statement. Imported only where PostgreSQL is the database."""

from typing import Any

from django.db.backends.postgresql import base

ServerBindingCursor: Any = base.ServerBindingCursor  # of the driver, which the types of Django do not know


class PreparingCursor(ServerBindingCursor):  # type: ignore[misc]
    """The connection forgets its oldest statements by itself (a hundred are kept)."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, prepare=True, **options)

    def _send_query_prepared(self, name: bytes, query: Any, **options: Any) -> None:
        self._query = query  # the driver forgets it here, and Django shows it to who captures the queries
        super()._send_query_prepared(name, query, **options)
