from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "preau.config"
    label = "config"
