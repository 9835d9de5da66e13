from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "preau.domain.contracts"
    label = "contracts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Contrats d’accueil"
