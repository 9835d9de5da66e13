"""What a family says creates no right over a child: authority, pick-up and bans are looked at by the service."""

from datetime import date, timedelta

import pytest

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.models import JournalEntry
from preau.domain.bookings.queries.facts import bookable_enrolments
from preau.domain.bookings.queries.week import planned_units
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.pieces import check, deposit
from preau.domain.families.enums import Authority, ContactKind
from preau.domain.families.models import Adult, Child, Contact, Guardianship
from preau.domain.families.operations.contacts import name_contact, remove_contact, save_contact
from preau.domain.families.operations.custody import set_authority
from preau.domain.families.operations.household import add_contact, link_child
from preau.domain.families.queries.children import flags_of_children
from preau.domain.families.queries.files import family_file, standing_in
from preau.domain.families.queries.people import child_file, contacts_of_child, my_children, person_to_correct
from preau.domain.families.rules import PersonForbidden
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import decisions, drafts
from preau.domain.procedures.rules import Incomplete
from tests.factories.town import NOW, TODAY, slots_of
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(awa):
    return awa.children[0]


@pytest.fixture
def paul(town, awa, child):
    """The other parent, whose authority over Awa's child was withdrawn: it stays in his household."""
    paul = town.household("Paul", children=0, login="paul")
    link_child(actor=town.agent("agent"), family_id=paul.family.pk, child_id=child.pk)
    set_authority(
        actor=town.agent("agent"),
        child_id=child.pk,
        adult_id=paul.adult.pk,
        authority=Authority.WITHDRAWN,
        link="père",
        now=NOW,
    )
    return paul


def actor_of(town, account):
    """The actor of a request: with what it may not read, as `standing_in` says."""
    standing = standing_in(account_id=account.pk, organisation_id=town.id)
    scope, homes = standing.scope, standing.homes
    return Actor(
        organisation_id=town.id,
        audience=FAMILY,
        account_id=account.pk,
        display_name=account.full_name,
        roles=scope.roles,
        family_ids=homes.family_ids,
        adult_ids=homes.adult_ids,
        closed_child_ids=homes.closed_child_ids,
    )


def declare(town, household, *people):
    actor = town.parent(household)
    made = drafts.start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=household.family.pk, now=NOW)
    for number, person in enumerate(people, start=1):
        drafts.save_step(actor=actor, draft_id=made.draft_id, step=f"p{number}", values=person, now=NOW)
    return drafts.submit(actor=actor, draft_id=made.draft_id, now=NOW).view


def accept(town, number):
    return decisions.decide(actor=town.agent("agent"), numbers=[number], accept=True, now=NOW + timedelta(minutes=1))


def apply(town, number):
    decisions.apply_held(actor=town.agent("agent"), number=number, now=NOW + timedelta(minutes=9))


STRAW = {
    "role": "co_holder",
    "civility": "M.",
    "first_name": "Prête",
    "last_name": "Nom",
    "email": "straw@courriel.example",
    "has_authority": True,
}
COLLECTS = {"role": "contact", "first_name": "Paul", "last_name": "Paul", "kind": "pick_up"}


@pytest.mark.parametrize("authority", ["withdrawn", "held", "none"])
def test_a_straw_account_of_a_parent_without_authority_reads_nothing_of_the_child(town, awa, paul, child, authority):
    Guardianship.objects.filter(adult=paul.adult, child=child).update(authority=authority)
    view = declare(town, paul, STRAW)
    assert view.status == "submitted"
    assert "new_authority" in Procedure.objects.get(number=view.number).anomalies
    accept(town, view.number)
    apply(town, view.number)
    straw = Adult.objects.get(last_name="Nom")
    assert not Guardianship.objects.filter(adult=straw).exists()
    account = town.account("straw", role="family")
    Adult.objects.filter(pk=straw.pk).update(account=account)
    actor = actor_of(town, account)
    assert child.pk in actor.closed_child_ids
    from dataclasses import replace

    for each in (actor, replace(actor, closed_child_ids=None)):
        with pytest.raises(NotFound):
            child_file(actor=each, child_id=child.pk)
        assert my_children(actor=each) == []
        assert family_file(actor=each, family_id=paul.family.pk).children == ()
        assert bookable_enrolments(actor=each, on=TODAY) == []
        assert planned_units(actor=each, start=TODAY, end=TODAY + timedelta(days=20)) == []
    assert JournalEntry.objects.filter(act="adult.declared").exists()


def test_the_partner_of_a_separated_parent_gets_no_authority_over_a_shared_child(town, awa, child):
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=child.pk)
    view = declare(town, bea, STRAW)
    assert decisions.decide(
        actor=town.agent("agent"), numbers=[view.number], accept=True, clean_only=True, now=NOW
    ).left_out == (view.number,)
    accept(town, view.number)
    apply(town, view.number)
    assert not Guardianship.objects.filter(adult__last_name="Nom").exists()


