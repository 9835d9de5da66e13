"""The four crèches of Entre-Rives: contracts in each state, a year of planning."""

from collections.abc import Mapping
from datetime import date, timedelta

from preau.demo import contracts, creche
from preau.demo.builder import Builder, Home, Person, Pupil
from preau.demo.contracts import Crowd
from preau.demo.creche import Group, hours
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.enums import ActivityKind, AgeOn, BookingMode, Confirmation, EnrolmentBy, WaitingList
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.contracts.enums import Cycle, TemplateKind
from preau.domain.contracts.operations.drafting import amend
from preau.domain.contracts.operations.ending import end_contract
from preau.domain.contracts.operations.signing import refuse
from preau.domain.creche.enums import CareType
from preau.domain.creche.models import Structure
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.operations.household import link_child
from preau.domain.organisations.models import Site
from preau.kernel.periods import Period

HOUSES = (
    ("Les Galets", "6 quai du Bac", {}),
    ("L’Écluse", "1 chemin de Halage", {"smoothing": "year"}),
    ("La Sablière", "22 route des Îles", {"both_parents": True, "hours_rounding": "half_hour"}),
    ("Le Ponton", "9 rue des Mariniers", {"smoothing": "flat", "own_ceiling_cents": 900_000}),
)
PLANS = (
    {day: hours("8:00-17:30") for day in (0, 1, 3, 4)},
    {day: hours("8:30-17:00") for day in range(5)},
    {0: hours("9:15-17:15"), 1: hours("9:15-17:15"), 3: hours("9:15-17:15")},
    {day: hours("8:30-12:30") for day in range(5)},
)
CHILDREN = 12  # without a story, in the four houses
RULES = """## Arriver et partir

Les heures réservées sont dues. Prévenez la structure dès que vous savez que votre enfant ne viendra pas.

## Santé

- Le certificat médical est demandé après trois jours d’absence.
- Les médicaments sont donnés sur ordonnance et autorisation écrite.

## Vacances

La structure ferme trois semaines en août et une semaine entre Noël et le jour de l’an.
"""


def build(builder: Builder, *, position: int) -> list[Offer]:
    """Set up the four crèches, each a service of its own; return their offers."""
    offers, structures = [], []
    for rank, (name, address, _terms) in enumerate(HOUSES):
        offer = _house(builder, name, address, position + rank)
        offers.append(offer)
        structures.append(Structure.objects.get(site=offer.site))
    for structure, (_name, _address, terms) in zip(structures, HOUSES, strict=True):
        contracts.open_contracts(builder, [structure], regulation=RULES, **terms)
    return offers


def _house(builder: Builder, name: str, address: str, position: int) -> Offer:
    department = builder.department(f"Crèche {name}", f"04 65 71 55 7{position}")
    site: Site = creche.structure(
        builder, f"Crèche {name}", address, f"04 65 71 55 7{position}", [Group("Petits et grands", builder.places(20))]
    )
    activity = Activity.objects.create(
        organisation_id=builder.id,
        department=department,
        name=f"Crèche {name}",
        kind=ActivityKind.CRECHE,
        position=position,
        booking_mode=BookingMode.TIME_RANGES,
        confirmation=Confirmation.REVIEWED,
        enrolment_by=EnrolmentBy.SERVICE,
    )
    offer = creche.offer(builder, activity, site, CareType.REGULAR)
    offer.min_age_months, offer.max_age_months, offer.age_on = 2, 48, AgeOn.ENTRY
    offer.enrolment_capacity, offer.waiting_list = 20, WaitingList.BY_DATE
    offer.save(update_fields=["min_age_months", "max_age_months", "age_on", "enrolment_capacity", "waiting_list"])
    return offer


