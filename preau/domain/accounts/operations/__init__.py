"""Acts on accounts: opening, activating, changing what logs in."""

from preau.domain.accounts.operations.agents import change_agent_scope, end_agent, invite_again, invite_agent
from preau.domain.accounts.operations.devices import close_other_sessions, close_session, note_session
from preau.domain.accounts.operations.factors import (
    add_totp,
    check_code,
    forget_factors,
    new_recovery_codes,
    new_totp_secret,
    remove_factor,
    totp_address,
)
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
    "add_totp",
    "change_agent_scope",
    "change_email",
    "change_identifiers",
    "check_code",
    "close_other_sessions",
    "close_session",
    "create_account",
    "end_agent",
    "forget_factors",
    "invite_again",
    "invite_agent",
    "join_town",
    "leave_as_family",
    "new_recovery_codes",
    "new_totp_secret",
    "note_login",
    "note_session",
    "open_account",
    "proposed_username",
    "remove_factor",
    "request_email_change",
    "request_reset",
    "reset_password",
    "send_activation",
    "set_own_identifiers",
    "tell_new_browser",
    "totp_address",
]
