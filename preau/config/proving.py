"""Whether the settings given by the environment are right: each wrong one in a French sentence that says what to write.

Pure: it opens nothing. What answers and what does not is `preau check`'s to try.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

PREFIX = "PREAU_"
TRUE, FALSE = {"true", "t", "yes", "y", "on", "1"}, {"false", "f", "no", "n", "off", "0"}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DATABASES = ("postgres", "postgresql", "sqlite")
MAIL_SERVERS = ("submission", "smtp", "smtps")
CACHES = ("redis", "rediss", "unix")
MAX_PROXIES = 9
NAME = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
# What the tests, the tools and the command of the demo read by themselves.
OTHERS = frozenset({"PREAU_PYTHON"})

DRAWN_TEXT = 'python3 -c "import secrets; print(secrets.token_urlsafe(60))"'
DRAWN_KEY = 'python3 -c "import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"'


def is_true(text: str) -> bool:
    """Whether a yes or no of the environment says yes."""
    return text.strip().lower() in TRUE


def wrong_settings(given: Mapping[str, str], known: Mapping[str, str]) -> list[str]:
    """Return what must be corrected before the product starts, in French, one sentence each. Never a secret's value.

    :param given: the environment. An empty variable counts as not given.
    :param known: the settings that exist, without their prefix.
    """
    said = {name.removeprefix(PREFIX): text for name, text in given.items() if name.startswith(PREFIX) and text.strip()}
    found = [_unknown(name, known) for name in sorted(said) if name not in known and f"{PREFIX}{name}" not in OTHERS]
    found += [
        f"{PREFIX}{name} : {problem}."
        for name, prove in PROOFS.items()
        if name in said and (problem := prove(said[name]))
    ]
    return found + _together(said)


def _together(said: Mapping[str, str]) -> list[str]:
    """What is wrong of settings read together."""
    demo = is_true(said.get("DEMO", ""))
    found = []
    if "SECRET_KEY" not in said:
        found.append(f"PREAU_SECRET_KEY : elle est obligatoire. Par exemple, ce qu’écrit {DRAWN_TEXT}")
    if "ENCRYPTION_KEYS" not in said and not demo:
        found.append(f"PREAU_ENCRYPTION_KEYS : elle est obligatoire. Par exemple, ce qu’écrit {DRAWN_KEY}")
    if "TODAY" in said and not demo:
        found.append("PREAU_TODAY : une date figée ne sert qu’à la démonstration. Retirez-la.")
    plain = said.get("BASE_URL", "").startswith("http://")
    if plain and not demo and is_true(said.get("HTTPS", "true")) and not is_true(said.get("DEBUG", "")):
        found.append("PREAU_BASE_URL : le site est en HTTPS, son adresse commence par https://.")
    return found


def _unknown(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Vouliez-vous écrire {PREFIX}{near[0]} ?" if near else " Retirez-la."
    return f"{PREFIX}{name} : ce réglage n’existe pas.{hint}"


def _yes_or_no(text: str) -> str:
    return "" if text.strip().lower() in TRUE | FALSE else "écrivez true ou false"


def _secret(text: str) -> str:
    weak = len(text) < 50 or len(set(text)) < 5
    return (
        f"elle doit compter au moins 50 caractères tirés au hasard. Par exemple, ce qu’écrit {DRAWN_TEXT}"
        if weak
        else ""
    )


def _keys(text: str) -> str:
    for number, key in enumerate(text.split(","), start=1):
        try:
            Fernet(key.strip())
        except ValueError:
            return f"la clé n° {number} n’en est pas une. Par exemple, ce qu’écrit {DRAWN_KEY}"
    return ""


def _folder(text: str) -> str:
    path = Path(text)
    if path.exists() and not path.is_dir():
        return "c’est un fichier, il faut un dossier"
    return ""


def _address(schemes: tuple[str, ...], example: str) -> Callable[[str], str]:
    def prove(text: str) -> str:
        try:
            found = urlsplit(text)
            found.port  # noqa: B018 -- a wrong port is told by reading it
        except ValueError:
            return f"l’adresse ne se lit pas. Par exemple {example}"
        if found.scheme not in schemes:
            return f"elle doit commencer par {' ou '.join(f'{each}://' for each in schemes)}. Par exemple {example}"
        if not (found.hostname or found.path.strip("/")):
            return f"il manque l’hôte. Par exemple {example}"
        return ""

    return prove


def _cache(text: str) -> str:
    problem = _address(CACHES, "redis://127.0.0.1:6379/0")(text)
    if not problem and find_spec("redis") is None:
        return "le paquet Python redis n’est pas installé. Installez-le, ou retirez ce réglage"
    return problem


def _base_url(text: str) -> str:
    problem = _address(("https", "http"), "https://portail.exemple.fr")(text)
    if not problem and (urlsplit(text).path.strip("/") or urlsplit(text).query or not urlsplit(text).hostname):
        return "écrivez l’adresse du site seule, sans chemin. Par exemple https://portail.exemple.fr"
    return problem


def _hosts(text: str) -> str:
    for host in text.split(","):
        name = host.strip().removeprefix(".")
        if name != "*" and not name.startswith("[") and not NAME.fullmatch(name):
            return f"« {host.strip()} » n’est pas un nom de site. Écrivez des noms seuls : portail.exemple.fr"
    return ""


def _domain(text: str) -> str:
    return "" if NAME.fullmatch(text) and "." in text else "écrivez un domaine, par exemple portail.exemple.fr"


def _number(text: str) -> str:
    if text.strip().isascii() and text.strip().isdigit() and int(text) <= MAX_PROXIES:
        return ""
    return f"écrivez un nombre de 0 à {MAX_PROXIES}"


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "écrivez une date, par exemple 2026-11-28"
    return ""


def _level(text: str) -> str:
    return "" if text in LEVELS else f"écrivez {', '.join(LEVELS[:-1])} ou {LEVELS[-1]}"


PROOFS: dict[str, Callable[[str], str]] = {
    "SECRET_KEY": _secret,
    "ENCRYPTION_KEYS": _keys,
    "DATABASE_URL": _address(DATABASES, "postgres://preau:motdepasse@127.0.0.1:5432/preau"),
    "DATA_DIR": _folder,
    "ALLOWED_HOSTS": _hosts,
    "BASE_URL": _base_url,
    "MAIL_DOMAIN": _domain,
    "EMAIL_URL": _address(MAIL_SERVERS, "submission://utilisateur:motdepasse@smtp.exemple.fr:587"),
    "CACHE_URL": _cache,
    "HTTPS": _yes_or_no,
    "TRUSTED_PROXIES": _number,
    "CLAMD_URL": _address(("unix", "tcp"), "unix:///run/clamav/clamd.ctl"),
    "UNSCANNED_READABLE": _yes_or_no,
    "LOG_LEVEL": _level,
    "TODAY": _day,
    "DEMO": _yes_or_no,
    "DEBUG": _yes_or_no,
}
