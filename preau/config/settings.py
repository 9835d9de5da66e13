"""Settings, from the environment only. Every wrong value is told at once (`proving`); `preau check` lists them."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from preau.config.proving import wrong_settings

ROOT = Path(__file__).resolve().parent.parent

env = Env(eager=False, prefix="PREAU_")
DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)
DATA_DIR = env.path("DATA_DIR", Path("var/data"))
SECRET_KEY = env.str("SECRET_KEY", "")
DATABASE_URL = env.str("DATABASE_URL", "")
CACHE_URL = env.str("CACHE_URL", "")
EMAIL_URL = env.str("EMAIL_URL", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
PREAU_BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000")
PREAU_MAIL_DOMAIN = env.str("MAIL_DOMAIN", "preau.invalid")
PREAU_TODAY = env.date("TODAY", None)
PREAU_TENANT_MODEL = "organisations.Organisation"
PREAU_CLOCK = "preau.config.clock.now"  # what tasks read: the floors below do not import this one
PREAU_TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
PREAU_CLAMD_URL = env.str("CLAMD_URL", "")
PREAU_UNSCANNED_READABLE = env.bool("UNSCANNED_READABLE", False)
HTTPS = env.bool("HTTPS", not (DEMO or DEBUG))
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
PREAU_ADMIN_SECOND_FACTOR = not (DEMO or DEBUG)  # of superusers, before Django's admin
PREAU_ENCRYPTION_KEYS = [key.strip() for key in env.list("ENCRYPTION_KEYS", [])]

# What `preau check` shows: name → what it is for. Never the value of a secret.
PREAU_SETTINGS = {
    "SECRET_KEY": "secret du site, 50 caractères au moins",
    "ENCRYPTION_KEYS": "clés de chiffrement des données, la première chiffre",
    "DATABASE_URL": "base de données (par défaut SQLite dans DATA_DIR)",
    "DATA_DIR": "dossier des données",
    "ALLOWED_HOSTS": "noms sous lesquels le site répond",
    "BASE_URL": "adresse du site, écrite dans les courriels",
    "MAIL_DOMAIN": "domaine d’expédition des courriels",
    "EMAIL_URL": "serveur d’envoi, submission://utilisateur:motdepasse@hote:587 (STARTTLS) ou smtp://…?ssl=true",
    "CACHE_URL": "cache partagé (par défaut la base de données)",
    "HTTPS": "le site est servi en HTTPS",
    "TRUSTED_PROXIES": "nombre de mandataires de confiance devant le site",
    "CLAMD_URL": "antivirus ClamAV, unix:///run/clamav/clamd.ctl ou tcp://hote:3310 (aucun par défaut)",
    "UNSCANNED_READABLE": "les agents lisent les fichiers que l’antivirus n’a pas pu voir",
    "LOG_LEVEL": "niveau du journal technique",
    "TODAY": "démonstration : date figée",
    "DEMO": "démonstration",
    "DEBUG": "développement : erreurs en clair, jamais sur un site ouvert",
}

_wrong = wrong_settings(os.environ, PREAU_SETTINGS)
if _wrong:
    raise ImproperlyConfigured("\n".join(_wrong))
env.seal()

INSTALLED_APPS = [
    "preau.config.admin_apps.PreauAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "preau.base",
    "preau.domain.organisations",
    "preau.domain.accounts",
    "preau.domain.families",
    "preau.domain.documents",
    "preau.domain.publishing",
    "preau.domain.catalogue",
    "preau.domain.pricing",
    "preau.domain.enrolments",
    "preau.domain.bookings",
    "preau.domain.creche",
    "preau.domain.contracts",
    "preau.domain.absences",
    "preau.domain.attendance",
    "preau.domain.procedures",
    "preau.web.ui",
    "preau.web.papers",
    "preau.web.public",
    "preau.web.family",
    "preau.web.staff",
    "preau.demo",
    "preau.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "preau.config.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "preau.config.middleware.SecurityHeadersMiddleware",
    "preau.config.middleware.BodyLimitMiddleware",
    "preau.config.sessions.SessionReadMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "preau.config.sessions.SessionAgeMiddleware",
    "preau.config.middleware.ClockMiddleware",
    "preau.config.middleware.TenantMiddleware",
    "preau.config.middleware.ButtonMiddleware",
]

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["preau.config.authentication.AccountBackend"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "preau.config.urls"
WSGI_APPLICATION = "preau.config.wsgi.application"

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def _database() -> dict[str, Any]:
    if not DATABASE_URL:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA_DIR / "preau.sqlite3"),
            "OPTIONS": SQLITE_OPTIONS,
            "ATOMIC_REQUESTS": False,
            "CONN_MAX_AGE": 600,
        }
    config: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True))
    if "sqlite3" in config["ENGINE"]:
        config["OPTIONS"] = SQLITE_OPTIONS
    else:  # only `base.written` prepares statements: Django’s own are written anew each time
        config["OPTIONS"] = {"prepare_threshold": 0, **config.get("OPTIONS", {})}
    config["ATOMIC_REQUESTS"] = False
    return config


DATABASES = {"default": _database()}

# Throttling counts must be shared by every process: never a cache local to one of them.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "preau_cache",
        # An increment keeps this lifetime, that of the throttling window. With Django's 300 entries, a flood
        # of invented names would push the counts of the real ones out.
        "TIMEOUT": 15 * 60,
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}}
PREAU_PERIODIC_JOBS = {
    "preau.base.tasks.prune": 6 * 3600,
    "preau.base.tasks.scan_files": 600,
    "preau.domain.documents.tasks.remind_expiring": 24 * 3600,
    "preau.domain.families.tasks.erase_removed_persons": 24 * 3600,
    "preau.domain.procedures.tasks.remind_due_pieces": 24 * 3600,
    "preau.domain.procedures.tasks.follow_proofs": 15 * 60,
    "preau.domain.attendance.tasks.tell_unexpected": 10 * 60,
    "preau.domain.contracts.tasks.follow_contracts": 3600,
}
PREAU_PAPERS_DIR = ROOT / "web" / "papers" / "pdf"  # templates of the papers drawn by base.papers
# The function that looks for viruses: bytes in, "clean", "infected" or "unavailable" out (see base.scanning).
PREAU_SCANNER = "preau.integrations.antivirus.clamd.scan" if PREAU_CLAMD_URL else ""

PASSWORD_HASHERS = [
    "preau.config.hashers.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# The tone of a message is its tag (see the notice component).
MESSAGE_TAGS = {10: "mute", 20: "info", 25: "ok", 30: "warn", 40: "bad"}

SESSION_ENGINE = "preau.config.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "preau.config.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
LANGUAGE_COOKIE_SAMESITE = "Lax"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = False  # the reverse proxy does it
# The line above; and to be on the list that browsers ship binds a whole domain: a town decides it, not a portal.
SILENCED_SYSTEM_CHECKS = ["security.W008", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PREAU_TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# A month of four units a day, shown and ticked, is some 250 fields; a whole year ticked at once, 1,500.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 25  # a piece takes 20: above, its form says so in words
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # above, a temporary file that its reader cannot share
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "langue"
CATALOGUES_DIR = ROOT / "locale"
LOCALE_PATHS = [DATA_DIR / "locale"]  # compiled there: nothing is written into the code, which may be another user’s
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "preau.web.ui.bundle.BundleFinder",
]
WHITENOISE_MAX_AGE = 3600

if DEMO:
    EMAIL_BACKEND = "preau.config.mail.FileBackend"
elif EMAIL_URL:
    _mail = dj_email_url.parse(EMAIL_URL)
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
    EMAIL_TIMEOUT = 10  # under the 20 seconds that SQLite waits for its lock
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "web" / "ui" / "templates"],  # before those of Django’s admin
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["preau.web.ui.loaders.FileLoader", "preau.web.ui.loaders.AppLoader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "preau.config.context.chrome",
            ],
            "builtins": ["django.templatetags.i18n", "preau.web.ui.templatetags.ui", "preau.web.ui.templatetags.fr"],
        },
    }
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "preau.config.logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
    },
}

DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
