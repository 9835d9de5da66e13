"""« Responsables et garde » : the page of agents, each of its forms, and what an objection freezes."""

from datetime import timedelta

import pytest

from preau.base.models import JournalEntry
from preau.domain.bookings.models import Booking
from preau.domain.families.models import Guardianship, HouseholdChild, HouseholdTerm, Objection, ResidenceCalendar
from preau.domain.families.operations.household import link_child
from preau.domain.families.queries.custody import custody_file
from preau.domain.organisations.models import Organisation
from preau.kernel.periods import monday_of
from preau.kernel.residence import Dates, HalfHolidays, TwoTwoThree, WeekParity, WeekTurns
from tests.factories.town import TODAY, slots_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(awa):
    return awa.children[0]


@pytest.fixture
def bea(town, awa, child):
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=child.pk)
    return bea


@pytest.fixture
def client(town, login):
    return login(town.account("agent.ici", role="agent"))


@pytest.fixture
def base(town, child):
    return f"/{town.slug}/agents/enfants/{child.pk}/garde/"


def words_of(response):
    return " ".join(response.content.decode().split())


def calendar_of(town, child):
    return custody_file(actor=town.agent("agent"), child_id=child.pk).calendar


def test_the_page_shows_both_households_and_each_adult(client, base, awa, bea, django_assert_max_num_queries):
    client.get(base)
    with django_assert_max_num_queries(15):
        page = words_of(client.get(base))
    for said in (awa.family.name, bea.family.name, "Dossier n° 1", "Dossier n° 2", "exerce l’autorité"):
        assert said in page
    assert "Aucun calendrier" in page


def test_a_child_of_one_household_has_no_calendar_to_choose(client, base):
    page = words_of(client.get(base))
    assert "Un calendrier se choisit quand l’enfant a deux foyers" in page
    assert "Qui paie" not in page


def test_authority_and_link_are_kept_and_journaled(client, base, bea, child):
    path = f"{base}responsables/{bea.adult.pk}/"
    assert client.post(path, {"authority": "held", "link": "père"}).status_code == 302
    row = Guardianship.objects.get(adult=bea.adult, child=child)
    assert (row.authority, row.link) == ("held", "père")
    entry = JournalEntry.objects.get(act="authority.set")
    assert (entry.subject_id, entry.detail["adult"]) == (child.pk, bea.adult.pk)
    wrong = client.post(path, {"authority": "roi"})
    assert wrong.status_code == 422
    assert "<title>Erreur," in wrong.content.decode()


def test_an_adult_of_no_household_of_the_child_is_unknown(client, base, bruno):
    assert client.post(f"{base}responsables/{bruno.adult.pk}/", {"authority": "held"}).status_code == 404


def test_a_second_household_is_found_by_name_or_number_and_the_first_stays(client, base, child, awa, bruno):
    for asked in ("martin", str(bruno.family.number)):
        assert f"foyer-{bruno.family.pk}" in client.get(base, {"q": asked}).content.decode()
    assert f"foyer-{awa.family.pk}" not in client.get(base, {"q": "dupré"}).content.decode()
    assert client.post(f"{base}foyers/", {"authority": "held"}).status_code == 422
    answer = client.post(f"{base}foyers/", {"family_id": bruno.family.pk, "authority": "held"})
    assert answer.status_code == 302
    homes = set(HouseholdChild.objects.filter(child=child).values_list("family_id", flat=True))
    assert homes == {awa.family.pk, bruno.family.pk}
    assert Guardianship.objects.get(child=child, adult=bruno.adult).authority == "held"
    assert Guardianship.objects.get(child=child, adult=awa.adult).authority == "exercised"


def test_a_household_added_by_mistake_is_taken_off_but_never_the_last(client, base, child, awa, bea):
    client.post(f"{base}foyers/{bea.family.pk}/retrait/")
    assert list(HouseholdChild.objects.filter(child=child).values_list("family_id", flat=True)) == [awa.family.pk]
    assert not Guardianship.objects.filter(child=child, adult=bea.adult).exists()
    page = client.post(f"{base}foyers/{awa.family.pk}/retrait/", follow=True)
    assert "C’est le seul foyer de l’enfant" in page.content.decode()
    assert HouseholdChild.objects.filter(child=child).count() == 1


