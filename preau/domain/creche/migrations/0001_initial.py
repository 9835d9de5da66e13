import django.core.validators
import django.db.models.deletion
import preau.domain.creche.enums
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_initial"),
        ("enrolments", "0001_initial"),
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Structure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hours", models.JSONField(blank=True)),
                (
                    "surplus_percent",
                    models.PositiveSmallIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(100),
                            django.core.validators.MaxValueValidator(115),
                        ],
                    ),
                ),
                (
                    "per_not_walking",
                    models.PositiveSmallIntegerField(
                        default=5, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "per_walking",
                    models.PositiveSmallIntegerField(
                        default=8, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("walks_from_months", models.PositiveSmallIntegerField(default=16)),
                (
                    "least_staff",
                    models.PositiveSmallIntegerField(
                        default=2, validators=[django.core.validators.MinValueValidator(1)]
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
                    "site",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="structure", to="organisations.site"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Section",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("min_age_months", models.PositiveSmallIntegerField(default=0)),
                ("max_age_months", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("places", models.PositiveSmallIntegerField()),
                ("places_by_hour", models.JSONField(blank=True, default=list)),
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
                    "structure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sections", to="creche.structure"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "care",
                    models.CharField(
                        choices=[
                            ("regular", "REGULAR"),
                            ("variable", "VARIABLE"),
                            ("occasional", "OCCASIONAL"),
                            ("emergency", "EMERGENCY"),
                        ],
                        max_length=10,
                    ),
                ),
                ("step", models.PositiveSmallIntegerField(choices=[(15, "15"), (30, "30"), (60, "60")], default=15)),
                (
                    "min_minutes",
                    models.PositiveSmallIntegerField(
                        default=60, validators=[django.core.validators.MinValueValidator(15)]
                    ),
                ),
                (
                    "max_minutes",
                    models.PositiveSmallIntegerField(
                        default=600, validators=[django.core.validators.MaxValueValidator(1440)]
                    ),
                ),
                (
                    "most_ranges",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(6),
                        ],
                    ),
                ),
                (
                    "keeps_days",
                    models.BooleanField(
                        default=False,
                        help_text="Une journée réservée ne s’annule pas ici\xa0: la famille signale une absence.",
                    ),
                ),
                (
                    "offer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="care", to="catalogue.offer"
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_minutes__gte", models.F("min_minutes")),
                            ("max_minutes__lte", 1440),
                            ("min_minutes__gte", 15),
                        ),
                        name="care_lengths",
                    ),
                    models.CheckConstraint(condition=models.Q(("step__in", (15, 30, 60))), name="care_step"),
                    models.CheckConstraint(
                        condition=models.Q(("most_ranges__gte", 1), ("most_ranges__lte", 6)), name="care_ranges"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placements",
                        to="enrolments.enrolment",
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
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="placements", to="creche.section"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "enrolment", "starts_on"), name="placement_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DaySheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
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
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sheets", to="creche.section"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "section", "on"), name="day_sheet_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CareRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("starts_minute", models.PositiveSmallIntegerField()),
                ("ends_minute", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[("booked", "BOOKED"), ("closed", "CLOSED"), ("cancelled", "CANCELLED")],
                        default=preau.domain.creche.enums.RangeStatus["BOOKED"],
                        max_length=10,
                    ),
                ),
                ("booked_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "booked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="care_ranges", to="families.child"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_ranges",
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ranges", to="creche.section"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "section", "on", "status"], name="care_range_sheet"),
                    models.Index(fields=["organisation_id", "enrolment", "on"], name="care_range_enrolment"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_minute__gt", models.F("starts_minute")), ("ends_minute__lte", 1440)),
                        name="care_range_hours",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", preau.domain.creche.enums.RangeStatus["BOOKED"])),
                        fields=("organisation_id", "child", "on", "starts_minute"),
                        name="care_range_once",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="structure",
            constraint=models.CheckConstraint(
                condition=models.Q(("surplus_percent__gte", 100), ("surplus_percent__lte", 115)),
                name="structure_surplus",
            ),
        ),
        migrations.AddConstraint(
            model_name="structure",
            constraint=models.CheckConstraint(
                condition=models.Q(("least_staff__gte", 1), ("per_not_walking__gte", 1), ("per_walking__gte", 1)),
                name="structure_staff",
            ),
        ),
        migrations.AddConstraint(
            model_name="section",
            constraint=models.UniqueConstraint(fields=("organisation_id", "structure", "name"), name="section_once"),
        ),
        migrations.AddConstraint(
            model_name="section",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_age_months", None), ("max_age_months__gt", models.F("min_age_months")), _connector="OR"
                ),
                name="section_ages",
            ),
        ),
    ]