def families(builder: Builder, offers: list[Offer], admitted: Mapping[str, tuple[Home, Enrolment]]) -> None:
    """Write the contracts: one in each state, then those of the children without a story.

    :param admitted: families that the town has written, by name, with the enrolment of their child in care.
    """
    galets, ecluse, sabliere, ponton = offers
    _active(builder, *admitted["Duquai"])
    _to_sign(builder, *admitted["Hallebarde"])
    for adult, months, first_name in (
        (Person("Mme", "Aubépine", "Corvelle", "un enfant en crèche, contrat à signer"), 9, "Lison"),
        (Person("M.", "Théophraste", "Vergnole", "un enfant en crèche, contrat à signer"), 15, "Côme"),
    ):
        home = _home(builder, adult, months, first_name)
        _to_sign(builder, home, builder.enrol(home, ecluse, home.children[0]))
    _signed_by_one(builder, sabliere)
    _draft(builder, ponton)
    _amended(builder, ponton)
    _ended(builder, galets)
    _refused(builder, ecluse)
    _variable(builder, sabliere)
    others = creche.crowd(builder, [galets, ecluse, ponton], max(3, round(CHILDREN * builder.scale)))
    contracts.fill(builder, others, Crowd(PLANS))
    builder.staff(
        Role.MANAGER,
        "Mme",
        "Ondine",
        "Galinier",
        "directrice de la crèche Les Galets",
        departments=[galets.activity.department],
        sites=[galets.site],
    )
    builder.staff(
        Role.MANAGER,
        "M.",
        "Eudes",
        "Sasse",
        "coordinateur des quatre crèches, leurs contrats",
        departments=[each.activity.department for each in offers],
    )


def _active(builder: Builder, home: Home, enrolment: Enrolment) -> None:
    """Two alternating weeks, a settling in, holidays at Christmas."""
    contracts.income(builder, home, monthly=2800, children=2)
    first = {day: hours("9:15-17:15") for day in (0, 1, 3, 4)}
    second = {day: hours("9:15-17:15") for day in (0, 2, 4)}
    winter = Period(date(builder.year.starts_on.year, 12, 21), date(builder.year.starts_on.year + 1, 1, 4))
    start = enrolment.offer.starts_on
    days = [start + timedelta(days=offset) for offset in range(7)]
    settling = [day for day in days if day.weekday() < 5][:3]
    wanted = contracts.terms(
        enrolment,
        first,
        second,
        cycle=Cycle.PARITY,
        holidays=(winter,),
        holiday_days=5,
        settling={day: hours("9:30-11:00") for day in settling},
    )
    contracts.whole(builder, enrolment, home, wanted)


def _to_sign(builder: Builder, home: Home, enrolment: Enrolment) -> None:
    contracts.income(builder, home, monthly=1980, children=1)
    start = builder.today + timedelta(days=21)
    wanted = contracts.terms(enrolment, {day: hours("8:30-17:00") for day in (0, 1, 3)}, start=start)
    version = contracts.draft(
        builder, enrolment, wanted, note="Les premiers jours, restez une heure avec votre enfant."
    )
    contracts.sent(builder, version, at=builder.now - timedelta(days=3))


def _signed_by_one(builder: Builder, offer: Offer) -> None:
    """Two homes, two signatures: the one of the home that pays is given."""
    home = _home(
        builder,
        Person("Mme", "Amarante", "Rivebelle", "un enfant en crèche, contrat signé par un seul parent"),
        11,
        "Eulalie",
    )
    other = builder.family(
        [Person("M.", "Tiburce", "Delaporte", "l’autre parent d’Eulalie : signe sans lire le prix")], is_character=True
    )
    link_child(actor=builder.actor, family_id=other.family.pk, child_id=home.children[0].pk)
    enrolment = builder.enrol(home, offer, home.children[0])
    contracts.income(builder, home, monthly=3250, children=1)
    start = builder.today + timedelta(days=14)
    wanted = contracts.terms(enrolment, {day: hours("8:00-16:30") for day in range(4)}, start=start)
    version = contracts.sent(builder, contracts.draft(builder, enrolment, wanted), at=builder.now - timedelta(days=2))
    contracts.sign(builder, version, home, at=builder.now - timedelta(days=1))


