from preau.base.frozen_triggers import freeze
from preau.base.frozen_triggers import freeze
from preau.base.frozen_triggers import freeze
import django.core.validators
import django.db.models.deletion
import preau.base.encryption
import preau.domain.contracts.enums
import preau.domain.pricing.enums
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("base", "0001_initial"),
        ("creche", "0001_initial"),
        ("enrolments", "0001_initial"),
        ("families", "0001_initial"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CareContract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("ends_on", models.DateField(null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=200)),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="families.child"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="enrolments.enrolment"
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
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
                    "renews",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="contracts.carecontract",
                    ),
                ),
                (
                    "structure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="creche.structure"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AnnouncedMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("days", models.JSONField(default=dict)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=120)),
                ("is_usual", models.BooleanField(default=False)),
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announced",
                        to="contracts.carecontract",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scale",
                    models.CharField(
                        choices=[("collective", "COLLECTIVE"), ("family", "FAMILY")],
                        default=preau.domain.pricing.enums.CareScale["COLLECTIVE"],
                        max_length=10,
                    ),
                ),
                (
                    "rate_rounding",
                    models.CharField(
                        choices=[("half_up", "HALF_UP"), ("truncate", "TRUNCATE"), ("none", "NONE")],
                        default=preau.domain.pricing.enums.RateRounding["HALF_UP"],
                        max_length=8,
                    ),
                ),
                (
                    "aeeh_mode",
                    models.CharField(
                        choices=[("next_rate", "NEXT_RATE"), ("extra_child", "EXTRA_CHILD")],
                        default=preau.domain.pricing.enums.AeehMode["NEXT_RATE"],
                        max_length=11,
                    ),
                ),
                ("own_ceiling_cents", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "not_given",
                    models.CharField(
                        choices=[("ceiling", "CEILING"), ("floor", "FLOOR"), ("mean", "MEAN")],
                        default=preau.domain.pricing.enums.Missing["CEILING"],
                        max_length=7,
                    ),
                ),
                (
                    "foster",
                    models.CharField(
                        choices=[("ceiling", "CEILING"), ("floor", "FLOOR"), ("mean", "MEAN")],
                        default=preau.domain.pricing.enums.Missing["MEAN"],
                        max_length=7,
                    ),
                ),
                ("fixed_rate", models.DecimalField(blank=True, decimal_places=4, max_digits=6, null=True)),
                (
                    "outside_percent",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(200)]
                    ),
                ),
                (
                    "smoothing",
                    models.CharField(
                        choices=[
                            ("weeks", "WEEKS"),
                            ("year", "YEAR"),
                            ("booked", "BOOKED"),
                            ("base_days", "BASE_DAYS"),
                            ("flat", "FLAT"),
                        ],
                        default=preau.domain.pricing.enums.Smoothing["WEEKS"],
                        max_length=9,
                    ),
                ),
                (
                    "hours_rounding",
                    models.CharField(
                        choices=[("exact", "EXACT"), ("half_hour", "HALF_HOUR"), ("hour", "HOUR")],
                        default=preau.domain.pricing.enums.HoursRounding["EXACT"],
                        max_length=9,
                    ),
                ),
                ("unbilled_months", models.JSONField(blank=True, default=list)),
                (
                    "half_hours",
                    models.CharField(
                        choices=[("duration", "DURATION"), ("bounds", "BOUNDS")],
                        default=preau.domain.pricing.enums.HalfHours["DURATION"],
                        max_length=8,
                    ),
                ),
                (
                    "tolerance",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(29)]
                    ),
                ),
                (
                    "notice_months",
                    models.PositiveSmallIntegerField(
                        default=1, validators=[django.core.validators.MaxValueValidator(6)]
                    ),
                ),
                (
                    "least_months",
                    models.PositiveSmallIntegerField(
                        default=3, validators=[django.core.validators.MaxValueValidator(12)]
                    ),
                ),
                (
                    "announce_day",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(28),
                        ],
                    ),
                ),
                ("both_parents", models.BooleanField(default=False)),
                (
                    "days_to_sign",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[
                            django.core.validators.MinValueValidator(3),
                            django.core.validators.MaxValueValidator(90),
                        ],
                    ),
                ),
                ("regulation", models.TextField(blank=True)),
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="care_terms", to="creche.structure"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContractVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[("initial", "INITIAL"), ("amendment", "AMENDMENT")],
                        default=preau.domain.contracts.enums.VersionKind["INITIAL"],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "DRAFT"),
                            ("to_sign", "TO_SIGN"),
                            ("to_countersign", "TO_COUNTERSIGN"),
                            ("active", "ACTIVE"),
                            ("refused", "REFUSED"),
                            ("expired", "EXPIRED"),
                            ("withdrawn", "WITHDRAWN"),
                            ("replaced", "REPLACED"),
                            ("ended", "ENDED"),
                        ],
                        default=preau.domain.contracts.enums.VersionState["DRAFT"],
                        max_length=14,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("terms", models.JSONField(blank=True)),
                ("note", models.CharField(blank=True, max_length=400)),
                ("paper", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("price_paper", preau.base.encryption.EncryptedJSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=120)),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_by", models.CharField(blank=True, max_length=120)),
                ("sign_before", models.DateField(null=True)),
                ("month_hours", models.DecimalField(decimal_places=2, max_digits=7, null=True)),
                ("agreed", models.JSONField(default=dict)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_reason", preau.base.encryption.EncryptedTextField(blank=True)),
                ("stood_until", models.DateField(null=True)),
                ("booked_at", models.DateTimeField(null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="contracts.carecontract",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
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
                    "price_file",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
                (
                    "sealed",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
                (
                    "sealed_price",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContractSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party", models.CharField(choices=[("parent", "PARENT"), ("structure", "STRUCTURE")], max_length=9)),
                ("name", models.CharField(max_length=160)),
                ("sees_price", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("to_check", "TO_CHECK"),
                            ("signed", "SIGNED"),
                            ("refused", "REFUSED"),
                        ],
                        default=preau.domain.contracts.enums.SignatureState["WAITING"],
                        max_length=8,
                    ),
                ),
                ("way", models.CharField(blank=True, choices=[("online", "ONLINE"), ("paper", "PAPER")], max_length=6)),
                ("code_hash", models.CharField(blank=True, max_length=64)),
                ("code_sent_at", models.DateTimeField(null=True)),
                ("code_tries", models.PositiveSmallIntegerField(default=0)),
                ("codes_sent", models.PositiveSmallIntegerField(default=0)),
                ("is_own_scan", models.BooleanField(default=True)),
                ("sent_back_at", models.DateTimeField(null=True)),
                ("said_at", models.DateTimeField(null=True)),
                ("words", preau.base.encryption.EncryptedTextField(blank=True)),
                ("evidence", preau.base.encryption.EncryptedJSONField(default=dict)),
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
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="contracts.contractversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UnbookedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("ranges", models.JSONField(default=list)),
                ("why", models.CharField(max_length=20)),
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unbooked",
                        to="contracts.contractversion",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="carecontract",
            index=models.Index(fields=["organisation_id", "family"], name="contract_family"),
        ),
        migrations.AddIndex(
            model_name="carecontract",
            index=models.Index(fields=["organisation_id", "structure"], name="contract_structure"),
        ),
        migrations.AddConstraint(
            model_name="carecontract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number__gt", 0)), fields=("organisation_id", "number"), name="contract_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="announcedmonth",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "contract", "month"), name="announced_month_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="careterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("announce_day__gte", 1), ("announce_day__lte", 28)), name="care_terms_announce"
            ),
        ),
        migrations.AddConstraint(
            model_name="careterms",
            constraint=models.CheckConstraint(condition=models.Q(("days_to_sign__gte", 3)), name="care_terms_to_sign"),
        ),
        migrations.AddIndex(
            model_name="contractversion",
            index=models.Index(fields=["organisation_id", "state", "ends_on"], name="contract_version_state"),
        ),
        migrations.AddConstraint(
            model_name="contractversion",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "contract", "rank"), name="contract_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "to_sign", "to_countersign"))),
                fields=("organisation_id", "contract"),
                name="contract_version_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="contract_version_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractsignature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("adult__isnull", False)),
                fields=("organisation_id", "version", "adult"),
                name="contract_signature_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractsignature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("party", "structure")),
                fields=("organisation_id", "version"),
                name="contract_signature_one_structure",
            ),
        ),
        migrations.AddConstraint(
            model_name="unbookedday",
            constraint=models.UniqueConstraint(fields=("organisation_id", "version", "on"), name="unbooked_day_once"),
        ),
        migrations.RunPython(
            *freeze(
                "contracts_contractversion",
                name="sent",
                when="OLD.sent_at IS NOT NULL",
                columns=[
                    "contract_id",
                    "rank",
                    "kind",
                    "starts_on",
                    "ends_on",
                    "terms",
                    "note",
                    "paper",
                    "price_paper",
                    "file_id",
                    "price_file_id",
                    "sent_at",
                    "agreed",
                    "month_hours",
                ],
            )
        ),
        migrations.RunPython(
            *freeze(
                "contracts_contractversion",
                name="sealed",
                when="OLD.sealed_id IS NOT NULL",
                columns=["sealed_id", "sealed_price_id", "evidence_id"],
            )
        ),
        migrations.RunPython(
            *freeze(
                "contracts_contractsignature",
                name="signed",
                when="OLD.state = 'signed'",
                columns=["version_id", "party", "name", "state", "way", "said_at", "scan_id", "evidence"],
            )
        ),
    ]
