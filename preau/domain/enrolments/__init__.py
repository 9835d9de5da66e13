"""A child in a class, a participant in an offer, for a period."""
