"""Settings, from the environment only. Every wrong value is told at once (see `preau check`)."""

import base64
import hashlib
from pathlib import Path

from environs import Env

env = Env(eager=False, prefix="PREAU_")

DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", "var/data"))
SECRET_KEY = env.str("SECRET_KEY", "")
DATABASE_URL = env.str("DATABASE_URL", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
ENCRYPTION_KEYS_GIVEN = env.list("ENCRYPTION_KEYS", [])
BEHIND_HTTPS = env.bool("HTTPS", not (DEMO or DEBUG))
env.seal()

ROOT = Path(__file__).resolve().parent.parent

PREAU_ENCRYPTION_KEYS = ENCRYPTION_KEYS_GIVEN or [
    base64.urlsafe_b64encode(hashlib.sha256(b"encryption:" + SECRET_KEY.encode()).digest()).decode()
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "preau.base",
    "preau.domain.organisations",
    "preau.domain.accounts",
    "preau.domain.families",
    "preau.domain.publishing",
    "preau.domain.catalogue",
    "preau.domain.enrolments",
    "preau.domain.bookings",
    "preau.domain.procedures",
    "preau.web.ui",
    "preau.web.papers",
    "preau.web.public",
    "preau.web.family",
    "preau.web.staff",
]

AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "preau.config.urls"
WSGI_APPLICATION = "preau.config.wsgi.application"

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def _database() -> dict[str, object]:
    if DATABASE_URL:
        import dj_database_url  # noqa: PLC0415 -- only when an address is given

        config = dict(dj_database_url.parse(DATABASE_URL, conn_max_age=600))
    else:
        config = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "preau.sqlite3")}
    if "sqlite3" in str(config["ENGINE"]):
        config["OPTIONS"] = SQLITE_OPTIONS
    config["ATOMIC_REQUESTS"] = False
    return config


DATABASES = {"default": _database()}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
MIDDLEWARE: list[str] = []
