"""Reads of planned presences, for families, agents and the operations of this app."""
