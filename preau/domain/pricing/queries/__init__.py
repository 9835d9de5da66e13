"""Reading scales and incomes."""
