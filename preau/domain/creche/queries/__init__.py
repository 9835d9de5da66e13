"""Reads of hours of care, for families, directors and the operations of this app."""
