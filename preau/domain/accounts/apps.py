from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "preau.domain.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # `operations.opening.note_login` writes the date of a login, with that of the one before.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
