"""Pure helpers: money, periods, calendars, French dates. No Django."""
