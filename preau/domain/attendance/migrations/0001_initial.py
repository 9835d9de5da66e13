import django.db.models.deletion
import preau.domain.attendance.enums
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("bookings", "0001_initial"),
        ("catalogue", "0001_initial"),
        ("creche", "0001_initial"),
        ("enrolments", "0001_initial"),
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("moment", models.CharField(blank=True, max_length=40)),
                ("starts_minute", models.PositiveSmallIntegerField()),
                ("ends_minute", models.PositiveSmallIntegerField()),
                ("is_expected", models.BooleanField(default=True)),
                ("is_announced", models.BooleanField(default=False)),
                (
                    "seen",
                    models.CharField(
                        choices=[("waited", "WAITED"), ("present", "PRESENT"), ("absent", "ABSENT")],
                        default=preau.domain.attendance.enums.Seen["WAITED"],
                        max_length=8,
                    ),
                ),
                ("arrived_minute", models.PositiveSmallIntegerField(null=True)),
                ("left_minute", models.PositiveSmallIntegerField(null=True)),
                ("collected_by", models.CharField(blank=True, max_length=120)),
                ("last_tap", models.CharField(blank=True, max_length=64)),
                ("taps_count", models.PositiveSmallIntegerField(default=0)),
                ("has_conflict", models.BooleanField(default=False)),
                ("told_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField(null=True)),
                ("updated_by", models.CharField(blank=True, max_length=120)),
                (
                    "activity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.activity",
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presences",
                        to="bookings.booking",
                    ),
                ),
                (
                    "care_range",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presences",
                        to="creche.carerange",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="presences", to="families.child"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presences",
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="creche.section",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.site",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PresenceTap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=64)),
                (
                    "act",
                    models.CharField(
                        choices=[("present", "PRESENT"), ("absent", "ABSENT"), ("left", "LEFT"), ("undo", "UNDO")],
                        max_length=8,
                    ),
                ),
                ("minute", models.PositiveSmallIntegerField(null=True)),
                ("is_typed", models.BooleanField(default=False)),
                ("who", models.CharField(blank=True, max_length=120)),
                ("target", models.CharField(blank=True, max_length=64)),
                ("seen", models.PositiveSmallIntegerField(default=0)),
                ("device", models.CharField(blank=True, max_length=64)),
                ("said_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=240)),
                ("by", models.CharField(max_length=120)),
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
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "presence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="taps", to="attendance.presence"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="presence",
            index=models.Index(fields=["organisation_id", "on", "site", "activity", "moment"], name="presence_sheet"),
        ),
        migrations.AddIndex(
            model_name="presence",
            index=models.Index(fields=["organisation_id", "enrolment", "on"], name="presence_enrolment"),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("section", None)),
                fields=("organisation_id", "child", "on", "activity", "site", "moment", "starts_minute"),
                name="presence_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("section__isnull", False)),
                fields=("organisation_id", "child", "on", "activity", "section", "starts_minute"),
                name="presence_once_section",
            ),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_minute__gt", models.F("starts_minute")), ("ends_minute__lte", 1440)),
                name="presence_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="presencetap",
            constraint=models.UniqueConstraint(fields=("organisation_id", "key"), name="presence_tap_once"),
        ),
        migrations.AddConstraint(
            model_name="presencetap",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "presence", "serial"), name="presence_tap_order"
            ),
        ),
    ]
