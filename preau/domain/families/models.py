"""The dossier famille: households, adults, children, and the links between them."""

from typing import Any

from django.db import models, transaction
from django.db.models.functions import Lower

from preau.base.encryption import EncryptedJSONField
from preau.base.models import DatedFact, TenantModel, choices, one_at_a_time
from preau.base.search import MAX_WORD, fold, person_words, touches, words_of
from preau.base.word_field import WordField
from preau.domain.families.enums import (
    AdultPosition,
    Answer,
    Authority,
    Books,
    ContactKind,
    Medium,
    PersonKind,
    Residency,
    Situation,
)

ADULT_WORDS = frozenset({"first_name", "last_name", "birth_name", "email", "phone", "mobile", "family"})
CHILD_WORDS = frozenset({"first_name", "last_name"})
CONTACT_WORDS = frozenset({"first_name", "last_name", "email", "phone", "mobile", "family", "removed_at"})


class Family(TenantModel):
    """One household and its dossier. A child may belong to two of them."""

    number = models.PositiveIntegerField()  # « Dossier n° 12 », per collectivité
    name = models.CharField(max_length=120)
    street_number = models.CharField(max_length=10, blank=True)
    street = models.CharField(max_length=160, blank=True)
    building = models.CharField(max_length=40, blank=True)
    apartment = models.CharField(max_length=40, blank=True)
    complement = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=60, default="France")
    residency = models.CharField(max_length=8, choices=choices(Residency), default=Residency.UNKNOWN)
    residency_since = models.DateField(null=True, blank=True)
    is_resident = models.GeneratedField(
        expression=models.Q(residency="resident"),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    situation = models.CharField(max_length=12, choices=choices(Situation), blank=True)  # parent data
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "number"], name="family_number_once")]
        indexes = [models.Index(fields=["organisation_id", "name", "number"], name="family_by_name")]

    def __str__(self) -> str:
        return f"{self.name} (n° {self.number})"


class Named(TenantModel):
    """A person with a name, and the key by which two records of one person meet."""

    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)  # nom d'usage
    name_key = models.CharField(max_length=161, blank=True, editable=False)  # folded, written with the name

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def save(self, **options: Any) -> None:
        """Write the key with the name."""
        self.name_key = fold(self.full_name)
        if options.get("update_fields") and touches(options=options, names=CHILD_WORDS):
            options["update_fields"] = [*options["update_fields"], "name_key"]
        super().save(**options)


class Adult(Named):
    """A responsable of a household, with or without a login."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="adults")
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.SET_NULL, null=True, blank=True, related_name="adults"
    )
    position = models.CharField(max_length=10, choices=choices(AdultPosition))
    civility = models.CharField(max_length=4, blank=True)
    birth_name = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    mobile = models.CharField(max_length=30, blank=True)
    employer = models.CharField(max_length=120, blank=True)
    own_address = EncryptedJSONField(default=dict)  # of an adult who lives elsewhere than the household; same keys
    preferred_medium = models.CharField(max_length=6, choices=choices(Medium), default=Medium.EMAIL)
    has_protected_address = models.BooleanField(default=False)
    invited_at = models.DateTimeField(null=True, blank=True)  # last mail that offered to open a space

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "family"], name="adult_family"),
            models.Index(fields=["organisation_id", "name_key"], name="adult_name"),
            models.Index(fields=["organisation_id", "birth_date"], name="adult_birth"),
            models.Index("organisation_id", Lower("email"), name="adult_email"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "account", "family"],
                condition=models.Q(account__isnull=False),
                name="adult_account_once",
            ),
        ]

    def save(self, **options: Any) -> None:
        """Keep the words of the search true, whoever writes."""
        with transaction.atomic():
            super().save(**options)
            if touches(options=options, names=ADULT_WORDS):
                SearchWord.write(self.words(), family_id=self.family_id, adult=self)

    def words(self) -> set[str]:
        return person_words(self.first_name, self.last_name, self.birth_name, reach=self)


class Child(Named):
    """A child known to the collectivité. `hue` (1 to 8) colours its arch and never changes."""

    birth_date = models.DateField(null=True, blank=True)  # null: not born yet
    expected_on = models.DateField(null=True, blank=True)  # of a child not born yet
    birth_place = models.CharField(max_length=80, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    hue = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "name_key"], name="child_name"),
            models.Index(fields=["organisation_id", "birth_date"], name="child_birth"),
        ]

    def save(self, **options: Any) -> None:
        """Keep the words of the search true in each of the child's households."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(**options)
            if not is_new and touches(options=options, names=CHILD_WORDS):
                for home in self.households.all():
                    SearchWord.write(self.words(), family_id=home.family_id, home=home)

    def words(self) -> set[str]:
        return words_of(self.first_name, self.last_name)


