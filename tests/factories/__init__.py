"""Builders of small, plain rows: no surprise, no hidden row."""
