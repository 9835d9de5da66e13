"""Two towns, a victim whose every text is a canary, and all the people who must not see it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from preau.base.models import TenantModel
from preau.base.uploads import SentFile, clean_upload
from preau.domain.absences.operations.closing import close
from preau.domain.absences.operations.minimum_service import open_service
from preau.domain.absences.queries.closures import ClosureWish
from preau.domain.accounts.models import Account, OpenSession, SecondFactor
from preau.domain.accounts.operations.opening import send_activation
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.models import SchoolClass
from preau.domain.contracts.models import ContractSignature
from preau.domain.contracts.operations.signing import send_back
from preau.domain.creche.models import CareRange
from preau.domain.documents.enums import Category
from preau.domain.documents.models import DocumentType
from preau.domain.documents.operations.pieces import deposit
from preau.domain.documents.operations.publishing import publish
from preau.domain.enrolments.models import Schooling
from preau.domain.families.enums import Authority
from preau.domain.families.models import Adult, Contact, Guardianship, HouseholdChild, Objection
from preau.domain.families.operations.contacts import save_contact
from preau.domain.families.operations.photos import receive_photo
from preau.domain.families.rules import CONTACT_LENGTHS
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures.enums import OtherParent, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Mailing, PlanningDiary, Procedure, ProcedureForm
from preau.domain.procedures.operations.absences import begin_absence
from preau.domain.procedures.operations.answering_hours import accept_many
from preau.domain.procedures.operations.basket import change_basket
from preau.domain.procedures.operations.decisions import ask_more
from preau.domain.procedures.operations.drafts import save_step, start, submit
from preau.domain.procedures.operations.hours import change_hours
from preau.domain.procedures.operations.messages import attach, write_message
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.queries.hours import hours_basket, wishes_of
from preau.domain.procedures.rules import About
from preau.domain.publishing.models import NewsItem
from tests.factories.absences import Absences, send, values_of
from tests.factories.contracts import Contracts
from tests.factories.creche import FULL_DAY, Creche, monday
from tests.factories.town import NOW, TODAY, Town, slots_of
from tests.uploads.corpus import paper, picture

CANARY = "CANARI"
# Rows that belong to one family: each of their texts becomes a canary.
PERSONAL = ("families.Family", "families.Adult", "families.Child", "families.Contact")
KEPT = {"country", "civility", "sex", "email"}  # read as addresses or codes by the product itself


BOOKING_NUMBER, FILE_NUMBER = 1, 2
ENROLMENT_NUMBER, AGREEMENT_NUMBER, REFUSED_NUMBER = 901, 902, 903  # far from what the counter gives next
# What is done to a démarche that a service decides, and not to reservations.
FILE_ROUTES = ("recue/", "message/", "complement/", "abandon/", "<int:number>/document/", "demarches/<int:number>/")
# What is done to hours of care.
# What is done to an absence.
ABSENCE_ROUTES = ("/absence/", "/justification/", "/correction/")
CARE_ROUTES = ("reservations/horaires/", "demandes/<int:number>/horaires/", "agents/creche/", "contrats/nouveau/")


@dataclass
class Scene:
    town: Town
    other: Town
    ids: dict[str, Any]
    people: dict[str, Account | None]

    def ids_of(self, route: str) -> dict[str, Any]:
        """The victim's ids for one route."""
        ids = dict(self.ids)
        if any(each in route for each in FILE_ROUTES):
            ids["number"] = FILE_NUMBER
        if "inscriptions/pareil/" in route:
            ids["number"] = ENROLMENT_NUMBER
        if "demandes/<int:number>/reprise/" in route:
            ids["number"] = REFUSED_NUMBER
        if "accords/" in route:
            ids["number"] = AGREEMENT_NUMBER
        if any(each in route for each in CARE_ROUTES):
            ids |= {"enrolment_id": ids["care_enrolment_id"], "number": ids["care_number"]}
        if any(each in route for each in ABSENCE_ROUTES):
            ids["number"] = ids["absence_number"]
        if "absences/brouillon/" in route:
            ids["draft_id"] = ids["absence_draft_id"]
        if "agents/pointage/" in route:
            ids["child_id"] = ids["care_child_id"]
        if "abonnement/" in route:
            ids["enrolment_id"] = ids["subscription_id"]
        if "documents/foyer/" in route:
            ids["type_id"] = ids["household_type_id"]
        ids |= next((found for part, found in ids["contracts"].items() if part in route), {})
        if "form_id>/<int:child_id" in route:
            ids["form_id"] = ids["child_form_id"]
        return ids


