"""Types of pieces, the pieces of families, documents that anybody may download."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce

from preau.base.encryption import EncryptedTextField
from preau.base.models import TenantModel, choices
from preau.domain.documents.enums import Category, DocumentState, Subject, Validity
from preau.domain.documents.rules import is_month_day


class DocumentType(TenantModel):
    """A piece that the collectivité may ask for (A12-04, A12-05)."""

    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    help = models.TextField(blank=True)
    subject = models.CharField(max_length=6, choices=choices(Subject), default=Subject.CHILD)
    validity = models.CharField(max_length=11, choices=choices(Validity), default=Validity.SCHOOL_YEAR)
    months = models.PositiveSmallIntegerField(default=12)
    needs = models.JSONField(default=list)  # codes of enums.Need: what asks for it
    due_month_day = models.CharField(max_length=5, blank=True)  # « 09-30 »: may wait until that day of the year
    is_sensitive = models.BooleanField(default=False)  # health: readings by agents are journaled
    is_judicial = models.BooleanField(default=False)  # read by its depositor and managers only
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "code"], name="document_type_once")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a day that is none: nothing would wait for it, and nobody would know."""
        if self.due_month_day and not is_month_day(self.due_month_day):
            raise ValidationError({"due_month_day": "Écrivez le mois puis le jour, par exemple 09-30."})


class Document(TenantModel):
    """One piece in the space of a family: of the household, of one adult or of one child."""

    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="documents")
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, null=True, related_name="documents")
    adult = models.ForeignKey("families.Adult", on_delete=models.PROTECT, null=True, related_name="documents")
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="documents")
    file = models.ForeignKey("base.StoredFile", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=choices(DocumentState), default=DocumentState.TO_CHECK)
    reason = EncryptedTextField(blank=True)  # of a refusal, read by the family
    good_until = models.DateField(null=True)  # last good day; null: for ever
    deposited_at = models.DateTimeField()
    deposited_by = models.CharField(max_length=120)
    account_id = models.BigIntegerField(null=True)
    # Of a judicial piece, who sent it: it stands beside that of the other parent. 0: whoever sent it.
    owner_id = models.BigIntegerField(default=0)
    about_id = models.BigIntegerField(default=0)  # of a type of one event, what it proves; 0: stands for its type
    checked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)  # of its coming end

    class Meta:
        constraints = [
            # One to check and one valid of each kind: a double click is one piece, a new one waits beside the old.
            models.UniqueConstraint(
                "organisation_id",
                "family",
                Coalesce("child", Value(0)),
                Coalesce("adult", Value(0)),
                "document_type",
                "owner_id",
                "about_id",
                condition=models.Q(state=state.value),
                name=f"document_one_{state.value}",
            )
            for state in (DocumentState.TO_CHECK, DocumentState.VALID)
        ]
        indexes = [
            models.Index(fields=["organisation_id", "family", "state"], name="document_family"),
            models.Index(fields=["organisation_id", "child"], name="document_child"),
            models.Index(
                fields=["organisation_id", "good_until"],
                name="document_to_remind",
                condition=models.Q(reminded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"


class Regulation(TenantModel):
    """A règlement to accept, in one version; a new version is a new row, asked for again."""

    code = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120)
    body = models.TextField()  # Markdown
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "code", "version"], name="regulation_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class RegulationAcceptance(TenantModel):
    """A household has accepted a règlement: which version, when, who (A07, règlements)."""

    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="regulation_acceptances")
    regulation = models.ForeignKey(Regulation, on_delete=models.PROTECT, related_name="acceptances")
    accepted_at = models.DateTimeField()
    accepted_by = models.CharField(max_length=120)
    account_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "family", "regulation"], name="regulation_accepted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family_id} {self.regulation_id}"


class Publication(TenantModel):
    """A document that the collectivité gives to download, in one version (« Édition de documents », A13)."""

    code = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120)
    category = models.CharField(max_length=5, choices=choices(Category), default=Category.RULES)
    year_label = models.CharField(max_length=20, blank=True)
    is_public = models.BooleanField(default=True)  # else, for families who are logged in
    is_current = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    file = models.ForeignKey("base.StoredFile", on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "code", "version"], name="publication_once")]
        indexes = [
            models.Index(
                fields=["organisation_id", "position"],
                name="publication_current",
                condition=models.Q(is_current=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"
