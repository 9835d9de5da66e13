from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "preau.web.staff"
    label = "staff"
