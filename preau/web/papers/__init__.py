"""Templates only: mails, PDF and their HTML twins, .ics. Rendered by name."""
