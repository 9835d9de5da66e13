"""Reads of enrolments, for families, agents and the operations of this app."""
