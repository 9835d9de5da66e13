import django.db.models.deletion
import django.db.models.functions.text
import preau.base.encryption
import preau.base.word_field
import preau.domain.families.enums
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("base", "0001_initial"),
        ("organisations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Adult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_name", models.CharField(max_length=80)),
                ("last_name", models.CharField(max_length=80)),
                ("name_key", models.CharField(blank=True, editable=False, max_length=161)),
                (
                    "position",
                    models.CharField(
                        choices=[("holder", "HOLDER"), ("co_holder", "CO_HOLDER"), ("member", "MEMBER")], max_length=10
                    ),
                ),
                ("civility", models.CharField(blank=True, max_length=4)),
                ("birth_name", models.CharField(blank=True, max_length=80)),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=30)),
                ("mobile", models.CharField(blank=True, max_length=30)),
                ("employer", models.CharField(blank=True, max_length=120)),
                ("own_address", preau.base.encryption.EncryptedJSONField(default=dict)),
                (
                    "preferred_medium",
                    models.CharField(
                        choices=[("email", "EMAIL"), ("sms", "SMS"), ("phone", "PHONE"), ("post", "POST")],
                        default=preau.domain.families.enums.Medium["EMAIL"],
                        max_length=6,
                    ),
                ),
                ("has_protected_address", models.BooleanField(default=False)),
                ("invited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="adults",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccessKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "adult",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="access_keys", to="families.adult"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Child",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_name", models.CharField(max_length=80)),
                ("last_name", models.CharField(max_length=80)),
                ("name_key", models.CharField(blank=True, editable=False, max_length=161)),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("expected_on", models.DateField(blank=True, null=True)),
                ("birth_place", models.CharField(blank=True, max_length=80)),
                ("sex", models.CharField(blank=True, max_length=1)),
                ("hue", models.PositiveSmallIntegerField(default=1)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChildHealth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sheet", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("said", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField()),
                ("updated_by", models.CharField(blank=True, max_length=120)),
                (
                    "child",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="health", to="families.child"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsentType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("help", models.TextField(blank=True)),
                ("is_required", models.BooleanField(default=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.CharField(blank=True, choices=[("yes", "YES"), ("no", "NO"), ("", "NONE")], max_length=3),
                ),
                ("answered_at", models.DateTimeField()),
                ("answered_by", models.CharField(max_length=120)),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="families.child"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "consent_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="families.consenttype"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Family",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("street_number", models.CharField(blank=True, max_length=10)),
                ("street", models.CharField(blank=True, max_length=160)),
                ("building", models.CharField(blank=True, max_length=40)),
                ("apartment", models.CharField(blank=True, max_length=40)),
                ("complement", models.CharField(blank=True, max_length=120)),
                ("postcode", models.CharField(blank=True, max_length=10)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("country", models.CharField(default="France", max_length=60)),
                (
                    "residency",
                    models.CharField(
                        choices=[("unknown", "UNKNOWN"), ("resident", "RESIDENT"), ("outside", "OUTSIDE")],
                        default=preau.domain.families.enums.Residency["UNKNOWN"],
                        max_length=8,
                    ),
                ),
                ("residency_since", models.DateField(blank=True, null=True)),
                (
                    "is_resident",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("residency", "resident")),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "situation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("married", "MARRIED"),
                            ("civil_union", "CIVIL_UNION"),
                            ("cohabiting", "COHABITING"),
                            ("separated", "SEPARATED"),
                            ("divorced", "DIVORCED"),
                            ("single", "SINGLE"),
                            ("widowed", "WIDOWED"),
                        ],
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("pick_up", "PICK_UP"), ("call", "CALL"), ("forbidden", "FORBIDDEN")], max_length=10
                    ),
                ),
                ("first_name", models.CharField(max_length=80)),
                ("last_name", models.CharField(max_length=80)),
                ("link", models.CharField(blank=True, max_length=40)),
                ("phone", models.CharField(blank=True, max_length=30)),
                ("mobile", models.CharField(blank=True, max_length=30)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("is_to_call", models.BooleanField(default=False)),
                ("said_at", models.DateTimeField(null=True)),
                ("said_by", models.CharField(blank=True, max_length=120)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "child",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="families.child",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="families.family"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="adult",
            name="family",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="adults", to="families.family"
            ),
        ),
        migrations.CreateModel(
            name="Guardianship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "authority",
                    models.CharField(
                        choices=[
                            ("exercised", "EXERCISED"),
                            ("held", "HELD"),
                            ("withdrawn", "WITHDRAWN"),
                            ("none", "NONE"),
                        ],
                        default=preau.domain.families.enums.Authority["EXERCISED"],
                        max_length=10,
                    ),
                ),
                ("link", models.CharField(blank=True, max_length=20)),
                (
                    "adult",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="guardianships", to="families.adult"
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="guardianships", to="families.child"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HealthFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=12)),
                ("value", preau.base.encryption.EncryptedJSONField(default=dict)),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="health_facts", to="families.child"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HouseholdChild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="households", to="families.child"
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="household_children",
                        to="families.family",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HouseholdTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                ("payer_share_percent", models.PositiveSmallIntegerField()),
                (
                    "home",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="families.householdchild"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Merger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("adult", "ADULT"), ("child", "CHILD"), ("family", "FAMILY")], max_length=6
                    ),
                ),
                ("kept_id", models.BigIntegerField()),
                ("absorbed_id", models.BigIntegerField()),
                ("merged_at", models.DateTimeField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("archive", preau.base.encryption.EncryptedJSONField(default=dict)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NotDuplicate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("adult", "ADULT"), ("child", "CHILD"), ("family", "FAMILY")], max_length=6
                    ),
                ),
                ("first_id", models.BigIntegerField()),
                ("second_id", models.BigIntegerField()),
                ("said_at", models.DateTimeField()),
                ("account_id", models.BigIntegerField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "adult",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="families.adult"
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="families.child"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ResidenceCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                ("calendar", models.JSONField()),
                (
                    "books",
                    models.CharField(
                        choices=[("own_days", "OWN_DAYS"), ("any", "ANY_DAY")],
                        default=preau.domain.families.enums.Books["OWN_DAYS"],
                        max_length=8,
                    ),
                ),
                (
                    "adult_a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="families.adult"
                    ),
                ),
                (
                    "adult_b",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="families.adult"
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calendars", to="families.child"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ResidencyFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                (
                    "residency",
                    models.CharField(
                        choices=[("unknown", "UNKNOWN"), ("resident", "RESIDENT"), ("outside", "OUTSIDE")], max_length=8
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="residencies", to="families.family"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", preau.base.word_field.WordField(max_length=40)),
                (
                    "adult",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="families.adult"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="families.contact"
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="families.family",
                    ),
                ),
                (
                    "home",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="families.householdchild",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SheetConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("school_year_id", models.BigIntegerField()),
                ("confirmed_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(max_length=120)),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheet_confirmations",
                        to="families.child",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("data", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "access_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="families.accesskey",
                    ),
                ),
                (
                    "adult",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="families.adult"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ValidatedDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("school_year_id", models.BigIntegerField()),
                ("validated_at", models.DateTimeField()),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="validated_dossiers",
                        to="families.child",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="accesskey",
            index=models.Index(fields=["organisation_id", "adult"], name="access_key_adult"),
        ),
        migrations.AddConstraint(
            model_name="accesskey",
            constraint=models.UniqueConstraint(fields=("organisation_id", "secret_hash"), name="access_key_once"),
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(fields=["organisation_id", "name_key"], name="child_name"),
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(fields=["organisation_id", "birth_date"], name="child_birth"),
        ),
        migrations.AddConstraint(
            model_name="consenttype",
            constraint=models.UniqueConstraint(fields=("organisation_id", "code"), name="consent_type_once"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "child", "consent_type"), name="consent_once"
            ),
        ),
        migrations.AddIndex(
            model_name="family",
            index=models.Index(fields=["organisation_id", "name", "number"], name="family_by_name"),
        ),
        migrations.AddConstraint(
            model_name="family",
            constraint=models.UniqueConstraint(fields=("organisation_id", "number"), name="family_number_once"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["organisation_id", "family"], name="contact_family"),
        ),
        migrations.AddIndex(
            model_name="adult",
            index=models.Index(fields=["organisation_id", "family"], name="adult_family"),
        ),
        migrations.AddIndex(
            model_name="adult",
            index=models.Index(fields=["organisation_id", "name_key"], name="adult_name"),
        ),
        migrations.AddIndex(
            model_name="adult",
            index=models.Index(fields=["organisation_id", "birth_date"], name="adult_birth"),
        ),
        migrations.AddIndex(
            model_name="adult",
            index=models.Index(
                models.F("organisation_id"), django.db.models.functions.text.Lower("email"), name="adult_email"
            ),
        ),
        migrations.AddConstraint(
            model_name="adult",
            constraint=models.UniqueConstraint(
                condition=models.Q(("account__isnull", False)),
                fields=("organisation_id", "account", "family"),
                name="adult_account_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.UniqueConstraint(fields=("organisation_id", "adult", "child"), name="guardianship_once"),
        ),
        migrations.AddConstraint(
            model_name="healthfact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("organisation_id", "child", "name"),
                name="health_fact_stands_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="healthfact",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "child", "name", "starts_on"), name="health_fact_begins_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="healthfact",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="health_fact_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdchild",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "family", "child"), name="household_child_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="householdterm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("organisation_id", "home"),
                name="household_term_stands_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdterm",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "home", "starts_on"), name="household_term_begins_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="householdterm",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="household_term_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdterm",
            constraint=models.CheckConstraint(
                condition=models.Q(("payer_share_percent__lte", 100)), name="household_term_share"
            ),
        ),
        migrations.AddIndex(
            model_name="merger",
            index=models.Index(fields=["organisation_id", "kind", "kept_id"], name="merger_kept"),
        ),
        migrations.AddConstraint(
            model_name="merger",
            constraint=models.UniqueConstraint(fields=("organisation_id", "kind", "absorbed_id"), name="merger_once"),
        ),
        migrations.AddConstraint(
            model_name="notduplicate",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "kind", "first_id", "second_id"), name="not_duplicate_once"
            ),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["organisation_id", "child"], name="objection_child"),
        ),
        migrations.AddConstraint(
            model_name="residencecalendar",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("organisation_id", "child"),
                name="residence_calendar_stands_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="residencecalendar",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "child", "starts_on"), name="residence_calendar_begins_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="residencecalendar",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="residence_calendar_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="residencecalendar",
            constraint=models.CheckConstraint(
                condition=models.Q(("adult_a", models.F("adult_b")), _negated=True),
                name="residence_calendar_two_adults",
            ),
        ),
        migrations.AddConstraint(
            model_name="residencyfact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("organisation_id", "family"),
                name="residency_stands_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="residencyfact",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "family", "starts_on"), name="residency_begins_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="residencyfact",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="residency_period",
            ),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=models.Index(
                fields=["organisation_id", "word", "family"],
                name="search_word",
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetconfirmation",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "child", "school_year_id"), name="sheet_confirmation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="validateddossier",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "child", "school_year_id"), name="validated_dossier_once"
            ),
        ),
    ]
