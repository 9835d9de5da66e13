"""Searching among 50,000 children: what an agent types, on an installation that holds a whole département."""

import random
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from tests.benchmarks.names import person, phone, surname

CHILDREN = 50_000
FAMILIES = 32_000
SLUG = "grand-pays"
REPEATS = 15
AIM_MS = 100.0


@transaction.atomic
def fill_search(*, now: datetime) -> int:
    """Write a collectivité with 50,000 children in 32,000 families, and return its id."""
    from preau.domain.families.models import Adult, Child, Family, HouseholdChild, SearchWord
    from preau.domain.organisations.models import Organisation

    draw = random.Random(50_000)
    town = Organisation.objects.create(
        slug=SLUG, name="Grand-Pays", short_name="Grand-Pays", mail_signature="Grand-Pays"
    )
    ids = {"organisation_id": town.pk}

    names = [surname(draw) for _ in range(FAMILIES)]
    families = Family.objects.bulk_create(
        (Family(**ids, number=n + 1, name=name, created_at=now) for n, name in enumerate(names)), batch_size=2000
    )
    adults = Adult.objects.bulk_create(
        (
            Adult(
                **ids,
                family=family,
                position=position,
                email=f"parent{family.number}.{position}@banc.example",
                phone=phone(family.number, position),
                **person(draw, family.name),
            )
            for family in families
            for position in ("holder", "co_holder")
        ),
        batch_size=2000,
    )
    homes = [n % FAMILIES for n in range(CHILDREN)]
    born = date(2014, 1, 1)
    children = Child.objects.bulk_create(
        (
            Child(**ids, birth_date=born + timedelta(days=draw.randrange(4400)), **person(draw, names[home]))
            for home in homes
        ),
        batch_size=2000,
    )
    links = HouseholdChild.objects.bulk_create(
        (HouseholdChild(**ids, family=families[h], child=child) for h, child in zip(homes, children, strict=True)),
        batch_size=2000,
    )
    by_adult = [(word, {"adult": adult, "family_id": adult.family_id}) for adult in adults for word in adult.words()]
    by_child = [(word, {"home": home, "family_id": home.family_id}) for home in links for word in home.child.words()]
    SearchWord.objects.bulk_create(
        (SearchWord(**ids, word=word, **whose) for word, whose in by_adult + by_child), batch_size=5000
    )
    return town.pk


def measure_search() -> list[dict[str, Any]]:
    """Return the median and the worst time of what agents type, page of twenty and count included."""
    from preau.base.actor import STAFF, Actor
    from preau.domain.families.models import Family
    from preau.domain.families.queries.files import find_families
    from preau.domain.organisations.models import Organisation
    from tests.benchmarks.verdicts import gather_statistics

    town = Organisation.objects.filter(slug=SLUG).first()
    organisation_id = town.pk if town else fill_search(now=datetime.now(UTC))
    gather_statistics()
    actor = Actor(organisation_id=organisation_id, audience=STAFF, account_id=1, roles=frozenset({"agent"}))
    known = Family.objects.filter(organisation_id=organisation_id)[1234]
    texts = {
        "début d’un nom": known.name[:4],
        "nom": known.name,
        "prénom courant": "Camille",
        "prénom et nom": f"Éloïse {known.name}",
        "trois mots": f"marie lou {known.name}",
        "numéro de dossier": str(known.number),
        "téléphone": phone(known.number, "holder"),
        "début d’un téléphone": "06 39 00 1",
        "courriel": f"parent{known.number}.holder@banc.example",
        "une lettre": "a",
        "introuvable": "zzzzz",
        "rien": "",
    }
    found = []
    for what, text in texts.items():
        times, cpu, total = [], [], 0
        for _ in range(REPEATS):
            begun, begun_cpu = time.perf_counter(), time.process_time()
            _rows, total = find_families(actor=actor, text=text, limit=20)
            times.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - begun_cpu) * 1000)
        found.append(
            {
                "what": what,
                "found": total,
                "p50_ms": round(statistics.median(times), 1),
                "max_ms": round(max(times), 1),
                "cpu_ms": round(statistics.median(cpu), 1),  # of this process: all of the work on SQLite
            }
        )
    return found
