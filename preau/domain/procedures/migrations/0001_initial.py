import django.db.models.deletion
import django.db.models.functions.comparison
import preau.base.encryption
import preau.domain.procedures.enums
import preau.domain.procedures.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("absences", "0001_initial"),
        ("bookings", "0001_initial"),
        ("catalogue", "0001_initial"),
        ("documents", "0001_initial"),
        ("enrolments", "0001_initial"),
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Procedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(null=True)),
                ("kind", models.CharField(choices=preau.domain.procedures.models.kinds, max_length=20)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "DRAFT"),
                            ("submitted", "SUBMITTED"),
                            ("in_review", "IN_REVIEW"),
                            ("more_asked", "MORE_ASKED"),
                            ("proposed", "PROPOSED"),
                            ("accepted", "ACCEPTED"),
                            ("refused", "REFUSED"),
                            ("cancelled", "CANCELLED"),
                        ],
                        max_length=12,
                    ),
                ),
                ("order_key", models.CharField(blank=True, max_length=64)),
                ("on_behalf", models.BooleanField(default=False)),
                ("is_private", models.BooleanField(default=False)),
                ("person", models.CharField(blank=True, max_length=160)),
                ("subject", models.CharField(blank=True, max_length=240)),
                ("first_on", models.DateField(null=True)),
                ("last_on", models.DateField(null=True)),
                ("wishes", models.JSONField(default=dict)),
                ("answers", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("said_at", models.JSONField(default=dict)),
                ("step", models.CharField(blank=True, max_length=20)),
                ("due_at", models.DateTimeField(null=True)),
                ("anomalies", models.JSONField(default=list)),
                ("is_clean", models.BooleanField(default=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("without", models.JSONField(default=list)),
                ("joins", models.JSONField(default=dict)),
                (
                    "other_parent",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "NOT_NEEDED"),
                            ("waiting", "WAITING"),
                            ("agreed", "AGREED"),
                            ("objected", "OBJECTED"),
                        ],
                        default=preau.domain.procedures.enums.OtherParent["NOT_NEEDED"],
                        max_length=8,
                    ),
                ),
                ("asked", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("reason", preau.base.encryption.EncryptedTextField(blank=True)),
                ("held", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("held_until", models.DateTimeField(null=True)),
                ("kept_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
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
                    "assignee",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="families.child",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.department",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
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
                        related_name="procedures",
                        to="families.family",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.offer",
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
                    "private_to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "school_year",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.schoolyear",
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
            name="ProcedureAbsence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "absence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="absences.absence"
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
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="absences",
                        to="procedures.procedure",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProcedureForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("intro", models.TextField(blank=True)),
                ("is_about_child", models.BooleanField(default=False)),
                ("fields", models.JSONField(default=list)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedure_forms",
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
        migrations.AddField(
            model_name="procedure",
            name="form",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="procedures.procedureform",
            ),
        ),
        migrations.CreateModel(
            name="ProcedureLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.CharField(choices=[("add", "ADD"), ("remove", "REMOVE")], max_length=6)),
                ("why", models.CharField(blank=True, max_length=20)),
                ("until", models.DateTimeField(null=True)),
                (
                    "booking",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedure_lines",
                        to="bookings.booking",
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
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="lines", to="procedures.procedure"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.slot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProcedureMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=120)),
                ("is_staff", models.BooleanField(default=False)),
                ("is_note", models.BooleanField(default=False)),
                ("body", preau.base.encryption.EncryptedJSONField(default=dict)),
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
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="messages",
                        to="procedures.procedure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProcedurePiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
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
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="pieces", to="procedures.procedure"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReasonTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80)),
                ("text", models.TextField()),
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
            name="TimelineEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("submitted", "SUBMITTED"),
                            ("in_review", "IN_REVIEW"),
                            ("more_asked", "MORE_ASKED"),
                            ("no_more_asked", "NO_MORE_ASKED"),
                            ("completed", "COMPLETED"),
                            ("cancelled", "CANCELLED"),
                            ("agreed", "AGREED"),
                            ("objected", "OBJECTED"),
                            ("accepted", "ACCEPTED"),
                            ("partly_accepted", "PARTLY_ACCEPTED"),
                            ("refused", "REFUSED"),
                            ("proposed", "PROPOSED"),
                            ("taken", "TAKEN"),
                            ("declined", "DECLINED"),
                            ("undone", "UNDONE"),
                            ("waiting", "WAITING"),
                            ("promoted", "PROMOTED"),
                        ],
                        max_length=16,
                    ),
                ),
                ("by", models.CharField(max_length=120)),
                ("detail", models.CharField(blank=True, max_length=240)),
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
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="timeline",
                        to="procedures.procedure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dossiers", "DOSSIERS"),
                            ("pieces", "PIECES"),
                            ("consents", "CONSENTS"),
                            ("spaces", "SPACES"),
                        ],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("targets", models.JSONField(default=list)),
                ("done", models.PositiveIntegerField(default=0)),
                ("told", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "key"), name="mailing_once")],
            },
        ),
        migrations.CreateModel(
            name="PlanningDiary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
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
                    "child",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="families.child",
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
                "indexes": [models.Index(fields=["organisation_id", "account"], name="planning_diary_account")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "secret_hash"), name="planning_diary_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcedureDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("before", models.JSONField(default=list)),
                ("asked", models.JSONField(default=list)),
                ("proposed", models.JSONField(null=True)),
                ("given", models.JSONField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("accepted", "ACCEPTED"),
                            ("proposed", "PROPOSED"),
                            ("refused", "REFUSED"),
                        ],
                        default=preau.domain.procedures.enums.DayState["WAITING"],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=240)),
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
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="days", to="procedures.procedure"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "procedure", "on"), name="procedure_day_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="procedureform",
            constraint=models.UniqueConstraint(fields=("organisation_id", "code"), name="procedure_form_once"),
        ),
        migrations.AddIndex(
            model_name="procedure",
            index=models.Index(fields=["organisation_id", "family", "-submitted_at"], name="procedure_family"),
        ),
        migrations.AddIndex(
            model_name="procedure",
            index=models.Index(
                fields=["organisation_id", "status", "due_at", "number"],
                include=("kind", "held_until", "department", "site"),
                name="procedure_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="procedure",
            index=models.Index(
                condition=models.Q(("kind__in", ["booking", "hours"]), _negated=True),
                fields=["organisation_id", "-decided_at", "-number"],
                name="procedure_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number__isnull", False)),
                fields=("organisation_id", "number"),
                name="procedure_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["booking", "hours"]), ("status", "draft")),
                fields=("organisation_id", "account", "enrolment"),
                name="procedure_one_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                models.F("organisation_id"),
                models.F("family"),
                models.F("kind"),
                django.db.models.functions.comparison.Coalesce(
                    models.F("child"), models.Value(0), output_field=models.BigIntegerField()
                ),
                django.db.models.functions.comparison.Coalesce(
                    models.F("activity"), models.Value(0), output_field=models.BigIntegerField()
                ),
                django.db.models.functions.comparison.Coalesce(
                    models.F("school_year"), models.Value(0), output_field=models.BigIntegerField()
                ),
                django.db.models.functions.comparison.Coalesce(
                    models.F("form"), models.Value(0), output_field=models.BigIntegerField()
                ),
                django.db.models.functions.comparison.Coalesce(
                    models.F("private_to"), models.Value(0), output_field=models.BigIntegerField()
                ),
                models.Case(
                    models.When(on_behalf=True, then=models.F("account")),
                    default=models.Value(0),
                    output_field=models.BigIntegerField(),
                ),
                condition=models.Q(
                    ("status", "draft"), models.Q(("kind__in", ["booking", "hours", "document"]), _negated=True)
                ),
                name="procedure_one_file_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("order_key", ""), _negated=True),
                fields=("organisation_id", "order_key", "enrolment"),
                name="procedure_order_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "draft"), ("number__isnull", False), _connector="OR"),
                name="procedure_numbered",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("booking__isnull", False), ("why", "")),
                    models.Q(models.Q(("why", ""), _negated=True), ("booking__isnull", True)),
                    _connector="OR",
                ),
                name="procedure_line_done_or_refused",
            ),
        ),
        migrations.AddIndex(
            model_name="proceduremessage",
            index=models.Index(fields=["organisation_id", "procedure", "at"], name="procedure_message_order"),
        ),
        migrations.AddConstraint(
            model_name="procedurepiece",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "procedure", "document"), name="procedure_piece_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reasontemplate",
            constraint=models.UniqueConstraint(fields=("organisation_id", "title"), name="reason_template_once"),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(fields=["organisation_id", "procedure", "at"], name="timeline_order"),
        ),
    ]