def build() -> Scene:
    """Set the scene."""
    town, other = Town("ville-test"), Town("autre-ville")
    victim = town.household("Victime", children=3, login="victime")
    offer = town.offer()
    for child in victim.children[:2]:
        town.enrol(victim, offer, child=child)
    contact = Contact.objects.create(
        organisation_id=town.id, family=victim.family, kind="call", first_name="Mamie", last_name="V"
    )
    pending = Adult.objects.create(
        organisation_id=town.id,
        family=victim.family,
        position="co_holder",
        first_name="Karim",
        last_name="V",
        email="karim@victime.example",
    )
    agent = town.account("agent.ici", role="agent")
    town.join(agent, "admin")
    town.join(agent, "manager")
    elsewhere = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    creche = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    other_agent = town.account("agent.creche", role="agent")
    town.limit(other_agent, department_ids=[creche.pk])
    site_agent = town.account("agent.site", role="agent")
    town.limit(site_agent, site_ids=[elsewhere.pk])
    site_staff = town.account("animatrice", role="family")
    site_staff.memberships.all().delete()
    town.join(site_staff, "site_staff", site_ids=[elsewhere.pk])
    news = NewsItem.objects.create(organisation_id=town.id, title="Nouvelle", teaser="…", published_on=NOW.date())
    form = ProcedureForm.objects.create(
        organisation_id=town.id, code="autre", title="Autre", department=town.department, fields=[]
    )
    child_form = ProcedureForm.objects.create(
        organisation_id=town.id, code="enfant", title="Autre", department=town.department, is_about_child=True
    )
    _act(town, victim, offer)
    draft_id = _declare(town, victim)
    kind = DocumentType.objects.create(organisation_id=town.id, code="carnet", title="Carnet", needs=["dossier"])
    document = deposit(
        actor=town.parent(victim),
        family_id=victim.family.pk,
        child_id=victim.children[0].pk,
        type_id=kind.pk,
        name=f"{CANARY}-carnet.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )
    save_contact(
        actor=town.parent(victim),
        child_id=victim.children[0].pk,
        contact_id=contact.pk,
        values={name: getattr(contact, name) for name in ("kind", *CONTACT_LENGTHS)} | {"is_for_all": True},
        photo=receive_photo(name=f"{CANARY}-mamie.jpg", content=picture()),
        now=NOW,
    )
    publication = publish(
        actor=town.agent("manager"),
        title="Règlement",
        category=Category.RULES,
        file=clean_upload(paper()),
        name="reglement.pdf",
        is_public=False,
        now=NOW,
    )
    attach(actor=town.parent(victim), document_id=document.document_id, number=FILE_NUMBER, now=NOW)
    _sing(town, victim)
    send_activation(actor=town.agent("agent", account=agent), account_id=victim.account.pk, now=NOW)
    _ask(town, victim, offer)
    care = _care(town, victim) | _miss(town, victim)
    stranger = other.household("Denis", login="denis")
    other.enrol(stranger, other.offer(), child=stranger.children[0])
    neighbour = town.household("Voisin", login="voisin")
    town.enrol(neighbour, offer, child=neighbour.children[0])
    withdrawn = town.household("Retire", login="retire")
    for child in victim.children:  # in its home still, and no longer its to know of
        HouseholdChild.objects.create(organisation_id=town.id, family=withdrawn.family, child=child)
        Guardianship.objects.create(
            organisation_id=town.id, adult=withdrawn.adult, child=child, authority=Authority.WITHDRAWN
        )
    factor = SecondFactor.objects.create(
        account=victim.account, kind="totp", name=f"{CANARY}-moyen", material={"secret": "A" * 32}, created_at=NOW
    )
    device = OpenSession.objects.create(
        account=victim.account, session_key="canari", device=f"{CANARY}-appareil", opened_at=NOW
    )
    return Scene(
        town,
        other,
        {
            "enrolment_id": victim.enrolments[0].pk,
            "subscription_id": town.enrol(
                victim, town.offer(is_subscription=True, units=()), child=victim.children[0]
            ).pk,
            "number": BOOKING_NUMBER,
            "family_id": victim.family.pk,
            "adult_id": pending.pk,
            "account_id": victim.account.pk,
            "factor_id": factor.pk,
            "open_session_id": device.pk,
            "news_id": news.pk,
            "token": "x" * 32,
            "rest": ").",
            "name": "0-0",
            "child_id": victim.children[0].pk,
            "document_id": document.document_id,
            "page": 1,
            "type_id": kind.pk,
            "part": "health",
            "household_type_id": DocumentType.objects.create(
                organisation_id=town.id, code="domicile", title="Domicile", subject="family"
            ).pk,
            "draft_id": draft_id,
            "form_id": form.pk,
            "child_form_id": child_form.pk,
            "step": "p1",
            "offer_id": offer.pk,
            "contact_id": contact.pk,
            "publication_id": publication.publication_id,
            "mailing_id": Mailing.objects.create(
                organisation_id=town.id, kind="dossiers", key="canari", targets=[1], made_at=NOW, account_id=agent.pk
            ).pk,
            **_shut(town, victim),
            "sheet": f"s{care['section_id']}",
            "other_child_id": victim.children[1].pk,
            "other_adult_id": victim.adult.pk,
            "day": monday().isoformat(),
            **care,
            **_contracts(town, victim),
            "objection_id": _object(victim),  # last: it stops the acts of the service
        },
        {
            "anonyme": None,
            "autre famille": neighbour.account,
            "famille d’ailleurs": stranger.account,
            "agent d’ailleurs": _staff(other, "agent.ailleurs", "agent", "manager", "admin"),
            "animatrice d’un autre site": site_staff,
            "agent d’un autre service": other_agent,
            "agent d’un autre site": site_agent,
            "parent dont l’autorité est retirée": withdrawn.account,
            "victime": victim.account,
            "agent d’ici": agent,
        },
    )


def _staff(town: Town, name: str, *roles: str) -> Account:
    account = town.account(name, role=roles[0])
    for role in roles[1:]:
        town.join(account, role)
    return account


def _declare(town: Town, victim: Any) -> int:
    """A draft of entourage, whose person is a canary, and a démarche in the agents' queue."""
    actor = town.parent(victim)
    draft = start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=victim.family.pk, now=NOW)
    person = {"role": "child", "first_name": f"{CANARY}-declare", "last_name": CANARY, "birth_date": "2024-01-02"}
    save_step(actor=actor, draft_id=draft.draft_id, step="p1", values=person, now=NOW)
    sent = start(
        actor=actor,
        kind=ProcedureKind.PAI,
        family_id=victim.family.pk,
        about=About(child_id=victim.children[0].pk),
        now=NOW,
    )
    needs = {"needs": f"{CANARY}-sante", "doctor_name": f"{CANARY}-medecin"}
    save_step(actor=actor, draft_id=sent.draft_id, step="pai", values=needs, now=NOW)
    submit(actor=actor, draft_id=sent.draft_id, now=NOW)
    write_message(actor=actor, number=FILE_NUMBER, text=f"{CANARY}-message", now=NOW)
    ask_more(actor=town.agent("agent"), number=FILE_NUMBER, text=f"{CANARY}-demande", types={}, now=NOW)
    return draft.draft_id


