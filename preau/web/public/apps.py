from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "preau.web.public"
    label = "public"