def test_a_person_named_by_a_withdrawn_parent_is_in_no_list_of_the_child(town, awa, paul, child):
    view = declare(town, paul, COLLECTS)
    assert view.status == "submitted"
    accept(town, view.number)
    apply(town, view.number)
    assert Contact.objects.filter(family=paul.family).exists()
    agent = town.agent("agent")
    assert contacts_of_child(actor=agent, child_id=child.pk) == []
    assert contacts_of_child(actor=town.parent(awa), child_id=child.pk) == []
    ban = {**COLLECTS, "first_name": "Awa", "last_name": "Dupré", "kind": "forbidden"}
    accept(town, declare(town, paul, ban).number)
    assert flags_of_children(actor=agent, child_ids=[child.pk], on=TODAY)[child.pk].has_forbidden is False


def test_persons_named_before_a_withdrawal_vanish_with_it(town, awa, child):
    bea = town.household("Bea", children=0, login="bea")
    agent = town.agent("agent")
    link_child(actor=agent, family_id=bea.family.pk, child_id=child.pk)
    values = {"kind": "pick_up", "first_name": "Ida", "last_name": "Roux", "is_for_all": True}
    save_contact(actor=town.parent(bea), child_id=child.pk, values=values, now=NOW)
    assert [line.first_name for line in contacts_of_child(actor=agent, child_id=child.pk)] == ["Ida"]
    set_authority(
        actor=agent, child_id=child.pk, adult_id=bea.adult.pk, authority=Authority.WITHDRAWN, link="", now=NOW
    )
    assert contacts_of_child(actor=agent, child_id=child.pk) == []


def test_a_withdrawn_parent_neither_opens_nor_corrects_the_child(town, awa, paul, child, login):
    form = login(paul.account).get(f"/ville-test/famille/demarches/entourage/nouveau/?role=child&qui={child.pk}")
    assert form.status_code == 404
    with pytest.raises(NotFound):
        person_to_correct(actor=town.parent(paul), family_id=paul.family.pk, role="child", target_id=child.pk)
    fix = {"role": "child", "act": "change", "target": child.pk, "first_name": "Autre", "last_name": "Nom"}
    with pytest.raises(NotFound):
        declare(town, paul, fix)
    assert Child.objects.get(pk=child.pk).first_name != "Autre"


def test_a_declared_ban_on_a_holder_is_said_unseen_and_never_immediate(town, awa, child, login):
    bea = town.household("Bea", children=0, login="bea")
    agent = town.agent("agent")
    link_child(actor=agent, family_id=bea.family.pk, child_id=child.pk)
    Adult.objects.filter(pk=bea.adult.pk).update(first_name="Béa", last_name="Bea")
    ban = {"role": "contact", "first_name": "BEA", "last_name": "Bea", "kind": "forbidden", "link": "mère"}
    view = declare(town, awa, ban)
    assert view.status == "submitted"
    accept(town, view.number)
    apply(town, view.number)
    [line] = contacts_of_child(actor=agent, child_id=child.pk)
    assert line.is_holder
    desk = login(town.account("solene", role="agent"))
    page = desk.get(f"/ville-test/agents/enfants/{child.pk}/").content.decode()
    assert "exerce l’autorité parentale" in page
    assert "Ne pas confier à" not in page


def test_a_banned_person_is_added_by_neither_home(town, awa, child):
    bea = town.household("Bea", children=0, login="bea")
    agent = town.agent("agent")
    link_child(actor=agent, family_id=bea.family.pk, child_id=child.pk)
    ban = {"kind": "forbidden", "first_name": "Kévin", "last_name": "Durand"}
    save_contact(actor=town.parent(awa), child_id=child.pk, values=ban, now=NOW)
    allowed = {"kind": "pick_up", "first_name": "KEVIN", "last_name": "durand"}
    for household in (awa, bea):
        for values in (allowed, {**allowed, "is_for_all": True}):
            with pytest.raises(PersonForbidden):
                save_contact(actor=town.parent(household), child_id=child.pk, values=values, now=NOW)
    with pytest.raises(PersonForbidden):
        name_contact(actor=agent, family_id=bea.family.pk, child_id=None, values=allowed, now=NOW)
    with pytest.raises(PersonForbidden):
        add_contact(
            actor=town.system,
            family_id=bea.family.pk,
            kind=ContactKind.PICK_UP,
            first_name="Kévin",
            last_name="Durand",
            now=NOW,
        )
    view = declare(town, bea, {**COLLECTS, "first_name": "Kévin", "last_name": "Durand"})
    accept(town, view.number)
    apply(town, view.number)
    row = Procedure.objects.get(number=view.number)
    assert (row.status, "forbidden_elsewhere" in row.anomalies) == ("submitted", True)


def test_a_ban_written_after_a_permission_takes_the_person_out_of_every_list_of_the_team(town, awa, child):
    allowed = {"kind": "pick_up", "first_name": "Kévin", "last_name": "Durand"}
    save_contact(actor=town.parent(awa), child_id=child.pk, values=allowed, now=NOW)
    save_contact(actor=town.parent(awa), child_id=child.pk, values={**allowed, "kind": "forbidden"}, now=NOW)
    found = contacts_of_child(actor=town.agent("agent"), child_id=child.pk)
    assert [line.kind for line in found] == ["forbidden"]
    remove_contact(actor=town.parent(awa), child_id=child.pk, contact_id=found[0].contact_id, now=NOW)
    assert [line.kind for line in contacts_of_child(actor=town.agent("agent"), child_id=child.pk)] == ["pick_up"]


