"""What an installation needs, each tried: base, keys, values, files, mails, antivirus, settings, counters.

Each function returns sentences for whoever runs the machine: what is wrong, and what to do.
"""

from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection, models
from django.db.migrations.executor import MigrationExecutor

from preau.base.models import Counter
from preau.base.scanning import ScanState, scan
from preau.base.sending import lost_mails
from preau.base.stored import FilesRead, read_files, unreadable_values, wrong_settings
from preau.base.witness import WrongKeys, check_witness
from preau.domain.bookings.queries.drift import place_drifts
from preau.domain.families.models import Family
from preau.domain.procedures.models import Procedure

OPENED = 50  # files opened by `preau check`: it sees that the others are there
NAMED = 10  # told one by one
WRONG_KEYS = (
    "PREAU_ENCRYPTION_KEYS : ce ne sont pas les clés de ces données. Remettez les anciennes ; "
    "une nouvelle se met devant elles."
)


def all_problems(*, counters: bool) -> list[str]:
    """Return all that is wrong, nothing when all is well."""
    base = _base()
    if base:
        return [base, *_outside()]
    found = [*_outside(), *key_problems(), *_settings(), *lost_file_problems(read_files(at_most=OPENED))]
    return found + (list(_drifts()) if counters else [])


def _base() -> str:
    try:
        tables = connection.introspection.table_names()
    except OperationalError:
        return "PREAU_DATABASE_URL : la base de données ne répond pas. Vérifiez l’adresse et que son serveur tourne."
    if not tables:
        return "La base est vide. Ouvrez une collectivité : preau init."
    executor = MigrationExecutor(connection)
    is_late = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "La base n’est pas à jour de cette version. Lancez preau migrate." if is_late else ""


def _outside() -> Iterator[str]:
    if not settings.DEMO:
        if not settings.EMAIL_URL:
            yield "PREAU_EMAIL_URL : sans serveur d’envoi, aucun courriel ne part. submission://utilisateur:motdepasse@hote:587"
        if settings.PREAU_MAIL_DOMAIN.endswith(".invalid"):
            yield "PREAU_MAIL_DOMAIN : donnez le domaine qui expédie les courriels, par exemple portail.exemple.fr."
        if settings.PREAU_BASE_URL.startswith("http://127.0.0.1"):
            yield "PREAU_BASE_URL : donnez l’adresse du site, écrite dans les courriels, par exemple https://portail.exemple.fr."
    if settings.CACHE_URL:
        try:
            cache.set("preau.check", 1, 5)
        except Exception:
            yield "PREAU_CACHE_URL : le cache ne répond pas. Vérifiez l’adresse, ou retirez ce réglage."
    if settings.PREAU_CLAMD_URL and scan(b"preau") == ScanState.UNAVAILABLE:
        yield "PREAU_CLAMD_URL : l’antivirus ne répond pas. Vérifiez l’adresse et que clamd tourne."


def key_problems() -> list[str]:
    """Return what the encryption keys do not read: the witness, or the latest value of each table."""
    try:
        check_witness()
    except WrongKeys:
        return [WRONG_KEYS]
    _read, wrong = unreadable_values()
    return [f"{label} : une valeur chiffrée ne se lit avec aucune clé. {WRONG_KEYS}" for label in wrong]


def lost_file_problems(found: FilesRead) -> list[str]:
    """Return the sentence that tells which files are lost, if any."""
    if not found.lost:
        return []
    named = ", ".join(f"n° {each}" for each in found.lost[:NAMED])
    more = f" et {len(found.lost) - NAMED} autres" if len(found.lost) > NAMED else ""
    return [
        f"{len(found.lost)} fichier(s) de familles manquent ou ne s’ouvrent pas ({named}{more}). "
        f"Remettez {settings.DATA_DIR / 'files'} depuis une sauvegarde."
    ]


def _settings() -> Iterator[str]:
    for row, column, why in wrong_settings():
        yield f"{row._meta.verbose_name} « {row} », {column} : {why} Corrigez-le dans l’administration."
    lost = lost_mails().count()
    if lost:
        yield f"{lost} courriel(s) n’ont pas pu partir. Regardez-les dans l’administration, « outbox mails »."


def _drifts() -> Iterator[str]:
    for each in place_drifts():
        yield (
            f"Places prises, collectivité {each.organisation_id}, ressource {each.resource_id}, "
            f"le {each.on:%d/%m/%Y} : {each.counted} comptées, {each.true} réservées."
        )
    sources: dict[str, type[models.Model]] = {"family": Family, "procedure": Procedure}
    for name, model in sources.items():
        given = dict(model._default_manager.values_list("organisation_id").annotate(models.Max("number")).order_by())
        for row in Counter.objects.filter(name=name):
            if row.last_number < (given.get(row.organisation_id) or 0):
                yield f"Numéros « {name} », collectivité {row.organisation_id} : le compteur est en retard."