@pytest.mark.parametrize(
    ("fields", "pattern"),
    [
        ({"kind": "week_parity", "changes_on": "4"}, WeekParity("a", 4)),
        ({"kind": "week_turns", "anchor": "2026-11-16"}, WeekTurns("a", TODAY)),
        ({"kind": "two_two_three", "anchor": "16/11/2026"}, TwoTwoThree("a", TODAY)),
        ({"kind": "week_parity", "halves": "b"}, HalfHolidays("b", WeekParity("a", 0))),
    ],
)
def test_each_calendar_is_tried_then_kept_then_shown_again(client, base, town, child, awa, bea, fields, pattern):
    path = f"{base}calendrier/"
    data = {"first": awa.adult.pk, "second": bea.adult.pk, "books": "own", **fields}
    tried = client.post(path, {**data, "act": "try"})
    assert "Essai, pas encore enregistré" in tried.content.decode()
    assert calendar_of(town, child) is None
    assert client.post(path, {**data, "act": "save"}).status_code == 302
    kept = calendar_of(town, child)
    assert (kept.pattern, kept.adult_a_id, kept.books_any_day) == (pattern, awa.adult.pk, False)
    form = client.get(path).context["form"]
    assert (form["first"].value(), form["kind"].value()) == (awa.adult.pk, fields["kind"])
    assert "chacun réserve ses jours" in words_of(client.get(base)).lower()


def test_dates_are_read_line_by_line_and_a_wrong_line_is_said(client, base, town, child, awa, bea):
    path = f"{base}calendrier/"
    data = {"first": awa.adult.pk, "second": bea.adult.pk, "books": "any", "kind": "dates", "act": "save"}
    for wrong, said in (
        ("demain", "Ligne illisible\u00a0: demain."),
        ("31/02/2027", "illisible"),
        ("", "au moins un"),
    ):
        answer = client.post(path, {**data, "dates": wrong})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    client.post(path, {**data, "dates": "05/12/2026 - 06/12/2026\n24/12/2026"})
    kept = calendar_of(town, child)
    assert isinstance(kept.pattern, Dates)
    assert [(p.start.day, p.last.day, side) for p, side in kept.pattern.periods] == [(5, 6, "b"), (24, 24, "b")]
    assert kept.books_any_day
    assert client.get(path).context["form"]["dates"].value().startswith("05/12/2026 - 06/12/2026")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "week_turns"}, "anchor"),
        ({"kind": "usual"}, "halves"),
        ({"kind": "moon"}, "kind"),
        ({"kind": "two_two_three", "anchor": "hier"}, "anchor"),
    ],
)
def test_what_is_no_calendar_is_told_at_its_field_and_nothing_is_kept(
    client, base, town, child, awa, bea, fields, wrong
):
    data = {"first": awa.adult.pk, "second": bea.adult.pk, "books": "own", "act": "save", **fields}
    answer = client.post(f"{base}calendrier/", data)
    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert calendar_of(town, child) is None


def test_both_parents_of_a_calendar_are_of_two_households(client, base, town, child, awa, bea, bruno):
    both = {"second": awa.adult.pk, "first": awa.adult.pk, "books": "own", "kind": "week_parity", "act": "save"}
    assert client.post(f"{base}calendrier/", both).status_code == 422
    stranger = {**both, "second": bruno.adult.pk}
    assert client.post(f"{base}calendrier/", stranger).status_code == 422


def test_the_page_says_the_coming_weeks_in_words_and_week_53(client, base, town, child, awa, bea, monkeypatch):
    data = {"first": awa.adult.pk, "second": bea.adult.pk, "books": "own", "kind": "week_parity", "act": "save"}
    client.post(f"{base}calendrier/", data)
    page = words_of(client.get(base))
    assert f"Semaines paires chez {awa.adult.full_name}" in page
    # Weeks 53 and 1 are both odd: fourteen days in a row at the second parent's.
    assert f"du lundi 28 décembre au dimanche 10 janvier 2027 : chez {bea.adult.full_name}" in page


