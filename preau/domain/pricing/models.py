"""Scales of the family share, tariffs of activities, and what households live on: all dated."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from preau.base.encryption import EncryptedJSONField
from preau.base.models import DatedFact, TenantModel, one_at_a_time
from preau.base.setting_field import InvalidSetting, SettingField
from preau.domain.organisations.models import Organisation
from preau.domain.pricing.rules import psu
from preau.domain.pricing.rules.grids import InvalidGrid
from preau.domain.pricing.rules.tariffs import parse_tariff


def _brackets(value: Any) -> None:
    try:
        psu.parse_brackets(value)
    except psu.InvalidScale as problem:
        told = _("des lignes [nombre d’enfants, taux], dans l’ordre, le taux entre 0 et 1, jusqu’à 15 enfants (%s).")
        raise InvalidSetting(told % problem) from problem


def _tariff(value: Any) -> None:
    try:
        parse_tariff(value)
    except InvalidGrid as problem:
        raise InvalidSetting(_("un tarif complet (%s).") % problem) from problem


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


class HouseholdQuotient(DatedFact):
    """The quotient of a household, from a day: see `queries.quotients`. Encrypted: parent data."""

    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="quotients")
    # {"value": "742.00" or None, "scheme": "caf", "until": ISO day or None, "source": « attestation Caf de janvier »}
    content = EncryptedJSONField(default=dict)

    class Meta:
        constraints = one_at_a_time("household_quotient", "family")

    def __str__(self) -> str:
        return f"quotient of {self.family_id} from {self.starts_on}"


class Tariff(TenantModel):
    """« Restauration scolaire » : what a collectivité has decided to ask for, through its versions."""

    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "name"], name="tariff_once")]

    def __str__(self) -> str:
        return self.name


class TariffVersion(TenantModel):
    """A tariff as it stands from a day, until the next one that is published. Published, it is never written again."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    starts_on = models.DateField()
    terms = SettingField(blank=False, check=_tariff)  # see rules.tariffs.parse_tariff
    reference = models.CharField(max_length=160, blank=True)  # « délibération n° 2025-34 du 12 juin 2025 »
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "tariff", "starts_on"],
                condition=Q(published_at__isnull=False),
                name="tariff_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff_id} from {self.starts_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Say to the collectivité that it has prices to show."""
        super().save(*args, **kwargs)
        if self.published_at is not None:
            Organisation.objects.filter(pk=self.organisation_id, has_tariffs=False).update(has_tariffs=True)


class TariffUse(TenantModel):
    """What a tariff prices: an activity, or one of its moments by its code. The moment wins."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="uses")
    activity = models.ForeignKey("catalogue.Activity", on_delete=models.PROTECT, related_name="tariff_uses")
    unit_code = models.CharField(max_length=4, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "activity", "unit_code"], name="tariff_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.unit_code}: {self.tariff_id}"
