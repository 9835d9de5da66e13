"""The collectivités where a person has a space, kept in its session: pages link them without a query."""

from typing import Any

from preau.domain.accounts.queries import towns_of

TOWNS = "towns"  # [[slug, name]…], only when there are several


def remember(request: Any) -> None:
    """Keep where this account is somebody, to go from one to the other."""
    found = towns_of(account_id=request.user.pk)
    if len(found) > 1:
        request.session[TOWNS] = [list(each) for each in found]
    else:
        request.session.pop(TOWNS, None)
