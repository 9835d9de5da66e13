import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import preau.domain.catalogue.enums
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("canteen", "CANTEEN"),
                            ("after_school", "AFTER_SCHOOL"),
                            ("wednesday", "WEDNESDAY"),
                            ("holidays", "HOLIDAYS"),
                            ("creche", "CRECHE"),
                            ("outings", "OUTINGS"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "participant",
                    models.CharField(
                        choices=[("child", "CHILD"), ("adult", "ADULT"), ("household", "HOUSEHOLD")],
                        default=preau.domain.catalogue.enums.ParticipantKind["CHILD"],
                        max_length=10,
                    ),
                ),
                (
                    "booking_mode",
                    models.CharField(
                        choices=[("none", "NONE"), ("day_units", "DAY_UNITS"), ("time_ranges", "TIME_RANGES")],
                        default=preau.domain.catalogue.enums.BookingMode["DAY_UNITS"],
                        max_length=12,
                    ),
                ),
                (
                    "confirmation",
                    models.CharField(
                        choices=[("immediate", "IMMEDIATE"), ("reviewed", "REVIEWED")],
                        default=preau.domain.catalogue.enums.Confirmation["IMMEDIATE"],
                        help_text="Réponse à une demande d’inscription. Un jour réservé est toujours confirmé tout de suite.",
                        max_length=10,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "enrolment_by",
                    models.CharField(
                        choices=[("family", "FAMILY"), ("service", "SERVICE")],
                        default=preau.domain.catalogue.enums.EnrolmentBy["FAMILY"],
                        max_length=8,
                    ),
                ),
                ("requires_dossier", models.BooleanField(default=False)),
                ("required_document_types", models.JSONField(blank=True, default=list)),
                (
                    "late_after",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Minutes après l’heure prévue\xa0: un enfant attendu et pas pointé est signalé aux agents, puis à sa famille. Vide : personne n’est prévenu.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(600)],
                        verbose_name="pas arrivé après (minutes)",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="organisations.department",
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
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=120)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("weekdays", models.CharField(default="01234", max_length=7)),
                ("shown_weekdays", models.CharField(default="01234", max_length=7)),
                (
                    "open_on",
                    models.CharField(
                        choices=[
                            ("school_days", "SCHOOL_DAYS"),
                            ("school_holidays", "SCHOOL_HOLIDAYS"),
                            ("all_days", "ALL_DAYS"),
                        ],
                        default=preau.domain.catalogue.enums.OpenOn["SCHOOL_DAYS"],
                        max_length=16,
                    ),
                ),
                ("book_deadline", models.JSONField(blank=True, default=dict)),
                ("change_deadline", models.JSONField(blank=True, default=dict)),
                ("cancel_deadline", models.JSONField(blank=True, default=dict)),
                ("openings", models.JSONField(blank=True, default=list)),
                ("enrolment_openings", models.JSONField(blank=True, default=list)),
                ("min_age_months", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("max_age_months", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "age_on",
                    models.CharField(
                        choices=[("start", "START"), ("school_year", "SCHOOL_YEAR"), ("entry", "ENTRY")],
                        default=preau.domain.catalogue.enums.AgeOn["START"],
                        max_length=12,
                    ),
                ),
                ("levels", models.JSONField(blank=True, default=list)),
                ("school_ids", models.JSONField(blank=True, default=list)),
                (
                    "residence",
                    models.CharField(
                        choices=[("all", "ALL"), ("residents", "RESIDENTS"), ("non_residents", "NON_RESIDENTS")],
                        default=preau.domain.catalogue.enums.Public["ALL"],
                        max_length=14,
                    ),
                ),
                ("enrolment_capacity", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "waiting_list",
                    models.CharField(
                        choices=[("none", "NONE"), ("by_date", "BY_DATE")],
                        default=preau.domain.catalogue.enums.WaitingList["NONE"],
                        max_length=8,
                    ),
                ),
                ("is_subscription", models.BooleanField(default=False)),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="catalogue.activity"
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="organisations.site"
                    ),
                ),
                (
                    "subscribes_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscribed_by",
                        to="catalogue.offer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("reason", models.CharField(max_length=120)),
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
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closed_days",
                        to="organisations.site",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closed_days",
                        to="catalogue.offer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PublicHoliday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("name", models.CharField(max_length=60)),
                ("seeded_for", models.CharField(blank=True, max_length=10)),
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
            name="Resource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("capacity", models.PositiveIntegerField()),
                ("is_blocking", models.BooleanField(default=True)),
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="resources", to="organisations.site"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ResourceDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("capacity", models.PositiveIntegerField()),
                ("extra", models.PositiveIntegerField(default=0)),
                ("booked", models.PositiveIntegerField(default=0)),
                ("is_blocking", models.BooleanField(default=True)),
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
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="days", to="catalogue.resource"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SchoolHoliday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("is_projected", models.BooleanField(default=False)),
                ("seeded_for", models.CharField(blank=True, max_length=1)),
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
            name="SchoolYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=9)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
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
            name="SchoolClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("level", models.CharField(max_length=10)),
                ("teacher", models.CharField(blank=True, max_length=80)),
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="classes", to="organisations.site"
                    ),
                ),
                (
                    "school_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="classes", to="catalogue.schoolyear"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="offer",
            name="school_year",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offers",
                to="catalogue.schoolyear",
            ),
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=4)),
                ("name", models.CharField(max_length=40)),
                ("starts_minute", models.PositiveSmallIntegerField()),
                ("ends_minute", models.PositiveSmallIntegerField()),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("weekdays", models.CharField(blank=True, max_length=7)),
                ("resource_ids", models.JSONField(blank=True, default=list)),
                ("excludes", models.JSONField(blank=True, default=list)),
                ("requires", models.JSONField(blank=True, default=list)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="units", to="catalogue.offer"
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
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("closed_reason", models.CharField(blank=True, max_length=120)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="catalogue.offer"
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
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="catalogue.unit"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.UniqueConstraint(fields=("organisation_id", "name"), name="activity_once"),
        ),
        migrations.AddIndex(
            model_name="closedday",
            index=models.Index(fields=["organisation_id", "starts_on"], name="closed_day_start"),
        ),
        migrations.AddConstraint(
            model_name="closedday",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="closed_day_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="publicholiday",
            constraint=models.UniqueConstraint(fields=("organisation_id", "on"), name="public_holiday_once"),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.UniqueConstraint(fields=("organisation_id", "site", "name"), name="resource_once"),
        ),
        migrations.AddConstraint(
            model_name="resourceday",
            constraint=models.UniqueConstraint(fields=("organisation_id", "resource", "on"), name="resource_day_once"),
        ),
        migrations.AddConstraint(
            model_name="resourceday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_blocking", False),
                    (
                        "booked__lte",
                        django.db.models.expressions.CombinedExpression(models.F("capacity"), "+", models.F("extra")),
                    ),
                    _connector="OR",
                ),
                name="resource_day_not_oversold",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolholiday",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "starts_on", "name"), name="school_holiday_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolholiday",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="school_holiday_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolyear",
            constraint=models.UniqueConstraint(fields=("organisation_id", "label"), name="school_year_once"),
        ),
        migrations.AddConstraint(
            model_name="schoolyear",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="school_year_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolclass",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "site", "school_year", "name"), name="school_class_once"
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["organisation_id", "starts_on", "ends_on"], name="offer_period"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="offer_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("min_age_months", None),
                    ("max_age_months", None),
                    ("max_age_months__gt", models.F("min_age_months")),
                    _connector="OR",
                ),
                name="offer_ages",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("organisation_id", "offer", "code"), name="unit_once"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_minute__gt", models.F("starts_minute")), ("ends_minute__lte", 1440)),
                name="unit_hours",
            ),
        ),
        migrations.AddIndex(
            model_name="slot",
            index=models.Index(fields=["organisation_id", "on"], name="slot_day"),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(fields=("organisation_id", "offer", "on", "unit"), name="slot_once"),
        ),
    ]
