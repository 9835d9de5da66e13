"""Acts on scales and incomes."""
