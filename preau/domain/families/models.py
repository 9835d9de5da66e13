"""The dossier famille: households, adults, children, and the links between them."""

from django.db import models

from preau.base.models import TenantModel
from preau.domain.families.enums import AdultPosition, Authority, ContactKind, Residence


class Family(TenantModel):
    """One household and its dossier. A child may belong to two of them."""

    number = models.PositiveIntegerField()  # « Dossier n° 12 », per collectivité
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=160, blank=True)
    complement = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=60, default="France")
    is_resident = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "number"], name="family_number_once")]

    def __str__(self) -> str:
        return f"{self.name} (n° {self.number})"


class Adult(TenantModel):
    """A responsable of a household, with or without a login."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="adults")
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.SET_NULL, null=True, blank=True, related_name="adults"
    )
    position = models.CharField(max_length=10, choices=[(p.value, p.name) for p in AdultPosition])
    civility = models.CharField(max_length=4, blank=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)  # nom d'usage
    birth_name = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    has_protected_address = models.BooleanField(default=False)
    search = models.CharField(max_length=260, blank=True)  # written by operations, accents folded

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "family"], name="adult_family"),
            models.Index(fields=["organisation_id", "search"], name="adult_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "account", "family"],
                condition=models.Q(account__isnull=False),
                name="adult_account_once",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Child(TenantModel):
    """A child known to the collectivité. `hue` (1 to 8) colours its arch and never changes."""

    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    birth_date = models.DateField(null=True, blank=True)  # null: not born yet
    sex = models.CharField(max_length=1, blank=True)
    hue = models.PositiveSmallIntegerField(default=1)
    search = models.CharField(max_length=260, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "search"], name="child_search")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class HouseholdChild(TenantModel):
    """A child in a household."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="household_children")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="households")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "family", "child"], name="household_child_once"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} in {self.family_id}"


class Guardianship(TenantModel):
    """The link of one adult to one child: authority, residence, payer share, visibility."""

    adult = models.ForeignKey(Adult, on_delete=models.PROTECT, related_name="guardianships")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="guardianships")
    authority = models.CharField(
        max_length=10, choices=[(a.value, a.name) for a in Authority], default=Authority.EXERCISED
    )
    residence = models.CharField(max_length=10, choices=[(r.value, r.name) for r in Residence], default=Residence.USUAL)
    residence_pattern = models.JSONField(default=dict)  # even/odd weeks, 2-2-3, dates: read by a later issue
    payer_share_percent = models.PositiveSmallIntegerField(default=100)
    link = models.CharField(max_length=20, blank=True)  # mère, père, tuteur…

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "adult", "child"], name="guardianship_once"),
        ]

    def __str__(self) -> str:
        return f"{self.adult_id} → {self.child_id}"


class Contact(TenantModel):
    """A person a household names for a child: may collect, to call, or forbidden."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="contacts")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in ContactKind])
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    link = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=30, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "family"], name="contact_family")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"
