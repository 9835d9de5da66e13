"""Run as a process of its own, to be killed: places orders one after the other until none is left."""

import sys

import django

django.setup()

from preau.base.actor import FAMILY, Actor  # noqa: E402
from preau.domain.bookings.operations import OrderItem  # noqa: E402
from preau.domain.catalogue.models import Slot  # noqa: E402
from preau.domain.enrolments.models import Enrolment  # noqa: E402
from preau.domain.families.models import Adult  # noqa: E402
from preau.domain.procedures.operations.orders import place_order  # noqa: E402
from preau.domain.procedures.queries.orders import find_order  # noqa: E402
from tests.factories.town import NOW, TODAY  # noqa: E402


def main(wanted: int) -> None:
    """Order `n` takes two days for one child; an order found from before the kill is left as it is."""
    enrolments = list(Enrolment.objects.order_by("pk"))
    adults = {adult.family_id: adult for adult in Adult.objects.all()}
    slots = list(Slot.objects.filter(on__gt=TODAY).order_by("on", "pk").values_list("pk", flat=True))
    for number in range(wanted):
        enrolment = enrolments[number % len(enrolments)]
        adult = adults[enrolment.family_id]
        actor = Actor(
            organisation_id=enrolment.organisation_id,
            audience=FAMILY,
            account_id=adult.account_id,
            family_ids=frozenset({enrolment.family_id}),
        )
        if find_order(actor=actor, key=f"n{number}"):
            continue
        first = (number // len(enrolments)) * 2 % (len(slots) - 2)
        item = OrderItem(enrolment.pk, frozenset(slots[first : first + 2]))
        place_order(actor=actor, items=[item], key=f"n{number}", now=NOW)
    print("fini", flush=True)


main(int(sys.argv[1]))
