"""Login accounts and what they may enter."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from preau.base import typed
from preau.base.encryption import EncryptedJSONField
from preau.base.models import TenantModel, choices
from preau.domain.accounts.enums import FactorKind, LinkPurpose, Role


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username__iexact=username)

    def create_superuser(self, username: str, password: str, **fields: object) -> "Account":
        now = timezone.now()
        values = {"first_name": "Super", "last_name": "Utilisateur", "created_at": now, "activated_at": now, **fields}
        account = self.model(username=username.lower(), is_superuser=True, is_staff=True, **values)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One person's login on the installation. The identifiant is unique, the e-mail is not."""

    username = models.CharField("identifiant", max_length=150, unique=True)
    email = models.EmailField(blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    civility = models.CharField(max_length=4, blank=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    language = models.CharField(max_length=5, default="fr")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)  # Django admin only
    is_superuser = models.BooleanField(default=False)
    activated_at = models.DateTimeField(null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    password_expires_at = models.DateTimeField(null=True, blank=True)  # provisional password only
    tablet_code = models.CharField(max_length=128, blank=True)  # hash of what unlocks a tablet; opens nothing else
    previous_login_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="account_username_once")]
        indexes = [models.Index(Lower("email"), name="account_email")]

    def __str__(self) -> str:
        return self.username

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def set_password(self, raw_password: str | None) -> None:
        """Keep a password in one Unicode form: typed on a Mac or on a PC, it is the same."""
        super().set_password(raw_password if raw_password is None else typed.secret(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether it is the password, in the form in which it is kept."""
        return raw_password is not None and super().check_password(typed.secret(raw_password))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class Membership(TenantModel):
    """An account in a collectivité with one role."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=choices(Role))
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "account", "role"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}"


class AgentLimit(TenantModel):
    """A department, or a site, to which an agent is limited here. It belongs to the person, whatever its roles."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="limits")
    department = models.ForeignKey("organisations.Department", on_delete=models.CASCADE, null=True, related_name="+")
    site = models.ForeignKey("organisations.Site", on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "account", "department", "site"],
                nulls_distinct=False,
                name="agent_limit_once",
            ),
            models.CheckConstraint(
                condition=models.Q(department__isnull=True) ^ models.Q(site__isnull=True), name="agent_limit_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.department_id or ''}/{self.site_id or ''}"


class AccessLink(TenantModel):
    """A single-use link sent by mail. Only the hash of its secret is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="access_links")
    purpose = models.CharField(max_length=12, choices=choices(LinkPurpose))
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    email = models.EmailField(blank=True)  # the new one, of a link that changes it

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "account", "purpose"], name="access_link_account")]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"


class TermsAcceptance(TenantModel):
    """The terms of use that an account has accepted, with version and date."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="terms_acceptances")
    version = models.PositiveSmallIntegerField()
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "account", "version"], name="terms_accepted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} v{self.version}"


class SecondFactor(models.Model):
    """What an account shows beside its password. One of the installation, as the account is."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="second_factors")
    kind = models.CharField(max_length=8, choices=choices(FactorKind))
    name = models.CharField(max_length=60)  # « Mon téléphone »
    material = EncryptedJSONField(default=dict)  # {"secret": base32} or {"credential": base64}
    last_count = models.BigIntegerField(default=0)  # the step of the last code, or the counter of the key: never twice
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class RecoveryCode(models.Model):
    """A code to keep on paper, good once, for who has lost its device. Only its hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class OpenSession(models.Model):
    """A device where an account is logged in, to be recognised and closed from another one."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60)  # « Firefox, Windows »
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.device} #{self.pk}"
