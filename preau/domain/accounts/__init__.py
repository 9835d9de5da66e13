"""Login accounts: activation, passwords, acceptance of the terms, membership and roles."""
