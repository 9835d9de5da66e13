from preau.base.frozen_triggers import freeze
import django.db.models.deletion
import preau.base.encryption
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_initial"),
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tariff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=0)),
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
            name="TariffUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit_code", models.CharField(blank=True, max_length=4)),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tariff_uses", to="catalogue.activity"
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
                    "tariff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="pricing.tariff"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TariffVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("terms", models.JSONField(blank=True)),
                ("reference", models.CharField(blank=True, max_length=160)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("published_by", models.CharField(blank=True, max_length=120)),
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
                    "tariff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="pricing.tariff"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HouseholdIncome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                ("content", preau.base.encryption.EncryptedJSONField(default=dict)),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="incomes", to="families.family"
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on__isnull", True)),
                        fields=("organisation_id", "family"),
                        name="household_income_stands_once",
                    ),
                    models.UniqueConstraint(
                        fields=("organisation_id", "family", "starts_on"), name="household_income_begins_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="household_income_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdQuotient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                ("content", preau.base.encryption.EncryptedJSONField(default=dict)),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quotients", to="families.family"
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on__isnull", True)),
                        fields=("organisation_id", "family"),
                        name="household_quotient_stands_once",
                    ),
                    models.UniqueConstraint(
                        fields=("organisation_id", "family", "starts_on"), name="household_quotient_begins_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="household_quotient_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PsuScale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("floor_cents", models.PositiveIntegerField()),
                ("ceiling_cents", models.PositiveIntegerField()),
                ("collective", models.JSONField(blank=True)),
                ("family", models.JSONField(blank=True)),
                ("reference", models.CharField(blank=True, max_length=120)),
                (
                    "is_to_confirm",
                    models.BooleanField(
                        default=False, help_text="Ce chiffre n’est pas encore confirmé par un texte publié."
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
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "starts_on"), name="psu_scale_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ceiling_cents__gt", models.F("floor_cents")), ("floor_cents__gt", 0)),
                        name="psu_scale_bounds",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.UniqueConstraint(fields=("organisation_id", "name"), name="tariff_once"),
        ),
        migrations.AddConstraint(
            model_name="tariffuse",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "activity", "unit_code"), name="tariff_use_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at__isnull", False)),
                fields=("organisation_id", "tariff", "starts_on"),
                name="tariff_version_once",
            ),
        ),
        migrations.RunPython(
            *freeze(
                "pricing_tariffversion",
                when="OLD.published_at IS NOT NULL",
                columns=["tariff_id", "starts_on", "terms", "reference", "published_at"],
            )
        ),
    ]
