"""The family file in the demo: what a town asks for, and families caught at each state of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from preau.base.actor import STAFF, Actor
from preau.demo.builder import Builder, Home
from preau.demo.papers import paper, photo
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import SchoolYear
from preau.domain.documents.enums import Subject
from preau.domain.documents.models import Document, DocumentType, Regulation
from preau.domain.documents.operations.pieces import accept_regulations, check, deposit
from preau.domain.families.models import Child, ConsentType
from preau.domain.families.operations.children import answer_consents, confirm_sheets, save_health, validate_dossier
from preau.domain.organisations.models import Department
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import ProcedureForm, ReasonTemplate
from preau.domain.procedures.operations import decisions, drafts
from preau.domain.procedures.rules import About

CONSENTS = (
    ("photo", "Photographier ou filmer mon enfant pour les publications de la structure", True),
    ("sorties", "Participer aux sorties à pied et en transport en commun", True),
    ("urgence", "Faire prendre par les secours les soins qu’impose l’urgence", True),
    ("antipyretique", "Donner un médicament contre la fièvre, avec ordonnance", False),
)
REASONS = (
    ("Document illisible", "Le document n’est pas lisible. Reprenez la photo bien à plat, avec toute la page."),
    ("Hors de la collectivité", "L’enfant n’habite pas sur notre territoire. Voyez avec votre mairie."),
    ("Déjà connu", "Cette personne est déjà dans votre dossier : il n’y a rien à faire de plus."),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A piece that a town asks for."""

    code: str
    title: str
    needs: Sequence[str] = ("dossier",)
    subject: str = "child"
    validity: str = "school_year"
    due: str = ""
    help: str = ""
    is_sensitive: bool = False
    is_judicial: bool = False


KINDS = (
    Kind(
        "carnet",
        "Carnet de vaccination",
        help="Les pages des vaccins, ou l’attestation d’un médecin.",
        is_sensitive=True,
    ),
    Kind("assurance", "Attestation d’assurance responsabilité civile", due="12-31"),
    Kind("pai", "PAI signé, ou certificat médical en attendant", ("pai",), is_sensitive=True),
    Kind("alternance", "Calendrier de garde alternée signé des deux parents", ("alternate",), validity="forever"),
    Kind("jugement", "Décision de justice", ("alternate", "forbidden"), validity="forever", is_judicial=True),
    Kind("mandat", "Mandat de prélèvement SEPA signé", ("direct_debit",), "family", "forever"),
    Kind("rib", "RIB", ("direct_debit",), "family", "forever"),
    Kind("identite", "Votre pièce d’identité", (), "adult", "date"),
    Kind("divers", "Divers", (), validity="forever"),
    Kind("domicile", "Justificatif de domicile", (), "family", "months"),
)


def ask(
    builder: Builder,
    department: Department,
    *,
    kinds: Iterable[Kind] = KINDS,
    consents: Iterable[tuple[str, str, bool]] = CONSENTS,
    rules: str = "",
) -> None:
    """Write what the town asks of families: pieces, authorisations, a règlement, ready-made sentences."""
    for position, kind in enumerate(kinds):
        DocumentType.objects.create(
            organisation_id=builder.id,
            code=kind.code,
            title=kind.title,
            help=kind.help,
            subject=kind.subject,
            validity=kind.validity,
            needs=list(kind.needs),
            due_month_day=kind.due,
            is_sensitive=kind.is_sensitive,
            is_judicial=kind.is_judicial,
            position=position,
        )
    for position, (code, title, is_required) in enumerate(consents):
        ConsentType.objects.create(
            organisation_id=builder.id, code=code, title=title, is_required=is_required, position=position
        )
    for position, (title, text) in enumerate(REASONS):
        ReasonTemplate.objects.create(organisation_id=builder.id, title=title, text=text, position=position)
    if rules:
        Regulation.objects.create(
            organisation_id=builder.id,
            code="accueils",
            title="Règlement des accueils",
            body=rules,
            published_at=builder.now - timedelta(days=150),
        )
    form(
        builder,
        department,
        "autre",
        "Autre demande",
        "Pour tout ce qui n’a pas sa page. Le service vous répond ici.",
        {"code": "question", "label": "Votre demande", "kind": "long", "required": True},
    )


