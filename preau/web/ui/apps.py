from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "preau.web.ui"
    label = "ui"
