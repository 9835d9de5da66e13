"""Families, adults, children, links of authority, contacts."""
