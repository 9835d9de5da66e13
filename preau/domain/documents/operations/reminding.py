"""Pieces that are about to expire: the family is told once, and what to do (A12)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from preau.base import outbox
from preau.base.actor import Actor
from preau.base.links import absolute
from preau.domain.accounts.models import Account
from preau.domain.documents.models import Document
from preau.domain.documents.queries import REMINDED_BEFORE, to_remind
from preau.domain.families.models import Adult
from preau.domain.organisations.queries import mail_identity, organisation_by_id


@transaction.atomic
def remind_family(*, actor: Actor, family_id: int, now: datetime) -> bool:
    """Post one mail for the pieces of a household that expire within `REMINDED_BEFORE`; return whether it was.

    Each piece is told once. A sensitive one is not named: mails are read over shoulders.
    """
    on = now.astimezone(actor.zone).date()
    rows = list(
        to_remind(organisation_id=actor.organisation_id, until=on + REMINDED_BEFORE, on=on)
        .filter(family_id=family_id)
        .select_related("document_type", "child")
        .select_for_update(of=("self",))
        .order_by("good_until", "pk")
    )
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    if not rows or organisation is None:
        return False
    Document.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    readers: dict[str, Account] = {}
    for adult in Adult.objects.filter(
        organisation_id=actor.organisation_id, family_id=family_id, account__activated_at__isnull=False
    ).select_related("account"):
        if adult.account is not None:  # a couple may share one address: one mail
            readers.setdefault(adult.account.email, adult.account)
    for reader in readers.values():
        outbox.post(
            organisation_id=actor.organisation_id,
            template="pieces_expiring",
            to=[reader.email],
            subject=f"{organisation.name} - Documents à renouveler",
            context={
                "organisation": mail_identity(organisation_id=actor.organisation_id),
                "greeting": " ".join(part for part in (reader.civility, reader.last_name) if part),
                "pieces": [_line(row) for row in rows],
                "link": absolute(reverse("family:documents", args=[organisation.slug])),
            },
            dedupe_key=f"pieces-expiring-{actor.organisation_id}-{rows[0].pk}-{reader.pk}",
            now=now,
        )
    return True


def _line(row: Document) -> dict[str, str]:
    last_day = row.good_until
    return {
        "title": "" if row.document_type.is_sensitive or row.document_type.is_judicial else row.document_type.title,
        "child": row.child.first_name if row.child else "",
        "until": f"{last_day:%d/%m/%Y}" if last_day else "",
    }
