"""Acts on accounts: opening, activating, changing what logs in."""
