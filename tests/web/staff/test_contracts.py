"""« Contrats d’accueil » as agents write, send, check, sign and end them."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from preau.base.models import JournalEntry
from preau.base.uploads import SentFile
from preau.domain.absences.models import Absence, AbsenceDay, AbsenceReason
from preau.domain.attendance.models import Presence
from preau.domain.catalogue.models import Offer, PublicHoliday
from preau.domain.contracts.models import CareContract, ContractSignature, ContractVersion
from preau.domain.contracts.operations.signing import send_back
from preau.domain.creche.models import CareOffer, CareRange
from preau.domain.pricing.models import HouseholdIncome, PsuScale
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange
from preau.web.fields import lines as reading
from tests.factories.clients import client_of
from tests.factories.contracts import END, START, Contracts, sign, terms_of
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, Town
from tests.uploads.corpus import paper


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def contracts(town):
    return Contracts(town)


@pytest.fixture
def home(town):
    return town.household("Pinson")


@pytest.fixture
def client(town):
    return client_of(town.account("agent", role="agent"))


def typed(**changes):
    return {
        "first": "2026-12-01",
        "last": "2027-04-30",
        "kind": "fixed",
        "a0": "8:30-17:00",
        "a3": "8h30 à 12h, 14h à 17h",
        "note": "",
        **changes,
    }


def url(town, name, *args):
    return reverse(f"staff:{name}", args=[town.slug, *args])


def act(client, town, version, name, **more):
    return client.post(url(town, "contract_act", version.contract_id, version.pk), {"act": name, **more}, follow=True)


def test_an_admitted_child_without_a_contract_is_to_be_done(town, contracts, home, client):
    enrolment = contracts.enrol(home)
    found = client.get(url(town, "contracts")).content.decode()
    assert "Contrats à écrire" in found
    assert url(town, "contract_new", enrolment.pk) in found


def test_nothing_to_do_is_said_when_nothing_waits(town, contracts, client):
    assert "Rien n’attend" in client.get(url(town, "contracts")).content.decode()
    for view in ("parents", "en-cours", "fin-proche", "termines", "autre"):
        assert client.get(url(town, "contracts") + f"?voir={view}").status_code == 200


def test_the_price_is_simulated_before_anything_is_written(town, contracts, home, client):
    contracts.income(home)
    enrolment = contracts.enrol(home)
    answer = client.post(url(town, "contract_new", enrolment.pk), {**typed(), "act": "preview"})
    found = answer.content.decode().replace("\u00a0", " ")
    assert "Rien n’est enregistré" in found
    assert "2 800,00 € × 0,0516 %" in found
    assert not CareContract.objects.exists()


def test_a_draft_is_written_changed_and_sent(town, contracts, home, client):
    enrolment = contracts.enrol(home)
    client.post(url(town, "contract_new", enrolment.pk), {**typed(), "act": "save"})
    version = ContractVersion.objects.get()
    assert version.terms["weeks"][0]["3"] == [[510, 720], [840, 1020]]
    edit = url(town, "contract_edit", version.contract_id, version.pk)
    page = client.get(edit).content.decode()
    assert "08:30-12:00, 14:00-17:00" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    client.post(edit, {**typed(note="Bienvenue", holidays="24/12/2026 - 03/01/2027"), "seen": seen})
    stale = client.post(edit, {**typed(note="autre"), "seen": seen})
    assert "Une autre personne a changé ce brouillon" in stale.content.decode()
    assert 'value="Bienvenue"' not in stale.content.decode()
    version.refresh_from_db()
    assert (version.note, version.terms["holidays"]) == ("Bienvenue", [["2026-12-24", "2027-01-04"]])
    answer = act(client, town, version, "send")
    assert "envoyé aux parents" in answer.content.decode()
    assert client.get(edit).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"a0": "8 heures"}, "Écrivez ces heures comme 8:30-17:00."),
        ({"a0": "", "a3": ""}, "Écrivez les heures d’au moins un jour."),
        ({"a0": "5:00-17:00"}, "Lundi\u00a0: hors des heures d’ouverture."),
        ({"last": "2026-11-01"}, "La fin est avant le début."),
        ({"last": "2028-04-30"}, "dépasse la période d’inscription"),
        ({"kind": "alternating"}, "Écrivez aussi les heures de la deuxième semaine."),
        ({"kind": "variable"}, "Écrivez les heures convenues"),
        ({"holidays": "Noël"}, "Ligne non comprise\u00a0: Noël"),
        ({"settling": "01/12/2026"}, "Ligne non comprise"),
        ({"weeks": "beaucoup"}, "Écrivez un nombre de semaines"),
        ({"weeks": "1e-5000"}, "Écrivez un nombre de semaines"),
        ({"holidays": "31/12/9999"}, "Ligne non comprise"),
        ({"settling": "25/12/2026 9:00-10:00"}, "Le 25/12/2026 est sans accueil"),
        ({"hours": "dix"}, "Écrivez un nombre d’heures"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_typed_is_lost(town, contracts, home, client, changes, words):
    enrolment = contracts.enrol(home)
    PublicHoliday.objects.create(organisation_id=town.id, on=date(2026, 12, 25), name="Noël")
    answer = client.post(url(town, "contract_new", enrolment.pk), {**typed(note="un mot"), **changes})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "un mot" in answer.content.decode()
    assert not CareContract.objects.exists()


def test_a_month_of_one_day_paid_whole_is_pointed_out(town, contracts, home, client):
    where = url(town, "contract_new", contracts.enrol(home).pk)
    whole = client.post(where, typed(act="preview")).content.decode()
    assert "comme un mois entier" not in whole
    short = client.post(where, typed(first="2026-11-30", act="preview")).content.decode()
    assert "Novembre 2026 : 1 jour d’accueil, payé" in short.replace("\xa0", " ")


def test_no_scale_is_said_in_words(town, contracts, home, client):
    enrolment = contracts.enrol(home)
    PsuScale.objects.all().delete()
    answer = client.post(url(town, "contract_new", enrolment.pk), typed())
    assert "Aucun barème n’est connu" in answer.content.decode()


def test_from_the_parents_to_the_planning(town, contracts, home, client):
    version = contracts.sent(home)
    assert "Attendent les parents" in client.get(url(town, "contracts") + "?voir=parents").content.decode()
    sign(town, home, version)
    assert "À signer par la structure" in client.get(url(town, "contracts")).content.decode()
    assert "signé et scellé" in act(client, town, version, "countersign").content.decode()
    run_waiting("book_signed")
    page = client.get(url(town, "contract", version.contract_id)).content.decode()
    assert "Dossier de preuve" in page
    for what in ("contrat", "annexe", "preuve"):
        assert client.get(url(town, "contract_file", version.pk, what)).status_code == 200
    assert client.get(url(town, "contract_file", version.pk, "autre")).status_code == 404
    twice = act(client, town, version, "countersign").content.decode()
    assert "n’attend plus de signature" in twice


def test_a_paper_is_checked(town, contracts, home, client):
    version = contracts.sent(home)
    row = ContractSignature.objects.get(party="parent")
    nothing = act(client, town, version, "bring", signature=row.pk)
    assert "Choisissez un fichier" in nothing.content.decode()
    send_back(actor=town.parent(home), version_id=version.pk, sent=[SentFile("c.pdf", paper())], now=NOW)
    page = client.get(url(town, "contract", version.contract_id)).content.decode()
    assert "Accepter ce papier" in page
    assert client.get(url(town, "contract_scan", version.pk, row.pk)).status_code == 200
    assert "Dites pourquoi" in act(client, town, version, "refuse", signature=row.pk, words="").content.decode()
    assert "À vous de signer" in act(client, town, version, "accept", signature=row.pk, signed=row.pk).content.decode()


def test_what_was_refused_is_written_again(town, contracts, home, client):
    version = contracts.sent(home)
    assert "est retiré" in act(client, town, version, "withdraw", words="Erreur").content.decode()
    assert "Un brouillon est prêt" in act(client, town, version, "again").content.decode()
    draft = ContractVersion.objects.latest("pk")
    act(client, town, draft, "discard")
    assert ContractVersion.objects.count() == 1
    assert "recommencez depuis cette page" in act(client, town, version, "inconnu").content.decode()


def test_an_amendment_and_an_end(town, contracts, home, client):
    version = contracts.signed(home)
    run_waiting("book_signed")
    amend = url(town, "contract_amend", version.contract_id)
    assert client.get(amend).status_code == 200
    early = client.post(amend, typed(first="2026-12-01"))
    assert "L’avenant commence après" in early.content.decode()
    client.post(amend, typed(first="2027-02-01"))
    draft = ContractVersion.objects.latest("pk")
    assert (draft.kind, draft.rank) == ("amendment", 2)
    act(client, town, draft, "discard")
    end = url(town, "contract_end", version.contract_id)
    assert client.post(end, {"last": "2026-12-05", "reason": "Déménagement"}).status_code == 422
    answer = client.post(end, {"last": "2027-01-31", "reason": "Déménagement"}, follow=True)
    assert "La fin est notée" in answer.content.decode()
    assert CareContract.objects.get().ends_on == date(2027, 2, 1)


def test_incomes_are_said_dated_and_their_readings_journaled(town, contracts, home, client):
    contracts.enrol(home)
    where = url(town, "income", home.family.pk)
    said = {
        "basis": "declared",
        "annual": "33 600,50 €",
        "children": "2",
        "aeeh": "0",
        "starts_on": "2026-12-01",
        "source": "avis 2025",
    }
    assert client.post(where, said).status_code == 302
    assert HouseholdIncome.objects.get().content["annual_cents"] == 3_360_050
    assert "33 600,50 €" in client.get(where).content.decode().replace("\u00a0", " ")
    assert JournalEntry.objects.filter(act="income.read", subject_id=home.family.pk).exists()
    for changes in (
        {"annual": "beaucoup"},
        {"annual": "1e999999"},
        {"annual": "٣٣"},
        {"aeeh": "3"},
        {"children": "0"},
        {"source": ""},
    ):
        assert client.post(where, {**said, **changes}).status_code == 422


def test_an_income_is_read_by_who_prices_care_for_that_household(town, contracts, home):
    contracts.enrol(home)
    stranger = town.household("Corneille")
    agent = client_of(town.account("agent2", role="agent"))
    assert agent.get(url(town, "income", stranger.family.pk)).status_code == 404
    assert (
        client_of(town.account("regie", role="regisseur")).get(url(town, "income", home.family.pk)).status_code == 200
    )
    for role in ("admin", "site_staff"):
        assert client_of(town.account(role, role=role)).get(url(town, "income", home.family.pk)).status_code in (
            403,
            404,
        )


def test_a_cashier_reads_and_writes_nothing(town, contracts, home):
    version = contracts.sent(home)
    cashier = client_of(town.account("regie", role="regisseur"))
    page = cashier.get(url(town, "contract", version.contract_id))
    assert page.status_code == 200
    assert "Retirer" not in page.content.decode()
    assert act(cashier, town, version, "withdraw", words="x").status_code in (403, 404)


def test_queries_do_not_grow_with_contracts(town, client, django_assert_max_num_queries):
    contracts = Contracts(town, places=20)
    for number in range(4):
        contracts.sent(town.household(f"Pinson{number}"))
    client.get(url(town, "contracts"))
    with django_assert_max_num_queries(13):
        client.get(url(town, "contracts"))


def test_lines_as_agents_type_them():
    assert reading.read_hours("") == ()
    assert reading.read_hours("9-12 et 14:00-17:30") == (TimeRange(540, 720), TimeRange(840, 1050))
    period = reading.read_periods("du 24/12/2026 au 03/01/2027\n05/02/2027")
    assert period[0] == Period(date(2026, 12, 24), date(2027, 1, 4))
    assert reading.read_periods(reading.write_periods(period)) == period
    settling = reading.read_settling("01/12/2026 : 9:00-10:00")
    assert reading.read_settling(reading.write_settling(settling)) == settling
    assert [reading.read_length(text) for text in ("120", "120h30", "120,5", "")] == [7200, 7230, 7230, None]
    for text in ("25:00-26:00", "8:30", "17:00 vers 18:00"):
        with pytest.raises(reading.Unreadable):
            reading.read_hours(text)
    for text in ("31/02/2026", "03/01/2027 - 01/01/2027", "x"):
        with pytest.raises(reading.Unreadable):
            reading.read_periods(text)
    assert (terms_of().period.start, terms_of().period.end) == (START, END)


def test_the_hours_of_a_month_say_what_is_over_and_what_holidays_are_left(town, contracts, home, client):
    version = contracts.signed(home, terms=terms_of(holiday_days=5))
    run_waiting("book_signed")
    row = CareRange.objects.order_by("on")[0]
    Presence.objects.create(
        organisation_id=town.id, child=home.children[0], on=row.on, activity=contracts.offer.activity,
        site=contracts.creche.site, section=row.section, starts_minute=510, ends_minute=1020,
        enrolment=row.enrolment, care_range=row, seen="present", arrived_minute=510, left_minute=1050,
    )  # fmt: skip
    reason = AbsenceReason.objects.create(organisation_id=town.id, code="conges", name="Congés", is_holiday=True)
    absence = Absence.objects.create(
        organisation_id=town.id, enrolment=row.enrolment, child=home.children[0], reason=reason, starts_on=START,
        ends_on=END, source="parent", said_at=NOW, said_by="Awa",
    )  # fmt: skip
    for later in CareRange.objects.order_by("on")[1:3]:
        AbsenceDay.objects.create(
            organisation_id=town.id, absence=absence, enrolment=row.enrolment,
            on=later.on, starts_minute=510, ends_minute=1020, care_range=later, effect="freed",
        )  # fmt: skip
    found = client.get(url(town, "contract_hours") + "?mois=2026-12").content.decode().replace("\u00a0", " ")
    assert "110,5 h" in found
    assert "119 h" in found
    assert "0 h 30" in found
    assert "3 sur 5" in found
    assert version.month_hours == Decimal("110.50")
    assert "Aucun contrat n’est en cours" in client.get(url(town, "contract_hours") + "?mois=2028-12").content.decode()
    assert client.get(url(town, "contract_hours") + "?mois=jamais").status_code == 400


def test_renewing_for_september(town, contracts, home, client):
    contracts.signed(home)
    page = client.get(url(town, "contract_renewal")).content.decode()
    assert "À inscrire d’abord" in page
    later = Offer.objects.create(
        organisation_id=town.id, activity=contracts.offer.activity, site=contracts.creche.site,
        starts_on=date(2027, 5, 16), ends_on=date(2028, 5, 1), open_on="all_days",
    )  # fmt: skip
    CareOffer.objects.create(organisation_id=town.id, offer=later, care="regular")
    town.enrol(home, later, child=home.children[0])
    page = client.get(url(town, "contract_renewal")).content.decode()
    assert "Prêts à renouveler" in page
    nothing = client.post(url(town, "contract_renewal"), {"act": "send"}, follow=True)
    assert "Cochez au moins un contrat" in nothing.content.decode()
    old = CareContract.objects.get()
    done = client.post(url(town, "contract_renewal"), {"act": "send", "contrat": str(old.pk)}, follow=True)
    assert "1 contrat écrit" in done.content.decode()
    assert "1 envoyé" in done.content.decode()
    new = CareContract.objects.get(renews=old)
    version = new.versions.get()
    assert (version.state, version.starts_on, version.ends_on) == ("to_sign", later.starts_on, later.ends_on)
    assert version.terms["weeks"] == old.versions.get().terms["weeks"]
    again = client.post(url(town, "contract_renewal"), {"act": "send", "contrat": str(old.pk)}, follow=True)
    assert "déjà renouvelés" in again.content.decode()


def test_an_early_end_says_what_is_left_to_put_right(town, contracts, home, client):
    contracts.income(home)
    version = contracts.signed(home)
    run_waiting("book_signed")
    client.post(url(town, "contract_end", version.contract_id), {"last": "2026-12-31", "reason": "Déménagement"})
    found = client.get(url(town, "contract", version.contract_id)).content.decode().replace("\u00a0", " ")
    assert "119 h réservées - 110,5 h payées = 8,5 h, à 1,44 € l’heure" in found
    assert "12,24 €" in found
    mine = client_of(home.account).get(reverse("family:contract", args=[town.slug, version.contract_id]))
    assert "12,24 €" in mine.content.decode().replace("\u00a0", " ")
