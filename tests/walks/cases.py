"""Démarches of every kind in the inbox of a demo that is running: run by its own process, on its own keys.

    python -m tests.walks.cases DATA SLUG TODAY COUNT

Families write through the operations of their screens; nothing is decided here.
"""

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path


def main(data: Path, slug: str, today: str, count: int) -> None:
    """Add so many démarches to the inbox of a collectivité."""
    os.environ["PREAU_DEMO"] = "true"
    os.environ["PREAU_DATA_DIR"] = str(data)
    os.environ["PREAU_SECRET_KEY"] = (data / "secret").read_text().strip()
    os.environ["PREAU_ENCRYPTION_KEYS"] = (data / "keys").read_text().strip()
    os.environ["PREAU_TODAY"] = today
    os.environ["DJANGO_SETTINGS_MODULE"] = "preau.config.settings"
    import django

    django.setup()
    fill(slug, date.fromisoformat(today), count)


def fill(slug: str, today: date, count: int) -> None:
    """Send the démarches, one kind after the other, from as many households as there are."""
    # After django.setup(): models need the settings.
    from preau.base.actor import FAMILY, Actor
    from preau.domain.accounts.models import Account
    from preau.domain.families.models import Guardianship
    from preau.domain.organisations.models import Organisation
    from preau.domain.procedures.enums import ProcedureKind as Kind
    from preau.domain.procedures.operations import drafts
    from preau.domain.procedures.rules import About

    town = Organisation.objects.get(slug=slug)
    account = Account.objects.filter(memberships__organisation_id=town.pk).order_by("pk").first()
    links = Guardianship.objects.filter(organisation_id=town.pk).select_related("adult").order_by("child_id")
    homes = {link.adult.family_id: link for link in links}
    now = datetime(today.year, today.month, today.day, 7, tzinfo=UTC) - timedelta(days=3)
    kinds = [
        (Kind.ENTOURAGE, "p1", {"role": "child", "last_name": "Marche", "birth_date": "2023-04-05"}),
        (Kind.MOVE, "move", {"street": "rue Neuve", "postcode": "99320", "city": "Ruchelles", "from": "2026-12-01"}),
        (Kind.SITUATION, "situation", {"situation": "married", "from": "2026-11-01"}),
        (Kind.PAI, "pai", {"needs": "Un goûter sans arachide", "doctor_name": "Dr Tilleul"}),
        (Kind.ENTOURAGE, "p1", {"role": "contact", "last_name": "Marche", "kind": "call", "phone": "0639980000"}),
    ]
    for number in range(count):
        kind, step, values = kinds[number % len(kinds)]
        family_id, link = list(homes.items())[number % len(homes)]
        actor = Actor(
            organisation_id=town.pk,
            audience=FAMILY,
            account_id=account.pk if account else None,
            display_name="Parent de la marche",
            family_ids=frozenset({family_id}),
            adult_ids=frozenset({link.adult_id}),
        )
        child_id = link.child_id if kind == Kind.PAI else None
        at = now + timedelta(minutes=number)
        draft = drafts.start(actor=actor, kind=kind, family_id=family_id, about=About(child_id=child_id), now=at)
        drafts.save_step(
            actor=actor,
            draft_id=draft.draft_id,
            step=step,
            values={**values, **({"first_name": f"Prénom{number}"} if kind == Kind.ENTOURAGE else {})},
            now=at,
        )
        if kind == Kind.ENTOURAGE and number % 2 == 0:
            second = {**values, "first_name": f"Cadet{number}"}
            drafts.save_step(actor=actor, draft_id=draft.draft_id, step="p2", values=second, now=at)
        drafts.submit(actor=actor, draft_id=draft.draft_id, now=at)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
