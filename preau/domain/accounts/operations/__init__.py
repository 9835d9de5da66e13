"""Acts on accounts: opening, activating, changing what logs in."""

from preau.domain.accounts.operations.agents import change_agent_scope, end_agent, invite_agent
from preau.domain.accounts.operations.identifiers import (
    change_email,
    change_identifiers,
    request_email_change,
    request_reset,
    reset_password,
    set_own_identifiers,
)
from preau.domain.accounts.operations.opening import (
    accept_terms,
    activate,
    create_account,
    join_town,
    leave_as_family,
    note_login,
    open_account,
    proposed_username,
    send_activation,
    tell_new_browser,
)

__all__ = [
    "accept_terms",
    "activate",
    "change_agent_scope",
    "change_email",
    "change_identifiers",
    "create_account",
    "end_agent",
    "invite_agent",
    "join_town",
    "leave_as_family",
    "note_login",
    "open_account",
    "proposed_username",
    "request_email_change",
    "request_reset",
    "reset_password",
    "send_activation",
    "set_own_identifiers",
    "tell_new_browser",
]
