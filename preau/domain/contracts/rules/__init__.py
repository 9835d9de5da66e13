"""What a contract reserves, and what may be done with it. Pure."""
