from django.apps import AppConfig


class FamilyConfig(AppConfig):
    name = "preau.web.family"
    label = "family"
