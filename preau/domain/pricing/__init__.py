"""What things cost and why: here, the family share of care by the hour (PSU)."""