def _care(town: Town, victim: Any) -> dict[str, Any]:
    """A day of crèche that the service has given to the last child, and another that its parent asks for."""
    creche = Creche(town)
    enrolment = creche.enrol(victim, creche.offer(), child=victim.children[-1])
    number, actor = 0, town.parent(victim)
    for key, on in (("soin", monday() + timedelta(days=1)), ("soin-2", monday())):
        change_hours(actor=actor, enrolment_id=enrolment.pk, changes={on: (FULL_DAY,)}, held={}, now=NOW)
        basket = hours_basket(actor=actor, enrolment_ids=[enrolment.pk])
        number = place_order(actor=actor, items=[], hours=wishes_of(basket=basket), key=key, now=NOW).first_number
        if key == "soin":
            accept_many(actor=town.agent("agent"), numbers=[number], now=NOW)
    CareRange.objects.create(
        organisation_id=town.id,
        enrolment=enrolment,
        family=victim.family,
        child=victim.children[-1],
        section=creche.sections[0],
        on=TODAY,
        starts_minute=FULL_DAY.start,
        ends_minute=FULL_DAY.end,
        booked_at=NOW,
    )
    return {
        "care_enrolment_id": enrolment.pk,
        "section_id": creche.sections[0].pk,
        "care_number": number,
        "care_child_id": enrolment.child_id,
    }


