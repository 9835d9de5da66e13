from django.apps import AppConfig


class AbsencesConfig(AppConfig):
    name = "preau.domain.absences"
    label = "absences"
    default_auto_field = "django.db.models.BigAutoField"
