"""Whether what is kept can still be read: files that are missing or damaged, values that no key opens."""

from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models

from preau.base import files
from preau.base.encryption import EncryptedJSONField, EncryptedTextField
from preau.base.models import StoredFile
from preau.base.setting_field import InvalidSetting, SettingField


@dataclass(frozen=True, slots=True)
class FilesRead:
    """How many files were opened, and the first that could not be, by their number."""

    opened: int
    lost: tuple[int, ...]


def read_files(*, at_most: int | None = None) -> FilesRead:
    """Open every file that is kept as a reader would, the latest first; beyond `at_most`, see only that it is there."""
    rows = StoredFile.objects.order_by("-pk").values_list("pk", "organisation_id", "key")
    opened, lost = 0, []
    for file_id, organisation_id, key in rows.iterator():
        if at_most is not None and opened >= at_most:
            if not files.is_there(key=key):
                lost.append(file_id)
            continue
        try:
            files.read(organisation_id=organisation_id, file_id=file_id)
        except (files.FileGone, InvalidToken):
            lost.append(file_id)
        else:
            opened += 1
    return FilesRead(opened, tuple(sorted(lost)))


def unreadable_values() -> tuple[int, list[str]]:
    """Read the latest row of each table that holds sealed values: return how many were read, and what could not be."""
    read, wrong = 0, []
    for model in apps.get_models():
        sealed = [each.name for each in model._meta.fields if isinstance(each, EncryptedJSONField | EncryptedTextField)]
        if not sealed:
            continue
        try:
            read += len(model._default_manager.order_by("-pk").values_list(*sealed)[:1])
        except InvalidToken:
            wrong.append(model._meta.label)
    return read, wrong


def wrong_settings() -> list[tuple[models.Model, str, str]]:
    """Read every setting kept in the database by its rule: return the row, the column and why it cannot be read."""
    found = []
    for model in apps.get_models():
        fields = [each for each in model._meta.fields if isinstance(each, SettingField)]
        for row in model._default_manager.order_by("pk").iterator() if fields else ():
            for field in fields:
                try:
                    field.check_value(getattr(row, field.name))
                except InvalidSetting as problem:
                    found.append((row, field.name, str(problem)))
    return found
