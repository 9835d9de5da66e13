"""Reading contracts of care."""
