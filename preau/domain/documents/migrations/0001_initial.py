import django.db.models.deletion
import django.db.models.functions.comparison
import preau.base.encryption
import preau.domain.documents.enums
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("base", "0001_initial"),
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("help", models.TextField(blank=True)),
                (
                    "subject",
                    models.CharField(
                        choices=[("family", "FAMILY"), ("adult", "ADULT"), ("child", "CHILD")],
                        default=preau.domain.documents.enums.Subject["CHILD"],
                        max_length=6,
                    ),
                ),
                (
                    "validity",
                    models.CharField(
                        choices=[
                            ("school_year", "SCHOOL_YEAR"),
                            ("months", "MONTHS"),
                            ("date", "DATE"),
                            ("forever", "FOREVER"),
                            ("event", "EVENT"),
                        ],
                        default=preau.domain.documents.enums.Validity["SCHOOL_YEAR"],
                        max_length=11,
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(default=12)),
                ("needs", models.JSONField(default=list)),
                ("due_month_day", models.CharField(blank=True, max_length=5)),
                ("is_sensitive", models.BooleanField(default=False)),
                ("is_judicial", models.BooleanField(default=False)),
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
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_check", "TO_CHECK"),
                            ("valid", "VALID"),
                            ("refused", "REFUSED"),
                            ("replaced", "REPLACED"),
                        ],
                        default=preau.domain.documents.enums.DocumentState["TO_CHECK"],
                        max_length=8,
                    ),
                ),
                ("reason", preau.base.encryption.EncryptedTextField(blank=True)),
                ("good_until", models.DateField(null=True)),
                ("deposited_at", models.DateTimeField()),
                ("deposited_by", models.CharField(max_length=120)),
                ("account_id", models.BigIntegerField(null=True)),
                ("owner_id", models.BigIntegerField(default=0)),
                ("about_id", models.BigIntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                (
                    "adult",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="families.adult",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="families.child",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="families.family"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.storedfile"
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
                    "document_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="documents.documenttype",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("title", models.CharField(max_length=120)),
                (
                    "category",
                    models.CharField(
                        choices=[("rules", "RULES"), ("form", "FORM"), ("flyer", "FLYER")],
                        default=preau.domain.documents.enums.Category["RULES"],
                        max_length=5,
                    ),
                ),
                ("year_label", models.CharField(blank=True, max_length=20)),
                ("is_public", models.BooleanField(default=True)),
                ("is_current", models.BooleanField(default=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("published_at", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.storedfile"
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
            name="Regulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField()),
                ("published_at", models.DateTimeField()),
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
            name="RegulationAcceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("accepted_at", models.DateTimeField()),
                ("accepted_by", models.CharField(max_length=120)),
                ("account_id", models.BigIntegerField(null=True)),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regulation_acceptances",
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
                (
                    "regulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="documents.regulation",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="documenttype",
            constraint=models.UniqueConstraint(fields=("organisation_id", "code"), name="document_type_once"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["organisation_id", "family", "state"], name="document_family"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["organisation_id", "child"], name="document_child"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("reminded_at__isnull", True)),
                fields=["organisation_id", "good_until"],
                name="document_to_remind",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                models.F("organisation_id"),
                models.F("family"),
                django.db.models.functions.comparison.Coalesce("child", models.Value(0)),
                django.db.models.functions.comparison.Coalesce("adult", models.Value(0)),
                models.F("document_type"),
                models.F("owner_id"),
                models.F("about_id"),
                condition=models.Q(("state", "to_check")),
                name="document_one_to_check",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                models.F("organisation_id"),
                models.F("family"),
                django.db.models.functions.comparison.Coalesce("child", models.Value(0)),
                django.db.models.functions.comparison.Coalesce("adult", models.Value(0)),
                models.F("document_type"),
                models.F("owner_id"),
                models.F("about_id"),
                condition=models.Q(("state", "valid")),
                name="document_one_valid",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("is_current", True)),
                fields=["organisation_id", "position"],
                name="publication_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(fields=("organisation_id", "code", "version"), name="publication_once"),
        ),
        migrations.AddConstraint(
            model_name="regulation",
            constraint=models.UniqueConstraint(fields=("organisation_id", "code", "version"), name="regulation_once"),
        ),
        migrations.AddConstraint(
            model_name="regulationacceptance",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "family", "regulation"), name="regulation_accepted_once"
            ),
        ),
    ]
