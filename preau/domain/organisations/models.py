"""Collectivités and what belongs to each as a whole."""

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from preau.base.models import TenantModel, choices
from preau.base.setting_field import InvalidSetting, SettingField
from preau.domain.organisations.enums import (
    HolidayRegion,
    IdentifierPolicy,
    Navigation,
    OrganisationKind,
    SchoolZone,
    SiteKind,
)
from preau.domain.organisations.rules import UnknownLabel, UnknownPlace, check_labels, check_territory


def _labels(value: Any) -> None:
    try:
        check_labels(value)
    except UnknownLabel as problem:
        raise InvalidSetting(_("ce mot n’est dit par aucun écran (%(known)s)") % {"known": problem}) from problem


def _territory(value: Any) -> None:
    try:
        check_territory(value)
    except UnknownPlace as problem:
        raise InvalidSetting(_("« %(place)s » : écrivez 99140, ou 99140 Saint-Loup") % {"place": problem}) from problem


def _time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("Ce fuseau horaire n’existe pas. Exemples : Europe/Paris, America/Martinique."))


class Organisation(models.Model):
    """A collectivité: commune, syndicat or communauté de communes."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=120)  # « Mairie de Saint-Loup »
    short_name = models.CharField(max_length=80)  # « Saint-Loup »
    kind = models.CharField(max_length=20, choices=choices(OrganisationKind), default=OrganisationKind.COMMUNE)
    product_name = models.CharField(max_length=60, default="Portail Famille")
    slogan = models.CharField(max_length=160, blank=True)
    mail_signature = models.CharField(max_length=120)  # « La Mairie »
    brand = models.CharField(
        max_length=7,
        default="#1f6b57",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Une couleur s’écrit #1f6b57."))],
    )
    time_zone = models.CharField(max_length=40, default="Europe/Paris", validators=[_time_zone])
    school_zone = models.CharField(max_length=1, choices=choices(SchoolZone), default=SchoolZone.A)
    holiday_region = models.CharField(
        max_length=10, choices=choices(HolidayRegion), default=HolidayRegion.MAINLAND, blank=True
    )
    navigation = models.CharField(max_length=10, choices=choices(Navigation), default=Navigation.TILES)
    identifier_policy = models.CharField(
        max_length=12, choices=choices(IdentifierPolicy), default=IdentifierPolicy.FREE
    )
    mails_provisional_password = models.BooleanField(default=False)
    mails_booking_details = models.BooleanField(default=False)
    processing_hours = models.PositiveSmallIntegerField(default=48)
    allows_sign_up = models.BooleanField(default=True)  # an unknown family creates its space alone (A02-51)
    reviews_entourage = models.BooleanField(default=False)  # the service validates an entourage first (A23-03)
    activates_by_reset = models.BooleanField(default=False)  # first connection by « Mot de passe oublié ? »
    decision_hold_minutes = models.PositiveSmallIntegerField(default=2)  # how long a decision may be taken back
    absences_together = models.BooleanField(default=True)  # one form for several children (A11-23); else child by child
    agents_may_force = models.BooleanField(default=False)  # past deadlines and places, with a reason, as managers may
    asks_agents_second_factor = models.BooleanField(default=False)  # before any page of an agent
    welcome_title = models.CharField(max_length=120, blank=True)
    welcome_strapline = models.CharField(max_length=160, blank=True)
    welcome_text = models.TextField(blank=True)  # Markdown
    private_welcome_text = models.TextField(blank=True)  # Markdown, on « Mon espace »
    legal_text = models.TextField(blank=True)  # Markdown
    privacy_text = models.TextField(blank=True)  # Markdown
    contact_name = models.CharField(max_length=120, blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_address = models.TextField(blank=True)
    contact_hours = models.TextField(blank=True)
    website = models.URLField(blank=True)
    territory = SettingField(default=list, check=_territory)  # « 99140 Saint-Loup »; empty: agents say who lives here
    labels = SettingField(default=dict, check=_labels)  # code of organisations.rules.LABELS → text of this collectivité
    has_care = models.BooleanField(default=False, editable=False)  # a crèche is set up: `creche.Structure` says so
    has_tariffs = models.BooleanField(
        default=False, editable=False
    )  # one is published: `pricing.TariffVersion` says so
    is_active = models.BooleanField(default=True)
    revision = models.CharField(max_length=32, default="", editable=False)  # written by the database: base.revisions

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(school_zone__in=[zone.value for zone in SchoolZone]), name="organisation_zone"
            ),
            models.CheckConstraint(
                condition=models.Q(holiday_region__in=[region.value for region in HolidayRegion]),
                name="organisation_region",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Department(TenantModel):
    """A service of the collectivité: « Enfance », « Petite enfance »."""

    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "name"], name="department_once")]

    def __str__(self) -> str:
        return self.name


class Site(TenantModel):
    """A structure: school, canteen, leisure centre, crèche."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=choices(SiteKind))
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "name"], name="site_once")]

    def __str__(self) -> str:
        return self.name


class TermsVersion(TenantModel):
    """One published version of the conditions générales d'utilisation. Never edited, only superseded."""

    version = models.PositiveSmallIntegerField()
    body = models.TextField()  # Markdown, one ## per section
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "version"], name="terms_once")]

    def __str__(self) -> str:
        return f"CGU v{self.version}"
