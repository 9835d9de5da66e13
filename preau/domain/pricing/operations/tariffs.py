"""Writing a tariff, and publishing it: from then on it is what families were told."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from preau.base import journal, typed
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import Activity
from preau.domain.pricing.models import Tariff as TariffRow
from preau.domain.pricing.models import TariffUse, TariffVersion
from preau.domain.pricing.rules.tariffs import Tariff, tariff_data

WRITERS = (Role.MANAGER, Role.REGISSEUR, Role.ADMIN)
MAX_REFERENCE = 160


class TariffPublished(Exception):
    """A version that was published is never written again; two do not begin on one day."""


@transaction.atomic
def draft_tariff(
    *, actor: Actor, name: str, terms: Tariff, starts_on: date, reference: str, uses: Collection[tuple[int, str]]
) -> int:
    """Write a version of a tariff, found by its name or made; return it. Nobody is told: it prices nothing yet.

    :param uses: activities, with the code of one of their moments or "" for all of them; one that another tariff
        prices keeps it: a draft takes no price away.
    :raises NotAllowed: neither manager, régisseur nor admin; :raises NotFound: an activity of another collectivité.
    """
    _require(actor)
    rows = TariffRow.objects.filter(organisation_id=actor.organisation_id)
    row, _made = rows.get_or_create(
        organisation_id=actor.organisation_id, name=typed.clean(name)[:80], defaults={"position": rows.count()}
    )
    known = Activity.objects.filter(organisation_id=actor.organisation_id, pk__in=[pk for pk, _code in uses])
    if set(known.values_list("pk", flat=True)) != {pk for pk, _code in uses}:
        raise NotFound("activity")
    for activity_id, code in uses:
        TariffUse.objects.get_or_create(
            organisation_id=actor.organisation_id, activity_id=activity_id, unit_code=code, defaults={"tariff": row}
        )
    version = TariffVersion.objects.create(
        organisation_id=actor.organisation_id,
        tariff=row,
        starts_on=starts_on,
        terms=tariff_data(terms),
        reference=typed.clean(reference)[:MAX_REFERENCE],
    )
    return version.pk


@transaction.atomic
def publish_tariff(*, actor: Actor, version_id: int, now: datetime) -> None:
    """Publish a version: it prices from its first day on, and is frozen.

    :raises NotAllowed, NotFound: as in `draft_tariff`; :raises TariffPublished: see it.
    """
    _require(actor)
    rows = TariffVersion.objects.filter(organisation_id=actor.organisation_id)
    row = rows.select_for_update(no_key=True).filter(pk=version_id).first()
    if row is None:
        raise NotFound("tariff")
    twins = rows.filter(tariff_id=row.tariff_id, starts_on=row.starts_on, published_at__isnull=False)
    if row.published_at is not None or twins.exists():
        raise TariffPublished
    row.published_at, row.published_by = now, actor.display_name[:120]
    row.save()
    journal.record(
        actor=actor,
        act="tariff.published",
        at=now,
        subject_type="tariff",
        subject_id=row.tariff_id,
        on=row.starts_on.isoformat(),
    )


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require_role(*WRITERS)
