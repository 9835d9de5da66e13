"""Démarches: drafts, numbered procedures (one per child × activity of an order), their lines and their timeline.

A démarche names what it is about, by foreign keys: nothing below names a démarche (ADR 0012).
"""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from preau.base.encryption import EncryptedJSONField, EncryptedTextField
from preau.base.models import TenantModel, choices
from preau.domain.procedures.enums import (
    OF_BASKET,
    DayState,
    FollowKind,
    LineChange,
    OtherParent,
    ProcedureKind,
    ProcedureStatus,
    TimelineEvent,
)


def kinds() -> list[tuple[str, str]]:
    """The kinds of démarches, asked each time: a new one is no migration."""
    return choices(ProcedureKind)


class Procedure(TenantModel):
    """One démarche. The number is given at submission; a draft has none.

    A draft of reservations keeps what was ticked in `wishes`; once sent, each day is a `ProcedureLine`.
    Every other kind keeps what the family typed in `answers` (encrypted: health may stand there), by step. A draft
    is one per household and thing that it is about, so that either parent takes it up again.
    """

    number = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=20, choices=kinds)
    status = models.CharField(max_length=12, choices=choices(ProcedureStatus))
    order_key = models.CharField(max_length=64, blank=True)  # one per validated basket: refuses a double click
    # What it is about. A link that no list goes through has no index: an order writes little.
    family = models.ForeignKey("families.Family", on_delete=models.PROTECT, related_name="procedures", db_index=False)
    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, null=True, related_name="procedures")
    activity = models.ForeignKey(
        "catalogue.Activity", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    offer = models.ForeignKey(
        "catalogue.Offer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # the one chosen, of a request for an enrolment
    school_year = models.ForeignKey(
        "catalogue.SchoolYear", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    form = models.ForeignKey(
        "procedures.ProcedureForm", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # of a kind written as data
    enrolment = models.ForeignKey(
        "enrolments.Enrolment", on_delete=models.PROTECT, null=True, related_name="+"
    )  # booked in, or made by it
    # Who asked, who may read it, who answers.
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # the person who asked
    on_behalf = models.BooleanField(default=False)  # by an agent for the family
    is_private = models.BooleanField(default=False)  # one adult of the household alone reads it: the next; or none
    private_to = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    site = models.ForeignKey(
        "organisations.Site", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # limits who sees it among agents
    assignee = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # the agent who takes it
    # Frozen words: what is read in lists and mails, whatever becomes of the rows.
    person = models.CharField(max_length=160, blank=True)  # « Lina »
    subject = models.CharField(max_length=240, blank=True)  # « Accueil périscolaire, École des Tilleuls »
    first_on = models.DateField(null=True)  # first and last day of reservations
    last_on = models.DateField(null=True)
    # What was said.
    wishes = models.JSONField(default=dict)  # {"<slot id>": true|false}; of hours: {"2026-12-07": [[570, 1050]]}
    answers = EncryptedJSONField(default=dict)  # {step: {field: value}}
    said_at = models.JSONField(default=dict)  # {step: instant}: an older paper never replaces a later word
    step = models.CharField(max_length=20, blank=True)  # where the draft was left
    due_at = models.DateTimeField(null=True)  # promised answer: submission + delay of the collectivité
    anomalies = models.JSONField(default=list)  # codes found by the machine at submission
    is_clean = models.BooleanField(default=True)  # no anomaly: may be accepted with others in one go
    checked_at = models.DateTimeField(null=True)  # when the machine looked last; null: at submission
    without = models.JSONField(default=list)  # keys of the parts refused while the rest was accepted
    joins = models.JSONField(default=dict)  # part → child: a declaration that was joined to a record already there
    other_parent = models.CharField(
        max_length=8, choices=choices(OtherParent), default=OtherParent.NOT_NEEDED, blank=True
    )
    asked = EncryptedJSONField(default=dict)  # what `decisions.ask_more` wrote, while MORE_ASKED
    reason = EncryptedTextField(blank=True)  # of a refusal, or of a partial answer: read by the family
    held = EncryptedJSONField(default=dict)  # decision taken and not applied yet: {"accept", "reason", "by", "without"}
    held_until = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)  # a draft validated by the family, sent by itself once the dossier is
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "number"], condition=Q(number__isnull=False), name="procedure_number_once"
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "account", "enrolment"],
                condition=Q(status=ProcedureStatus.DRAFT.value, kind__in=[kind.value for kind in OF_BASKET]),
                name="procedure_one_draft",
            ),
            models.UniqueConstraint(
                "organisation_id",
                "family",
                "kind",
                *(
                    Coalesce(F(name), Value(0), output_field=models.BigIntegerField())
                    for name in ("child", "activity", "school_year", "form", "private_to")
                ),
                # What an agent writes at the counter is its own: what the family had begun stays as it was.
                Case(When(on_behalf=True, then=F("account")), default=Value(0), output_field=models.BigIntegerField()),
                condition=Q(status=ProcedureStatus.DRAFT.value)
                & ~Q(kind__in=[*(kind.value for kind in OF_BASKET), ProcedureKind.DOCUMENT.value]),
                name="procedure_one_file_draft",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "order_key", "enrolment"],
                condition=~Q(order_key=""),
                name="procedure_order_once",
            ),
            models.CheckConstraint(
                condition=Q(status=ProcedureStatus.DRAFT.value) | Q(number__isnull=False),
                name="procedure_numbered",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "family", "-submitted_at"], name="procedure_family"),
            models.Index(
                fields=["organisation_id", "status", "due_at", "number"],
                include=["kind", "held_until", "department", "site"],  # each page of an agent counts what waits
                name="procedure_queue",
            ),
            models.Index(
                fields=["organisation_id", "-decided_at", "-number"],
                condition=~Q(kind__in=[kind.value for kind in OF_BASKET]),
                name="procedure_done",
            ),
        ]

    def __str__(self) -> str:
        return f"n° {self.number}" if self.number else f"draft {self.pk}"


