import django.db.models.deletion
import preau.base.encryption
import preau.domain.absences.enums
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("bookings", "0001_initial"),
        ("catalogue", "0001_initial"),
        ("creche", "0001_initial"),
        ("documents", "0001_initial"),
        ("enrolments", "0001_initial"),
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AbsencePolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("window", models.JSONField(blank=True)),
                ("frees", models.BooleanField(default=True)),
                ("is_reviewed", models.BooleanField(default=False)),
                ("words", models.CharField(blank=True, max_length=300)),
                (
                    "activity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absence_policy",
                        to="catalogue.activity",
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
            name="AbsenceReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20)),
                ("name", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_health", models.BooleanField(default=False)),
                ("is_holiday", models.BooleanField(default=False)),
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
                (
                    "proof_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.documenttype",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("starts_minute", models.PositiveSmallIntegerField(null=True)),
                ("ends_minute", models.PositiveSmallIntegerField(null=True)),
                ("comment", preau.base.encryption.EncryptedTextField(blank=True)),
                ("source", models.CharField(choices=[("family", "FAMILY"), ("service", "SERVICE")], max_length=8)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                (
                    "proof",
                    models.CharField(
                        choices=[
                            ("not_asked", "NOT_ASKED"),
                            ("awaited", "AWAITED"),
                            ("received", "RECEIVED"),
                            ("valid", "VALID"),
                            ("refused", "REFUSED"),
                            ("missed", "MISSED"),
                        ],
                        default=preau.domain.absences.enums.ProofState["NOT_ASKED"],
                        max_length=9,
                    ),
                ),
                ("proof_due_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                (
                    "account",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="absences", to="families.child"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="absences", to="enrolments.enrolment"
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
                    "reason",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="absences.absencereason"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AbsenceRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("deducts", models.BooleanField(default=False)),
                ("waiting_days", models.PositiveSmallIntegerField(default=0)),
                ("unproven_waiting_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("most_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("proof_delay", models.JSONField(blank=True, default=dict)),
                ("reference", models.CharField(blank=True, max_length=120)),
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
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="absences.absencepolicy"
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="absences.absencereason"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("strike", "STRIKE"),
                            ("weather", "WEATHER"),
                            ("outing", "OUTING"),
                            ("works", "WORKS"),
                            ("staff", "STAFF"),
                            ("other", "OTHER"),
                        ],
                        max_length=8,
                    ),
                ),
                ("words", models.CharField(max_length=120)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("moments", models.JSONField(default=list)),
                ("key", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=120)),
                ("site_ids", models.JSONField(default=list)),
                ("department_ids", models.JSONField(default=list)),
                ("unit_ids", models.JSONField(default=list)),
                ("offer_ids", models.JSONField(default=list)),
                ("slot_ids", models.JSONField(default=list)),
                ("closed_day_ids", models.JSONField(default=list)),
                ("told_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=120)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.activity",
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
                    "school_class",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.schoolclass",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.site",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClosedMoment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("starts_minute", models.PositiveSmallIntegerField()),
                ("ends_minute", models.PositiveSmallIntegerField()),
                ("name", models.CharField(blank=True, max_length=40)),
                ("was", models.CharField(blank=True, max_length=12)),
                ("is_back", models.BooleanField(default=False)),
                (
                    "booking",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.booking"
                    ),
                ),
                (
                    "care_range",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="creche.carerange"
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="families.child",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                    "closure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="closed", to="absences.closure"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MinimumService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.JSONField()),
                ("words", models.CharField(max_length=240)),
                ("answers_until", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=120)),
                (
                    "closure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="minimum_service",
                        to="absences.closure",
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
            name="MinimumServiceAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("comes", models.BooleanField()),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                (
                    "account",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="families.child"
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
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="absences.minimumservice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AbsenceDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("starts_minute", models.PositiveSmallIntegerField()),
                ("ends_minute", models.PositiveSmallIntegerField()),
                ("name", models.CharField(blank=True, max_length=40)),
                (
                    "effect",
                    models.CharField(
                        choices=[("freed", "FREED"), ("due", "DUE"), ("deducted", "DEDUCTED"), ("noted", "NOTED")],
                        max_length=8,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("in_time", "IN_TIME"),
                            ("waiting", "WAITING"),
                            ("not_deducted", "NOT_DEDUCTED"),
                            ("proof_awaited", "PROOF_AWAITED"),
                            ("proof_received", "PROOF_RECEIVED"),
                            ("proof_refused", "PROOF_REFUSED"),
                            ("proof_missed", "PROOF_MISSED"),
                            ("beyond", "BEYOND"),
                            ("no_rule", "NO_RULE"),
                            ("proven", "PROVEN"),
                            ("granted", "GRANTED"),
                            ("unbooked", "UNBOOKED"),
                        ],
                        max_length=14,
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=0)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "absence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="days", to="absences.absence"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absence_days",
                        to="bookings.booking",
                    ),
                ),
                (
                    "care_range",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absence_days",
                        to="creche.carerange",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
            ],
            options={
                "indexes": [models.Index(fields=["organisation_id", "on", "enrolment"], name="absence_day_list")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("booking__isnull", True), ("care_range__isnull", True), _connector="OR"),
                        name="absence_day_one_moment",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("taken_back_at", None),
                            models.Q(("effect", preau.domain.absences.enums.Effect["FREED"]), _negated=True),
                        ),
                        fields=("organisation_id", "enrolment", "on", "starts_minute"),
                        name="absence_day_once",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="absencereason",
            constraint=models.UniqueConstraint(fields=("organisation_id", "code"), name="absence_reason_once"),
        ),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(fields=["organisation_id", "enrolment", "starts_on"], name="absence_enrolment"),
        ),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(
                condition=models.Q(("proof", preau.domain.absences.enums.ProofState["AWAITED"])),
                fields=["organisation_id", "proof_due_at"],
                name="absence_to_prove",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="absence_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_minute", None), ("starts_minute", None)),
                    models.Q(("ends_minute__gt", models.F("starts_minute")), ("ends_minute__lte", 1440)),
                    _connector="OR",
                ),
                name="absence_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="absencerule",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "policy", "reason", "starts_on"), name="absence_rule_once"
            ),
        ),
        migrations.AddIndex(
            model_name="closure",
            index=models.Index(fields=["organisation_id", "-starts_on"], name="closure_recent"),
        ),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="closure_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.UniqueConstraint(fields=("organisation_id", "key"), name="closure_once"),
        ),
        migrations.AddIndex(
            model_name="closedmoment",
            index=models.Index(fields=["organisation_id", "enrolment", "on"], name="closed_moment_list"),
        ),
        migrations.AddConstraint(
            model_name="minimumserviceanswer",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "service", "child", "on"), name="minimum_service_once"
            ),
        ),
    ]