def _contracts(town: Town, victim: Any) -> dict[str, Any]:
    """A contract of each child: sent, of which a paper came back; in force; being written."""
    contracts = Contracts(town, name="Les Libellules")
    contracts.income(victim)
    waiting = contracts.sent(victim, child=victim.children[0], note=f"{CANARY}-contrat")
    scan = [SentFile(f"{CANARY}.pdf", paper())]
    send_back(actor=town.parent(victim), version_id=waiting.pk, sent=scan, now=NOW)
    active = contracts.signed(victim, child=victim.children[1])
    draft = contracts.draft(contracts.enrol(victim, victim.children[2]))
    return {
        "signature_id": ContractSignature.objects.get(version=waiting, party="parent").pk,
        "what": "contrat",
        "month": "2027-01",
        "secret": "x" * 32,
        "diary_id": PlanningDiary.objects.create(
            organisation_id=town.id,
            account=victim.account,
            child=victim.children[0],
            secret_hash="canari",
            opened_at=NOW,
        ).pk,
        "contracts": {
            "avenant/": {"contract_id": active.contract_id, "version_id": active.pk},
            "modification/": {"contract_id": draft.pk, "version_id": draft.versions.get().pk},
            "contrats/": {"contract_id": waiting.contract_id, "version_id": waiting.pk},
        },
    }


def _miss(town: Town, victim: Any) -> dict[str, Any]:
    """An absence of the first child, and another that its parent has begun to say."""
    Absences(town).open(town.activity)
    actor, on = town.parent(victim), Booking.objects.filter(enrolment=victim.enrolments[0]).earliest("on").on
    [number] = send(actor, victim, on, comment=f"{CANARY}-absence").numbers
    values = values_of(victim, on, comment=f"{CANARY}-brouillon")
    draft_id = begin_absence(actor=actor, family_id=victim.family.pk, values=values, now=NOW)
    return {"absence_number": number, "absence_draft_id": draft_id}


def _shut(town: Town, victim: Any) -> dict[str, int]:
    """A strike of the teacher of the victim alone, on a day to come, with its minimum service."""
    on = TODAY + timedelta(days=20)
    alone = SchoolClass.objects.create(
        organisation_id=town.id, site=town.school, school_year=town.year, name="CE1 B", level="CE1"
    )
    Schooling.objects.filter(child__in=victim.children).update(school_class=alone)
    # Its words are those of the town, told to each family: no canary.
    wish = ClosureWish("strike", "grève", on, on + timedelta(days=1), class_id=alone.pk)
    manager = town.agent("manager")
    closure_id = close(actor=manager, wish=wish, key="canari", now=NOW)
    until = NOW + timedelta(days=5)
    service_id = open_service(actor=manager, closure_id=closure_id, until=until, words="À l’école", now=NOW)
    return {"closure_id": closure_id, "service_id": service_id}


