from django.apps import AppConfig


class CrecheConfig(AppConfig):
    name = "preau.domain.creche"
    label = "creche"
    default_auto_field = "django.db.models.BigAutoField"
