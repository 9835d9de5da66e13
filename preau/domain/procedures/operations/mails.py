"""The mails of a démarche: who reads them, and what they say."""

from datetime import datetime

from django.urls import reverse

from preau.base import outbox
from preau.base.actor import Actor
from preau.base.links import absolute
from preau.domain.accounts.models import Account
from preau.domain.families.models import Adult
from preau.domain.organisations.queries import mail_identity, organisation_by_id
from preau.domain.procedures.models import Procedure


def reader_of(*, actor: Actor, number: int) -> Account | None:
    """Return the account to tell about a démarche: who asked, or the holder when an agent did (A24-10)."""
    row = Procedure.objects.filter(organisation_id=actor.organisation_id, number=number).first()
    if row is None:
        return None
    if not row.on_behalf:
        return Account.objects.filter(pk=row.account_id or 0).first()
    holder = (
        Adult.objects.filter(organisation_id=actor.organisation_id, family_id=row.family_id, account__isnull=False)
        .filter(account__activated_at__isnull=False)
        .select_related("account")
        .order_by("-position", "pk")
        .first()
    )
    return holder.account if holder else None


def tell_family(
    *, actor: Actor, row: Procedure, template: str, subject: str, key: str, now: datetime, **context: object
) -> None:
    """Post one mail about a démarche to who asked: its first words, its status and a link, never what it holds.

    :param template: name under papers/mails.
    :param key: makes the mail unique for this démarche.
    """
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    reader = reader_of(actor=actor, number=row.number or 0)
    if organisation is None or reader is None:
        return
    outbox.post(
        organisation_id=actor.organisation_id,
        template=template,
        to=[reader.email],
        subject=f"{organisation.name} - {subject}",
        context={
            "organisation": mail_identity(organisation_id=actor.organisation_id),
            "greeting": " ".join(part for part in (reader.civility, reader.last_name) if part),
            "number": row.number,
            "kind": row.kind,
            "title": row.subject.split(" - ")[0],
            "status": row.status,
            "delay_hours": organisation.processing_hours,
            "link": absolute(reverse("family:procedure", args=[organisation.slug, row.number])),
            **context,
        },
        dedupe_key=f"procedure-{actor.organisation_id}-{row.number}-{key}",
        now=now,
    )