class HouseholdChild(TenantModel):
    """A child in a household."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="household_children")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="households")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "family", "child"], name="household_child_once")
        ]

    def __str__(self) -> str:
        return f"{self.child_id} in {self.family_id}"

    def save(self, **options: Any) -> None:
        with transaction.atomic():
            super().save(**options)
            SearchWord.write(self.child.words(), family_id=self.family_id, home=self)


class SearchWord(TenantModel):
    """A word that finds a household: of an adult, of a child there or of a person whom it has named.

    Written when those are saved; whoever writes persons in bulk writes their words too.
    """

    word = WordField(max_length=MAX_WORD)
    family = models.ForeignKey(Family, on_delete=models.CASCADE, related_name="+", db_index=False)
    adult = models.ForeignKey(Adult, on_delete=models.CASCADE, null=True, related_name="+")
    home = models.ForeignKey(HouseholdChild, on_delete=models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey("families.Contact", on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation_id", "word", "family"],
                name="search_word",
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.word

    @staticmethod
    def write(words: set[str], *, family_id: int, **whose: Any) -> None:
        """Replace the words of an `adult`, of a child in a `home`, or of a `contact` whom a household has named."""
        (person,) = whose.values()
        SearchWord.objects.filter(**whose).delete()
        SearchWord.objects.bulk_create(
            SearchWord(organisation_id=person.organisation_id, word=word, family_id=family_id, **whose)
            for word in sorted(words)
        )


class Guardianship(TenantModel):
    """The link of one adult to one child: authority, and what follows of it for who reads what."""

    adult = models.ForeignKey(Adult, on_delete=models.PROTECT, related_name="guardianships")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="guardianships")
    authority = models.CharField(max_length=10, choices=choices(Authority), default=Authority.EXERCISED)
    link = models.CharField(max_length=20, blank=True)  # mère, père, tuteur…

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "adult", "child"], name="guardianship_once")]

    def __str__(self) -> str:
        return f"{self.adult_id} → {self.child_id}"


class HouseholdTerm(DatedFact):
    """What a household pays of a child. Without a row, it pays the whole of what it books."""

    home = models.ForeignKey(HouseholdChild, on_delete=models.CASCADE, related_name="terms")
    payer_share_percent = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            *one_at_a_time("household_term", "home"),
            models.CheckConstraint(condition=models.Q(payer_share_percent__lte=100), name="household_term_share"),
        ]

    def __str__(self) -> str:
        return f"{self.home_id} {self.payer_share_percent} %"


class ResidenceCalendar(DatedFact):
    """Where a child of two homes lives in turn, said once per child (Code civil, art. 373-2-9)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="calendars")
    calendar = models.JSONField()  # written by `kernel.residence.pattern_data`
    books = models.CharField(max_length=8, choices=choices(Books), default=Books.OWN_DAYS)
    adult_a = models.ForeignKey(Adult, on_delete=models.PROTECT, related_name="+")  # whose side "a" is
    adult_b = models.ForeignKey(Adult, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            *one_at_a_time("residence_calendar", "child"),
            models.CheckConstraint(
                condition=~models.Q(adult_a=models.F("adult_b")), name="residence_calendar_two_adults"
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.child_id}"


class ResidencyFact(DatedFact):
    """Whether a household lives in the collectivité, from a day. `Family.residency` is the one that stands."""

    family = models.ForeignKey(Family, on_delete=models.CASCADE, related_name="residencies")
    residency = models.CharField(max_length=8, choices=choices(Residency))

    class Meta:
        constraints = one_at_a_time("residency", "family")

    def __str__(self) -> str:
        return f"{self.family_id} {self.residency}"


class HealthFact(DatedFact):
    """An answer of the health sheet that a meal or a price hangs on, encrypted: see `rules.DATED_HEALTH`."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="health_facts")
    name = models.CharField(max_length=12)
    value = EncryptedJSONField(default=dict)  # {"is": …}

    class Meta:
        constraints = one_at_a_time("health_fact", "child", "name")

    def __str__(self) -> str:
        return f"{self.name} of {self.child_id}"


class Contact(TenantModel):
    """A person a household names for a child: may collect, to call, or forbidden."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="contacts")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
    kind = models.CharField(max_length=10, choices=choices(ContactKind))
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    link = models.CharField(max_length=40, blank=True)  # « grand-mère »
    phone = models.CharField(max_length=30, blank=True)
    mobile = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    is_to_call = models.BooleanField(default=False)  # may collect the child and be called too (A21-05)
    photo = models.ForeignKey("base.StoredFile", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # A ban is a fact of the child, in all its homes: since when, said by whom.
    said_at = models.DateTimeField(null=True)
    said_by = models.CharField(max_length=120, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # may be put back for a while, then erased

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "family"], name="contact_family")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def save(self, **options: Any) -> None:
        """Keep the words of the search true: whoever rings the bell may be the grandmother."""
        with transaction.atomic():
            super().save(**options)
            if touches(options=options, names=CONTACT_WORDS):  # one who is taken away is found no more
                found = set() if self.removed_at else person_words(self.first_name, self.last_name, reach=self)
                SearchWord.write(found, family_id=self.family_id, contact=self)


class ChildHealth(TenantModel):
    """The health sheet of a child (A20), encrypted: see `rules.HEALTH_FIELDS` for what it holds."""

    child = models.OneToOneField(Child, on_delete=models.PROTECT, related_name="health")
    sheet = EncryptedJSONField(default=dict)
    said = models.JSONField(default=dict)  # {field: [instant, author]}: each answer keeps its own
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"health of {self.child_id}"


class ConsentType(TenantModel):
    """One authorisation that the collectivité asks for (A21-07 to A21-15)."""

    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=200)
    help = models.TextField(blank=True)
    is_required = models.BooleanField(default=True)  # must be answered yes or no in the dossier
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "code"], name="consent_type_once")]

    def __str__(self) -> str:
        return self.title


