"""Announcing the days of a month, where a contract says so many hours and not a week."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import FAMILY, Actor, system_actor
from preau.base.facts import NotAllowed
from preau.domain.accounts.enums import Role
from preau.domain.contracts.enums import Party
from preau.domain.contracts.models import AnnouncedMonth, CareContract, ContractSignature, ContractVersion, UnbookedDay
from preau.domain.contracts.operations.booking import CHANGED, keep_missed, put_days
from preau.domain.contracts.operations.telling import tell
from preau.domain.contracts.queries.announcing import MonthInDays, find_month, months_to_announce
from preau.domain.contracts.rules.acts import REMIND_BEFORE, HoursWrong, MonthChanged, TooLateToAnnounce
from preau.domain.creche.queries.enrolments import hold_care
from preau.domain.creche.rules import problems_of
from preau.domain.families.queries.custody import check_not_frozen
from preau.kernel.french_dates import day_words, month_words
from preau.kernel.french_words import of
from preau.kernel.periods import month_of
from preau.kernel.time_ranges import Ranges, write_ranges


def announce_month(
    *, actor: Actor, contract_id: int, month: date, days: Mapping[date, Ranges], seen: str, now: datetime
) -> list[date]:
    """Keep the days of a month and put them in the planning; return those that have no room there.

    Until its last day; an agent after it too. Said again, the last word stands. Days that are past, settling in
    and known holidays keep what stood.

    :param days: by day, its hours; a day to come that is left out is without care.
    :param seen: `MonthInDays.seen` of what the actor read before writing.
    :raises NotFound: the contract is not the actor's; :raises NotAllowed: an agent who writes no contract.
    :raises ActFrozen: a parent objects in writing to acts of the service.
    :raises NotAnnounced, TooLateToAnnounce, MonthChanged, HoursWrong: see each.
    """
    if actor.audience != FAMILY:
        actor.require_role(Role.AGENT, Role.MANAGER)
    with transaction.atomic():
        list(CareContract.objects.select_for_update(no_key=True).filter(pk=contract_id).values_list("pk"))
        found = find_month(actor=actor, contract_id=contract_id, month=month, now=now)
        check_not_frozen(actor=actor, child_ids=[found.child_id])
        today = now.astimezone(actor.zone).date()
        if actor.audience == FAMILY and today > found.until:
            raise TooLateToAnnounce
        _check(found, days)
        wanted = _wanted(found, days, today)
        if found.is_announced and wanted == dict(found.now):
            return []  # sent twice
        if seen != found.seen:
            raise MonthChanged
        AnnouncedMonth.objects.update_or_create(
            organisation_id=actor.organisation_id,
            contract_id=contract_id,
            month=month,
            defaults={
                "days": {day.isoformat(): write_ranges(ranges) for day, ranges in wanted.items()},
                "said_at": now,
                "said_by": actor.display_name[:120],
                "is_usual": False,
            },
        )
        missed = _put(actor, found, wanted, now=now)
        journal.record(
            actor=actor,
            act="contract.month",
            at=now,
            subject_type="child",
            subject_id=found.child_id,
            month=month.isoformat(),
        )
    return missed


def _wanted(found: MonthInDays, days: Mapping[date, Ranges], today: date) -> dict[date, Ranges]:
    """The whole month: what stood for the days that nobody may write any more, then what is written."""
    kept = {day: ranges for day, ranges in found.now.items() if day < today or day not in found.days}
    return kept | {day: tuple(sorted(ranges)) for day, ranges in sorted(days.items()) if ranges and day >= today}


def _check(found: MonthInDays, days: Mapping[date, Ranges]) -> None:
    wrong: dict[date, str] = {}
    for day, ranges in days.items():
        opening = found.enrolment.opening_on(day) if day in found.days else None
        if ranges and opening is None:
            wrong[day] = "closed"
        elif ranges and opening is not None:
            problems = problems_of(ranges, opening=opening, rules=found.enrolment.rules)
            if problems:
                wrong[day] = problems[0].code
    if wrong:
        raise HoursWrong(wrong)


def _put(actor: Actor, found: MonthInDays, wanted: Mapping[date, Ranges], *, now: datetime) -> list[date]:
    """The month in the place of what stood for it: the usual week, or what was announced before.

    A day that had no room held nothing: it is tried again.
    """
    hold_care(actor=actor, enrolment_ids=[found.enrolment.enrolment_id])
    period = month_of(found.month)
    kept = UnbookedDay.objects.filter(version__contract_id=found.contract_id, on__gte=period.start, on__lt=period.end)
    without_room = kept.exclude(why=CHANGED).values_list("on", flat=True)
    today = now.astimezone(actor.zone).date()
    stood = dict(found.now) | dict.fromkeys(without_room, ())
    kept.delete()
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    _count, missed = put_days(
        actor=machine,
        enrolment=found.enrolment,
        planned={day: ranges for day, ranges in wanted.items() if day >= today},
        replaced={day: ranges for day, ranges in stood.items() if day >= today},
        period=period,
        now=now,
    )
    keep_missed(row=ContractVersion.objects.get(pk=found.version_id), missed=missed)
    return sorted(missed)


def remind_months(*, actor: Actor, now: datetime) -> int:
    """Remind families once of the month that they may still announce, days before; return how many. For the machine.

    :raises NotAllowed: the actor is a person.
    """
    if not actor.is_system:
        raise NotAllowed("remind_months")
    today, count = now.astimezone(actor.zone).date(), 0
    for each in months_to_announce(actor=actor, on=today):
        if each.until - today > REMIND_BEFORE:
            continue
        version = ContractVersion.objects.select_related("contract__child", "contract__structure__site").get(
            pk=each.version_id
        )
        rows = ContractSignature.objects.filter(version=version, party=Party.PARENT, sees_price=True)
        month = month_words(each.month).lower()
        for row in rows.select_related("adult__account"):
            count += tell(
                row=row,
                version=version,
                template="contract_month",
                subject=f"Planning {of(month)}\u00a0: à annoncer avant le {day_words(each.until)}",
                now=now,
                key=each.month.isoformat(),
                month=month,
                until=day_words(each.until),
            )
    return count
