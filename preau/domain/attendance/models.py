"""What really happened: one row by child and moment, and each tap that made it."""

from django.db import models
from django.db.models import F, Q

from preau.base.models import TenantModel, choices
from preau.domain.attendance.enums import Act, Seen
from preau.kernel.clock_times import DAY


class Presence(TenantModel):
    """A child at one moment of a day: what its taps make of it (`rules.fold`). Beside what was booked, never instead.

    Hours booked are those of `booking` and `care_range`; hours made, `arrived_minute` and `left_minute`; hours counted
    are a matter of each reader (bills, CAF). Minutes are of the local day.
    """

    child = models.ForeignKey("families.Child", on_delete=models.PROTECT, related_name="presences")
    on = models.DateField()
    activity = models.ForeignKey("catalogue.Activity", on_delete=models.PROTECT, related_name="+", db_index=False)
    site = models.ForeignKey("organisations.Site", on_delete=models.PROTECT, related_name="+", db_index=False)
    section = models.ForeignKey("creche.Section", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    moment = models.CharField(max_length=40, blank=True)  # name of the unit; "" by hours, or where nothing is booked
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()
    # What was planned when the child was first pointed. None of the three: it came without being enrolled.
    enrolment = models.ForeignKey(
        "enrolments.Enrolment", on_delete=models.PROTECT, null=True, related_name="presences", db_index=False
    )
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, null=True, related_name="presences", db_index=False
    )
    care_range = models.ForeignKey(
        "creche.CareRange", on_delete=models.PROTECT, null=True, related_name="presences", db_index=False
    )
    is_expected = models.BooleanField(default=True)  # False: it came without having booked
    is_announced = models.BooleanField(default=False)  # its absence was announced before
    seen = models.CharField(max_length=8, choices=choices(Seen), default=Seen.WAITED)
    arrived_minute = models.PositiveSmallIntegerField(null=True)
    left_minute = models.PositiveSmallIntegerField(null=True)
    collected_by = models.CharField(max_length=120, blank=True)
    last_tap = models.CharField(max_length=64, blank=True)  # key of the one that « Annuler » takes back
    taps_count = models.PositiveSmallIntegerField(default=0)
    has_conflict = models.BooleanField(default=False)  # two devices said two things, neither having read the other
    told_at = models.DateTimeField(null=True)  # its family was told that it did not come, or came without booking
    updated_at = models.DateTimeField(null=True)
    updated_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "child", "on", "activity", "site", "moment", "starts_minute"],
                condition=Q(section=None),
                name="presence_once",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "child", "on", "activity", "section", "starts_minute"],
                condition=Q(section__isnull=False),
                name="presence_once_section",
            ),
            models.CheckConstraint(
                condition=Q(ends_minute__gt=F("starts_minute"), ends_minute__lte=DAY), name="presence_hours"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "on", "site", "activity", "moment"], name="presence_sheet"),
            models.Index(fields=["organisation_id", "enrolment", "on"], name="presence_enrolment"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.on} {self.seen}"


class PresenceTap(TenantModel):
    """One tap, as it was said; never changed. The `key` is made by the device: sent twice, it is one tap."""

    presence = models.ForeignKey(Presence, on_delete=models.CASCADE, related_name="taps")
    serial = models.PositiveSmallIntegerField()  # order of arrival in its presence, from 1
    key = models.CharField(max_length=64)
    act = models.CharField(max_length=8, choices=choices(Act))
    minute = models.PositiveSmallIntegerField(null=True)
    is_typed = models.BooleanField(default=False)
    who = models.CharField(max_length=120, blank=True)
    target = models.CharField(max_length=64, blank=True)
    seen = models.PositiveSmallIntegerField(default=0)
    device = models.CharField(max_length=64, blank=True)
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=240, blank=True)  # of a correction, later
    by = models.CharField(max_length=120)  # the name as it is shown
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "key"], name="presence_tap_once"),
            models.UniqueConstraint(fields=["organisation_id", "presence", "serial"], name="presence_tap_order"),
        ]

    def __str__(self) -> str:
        return f"{self.presence_id} {self.act} {self.said_at}"
