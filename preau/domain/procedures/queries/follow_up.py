"""Who has still something to do among the families that an agent opens: dossiers, pieces, authorisations, spaces."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import name_key
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import Activity, SchoolYear
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.documents.queries.folders import LackingPiece, lacking_of_households
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.enrolments.queries.files import visible_children, visible_families
from preau.domain.enrolments.queries.schools import classes_of_children
from preau.domain.families.enums import AdultPosition, Answer
from preau.domain.families.models import Adult, Consent, ConsentType, HouseholdChild, ValidatedDossier
from preau.domain.procedures.enums import OPEN_STATUSES, FollowKind, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Mailing, Procedure

NEW_FOR = timedelta(days=365)  # a household without any enrolment is followed for a year, then forgotten


@dataclass(frozen=True, slots=True)
class FollowRow:
    """One thing to do. `target_id` is the family, or the adult whose space it is.

    `what` says which: a title, or "" for a dossier; `state`: "none", "draft", "missing", "refused", "expired", "asked",
    "invited", "never" or "no_email". `is_reached`: a mail finds somebody.
    """

    target_id: int
    family_id: int
    number: int
    family: str
    person: str
    hue: int
    class_name: str
    what: str
    state: str
    is_reached: bool
    child_id: int | None = None
    first_name: str = ""
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class MailingView:
    """How far a mailing is."""

    mailing_id: int
    kind: str
    total: int
    done: int
    told: int
    made_at: datetime
    finished_at: datetime | None


def follow_up(*, actor: Actor, kind: FollowKind, on: date) -> list[FollowRow]:
    """Return what a service follows, by family and person. The same queries for any number of families.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if kind == FollowKind.SPACES:
        return _spaces(actor)
    homes = _homes(actor, on)
    found = {FollowKind.DOSSIERS: _dossiers, FollowKind.PIECES: _pieces, FollowKind.CONSENTS: _consents}[kind]
    return sorted(found(actor, homes, on), key=lambda row: (name_key(row.family), row.family_id, row.person, row.what))


