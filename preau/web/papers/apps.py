from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "preau.web.papers"
    label = "papers"
