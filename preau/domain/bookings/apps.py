from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "preau.domain.bookings"
    label = "bookings"
    default_auto_field = "django.db.models.BigAutoField"
