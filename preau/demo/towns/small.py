"""What the four lighter towns have in common."""

from collections.abc import Mapping, Sequence

from preau.demo.builder import Builder, Home
from preau.demo.crowd import add_crowd
from preau.demo.patterns import book_by_habit, habit
from preau.demo.texts import legal, privacy, terms
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import Offer
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import Child
from preau.domain.organisations.models import Department, Site

CROWD = 12  # families without a story

Choices = Sequence[tuple[float, Sequence[str]]]


def texts(*, name: str, the_town: str, product: str, address: str, phone: str, contact: str) -> Mapping[str, str]:
    """Return the texts that the law asks of a town."""
    return {
        "terms": terms(the_town=the_town, product=product, contact=contact),
        "legal_text": legal(organisation=name, address=address, phone=phone),
        "privacy_text": privacy(the_town=the_town, contact=contact),
        "contact_phone": phone,
        "contact_email": contact,
    }


def crowd(builder: Builder, schools: Sequence[Site]) -> None:
    """Add the families without a story."""
    add_crowd(builder, max(2, round(CROWD * builder.scale)), schools)


def enrol_all(builder: Builder, offer: Offer, *, school: Site | None = None, share: float = 0.8) -> list[Enrolment]:
    """Enrol every child of the characters, and most of the others, in an offer; only those of a school if given."""
    made = []
    for home in builder.homes:
        for child in _children(home, school):
            if home.is_character or builder.random.random() < share:
                made.append(builder.enrol(home, offer, child))
    return made


def _children(home: Home, school: Site | None) -> list[Child]:
    return [child for child in home.children if school is None or home.schools.get(child.pk) == school]


def book(builder: Builder, offer: Offer, enrolments: Sequence[Enrolment], weekdays: str, choices: Choices) -> int:
    """Book an offer by drawn habits."""
    return book_by_habit(builder, offer, {each.pk: habit(builder, weekdays, choices) for each in enrolments})


Name = tuple[str, str, str]  # civility, first name, last name


def staff(builder: Builder, department: Department, agent: Name, manager: Name, admin: Name) -> None:
    """Create an agent, a manager and an administrator."""
    builder.staff(Role.AGENT, *agent, f"agent du service {department.name}", departments=[department])
    builder.staff(Role.MANAGER, *manager, f"responsable du service {department.name}", departments=[department])
    builder.staff(Role.ADMIN, *admin, "administration de la collectivité")
