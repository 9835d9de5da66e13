from preau.base.column_statistics import forget_values
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import preau.domain.bookings.enums
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
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                (
                    "participant_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                child__isnull=False,
                                then=django.db.models.functions.text.Concat(
                                    models.Value("c"),
                                    django.db.models.functions.comparison.Cast(
                                        "child", models.CharField(max_length=20)
                                    ),
                                ),
                            ),
                            models.When(
                                adult__isnull=False,
                                then=django.db.models.functions.text.Concat(
                                    models.Value("a"),
                                    django.db.models.functions.comparison.Cast(
                                        "adult", models.CharField(max_length=20)
                                    ),
                                ),
                            ),
                            default=django.db.models.functions.text.Concat(
                                models.Value("f"),
                                django.db.models.functions.comparison.Cast("family", models.CharField(max_length=20)),
                            ),
                        ),
                        output_field=models.CharField(max_length=24),
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "REQUESTED"),
                            ("booked", "BOOKED"),
                            ("waiting", "WAITING"),
                            ("closed", "CLOSED"),
                            ("cancelled", "CANCELLED"),
                        ],
                        max_length=12,
                    ),
                ),
                ("booked_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "adult",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="families.adult",
                    ),
                ),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="enrolments.enrolment"
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
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="catalogue.slot"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "enrolment", "on"], name="booking_enrolment"),
                    models.Index(fields=["organisation_id", "on", "slot", "status"], name="booking_day"),
                    models.Index(fields=["organisation_id", "participant_key", "on"], name="booking_participant"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("child__isnull", True), ("adult__isnull", True), _connector="OR"),
                        name="booking_one_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["booked", "requested"])),
                        fields=("organisation_id", "participant_key", "slot"),
                        name="booking_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", preau.domain.bookings.enums.BookingStatus["WAITING"])),
                        fields=("organisation_id", "participant_key", "slot"),
                        name="booking_waits_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsualWeek",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("moments", models.JSONField(default=list)),
                ("updated_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "account", "name"), name="usual_week_once")
                ],
            },
        ),
        migrations.RunPython(forget_values("bookings_booking", "on"), migrations.RunPython.noop),
    ]