def form(
    builder: Builder, department: Department, code: str, title: str, intro: str, *fields: Mapping[str, Any]
) -> ProcedureForm:
    """Write a démarche as data: its title, its fields, the service that answers."""
    count = ProcedureForm.objects.filter(organisation_id=builder.id).count()
    return ProcedureForm.objects.create(
        organisation_id=builder.id,
        code=code,
        title=title,
        intro=intro,
        department=department,
        fields=[dict(each) for each in fields],
        position=count,
    )


def answer_form(
    builder: Builder, home: Home, asked: ProcedureForm, values: Mapping[str, Any], *, days_ago: int = 2
) -> int:
    """Send a démarche written as data, and return its number."""
    actor, now = builder.actor_of(home), builder.now - timedelta(days=days_ago)
    draft = drafts.start(
        actor=actor,
        kind=ProcedureKind.FORM,
        family_id=home.family.pk,
        about=About(form_id=asked.pk),
        now=now,
    )
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step="form", values=values, now=now)
    return drafts.submit(actor=actor, draft_id=draft.draft_id, now=now).view.number


def validate_all(builder: Builder, homes: Iterable[Home], *, year: SchoolYear | None = None) -> None:
    """Validate the dossiers of these families for a school year, as in the months before."""
    for number, home in enumerate(homes):
        for child in home.children:
            validate_dossier(
                actor=builder.actor,
                child_id=child.pk,
                school_year_id=(year or builder.year).pk,
                now=builder.now - timedelta(days=90 + number % 30),
            )


def fill(
    builder: Builder,
    home: Home,
    child: Child,
    *,
    but: Sequence[str] = (),
    days_ago: int = 5,
    direct_debit: bool = False,
    **health: Any,
) -> int:
    """Fill the dossier of a child as its parent would, and return its draft. `but`: parts left undone."""
    actor, now = builder.actor_of(home), builder.now - timedelta(days=days_ago)
    draft = drafts.start(
        actor=actor,
        kind=ProcedureKind.DOSSIER,
        family_id=home.family.pk,
        about=About(child_id=child.pk, school_year_id=builder.prepared.pk),
        now=now,
    )
    parts: Mapping[str, Mapping[str, Any]] = {
        "household": {"address_is_right": True, "phone": home.adults[0].phone, "direct_debit": direct_debit},
        "identity": {"identity_is_right": True, "school": "", "level": ""},
        "health": {"pai": "no", "doctor_name": "Dr Ormeau", "diet": "standard", "vaccines": ["dtp"], **health},
        "consents": {code: "yes" for code in asked_consents(builder)},
        "people": {"new": []},
    }
    for name, values in parts.items():
        if name not in but:
            drafts.save_step(
                actor=actor, draft_id=draft.draft_id, step=name, values={**values, "confirmed": True}, now=now
            )
    if "rules" not in but:
        rules = Regulation.objects.filter(organisation_id=builder.id).values_list("pk", flat=True)
        accept_regulations(actor=actor, family_id=home.family.pk, regulation_ids=list(rules), now=now)
    for kind in asked_pieces(builder):
        if kind.code not in but:
            send_piece(builder, home, kind.code, child=child, now=now)
    return draft.draft_id


def asked_consents(builder: Builder) -> list[str]:
    """Return the codes of the authorisations that must be answered."""
    rows = ConsentType.objects.filter(organisation_id=builder.id, is_required=True)
    return list(rows.order_by("position").values_list("code", flat=True))


def asked_pieces(builder: Builder) -> list[DocumentType]:
    """Return the pieces that every dossier asks for."""
    rows = DocumentType.objects.filter(organisation_id=builder.id).order_by("position")
    return [row for row in rows if "dossier" in row.needs]


