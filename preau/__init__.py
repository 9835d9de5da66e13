"""Préau, the open-source portail famille."""

__version__ = "0.1.0"