def _draft(builder: Builder, offer: Offer) -> None:
    home = _home(
        builder, Person("Mme", "Pervenche", "Lagrève", "un enfant en crèche, contrat en préparation"), 6, "Firmin"
    )
    enrolment = builder.enrol(home, offer, home.children[0])
    contracts.income(builder, home, monthly=9800, children=3)
    start = builder.today + timedelta(days=30)
    contracts.draft(builder, enrolment, contracts.terms(enrolment, {1: hours("9:00-17:00")}, start=start))
    later = _home(builder, Person("M.", "Cyprien", "Batelot", "un enfant admis en crèche, contrat à écrire"), 8, "Rose")
    builder.enrol(later, offer, later.children[0])


def _amended(builder: Builder, offer: Offer) -> None:
    home = _home(
        builder, Person("Mme", "Solange", "Marinier", "un enfant en crèche, contrat et avenant"), 19, "Léandre"
    )
    enrolment = builder.enrol(home, offer, home.children[0])
    contracts.income(builder, home, monthly=2450, children=2, aeeh=1)
    version = contracts.whole(
        builder, enrolment, home, contracts.terms(enrolment, {day: hours("8:00-17:30") for day in (0, 1, 3)})
    )
    start = max(builder.today - timedelta(days=28), version.starts_on + timedelta(days=7))
    wanted = contracts.terms(enrolment, {day: hours("8:00-17:30") for day in (0, 1, 3, 4)}, start=start)
    at = builder.now - timedelta(days=40)
    version_id = amend(
        actor=contracts.direction(builder), contract_id=version.contract_id, terms=wanted, note="", now=at
    )
    amended = contracts.sent(builder, type(version).objects.get(pk=version_id), at=at)
    contracts.sign(builder, amended, home, at=at + timedelta(days=4))
    contracts.finish(builder, amended, at=at + timedelta(days=5))


def _ended(builder: Builder, offer: Offer) -> None:
    home = _home(
        builder, Person("M.", "Gildas", "Chaland", "un enfant parti de la crèche, contrat terminé tôt"), 24, "Barnabé"
    )
    enrolment = builder.enrol(home, offer, home.children[0])
    contracts.income(builder, home, monthly=3900, children=2)
    version = contracts.whole(
        builder, enrolment, home, contracts.terms(enrolment, {day: hours("8:30-17:00") for day in range(5)})
    )
    ends_on = max(builder.today - timedelta(days=5), version.starts_on + timedelta(days=30))
    if ends_on >= version.ends_on:
        return
    end_contract(
        actor=contracts.direction(builder),
        contract_id=version.contract_id,
        ends_on=ends_on,
        reason="Déménagement",
        now=builder.now - timedelta(days=45),
        is_short=True,
    )


def _refused(builder: Builder, offer: Offer) -> None:
    home = _home(builder, Person("Mme", "Iphigénie", "Vanne", "un enfant en crèche, contrat refusé"), 13, "Ambroise")
    enrolment = builder.enrol(home, offer, home.children[0])
    contracts.income(builder, home, monthly=None, children=1)
    start = builder.today + timedelta(days=10)
    wanted = contracts.terms(enrolment, {day: hours("8:30-16:30") for day in (0, 1, 2)}, start=start)
    version = contracts.sent(builder, contracts.draft(builder, enrolment, wanted), at=builder.now - timedelta(days=5))
    refuse(
        actor=builder.actor_of(home),
        version_id=version.pk,
        words="Je travaille le jeudi et non le mercredi.",
        now=builder.now - timedelta(days=4),
    )


def _variable(builder: Builder, offer: Offer) -> None:
    """Hours a month, for somebody who works in shifts."""
    home = _home(builder, Person("Mme", "Nolwenn", "Passerelle", "un enfant en crèche, heures par mois"), 17, "Achille")
    enrolment = builder.enrol(home, offer, home.children[0])
    contracts.income(builder, home, monthly=2150, children=1)
    wanted = contracts.terms(
        enrolment,
        {day: hours("7:30-15:30") for day in (0, 1, 3)},
        kind=TemplateKind.VARIABLE,
        minutes=100 * 60,
    )
    contracts.whole(builder, enrolment, home, wanted, is_paper=True)


def _home(builder: Builder, adult: Person, months: int, first_name: str) -> Home:
    child = Pupil(first_name, adult.last_name, "", "F", months=months)
    return builder.family([adult], [child], is_character=True)
