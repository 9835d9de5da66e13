"""Settings of the tests: the product's, with a fast hasher and a secret of their own."""

import os
import tempfile

os.environ.setdefault("PREAU_SECRET_KEY", "tests-only-secret-" + "x" * 40)
os.environ.setdefault("PREAU_DATA_DIR", tempfile.mkdtemp(prefix="preau-tests-"))
os.environ.setdefault("PREAU_DEBUG", "false")
os.environ.setdefault("PREAU_HTTPS", "false")

from preau.config.settings import *  # noqa: F403, E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
