from preau.base.journal_triggers import add_triggers, drop_triggers
import django.db.models.deletion
import preau.base.encryption
import preau.base.scanning
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyWitness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="PeriodicJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("next_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SealKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("certificate", models.TextField()),
                ("key", preau.base.encryption.EncryptedTextField()),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("by", models.CharField(blank=True, max_length=120)),
                ("audience", models.CharField(max_length=10)),
                ("act", models.CharField(max_length=60)),
                ("subject_type", models.CharField(blank=True, max_length=40)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation_id", "subject_type", "subject_id", "-at"], name="journal_subject"
                    ),
                    models.Index(fields=["organisation_id", "-at"], name="journal_recent"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("dedupe_key", models.CharField(max_length=120)),
                ("template", models.CharField(max_length=80)),
                ("to", models.JSONField(default=list)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("context", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_problem", models.CharField(blank=True, max_length=200)),
                ("retry_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("message_id", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "-created_at"], name="outbox_recent"),
                    models.Index(condition=models.Q(("sent_at", None)), fields=["retry_at"], name="outbox_retry"),
                ],
                "constraints": [models.UniqueConstraint(fields=("dedupe_key",), name="outbox_once")],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80, unique=True)),
                ("count", models.PositiveIntegerField(default=0)),
                ("until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["until"], name="tally_until")],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20)),
                ("last_number", models.PositiveIntegerField(default=0)),
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
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "name"), name="counter_once")],
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, unique=True)),
                ("media_type", models.CharField(max_length=40)),
                ("extension", models.CharField(max_length=5)),
                ("size", models.PositiveIntegerField()),
                ("pages", models.PositiveSmallIntegerField(default=1)),
                ("sha256", models.CharField(max_length=64)),
                ("name", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("scan", models.CharField(default=preau.base.scanning.ScanState["NOT_SCANNED"], max_length=11)),
                ("created_at", models.DateTimeField()),
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
                "indexes": [
                    models.Index(fields=["organisation_id", "-created_at"], name="stored_file_recent"),
                    models.Index(
                        condition=models.Q(("scan", preau.base.scanning.ScanState["UNAVAILABLE"])),
                        fields=["id"],
                        name="stored_file_to_scan",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_triggers, drop_triggers),
    ]
