"""Scales of the family share, and what households live on: both dated."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from preau.base.encryption import EncryptedJSONField
from preau.base.models import DatedFact, TenantModel, one_at_a_time
from preau.base.setting_field import InvalidSetting, SettingField
from preau.domain.pricing.rules import psu


def _brackets(value: Any) -> None:
    try:
        psu.parse_brackets(value)
    except psu.InvalidScale as problem:
        told = _("des lignes [nombre d’enfants, taux], dans l’ordre, le taux entre 0 et 1, jusqu’à 15 enfants (%s).")
        raise InvalidSetting(told % problem) from problem


class PsuScale(TenantModel):
    """Bounds of monthly resources and effort rates in force from a day, until the next row. Amounts in cents.

    Filled from the published figures; the collectivité corrects and adds to them.
    """

    starts_on = models.DateField()
    floor_cents = models.PositiveIntegerField()
    ceiling_cents = models.PositiveIntegerField()
    collective = SettingField(blank=False, check=_brackets)  # [[1, "0.0619"], …], see rules.psu.parse_brackets
    family = SettingField(blank=False, check=_brackets)
    reference = models.CharField(max_length=120, blank=True)
    is_to_confirm = models.BooleanField(
        default=False, help_text=_("Ce chiffre n’est pas encore confirmé par un texte publié.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "starts_on"], name="psu_scale_once"),
            models.CheckConstraint(
                condition=Q(floor_cents__gt=0, ceiling_cents__gt=F("floor_cents")), name="psu_scale_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}"


class HouseholdIncome(DatedFact):
    """What a household lives on for the price of care, from a day: see `rules.psu.Income`. Encrypted: parent data."""

    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="incomes")
    # {"basis": …, "annual_cents": …, "children": …, "aeeh": …, "source": « avis d’imposition 2025 »}
    content = EncryptedJSONField(default=dict)

    class Meta:
        constraints = one_at_a_time("household_income", "family")

    def __str__(self) -> str:
        return f"income of {self.family_id} from {self.starts_on}"
