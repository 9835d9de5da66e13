"""Collectivités: identity, theme, labels, settings, departments, sites, terms of use."""
