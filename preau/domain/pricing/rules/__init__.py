"""What care by the hour costs, and why. Pure."""
