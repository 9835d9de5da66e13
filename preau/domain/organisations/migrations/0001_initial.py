from preau.base.revisions import raise_on_write
import django.core.validators
import django.db.models.deletion
import preau.domain.organisations.enums
import preau.domain.organisations.models
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=120)),
                ("short_name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[("commune", "COMMUNE"), ("syndicat", "SYNDICAT"), ("communaute", "COMMUNAUTE")],
                        default=preau.domain.organisations.enums.OrganisationKind["COMMUNE"],
                        max_length=20,
                    ),
                ),
                ("product_name", models.CharField(default="Portail Famille", max_length=60)),
                ("slogan", models.CharField(blank=True, max_length=160)),
                ("mail_signature", models.CharField(max_length=120)),
                (
                    "brand",
                    models.CharField(
                        default="#1f6b57",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator("^#[0-9a-fA-F]{6}$", "Une couleur s’écrit #1f6b57.")
                        ],
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="Europe/Paris", max_length=40, validators=[preau.domain.organisations.models._time_zone]
                    ),
                ),
                (
                    "school_zone",
                    models.CharField(
                        choices=[("A", "A"), ("B", "B"), ("C", "C"), ("-", "OWN")],
                        default=preau.domain.organisations.enums.SchoolZone["A"],
                        max_length=1,
                    ),
                ),
                (
                    "holiday_region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "MAINLAND"),
                            ("57", "MOSELLE"),
                            ("67", "BAS_RHIN"),
                            ("68", "HAUT_RHIN"),
                            ("971", "GUADELOUPE"),
                            ("972", "MARTINIQUE"),
                            ("973", "GUYANE"),
                            ("974", "REUNION"),
                            ("976", "MAYOTTE"),
                            ("BL", "SAINT_BARTHELEMY"),
                            ("MF", "SAINT_MARTIN"),
                            ("NC", "NEW_CALEDONIA"),
                            ("PF", "POLYNESIA"),
                            ("PM", "SAINT_PIERRE"),
                            ("WF", "WALLIS"),
                        ],
                        default=preau.domain.organisations.enums.HolidayRegion["MAINLAND"],
                        max_length=10,
                    ),
                ),
                (
                    "navigation",
                    models.CharField(
                        choices=[("tiles", "TILES"), ("menu", "MENU")],
                        default=preau.domain.organisations.enums.Navigation["TILES"],
                        max_length=10,
                    ),
                ),
                (
                    "identifier_policy",
                    models.CharField(
                        choices=[("free", "FREE"), ("local_part", "LOCAL_PART"), ("email", "EMAIL")],
                        default=preau.domain.organisations.enums.IdentifierPolicy["FREE"],
                        max_length=12,
                    ),
                ),
                ("mails_provisional_password", models.BooleanField(default=False)),
                ("mails_booking_details", models.BooleanField(default=False)),
                ("processing_hours", models.PositiveSmallIntegerField(default=48)),
                ("allows_sign_up", models.BooleanField(default=True)),
                ("reviews_entourage", models.BooleanField(default=False)),
                ("activates_by_reset", models.BooleanField(default=False)),
                ("decision_hold_minutes", models.PositiveSmallIntegerField(default=2)),
                ("absences_together", models.BooleanField(default=True)),
                ("agents_may_force", models.BooleanField(default=False)),
                ("asks_agents_second_factor", models.BooleanField(default=False)),
                ("welcome_title", models.CharField(blank=True, max_length=120)),
                ("welcome_strapline", models.CharField(blank=True, max_length=160)),
                ("welcome_text", models.TextField(blank=True)),
                ("private_welcome_text", models.TextField(blank=True)),
                ("legal_text", models.TextField(blank=True)),
                ("privacy_text", models.TextField(blank=True)),
                ("contact_name", models.CharField(blank=True, max_length=120)),
                ("contact_phone", models.CharField(blank=True, max_length=30)),
                ("contact_email", models.EmailField(blank=True, max_length=254)),
                ("contact_address", models.TextField(blank=True)),
                ("contact_hours", models.TextField(blank=True)),
                ("website", models.URLField(blank=True)),
                ("territory", models.JSONField(blank=True, default=list)),
                ("labels", models.JSONField(blank=True, default=dict)),
                ("has_care", models.BooleanField(default=False, editable=False)),
                ("has_tariffs", models.BooleanField(default=False, editable=False)),
                ("is_active", models.BooleanField(default=True)),
                ("revision", models.CharField(default="", editable=False, max_length=32)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("school_zone__in", ["A", "B", "C", "-"])), name="organisation_zone"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "holiday_region__in",
                                [
                                    "",
                                    "57",
                                    "67",
                                    "68",
                                    "971",
                                    "972",
                                    "973",
                                    "974",
                                    "976",
                                    "BL",
                                    "MF",
                                    "NC",
                                    "PF",
                                    "PM",
                                    "WF",
                                ],
                            )
                        ),
                        name="organisation_region",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("phone", models.CharField(blank=True, max_length=30)),
                ("email", models.EmailField(blank=True, max_length=254)),
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
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "name"), name="department_once")],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "SCHOOL"),
                            ("canteen", "CANTEEN"),
                            ("leisure", "LEISURE"),
                            ("creche", "CRECHE"),
                        ],
                        max_length=10,
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, max_length=30)),
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
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "name"), name="site_once")],
            },
        ),
        migrations.CreateModel(
            name="TermsVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
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
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "version"), name="terms_once")],
            },
        ),
        migrations.RunPython(
            raise_on_write("organisations_organisation", "organisations_termsversion"), migrations.RunPython.noop
        ),
    ]