def test_the_email_of_an_adult_who_has_a_space_is_corrected_by_nobody_else(town, awa):
    karim = Adult.objects.create(
        organisation_id=town.id,
        family=awa.family,
        account=town.account("karim", role="family"),
        position="co_holder",
        civility="M.",
        first_name="Karim",
        last_name="Dupré",
        email="karim@courriel.example",
    )
    fix = {
        "role": "co_holder",
        "act": "change",
        "target": karim.pk,
        "civility": "M.",
        "first_name": "Karim",
        "last_name": "Dupré",
        "email": "faux@courriel.example",
    }
    with pytest.raises(Incomplete) as told:
        declare(town, awa, fix)
    assert [problem.code for problem in told.value.problems] == ["email_tied"]


def test_a_new_child_is_the_declarer_s_alone_until_the_service_says_more(town, awa):
    Adult.objects.create(
        organisation_id=town.id, family=awa.family, position="co_holder", first_name="Karim", last_name="Dupré"
    )
    declare(town, awa, {"role": "child", "first_name": "Léa", "last_name": "Dupré", "birth_date": "2022-05-04"})
    lea = Child.objects.get(first_name="Léa")
    assert list(Guardianship.objects.filter(child=lea).values_list("adult_id", flat=True)) == [awa.adult.pk]


def test_two_declarations_of_one_child_do_not_make_two_children_in_bulk(town, awa, bruno):
    from preau.domain.organisations.models import Organisation

    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True)
    zoe = {"role": "child", "first_name": "Zoé", "last_name": "Durand", "birth_date": "2020-03-05"}
    first = declare(town, awa, zoe)
    second = declare(town, awa, {**zoe, "first_name": "Zoe", "last_name": "DURAND"})
    third = declare(town, bruno, zoe)
    done = decisions.decide(
        actor=town.agent("agent"),
        numbers=[first.number, second.number, third.number],
        accept=True,
        clean_only=True,
        now=NOW,
    )
    assert set(done.left_out) >= {second.number, third.number}
    assert "duplicate_child" in Procedure.objects.get(number=second.number).anomalies


def kind_of(town, **fields):
    return DocumentType.objects.create(organisation_id=town.id, code="piece", title="Pièce", **fields)


def send(town, household, kind, child, content):
    return deposit(
        actor=town.parent(household),
        family_id=household.family.pk,
        child_id=child.pk,
        type_id=kind.pk,
        name="piece.pdf",
        content=content,
        school_year_ends_on=date(2027, 7, 3),
        now=NOW,
    )


def test_a_piece_to_check_replaces_a_valid_one_only_once_validated(town, awa, child):
    kind, agent = kind_of(town), town.agent("agent")
    first = send(town, awa, kind, child, paper())
    check(actor=agent, document_id=first.document_id, accept=True, now=NOW)
    second = send(town, awa, kind, child, paper(2))
    states = dict(Document.objects.values_list("pk", "state"))
    assert states == {first.document_id: "valid", second.document_id: "to_check"}
    check(actor=agent, document_id=second.document_id, accept=True, now=NOW)
    states = dict(Document.objects.values_list("pk", "state"))
    assert states == {first.document_id: "replaced", second.document_id: "valid"}


def test_a_judicial_piece_of_one_parent_never_replaces_that_of_the_other(town, awa, child):
    leopold = town.account("leopold", role="family")
    adult = Adult.objects.create(
        organisation_id=town.id,
        family=awa.family,
        account=leopold,
        position="co_holder",
        first_name="Léopold",
        last_name="Dupré",
    )
    Guardianship.objects.create(organisation_id=town.id, adult=adult, child=child)
    kind = kind_of(town, is_judicial=True)
    mine = send(town, awa, kind, child, paper())
    manager = town.agent("manager")
    check(actor=manager, document_id=mine.document_id, accept=True, now=NOW)
    theirs = deposit(
        actor=actor_of(town, leopold),
        family_id=awa.family.pk,
        child_id=child.pk,
        type_id=kind.pk,
        name="blanc.pdf",
        content=paper(3),
        school_year_ends_on=date(2027, 7, 3),
        now=NOW,
    )
    check(actor=manager, document_id=theirs.document_id, accept=True, now=NOW)
    assert Document.objects.get(pk=mine.document_id).state == "valid"


def test_everything_of_a_withdrawn_parent_s_household_answers_404_on_the_child(town, awa, paul, child, login):
    offer = town.offer()
    line = town.enrol(awa, offer, child=child)
    theirs = town.enrol(paul, offer, child=child)
    client = login(paul.account)
    for path in (
        f"enfants/{child.pk}/",
        f"enfants/{child.pk}/sante/",
        f"enfants/{child.pk}/personnes/",
        f"reservations/{line.pk}/",
        f"reservations/{theirs.pk}/",
        f"documents/envoyer/{child.pk}/",
    ):
        assert client.get(f"/ville-test/famille/{path}").status_code == 404, path
    assert slots_of(offer)
