"""Acts on absences."""
