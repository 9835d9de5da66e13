from django.apps import AppConfig
from django.db.backends.signals import connection_created

from preau.base.ordering import give_collation
from preau.base.written import plan_once


class BaseConfig(AppConfig):
    name = "preau.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(give_collation, dispatch_uid="preau.collation")
        connection_created.connect(plan_once, dispatch_uid="preau.plans")
