import django.db.models.deletion
import preau.base.encryption
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
    ]

    operations = [
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
    ]
