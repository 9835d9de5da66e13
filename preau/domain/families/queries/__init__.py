"""Reads of families."""