class ProcedureLine(TenantModel):
    """One moment that a démarche of reservations took, gave back, or was refused.

    « Who cancelled Thursday, and when? » is read here: the booking names no démarche.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="lines")
    slot = models.ForeignKey("catalogue.Slot", on_delete=models.PROTECT, related_name="+", db_index=False)
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, null=True, related_name="procedure_lines"
    )  # taken or given back; null: refused
    change = models.CharField(max_length=6, choices=choices(LineChange))
    why = models.CharField(max_length=20, blank=True)  # code of the fact that refused it
    until = models.DateTimeField(null=True)  # last instant (excluded) at which it could be given back

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(why="", booking__isnull=False) | (~Q(why="") & Q(booking__isnull=True)),
                name="procedure_line_done_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.change} {self.slot_id}"


class ProcedureDay(TenantModel):
    """One day of a request for hours of care: what was held, what was asked for, what became of it.

    Ranges are [[start, end], …] in minutes of the local day, half-open; none: the day is given back.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="days")
    on = models.DateField()
    before = models.JSONField(default=list)
    asked = models.JSONField(default=list)
    proposed = models.JSONField(null=True)  # other hours, that the structure offers
    given = models.JSONField(null=True)  # accepted: what was written
    state = models.CharField(max_length=10, choices=choices(DayState), default=DayState.WAITING)
    why = models.CharField(max_length=20, blank=True)  # code of the fact that refused it
    reason = models.CharField(max_length=240, blank=True)  # said by the structure, read by the family

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "procedure", "on"], name="procedure_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.on} {self.state}"


class ProcedureAbsence(TenantModel):
    """An absence that a démarche announced: one for each enrolment of the child."""

    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="absences")
    absence = models.OneToOneField("absences.Absence", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.absence_id}"


class TimelineEntry(TenantModel):
    """What happened to a démarche after its submission, when, by whom.

    The submission and the immediate answer are read from the démarche itself: they are not repeated here.
    """

    # DO_NOTHING, here and around, lets a draft of reservations be deleted in one query; the database itself
    # refuses to lose a démarche that has a past.
    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="timeline")
    at = models.DateTimeField()
    event = models.CharField(max_length=16, choices=choices(TimelineEvent))
    by = models.CharField(max_length=120)  # shown to the family: a name, or the department for an agent
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    detail = models.CharField(max_length=240, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "procedure", "at"], name="timeline_order")]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.event}"


class ProcedureMessage(TenantModel):
    """A message between family and agent on a démarche; a note when the service keeps it for itself."""

    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="messages")
    at = models.DateTimeField()
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    by = models.CharField(max_length=120)  # shown: a name, or the department for an agent
    is_staff = models.BooleanField(default=False)
    is_note = models.BooleanField(default=False)
    body = EncryptedJSONField(default=dict)  # {"text": …}

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "procedure", "at"], name="procedure_message_order")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class ProcedurePiece(TenantModel):
    """A document joined to a démarche; the document itself lives in the family's file and serves again."""

    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="pieces")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "procedure", "document"], name="procedure_piece_once"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.document_id}"


class ProcedureForm(TenantModel):
    """A démarche without a handler, written by the collectivité: title, fields, service (A22-09, A22-10)."""

    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)  # Markdown
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="procedure_forms")
    is_about_child = models.BooleanField(default=False)
    # [{"code", "label", "kind": text|long|date|choice|yes_no|number, "required": bool, "help", "choices": []}]
    fields = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "code"], name="procedure_form_once")]

    def __str__(self) -> str:
        return self.title


class ReasonTemplate(TenantModel):
    """A sentence that agents choose when they refuse or ask for a piece."""

    title = models.CharField(max_length=80)
    text = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "title"], name="reason_template_once")]

    def __str__(self) -> str:
        return self.title


class Mailing(TenantModel):
    """Reminders or invitations sent to a selection, one after the other, by a task. `done` counts those looked at."""

    kind = models.CharField(max_length=10, choices=choices(FollowKind))
    key = models.CharField(max_length=40)  # of the page that asked: sent twice, it is one
    targets = models.JSONField(default=list)  # ids of families; of adults, for spaces
    done = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(
        default=0
    )  # of those, a mail was posted; the others had nothing to do, or no space
    made_at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "key"], name="mailing_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PlanningDiary(TenantModel):
    """A private address by which the diary of a parent reads a planning. Only the hash of its secret is kept."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    child = models.ForeignKey("families.Child", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    secret_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "secret_hash"], name="planning_diary_once"),
        ]
        indexes = [models.Index(fields=["organisation_id", "account"], name="planning_diary_account")]

    def __str__(self) -> str:
        return f"diary of {self.account_id}"