def find_mailing(*, actor: Actor, mailing_id: int) -> MailingView:
    """Return how far a mailing is. One query.

    :raises NotFound: unknown here; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    row = Mailing.objects.filter(
        organisation_id=actor.organisation_id, pk=mailing_id, account_id=actor.account_id
    ).first()
    if row is None:
        raise NotFound("mailing")
    return MailingView(row.pk, row.kind, len(row.targets), row.done, row.told, row.made_at, row.finished_at)


@dataclass(frozen=True, slots=True)
class _Home:
    """A child in a household that is followed."""

    family_id: int
    number: int
    family: str
    child_id: int
    first_name: str
    last_name: str
    hue: int
    class_name: str
    is_reached: bool


def _homes(actor: Actor, on: date) -> list[_Home]:
    """The children in a class, enrolled, or of a new household, whom the agent opens. Six queries at most."""
    here = {"organisation_id": actor.organisation_id}
    mine = {**here, "child_id": OuterRef("child_id"), "ends_on__gt": on}
    enrolled = Enrolment.objects.filter(**mine).exclude(status=EnrolmentStatus.ENDED)
    rows = HouseholdChild.objects.filter(**here).filter(
        Exists(Schooling.objects.filter(**mine)) | Exists(enrolled) | Q(family__created_at__date__gt=on - NEW_FOR)
    )
    if (families := visible_families(actor=actor)) is not None:
        rows = rows.filter(family_id__in=families.values("pk"))
    found = list(rows.select_related("family", "child"))
    opened = visible_children(actor=actor, child_ids=[row.child_id for row in found], on=on)
    classes = classes_of_children(actor=actor, child_ids=opened, on=on)
    reached = _reached(actor)
    return [
        _Home(
            family_id=row.family_id,
            number=row.family.number,
            family=row.family.name,
            child_id=row.child_id,
            first_name=row.child.first_name,
            last_name=row.child.last_name,
            hue=row.child.hue,
            class_name=classes[row.child_id].class_name if row.child_id in classes else "",
            is_reached=row.family_id in reached,
        )
        for row in found
        if row.child_id in opened
    ]


def _reached(actor: Actor) -> frozenset[int]:
    """The households where somebody has a space: a mail finds them. One query."""
    adults = Adult.objects.filter(organisation_id=actor.organisation_id, account__activated_at__isnull=False)
    return frozenset(adults.values_list("family_id", flat=True))


def _dossiers(actor: Actor, homes: Sequence[_Home], on: date) -> Iterable[FollowRow]:
    """The children whose dossier of the year is neither sent nor validated, where an activity asks for one."""
    year = _year_with_dossier(actor, on)
    if year is None:
        return []
    here = {"organisation_id": actor.organisation_id}
    done = set(ValidatedDossier.objects.filter(**here, school_year_id=year.pk).values_list("child_id", flat=True))
    acts = Procedure.objects.filter(**here, kind=ProcedureKind.DOSSIER, child_id__isnull=False)
    done |= set(acts.filter(status__in=OPEN_STATUSES).values_list("child_id", flat=True))
    begun = set(acts.filter(status=ProcedureStatus.DRAFT).values_list("child_id", flat=True))
    return [
        _row(home, what="", state="draft" if home.child_id in begun else "none")
        for home in homes
        if home.child_id not in done
    ]


def _year_with_dossier(actor: Actor, on: date) -> SchoolYear | None:
    if not Activity.objects.filter(organisation_id=actor.organisation_id, requires_dossier=True).exists():
        return None
    return school_year_to_prepare(organisation_id=actor.organisation_id, on=on)


def _pieces(actor: Actor, homes: Sequence[_Home], on: date) -> Iterable[FollowRow]:
    """The pieces that lack: of the children whose dossier is begun where dossiers are asked, else of all."""
    asked = _asked_for_pieces(actor, homes, on)
    by_family: dict[int, list[_Home]] = {}
    for home in [each for each in homes if each.child_id in asked]:
        by_family.setdefault(home.family_id, []).append(home)
    households = {family_id: [home.child_id for home in mine] for family_id, mine in by_family.items()}
    lacking = lacking_of_households(actor=actor, households=households, on=on)
    return [_piece(piece, by_family[family_id]) for family_id, pieces in lacking.items() for piece in pieces]


def _asked_for_pieces(actor: Actor, homes: Sequence[_Home], on: date) -> frozenset[int]:
    everyone = frozenset(home.child_id for home in homes)
    if _year_with_dossier(actor, on) is None:
        return everyone
    return everyone - {row.child_id for row in _dossiers(actor, homes, on) if row.child_id and row.state == "none"}


def _piece(piece: LackingPiece, homes: Sequence[_Home]) -> FollowRow:
    """A piece of a child, or of the household: then it is told without a child."""
    home = next((each for each in homes if each.child_id == piece.child_id), homes[0])
    return _row(
        home, what=piece.title, state=piece.why, is_of_child=piece.child_id is not None, is_private=piece.is_private
    )


def _consents(actor: Actor, homes: Sequence[_Home], on: date) -> Iterable[FollowRow]:
    """The authorisations asked for without an answer, of the children whose dossier is done."""
    here = {"organisation_id": actor.organisation_id}
    types = list(ConsentType.objects.filter(**here, is_active=True, is_required=True).order_by("position", "title"))
    answers = Consent.objects.filter(**here, consent_type__in=types).exclude(answer=Answer.NONE)
    said = set(answers.values_list("child_id", "consent_type_id"))
    kept = _asked_for_pieces(actor, homes, on)
    return [
        _row(home, what=each.title, state="asked")
        for home in homes
        for each in types
        if home.child_id in kept and (home.child_id, each.pk) not in said
    ]


def _row(home: _Home, *, what: str, state: str, is_of_child: bool = True, is_private: bool = False) -> FollowRow:
    return FollowRow(
        target_id=home.family_id,
        family_id=home.family_id,
        number=home.number,
        family=home.family,
        person=f"{home.first_name} {home.last_name}" if is_of_child else "",
        hue=home.hue if is_of_child else 0,
        class_name=home.class_name if is_of_child else "",
        what=what,
        state=state,
        is_reached=home.is_reached,
        child_id=home.child_id if is_of_child else None,
        first_name=home.first_name if is_of_child else "",
        is_private=is_private,
    )


def _spaces(actor: Actor) -> list[FollowRow]:
    """The parents whose space is not open, of the households that the agent opens. Two queries."""
    rows: QuerySet[Adult] = Adult.objects.filter(
        organisation_id=actor.organisation_id, position__in=[AdultPosition.HOLDER, AdultPosition.CO_HOLDER]
    ).filter(Q(account=None) | Q(account__activated_at=None))
    if (families := visible_families(actor=actor)) is not None:
        rows = rows.filter(family_id__in=families.values("pk"))
    found = [
        FollowRow(
            target_id=row.pk,
            family_id=row.family_id,
            number=row.family.number,
            family=row.family.name,
            person=row.full_name,
            hue=0,
            class_name="",
            what=row.email,
            state="no_email" if not row.email else ("invited" if row.invited_at or row.account_id else "never"),
            is_reached=bool(row.email),
        )
        for row in rows.select_related("family")
    ]
    return sorted(found, key=lambda row: (name_key(row.family), row.family_id, name_key(row.person)))


def rows_by_target(*, rows: Iterable[FollowRow]) -> Mapping[int, Collection[FollowRow]]:
    """Return the rows of each target."""
    found: dict[int, list[FollowRow]] = {}
    for row in rows:
        found.setdefault(row.target_id, []).append(row)
    return found