def remember(builder: Builder, home: Home, year: SchoolYear, *, days_ago: int, **health: Any) -> None:
    """Write the dossiers of a past year, validated: its answers are there to confirm, its pieces have expired."""
    now = builder.now - timedelta(days=days_ago)
    by = home.adults[0].full_name
    for child in home.children:
        sheet = {"doctor_name": "Dr Ormeau", "diet": "standard", "vaccines": ["dtp"], **health}
        save_health(actor=builder.actor, child_id=child.pk, values=sheet, now=now, by=by)
        answers = dict.fromkeys(asked_consents(builder), "yes")
        answer_consents(actor=builder.actor, child_id=child.pk, answers=answers, now=now, by=by)
        for kind in asked_pieces(builder):
            send_piece(builder, home, kind.code, child=child, now=now, accept=True, year=year)
        confirm_sheets(actor=builder.actor, child_id=child.pk, school_year_id=year.pk, now=now, by=by)
        validate_dossier(actor=builder.actor, child_id=child.pk, school_year_id=year.pk, now=now)


def send(builder: Builder, home: Home, draft_id: int, *, days_ago: int = 5) -> int:
    """Send a draft, and return the number of the démarche."""
    number = drafts.submit(
        actor=builder.actor_of(home), draft_id=draft_id, now=builder.now - timedelta(days=days_ago)
    ).view.number
    return number


def decide(builder: Builder, number: int, *, accept: bool = True, reason: str = "", days_ago: int = 3) -> None:
    """Decide a démarche as an agent, at once."""
    now = builder.now - timedelta(days=days_ago)
    decisions.decide(actor=agent(builder), numbers=[number], accept=accept, reason=reason, now=now)
    decisions.apply_held(actor=agent(builder), number=number, now=now)


def agent(builder: Builder, department: Department | None = None) -> Actor:
    """Return an agent of the town, or of one of its services, without an account of its own."""
    return Actor(
        organisation_id=builder.id,
        audience=STAFF,
        display_name="Le service",
        time_zone=builder.organisation.time_zone,
        roles=frozenset({Role.AGENT, Role.MANAGER}),
        department_ids=frozenset({department.pk}) if department else frozenset(),
    )


def declare(builder: Builder, home: Home, *people: Mapping[str, Any], days_ago: int = 1) -> int:
    """Declare persons of an entourage and send the declaration; return its number."""
    actor, now = builder.actor_of(home), builder.now - timedelta(days=days_ago)
    draft = drafts.start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=home.family.pk, now=now)
    for place, person in enumerate(people, start=1):
        drafts.save_step(actor=actor, draft_id=draft.draft_id, step=f"p{place}", values=person, now=now)
    return drafts.submit(actor=actor, draft_id=draft.draft_id, now=now).view.number


def refuse_piece(builder: Builder, home: Home, code: str, *, reason: str, now: datetime) -> None:
    """Refuse the piece of a type that a family has sent last."""
    rows = Document.objects.filter(organisation_id=builder.id, family=home.family, document_type__code=code)
    check(actor=agent(builder), document_id=rows.latest("pk").pk, accept=False, reason=reason, now=now)


def send_piece(
    builder: Builder,
    home: Home,
    code: str,
    *,
    child: Child | None = None,
    now: datetime,
    is_photo: bool = False,
    accept: bool | None = None,
    reason: str = "La photo est floue : reprenez-la bien à plat.",
    year: SchoolYear | None = None,
) -> None:
    """Put a small real document in the space of a family; `accept` checks it too.

    What is the household's is sent without the child. `year`: the school year that it is for.
    """
    kind = DocumentType.objects.get(organisation_id=builder.id, code=code)
    child = None if kind.subject == Subject.FAMILY else child
    words = [
        kind.title,
        child.full_name if child else f"Famille {home.family.name}",
        f"Le {now:%d/%m/%Y}",
        f"{builder.organisation.short_name}, document de démonstration",
    ]
    content = photo(words) if is_photo else paper(words)
    view = deposit(
        actor=builder.actor_of(home),
        family_id=home.family.pk,
        type_id=kind.pk,
        child_id=child.pk if child else None,
        name=f"{code}.{'jpg' if is_photo else 'pdf'}",
        content=content,
        school_year_ends_on=(year or builder.prepared).ends_on,
        now=now,
    )
    if accept is not None:
        check(actor=agent(builder), document_id=view.document_id, accept=accept, reason=reason, now=now)
