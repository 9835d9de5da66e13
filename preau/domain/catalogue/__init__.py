"""What can be booked: years, calendars, activities, offers, units, resources, slots, rules of booking."""
