"""Two records made one: what was pointed of them."""

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.attendance.enums import Seen
from preau.domain.attendance.models import Presence, PresenceTap
from preau.domain.attendance.operations.recording import settle
from preau.domain.families.enums import PersonKind


def move_presences(*, actor: Actor, kind: PersonKind, kept_id: int, absorbed_id: int) -> None:
    """Give what was pointed of a child to another record, in the caller's transaction.

    Of a moment at which both were pointed, the taps are put together: the presence is what they make.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if kind != PersonKind.CHILD:
        return
    rows = Presence.objects.filter(organisation_id=actor.organisation_id).select_for_update().order_by("pk")
    mine = {_moment(row): row for row in rows.filter(child_id=kept_id)}
    for row in rows.filter(child_id=absorbed_id):
        same = mine.get(_moment(row))
        if same is None:
            row.child_id = kept_id
            row.save(update_fields=["child_id"])
            continue
        for serial, tap in enumerate(row.taps.order_by("serial"), start=same.taps_count + 1):
            PresenceTap.objects.filter(pk=tap.pk).update(presence=same, serial=serial)
        row.delete()
        _keep_what_was_known(same, row)
        settle(presence=same)


def _keep_what_was_known(kept: Presence, gone: Presence) -> None:
    """What was planned for either stands, a contradiction waits for somebody, and a family is not told again."""
    kept.has_conflict = kept.has_conflict or gone.has_conflict or {kept.seen, gone.seen} == {Seen.PRESENT, Seen.ABSENT}
    kept.told_at = min(filter(None, (kept.told_at, gone.told_at)), default=None)
    if gone.is_expected and not kept.is_expected:
        kept.is_expected, kept.is_announced = True, gone.is_announced
        kept.enrolment_id, kept.booking_id, kept.care_range_id = gone.enrolment_id, gone.booking_id, gone.care_range_id
    kept.save(
        update_fields=[
            *("has_conflict", "told_at", "is_expected", "is_announced", "enrolment", "booking", "care_range"),
        ]
    )


def fold_presences(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give what was pointed of an enrolment to another of the same participant, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Presence.objects.filter(organisation_id=actor.organisation_id, enrolment_id=absorbed_id)
    rows.update(enrolment_id=kept_id)


def _moment(row: Presence) -> tuple[object, ...]:
    return (row.on, row.activity_id, row.site_id, row.section_id, row.moment, row.starts_minute)
