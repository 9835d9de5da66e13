"""What agents record."""