class Consent(TenantModel):
    """The latest answer to one authorisation for one child, with date and author."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="consents")
    consent_type = models.ForeignKey(ConsentType, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=3, choices=choices(Answer), blank=True)
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "child", "consent_type"], name="consent_once")
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.consent_type_id} {self.answer}"


class SheetConfirmation(TenantModel):
    """« J’ai renseigné mes fiches » : a parent says that the sheets of a child are complete (A21-16)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="sheet_confirmations")
    school_year_id = models.BigIntegerField()  # plain: school years stand above families
    confirmed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "child", "school_year_id"], name="sheet_confirmation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.school_year_id}"


class ValidatedDossier(TenantModel):
    """The dossier administratif of a child for a school year, validated by the service (A07)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="validated_dossiers")
    school_year_id = models.BigIntegerField()
    validated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "child", "school_year_id"], name="validated_dossier_once"
            ),
        ]

    def __str__(self) -> str:
        return f"dossier {self.child_id} {self.school_year_id}"


class Objection(TenantModel):
    """A written objection of one holder of authority: agents do no usual act against it (art. 372-2)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="objections")
    adult = models.ForeignKey(Adult, on_delete=models.PROTECT, related_name="objections")
    text = EncryptedJSONField(default=dict)  # {"text": …}: never shown to the other parent
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "child"], name="objection_child")]

    def __str__(self) -> str:
        return f"objection {self.pk}"


class AccessKey(TenantModel):
    """A « clé enfance » that ties a login to a known adult (A02-42). Only its hash is kept."""

    adult = models.ForeignKey(Adult, on_delete=models.PROTECT, related_name="access_keys")
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "secret_hash"], name="access_key_once")]
        indexes = [models.Index(fields=["organisation_id", "adult"], name="access_key_adult")]

    def __str__(self) -> str:
        return f"key of {self.adult_id}"


class SignUp(TenantModel):
    """A space being created by its future owner: kept until the e-mail is verified, 72 hours at most.

    With `adult`, an invitation sent to an e-mail that already logs in elsewhere: its owner says who answers.
    """

    data = EncryptedJSONField(default=dict)  # identity, address, means of contact
    access_key = models.ForeignKey(AccessKey, on_delete=models.SET_NULL, null=True, related_name="+")
    adult = models.ForeignKey(Adult, on_delete=models.CASCADE, null=True, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)  # of the link sent by mail
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-up {self.pk}"


class NotDuplicate(TenantModel):
    """« Ce ne sont pas les mêmes » : two records that look alike, set apart for good. The first id is the lower."""

    kind = models.CharField(max_length=6, choices=choices(PersonKind))
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    said_at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "kind", "first_id", "second_id"], name="not_duplicate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_id} {self.second_id}"


class Merger(TenantModel):
    """Two records made one: which id is no more, and all that the kept one does not say, encrypted."""

    kind = models.CharField(max_length=6, choices=choices(PersonKind))
    kept_id = models.BigIntegerField()  # follows the record when it is absorbed in its turn
    absorbed_id = models.BigIntegerField()
    merged_at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    archive = EncryptedJSONField(default=dict)  # fields of the absorbed record, and what lost a conflict

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "kind", "absorbed_id"], name="merger_once")]
        indexes = [models.Index(fields=["organisation_id", "kind", "kept_id"], name="merger_kept")]

    def __str__(self) -> str:
        return f"{self.kind} {self.absorbed_id} → {self.kept_id}"
