import django.db.models.deletion
import preau.domain.enrolments.enums
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
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "WAITING"), ("active", "ACTIVE"), ("ended", "ENDED")],
                        default=preau.domain.enrolments.enums.EnrolmentStatus["ACTIVE"],
                        max_length=8,
                    ),
                ),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=200)),
                (
                    "adult",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="families.adult",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="families.child",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="families.family"
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="catalogue.offer"
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
            name="Schooling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("leaves_at_end", models.BooleanField(default=False)),
                ("rolled_over_at", models.DateTimeField(blank=True, null=True)),
                (
                    "rolled_over_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.schoolyear",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="schoolings", to="families.child"
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schoolings",
                        to="catalogue.schoolclass",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SchoolSector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("street", models.CharField(max_length=160)),
                ("postcode", models.CharField(blank=True, max_length=10)),
                (
                    "side",
                    models.CharField(
                        choices=[("every", "EVERY"), ("even", "EVEN"), ("odd", "ODD")],
                        default=preau.domain.enrolments.enums.Weeks["EVERY"],
                        max_length=5,
                    ),
                ),
                ("from_number", models.PositiveIntegerField(blank=True, null=True)),
                ("to_number", models.PositiveIntegerField(blank=True, null=True)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="sectors", to="organisations.site"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pattern", models.JSONField(default=list)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
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
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["organisation_id", "family", "status"], name="enrolment_family"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["organisation_id", "offer", "status"], name="enrolment_offer"),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(("child__isnull", True), ("adult__isnull", True), _connector="OR"),
                name="enrolment_one_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="enrolment_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="schooling",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "child", "school_class", "starts_on"), name="schooling_once"
            ),
        ),
        migrations.AddIndex(
            model_name="schoolsector",
            index=models.Index(fields=["organisation_id", "site"], name="school_sector_site"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["organisation_id", "enrolment"], name="subscription_enrolment"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="subscription_period"
            ),
        ),
    ]
