"""« Créer une inscription » : a child in an activity of the year (A08)."""

from datetime import date, datetime, time
from typing import Any, ClassVar

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.catalogue.rules import place_name
from preau.domain.enrolments.enums import EnrolmentStatus, OfferState
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations.enrolling import enrol
from preau.domain.enrolments.operations.subscribing import subscribe
from preau.domain.enrolments.queries.offers import OfferOption, OfferRow
from preau.domain.enrolments.rules import AlreadyEnrolled, OfferFull, PatternLine, PeriodOutsideOffer, read_pattern
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.changes import book_subscriptions, tell_waiting
from preau.domain.procedures.operations.handlers.base import Handler
from preau.domain.procedures.queries.cases import about_of
from preau.domain.procedures.queries.enrolments import enrolment_choices
from preau.domain.procedures.rules import LINE, About, CannotApply, NotOpenForYou, Problem

CHOICE, PATTERN = "choice", "pattern"
# Reasons of the clock: they stop a request from beginning and from being sent, not from being accepted later.
OF_THE_CLOCK = frozenset({"not_open_yet", "closed"})
# Reasons that only stop families: an agent who enrols on behalf goes past them, and they are noted.
NOTED = frozenset(
    {"too_young", "too_old", "not_resident", "dossier_missing", "document_missing", "piece_overdue", "full"}
)


class EnrolmentHandler(Handler):
    """Enrols at once where the activity is immediate; else an agent reviews it."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.ENROLMENT
    is_about_child: ClassVar[bool] = True

    def check_start(self, *, actor: Actor, family_id: int, about: About, on: date) -> None:
        super().check_start(actor=actor, family_id=family_id, about=about, on=on)
        if not Activity.objects.filter(organisation_id=actor.organisation_id, pk=about.activity_id or 0).exists():
            raise NotFound("activity")

    def check_open(self, *, actor: Actor, family_id: int, about: About, now: datetime) -> None:
        row = _row(actor, family_id, about=about, now=now)
        if actor.is_staff or row.state in (OfferState.OPEN, OfferState.FULL, OfferState.AFTER_DOSSIER):
            return
        reasons = row.best.reasons
        raise NotOpenForYou("requested" if row.state is OfferState.REQUESTED else reasons[0].code)

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        option = _option(actor, row, _noon(actor, on))
        if option is None:
            return [Problem(CHOICE, "offer_missing")]
        found = []
        if not actor.is_staff:
            found = [Problem(CHOICE, each.code) for each in option.reasons if each.code != "full_waiting_list"]
            found = [each for each in found if each.code not in OF_THE_CLOCK]
        if option.is_subscription and not _lines(row):
            found.append(Problem(PATTERN, "pattern_missing"))
        start = _start(row)
        if start is not None and not option.starts_on <= start < option.ends_on:
            found.append(Problem(CHOICE, "period"))
        return found

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        option = _option(actor, row, _noon(actor, on))
        if option is None:
            return []
        return list(dict.fromkeys(each.code for each in option.reasons if each.code in NOTED))

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        offer = _offer(row)
        return place_name(activity=offer.activity.name, site=offer.site.name) if offer else ""

    def tie(self, *, actor: Actor, row: Procedure) -> None:
        row.offer = _offer(row)
        row.site_id = row.offer.site_id if row.offer else None
        row.department_id = row.activity.department_id if row.activity else None

    def is_immediate(self, *, actor: Actor, row: Procedure) -> bool:
        offer = _offer(row)
        return offer is not None and offer.activity.confirmation == "immediate"

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        offer = _offer(row)
        if offer is None:
            raise CannotApply("offer_missing")
        today = now.astimezone(actor.zone).date()
        try:
            made = enrol(
                actor=actor,
                family_id=row.family_id,
                child_id=row.child_id,
                offer_id=offer.pk,
                starts_on=max(_start(row) or today, today, offer.starts_on),
                waits_from=row.submitted_at or now,  # the rank is that of the request, not of the answer
            )
            if offer.is_subscription:
                subscribe(actor=actor, enrolment_id=made.pk, pattern=_lines(row), starts_on=made.starts_on)
        except AlreadyEnrolled:
            raise CannotApply("already_enrolled") from None
        except (OfferFull, PeriodOutsideOffer, NotFound) as fact:
            raise CannotApply("full" if isinstance(fact, OfferFull) else "period") from None
        row.enrolment_id = made.pk
        Procedure.objects.filter(organisation_id=row.organisation_id, pk=row.pk).update(enrolment_id=made.pk)
        if made.status != EnrolmentStatus.WAITING:
            book_subscriptions(actor=actor, enrolment_id=made.pk, now=now)
        elif row.number is not None:
            tell_waiting(actor=actor, enrolment_id=made.pk, now=now)

    def numbered(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        """Who waits is told its rank."""
        waiting = Enrolment.objects.filter(pk=row.enrolment_id or 0, status=EnrolmentStatus.WAITING)
        if waiting.exists():
            tell_waiting(actor=actor, enrolment_id=row.enrolment_id or 0, now=now)


def _row(actor: Actor, family_id: int, *, about: About, now: datetime) -> OfferRow:
    for child in enrolment_choices(actor=actor, family_id=family_id, now=now):
        for row in child.rows:
            if about == About(child.child.child_id, row.activity_id, row.year_id):
                return row
    raise NotFound("activity")


def _option(actor: Actor, row: Procedure, now: datetime) -> OfferOption | None:
    offer_id = _choice(row).get("offer_id")
    try:
        found = _row(actor, row.family_id, about=about_of(row=row), now=now)
    except NotFound:
        return None
    return next((each for each in found.options if each.offer_id == offer_id), None)


def _offer(row: Procedure) -> Offer | None:
    offer_id = _choice(row).get("offer_id")
    if not isinstance(offer_id, int):
        return None
    rows = Offer.objects.filter(organisation_id=row.organisation_id, pk=offer_id)
    return rows.select_related("activity", "site").first()


def _choice(row: Procedure) -> dict[str, Any]:
    found = row.answers.get(CHOICE, {})
    return found if isinstance(found, dict) else {}


def _lines(row: Procedure) -> tuple[PatternLine, ...]:
    found = row.answers.get(PATTERN, {})
    lines = found.get("lines", ()) if isinstance(found, dict) else ()
    return read_pattern(line for number, line in enumerate(lines) if f"{LINE}{number}" not in row.without)


def _start(row: Procedure) -> date | None:
    text = str(_choice(row).get("from") or "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _noon(actor: Actor, on: date) -> datetime:
    """An instant of the day: what depends on the hour is asked by `check_open`."""
    return datetime.combine(on, time(12), tzinfo=actor.zone)
