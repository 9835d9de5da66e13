"""Who may open a view. Deny by default: a view without a policy is refused by the middleware.

The words here are audiences, not business: `config.middleware` gives them their meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

View = Callable[..., Any]

PUBLIC, ACCOUNT, FAMILY, STAFF = "public", "account", "family", "staff"
PRESENT, RECENT = "present", "recent"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a request must be to reach a view. No role named means any role of that audience."""

    audience: str
    roles: frozenset[str] = frozenset()
    proof: str = ""  # PRESENT or RECENT: the password is asked again first
    opens_locked: bool = False  # it unlocks a tablet: everything else waits


def _declare(policy: Policy) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def declared(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        declared.policy = policy  # type: ignore[attr-defined]
        return declared

    return decorate


def public_page(view: View) -> View:
    """Open a view to everybody."""
    return _declare(Policy(PUBLIC))(view)


def account_page(view: View) -> View:
    """Open a view to a logged-in person in any state: forced change of password, terms to accept."""
    return _declare(Policy(ACCOUNT))(view)


def family_page(view: View) -> View:
    """Open a view to the families of the collectivité."""
    return _declare(Policy(FAMILY))(view)


def staff_page(*roles: str) -> Callable[[View], View]:
    """Open a view to the agents of the collectivité that hold one of these roles (any, when none is named)."""
    return _declare(Policy(STAFF, frozenset(roles)))


def unlocking(view: View) -> View:
    """Open a view though the tablet is locked: where one unlocks it."""
    view.policy = replace(view.policy, opens_locked=True)  # type: ignore[attr-defined]
    return view


def intimate(view: View) -> View:
    """Ask for the password again where a remembered session was left alone: health, documents, papers of a child."""
    view.policy = replace(view.policy, proof=PRESENT)  # type: ignore[attr-defined]
    return view


def sensitive(view: View) -> View:
    """Ask for the password again when it was not typed in the last minutes: what could give an account away."""
    view.policy = replace(view.policy, proof=RECENT)  # type: ignore[attr-defined]
    return view
