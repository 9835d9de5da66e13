"""Screens. Public, family and staff packages ignore one another; `ui` is their design system."""
