"""What a demo town asks of who announces an absence, and absences caught at each state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from preau.demo import dossiers
from preau.demo.builder import Builder, Home
from preau.demo.papers import paper
from preau.domain.absences.enums import ClosureKind
from preau.domain.absences.models import AbsencePolicy, AbsenceReason, AbsenceRule
from preau.domain.absences.operations.closing import close
from preau.domain.absences.operations.minimum_service import answer, open_service
from preau.domain.absences.queries.closures import ClosureWish, reach_of
from preau.domain.absences.queries.enrolments import AttendedEnrolment, attended
from preau.domain.absences.queries.minimum_service import service_of
from preau.domain.absences.queries.moments import expected_moments
from preau.domain.catalogue.enums import ParticipantKind
from preau.domain.catalogue.models import Activity
from preau.domain.documents.models import DocumentType
from preau.domain.organisations.models import Site
from preau.domain.procedures.operations.absences import begin_absence, close_unproven, send_absence
from preau.domain.procedures.operations.joining import join_document

EVE = {"kind": "eve"}
REGULATION = "Règlement de fonctionnement"


@dataclass(frozen=True, slots=True)
class Motive:
    """A motive that may be chosen; `is_proven`: « Justificatif d’absence » goes with it."""

    code: str
    name: str
    is_health: bool = False
    is_proven: bool = False
    is_holiday: bool = False


ILL = Motive("maladie", "Maladie", is_health=True, is_proven=True)
HOSPITAL = Motive("hospitalisation", "Hospitalisation", is_health=True, is_proven=True)
EVICTION = Motive("eviction", "Éviction demandée par le médecin", is_health=True, is_proven=True)
HOLIDAYS = Motive("conges", "Congés", is_holiday=True)
PLANNING = Motive("planning", "Modification de planning")
TEACHER = Motive("enseignant", "Enseignant absent")
OUTING = Motive("sortie", "Sortie scolaire")
OTHER = Motive("autre", "Autre")


@dataclass(frozen=True, slots=True)
class Service:
    """The rules of some activities, of all for children when none is named: until when an absence is said, and what each motive does."""

    activities: tuple[str, ...]
    window: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, Any]]
    words: str = ""
    frees: bool = True
    is_reviewed: bool = False


@dataclass(frozen=True, slots=True)
class TownAbsences:
    """All that a town asks."""

    motives: tuple[Motive, ...]
    services: tuple[Service, ...]
    together: bool = True
    closes: tuple[ClosureKind, str, str] | None = None  # why, in which words, the site that closes on a day to come
    states: tuple[str, ...] = field(default=("in_time", "awaited", "received", "valid", "refused", "missed"))


def write(builder: Builder, asked: TownAbsences) -> None:
    """Write the rules of a town, then absences of its families."""
    builder.organisation.absences_together = asked.together
    builder.organisation.save(update_fields=["absences_together"])
    proof = DocumentType.objects.create(
        organisation_id=builder.id,
        code="justificatif-absence",
        title="Justificatif d’absence",
        help="Certificat médical, bulletin d’hospitalisation.",
        subject="child",
        validity="event",
        is_sensitive=True,
        position=90,
    )
    made = {
        each.code: AbsenceReason.objects.create(
            organisation_id=builder.id,
            code=each.code,
            name=each.name,
            position=position,
            is_health=each.is_health,
            is_holiday=each.is_holiday,
            proof_type=proof if each.is_proven else None,
        )
        for position, each in enumerate(asked.motives)
    }
    for service in asked.services:
        _open(builder, service, made)
    _tell(builder, asked)
    if asked.closes:
        _close(builder, *asked.closes)


def _open(builder: Builder, service: Service, motives: Mapping[str, AbsenceReason]) -> None:
    activities = Activity.objects.filter(organisation_id=builder.id, participant=ParticipantKind.CHILD)
    if service.activities:
        activities = activities.filter(name__in=service.activities)
    for activity in activities:
        policy = AbsencePolicy.objects.create(
            organisation_id=builder.id,
            activity=activity,
            window=dict(service.window),
            frees=service.frees,
            is_reviewed=service.is_reviewed,
            words=service.words,
        )
        for code, reason in motives.items():
            rule = dict(service.rules.get(code, {}))
            AbsenceRule.objects.create(
                organisation_id=builder.id,
                policy=policy,
                reason=reason,
                starts_on=builder.last_year.starts_on,
                reference=REGULATION,
                **rule,
            )


def _tell(builder: Builder, asked: TownAbsences) -> None:
    """An absence in each state, of one family after another."""
    taken: set[int] = set()
    today = builder.today
    around = {
        "in_time": (today + timedelta(days=10), today + timedelta(days=40)),
        "awaited": (today - timedelta(days=1), today + timedelta(days=6)),
        "received": (today - timedelta(days=2), today + timedelta(days=6)),
    }
    past = (today - timedelta(days=24), today - timedelta(days=9))
    plain = next(each.code for each in asked.motives if not each.is_proven)
    for state in asked.states:
        start, end = around.get(state, past)
        found = next(_candidates(builder, start, end, taken), None)
        if found is not None:
            home, enrolment, day = found
            taken.add(home.family.pk)
            _one(builder, state, home, enrolment, day, reason=plain if state == "in_time" else ILL.code)
    close_unproven(actor=builder.actor, now=builder.now)


def _close(builder: Builder, kind: ClosureKind, words: str, site_name: str) -> None:
    """Close a site on the first day, from the second week on, on which somebody is expected there."""
    site = Site.objects.get(organisation_id=builder.id, name=site_name)
    agent = dossiers.agent(builder)
    for ahead in range(9, 60):
        start = builder.today + timedelta(days=ahead)
        wish = ClosureWish(kind, words, start, start + timedelta(days=1), site_id=site.pk)
        if reach_of(actor=agent, wish=wish).touched:
            now = builder.now - timedelta(hours=5)
            closure_id = close(actor=agent, wish=wish, key=f"demo-{builder.id}", now=now)
            if kind == ClosureKind.STRIKE:
                _welcome(builder, closure_id, start, now)
            return


def _welcome(builder: Builder, closure_id: int, on: date, now: datetime) -> None:
    """A minimum service for the school on strike: one family in two has answered, one child in three comes."""
    agent = dossiers.agent(builder)
    until = datetime.combine(on - timedelta(days=2), time(12), tzinfo=builder.zone)
    words = "Dans la salle de motricité, de 8 h 30 à 16 h 30. Apportez un pique-nique."
    service_id = open_service(actor=agent, closure_id=closure_id, until=until, words=words, now=now)
    view = service_of(actor=agent, closure_id=closure_id)
    pupils = view.pupils if view else ()
    comes = {(each.child_id, on): each.child_id % 3 == 0 for each in pupils if each.child_id % 2}
    answer(actor=agent, service_id=service_id, comes=comes, now=now + timedelta(hours=1))


def _candidates(
    builder: Builder, start: date, end: date, taken: set[int]
) -> Iterator[tuple[Home, AttendedEnrolment, date]]:
    homes = sorted(builder.homes, key=lambda each: not each.is_character)
    for home in homes:
        if home.family.pk in taken:
            continue
        rows = attended(actor=builder.actor, since=start, family_id=home.family.pk)
        rows = [row for row in rows if row.window is not None]
        for moment in expected_moments(actor=builder.actor, enrolments=rows, start=start, end=end):
            if moment.is_booked:
                yield home, next(row for row in rows if row.enrolment_id == moment.enrolment_id), moment.on
                break


def _one(builder: Builder, state: str, home: Home, enrolment: AttendedEnrolment, day: date, *, reason: str) -> None:
    said_at = min(builder.now, datetime.combine(day - timedelta(days=1), time(18, 10), tzinfo=builder.zone))
    if state == "in_time":
        said_at = builder.now - timedelta(hours=3)
    actor = builder.actor_of(home)
    values = {
        "enrolments": [enrolment.enrolment_id],
        "from": day.isoformat(),
        "to": day.isoformat(),
        "start": "",
        "end": "",
        "reason": reason,
        "comment": "" if state == "in_time" else "Fièvre depuis hier soir.",
    }
    draft = begin_absence(actor=actor, family_id=home.family.pk, values=values, now=said_at)
    if state in ("received", "valid", "refused"):
        _prove(builder, home, enrolment, draft, now=said_at)
    [number] = send_absence(actor=actor, draft_id=draft, now=said_at).numbers
    if state in ("valid", "refused"):
        days = (builder.now - said_at).days
        accept = state == "valid"
        words = "" if accept else "Le certificat porte le nom d’un autre enfant."
        dossiers.decide(builder, number, accept=accept, reason=words, days_ago=max(days - 2, 0))


def _prove(builder: Builder, home: Home, enrolment: AttendedEnrolment, draft: int, *, now: datetime) -> None:
    kind = DocumentType.objects.get(organisation_id=builder.id, code="justificatif-absence")
    words = ["Certificat médical", enrolment.child, f"Le {now:%d/%m/%Y}", "Document de démonstration"]
    join_document(
        actor=builder.actor_of(home),
        family_id=home.family.pk,
        child_id=enrolment.child_id,
        type_id=kind.pk,
        name="certificat.pdf",
        content=paper(words),
        draft_id=draft,
        now=now,
    )