def _object(victim: Any) -> int:
    """An objection of the victim for its first child."""
    row = Objection(organisation_id=victim.family.organisation_id, child=victim.children[0], adult=victim.adult)
    row.made_at, row.text = NOW, {"text": f"{CANARY}-opposition"}
    row.save()
    return row.pk


def _act(town: Town, victim: Any, offer: Any) -> None:
    """A numbered démarche, a draft, bookings today and later."""
    slots = slots_of(offer, after=NOW.date() + timedelta(days=1))
    actor = town.parent(victim)
    item = OrderItem(victim.enrolments[0].pk, frozenset(slot.pk for slot in slots[:4]))
    place_order(actor=actor, items=[item], key="scene", now=NOW)
    change_basket(actor=actor, changes={victim.enrolments[1].pk: {slots[5].pk: True}}, now=NOW)


def _ask(town: Town, victim: Any, offer: Any) -> None:
    """An enrolment that was had, and an act of the other household that waits for the victim's agreement."""
    other_home = town.household("Ancien", children=0, login="ancien")
    common = {
        "organisation_id": town.id,
        "child_id": victim.children[0].pk,
        "department_id": town.department.pk,
        "site_id": town.school.pk,
        "subject": f"{CANARY}-objet",
        "created_at": NOW,
        "updated_at": NOW,
        "submitted_at": NOW,
    }
    Procedure.objects.create(
        **common,
        number=ENROLMENT_NUMBER,
        kind=ProcedureKind.ENROLMENT,
        status=ProcedureStatus.ACCEPTED,
        family_id=victim.family.pk,
        answers={"choice": {"offer_id": offer.pk}},
        decided_at=NOW,
    )
    Procedure.objects.create(
        **common,
        number=REFUSED_NUMBER,
        kind=ProcedureKind.PAI,
        status=ProcedureStatus.REFUSED,
        family_id=victim.family.pk,
        answers={"pai": {"needs": f"{CANARY}-refus"}},
        decided_at=NOW,
    )
    Procedure.objects.create(
        **common,
        number=AGREEMENT_NUMBER,
        kind=ProcedureKind.SCHOOLING,
        status=ProcedureStatus.SUBMITTED,
        other_parent=OtherParent.WAITING,
        family_id=other_home.family.pk,
    )


def _sing(town: Town, victim: Any) -> None:
    """Write a canary in each free text of each personal row of the victim, and in what copies them."""
    for label in PERSONAL:
        for row in apps.get_model(label).objects.filter(organisation_id=town.id):
            for field in row._meta.concrete_fields:
                is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
                if is_text and field.name not in KEPT:
                    setattr(row, field.name, f"{CANARY}-{row.pk}-{field.name}"[: field.max_length])
            row.save()
    Account.objects.filter(pk=victim.account.pk).update(
        first_name=f"{CANARY}-prenom", last_name=f"{CANARY}-nom", email="canari-victime@courriel.example"
    )
    victim.account.refresh_from_db()
    for procedure in apps.get_model("procedures.Procedure").objects.filter(organisation_id=town.id):
        procedure.subject = f"{CANARY}-objet"
        procedure.save()


def routes() -> list[tuple[str, Any]]:
    """Every route of the installation but Django's own admin, with its view."""
    found: list[tuple[str, Any]] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if route.startswith("admin/"):
                continue
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                found.append((route, pattern.callback))

    walk(get_resolver().url_patterns, "")
    return found


def snapshot(town: Town) -> dict[str, Any]:
    """All rows of a town, to see a silent write."""
    rows = {
        model._meta.label: list(model.objects.filter(organisation_id=town.id).order_by("pk").values_list())
        for model in apps.get_models()
        if issubclass(model, TenantModel)
    }
    rows["factors"] = list(SecondFactor.objects.order_by("pk").values_list("pk", "account_id"))
    rows["sessions"] = list(OpenSession.objects.filter(session_key="canari").values_list("pk", flat=True))
    rows["accounts"] = list(
        Account.objects.filter(memberships__organisation_id=town.id)
        .order_by("pk")
        .values_list("pk", "username", "password", "email", "is_active")
    )
    return rows
