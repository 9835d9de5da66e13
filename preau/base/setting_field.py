"""Settings kept as JSON that a pure rule reads: what the rule cannot read is never written."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _


class InvalidSetting(ValueError):
    """A setting that no rule can read. The message says what is wrong, in French: it is read by whoever sets up."""


class SettingField(models.JSONField):
    """A JSON column checked by a rule in forms, in `full_clean` and at every write, bulk writes included.

    An empty value is a value: the rule says whether it accepts it.

    :param check: takes the value, raises `InvalidSetting` when it cannot be read.
    """

    def __init__(self, *args: Any, check: Callable[[Any], object] = lambda value: None, **kwargs: Any) -> None:
        self.check_value = check
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Describe a plain JSON column: a migration does not depend on today's rule."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        try:
            self.check_value(value)
        except InvalidSetting as problem:
            raise ValidationError(
                _("Ce réglage ne peut pas être lu : %(why)s"), code="invalid_setting", params={"why": problem}
            ) from problem

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Refuse at the last door what no form has seen.

        :raises InvalidSetting: the rule cannot read it.
        """
        if not hasattr(value, "resolve_expression"):
            self.check_value(value)
        return super().get_db_prep_save(value, connection)
