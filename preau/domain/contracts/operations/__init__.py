"""Acts on contracts of care."""