def test_the_calendar_is_put_away_and_goes_with_authority(client, base, town, child, awa, bea):
    data = {"first": awa.adult.pk, "second": bea.adult.pk, "books": "own", "kind": "week_parity", "act": "save"}
    client.post(f"{base}calendrier/", data)
    client.post(f"{base}calendrier/retrait/")
    assert calendar_of(town, child) is None
    client.post(f"{base}calendrier/", data)
    page = client.post(f"{base}responsables/{bea.adult.pk}/", {"authority": "held"}, follow=True).content.decode()
    assert "Le calendrier de résidence est retiré" in page
    assert not ResidenceCalendar.objects.filter(child=child, ends_on=None).exists()


def test_shares_make_a_hundred(client, base, child, awa, bea):
    path = f"{base}paiement/"
    one, two = f"share_{awa.family.pk}", f"share_{bea.family.pk}"
    wrong = client.post(path, {"how": "shares", one: "60", two: "50"})
    assert wrong.status_code == 422
    assert "Le total fait 110 %" in wrong.content.decode()
    client.post(path, {"how": "shares", one: "60", two: "40"})
    kept = dict(HouseholdTerm.objects.filter(home__child=child).values_list("home__family_id", "payer_share_percent"))
    assert kept == {awa.family.pk: 60, bea.family.pk: 40}
    client.post(path, {"how": "own"})
    assert not HouseholdTerm.objects.filter(ends_on=None).exists()


def test_a_letter_is_recorded_shown_and_lifted_with_a_reason(client, base, child, awa, bea):
    assert client.post(f"{base}oppositions/", {"adult_id": bea.adult.pk, "text": " "}).status_code == 422
    client.post(f"{base}oppositions/", {"adult_id": bea.adult.pk, "text": "Pas de centre de loisirs."})
    page = client.get(base).content.decode()
    assert "Pas de centre de loisirs." in page
    made = Objection.objects.get()
    assert client.post(f"{base}oppositions/{made.pk}/levee/", {"reason": ""}).status_code == 422
    client.post(f"{base}oppositions/{made.pk}/levee/", {"reason": "Accord écrit."})
    made.refresh_from_db()
    assert made.lifted_at is not None
    assert client.post(f"{base}oppositions/{made.pk}/levee/", {"reason": "encore"}).status_code == 404


def test_booking_on_behalf_is_frozen_with_a_sentence_that_names_nobody(client, base, town, child, awa, bea):
    offer = town.offer()
    enrolment = town.enrol(awa, offer, child=child)
    client.post(f"{base}oppositions/", {"adult_id": bea.adult.pk, "text": "Non."})
    slot = slots_of(offer)[0]
    data = {"act": "save", "garde": f"{enrolment.pk}-{slot.pk}:1", "key": "k", "motif": "urgence"}
    answer = client.post(f"/{town.slug}/agents/familles/{awa.family.pk}/reservations/", data)
    page = answer.content.decode()
    assert (answer.status_code, Booking.objects.count()) == (409, 0)
    assert "Une opposition écrite est enregistrée" in page
    assert bea.adult.last_name not in page
    assert base in page


@pytest.mark.parametrize("role", ["site_staff", "regisseur", "admin"])
def test_only_agents_and_managers_open_the_page(town, login, base, role):
    assert login(town.account("autre.role", role=role)).get(base).status_code == 404


def test_an_agent_goes_past_the_days_of_the_other_parent_with_a_reason_only(client, base, town, child, awa, bea):
    Organisation.objects.update(agents_may_force=True)
    offer = town.offer()
    enrolment = town.enrol(awa, offer, child=child)
    monday = monday_of(TODAY) + timedelta(days=7)
    data = {"first": bea.adult.pk, "second": awa.adult.pk, "books": "own", "kind": "week_turns", "act": "save"}
    client.post(f"{base}calendrier/", {**data, "anchor": monday.isoformat()})
    slot = next(each for each in slots_of(offer) if each.on == monday)
    sent = {"act": "save", "garde": f"{enrolment.pk}-{slot.pk}:1", "key": "k1", "debut": slot.on.isoformat()}
    path = f"/{town.slug}/agents/familles/{awa.family.pk}/reservations/"
    assert "jour de l’autre parent" in client.post(path, sent, follow=True).content.decode()
    client.post(path, {**sent, "key": "k2", "motif": "échange convenu"})
    assert Booking.objects.get().reason == "échange convenu"
