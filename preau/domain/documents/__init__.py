"""Pieces of families, their types, public documents."""
