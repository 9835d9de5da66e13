"""Settings of the tests: the product's, with a secret of their own and a fast hasher."""

import os
import tempfile

os.environ.setdefault("PREAU_SECRET_KEY", "tests-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2)
os.environ.setdefault("PREAU_ENCRYPTION_KEYS", "dGVzdHMtb25seS0wMTIzNDU2Nzg5YWJjZGVmZ2hpams=")
os.environ.setdefault("PREAU_DATA_DIR", tempfile.mkdtemp(prefix="preau-tests-"))
os.environ.setdefault("PREAU_HTTPS", "false")
os.environ.setdefault("PREAU_DEMO", "false")

from preau.config.catalogues import compile_catalogues
from preau.config.settings import *  # noqa: F403

compile_catalogues(CATALOGUES_DIR, LOCALE_PATHS[0])  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
WHITENOISE_AUTOREFRESH = True

if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    # A file: threads of the races need a database that locks as the real one does.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}  # noqa: F405
