"""The mails of a démarche: who reads them, and what they say."""

from datetime import datetime

from django.urls import reverse

from preau.base import outbox
from preau.base.actor import Actor
from preau.base.links import absolute
from preau.domain.accounts.models import Account
from preau.domain.families.models import Adult
from preau.domain.families.queries.custody import closed_to, may_be_told, parents_elsewhere
from preau.domain.organisations.queries import mail_identity, organisation_by_id
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure

# What the other household is told of when it is accepted. A PAI is not: no health in a mail.
TOLD_ELSEWHERE = (ProcedureKind.DOSSIER, ProcedureKind.ENROLMENT, ProcedureKind.SCHOOLING)


def greeting_of(*, reader: Account) -> str:
    """Return « Mme Ferrand »."""
    return " ".join(part for part in (reader.civility, reader.last_name) if part)


def reader_of(*, actor: Actor, number: int) -> Account | None:
    """Return the account to tell about a démarche: who asked, or the holder when an agent did (A24-10)."""
    row = Procedure.objects.filter(organisation_id=actor.organisation_id, number=number).first()
    if row is None:
        return None
    if not row.on_behalf:
        account = Account.objects.filter(pk=row.account_id or 0).first()
        is_told = account is not None and may_be_told(
            organisation_id=actor.organisation_id, account_id=account.pk, child_id=row.child_id
        )
        return account if is_told else None
    return holder_of(organisation_id=actor.organisation_id, family_id=row.family_id, child_id=row.child_id)


def holder_of(*, organisation_id: int, family_id: int, child_id: int | None) -> Account | None:
    """Return the account of the holder of a household, or of its next adult who may be told of the child. One query."""
    adults = Adult.objects.filter(
        organisation_id=organisation_id, family_id=family_id, account__activated_at__isnull=False
    ).select_related("account")
    closed = closed_to(organisation_id=organisation_id, child_id=child_id or 0)
    holder = adults.exclude(account_id__in=closed).order_by("-position", "pk").first()
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
            "greeting": greeting_of(reader=reader),
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


def tell_other_parents(*, actor: Actor, row: Procedure, now: datetime) -> None:
    """Tell the parents of the child's other household that an act on the child is accepted: no word of who asked."""
    if row.kind in TOLD_ELSEWHERE:
        _post_elsewhere(actor, row, template="child_act", route="family:child", key="told", now=now)


def ask_other_parents(*, actor: Actor, row: Procedure, now: datetime) -> None:
    """Tell the parents of the child's other household that a non-usual act waits for their agreement (art. 372-2)."""
    _post_elsewhere(actor, row, template="agreement_asked", route="family:agreement", key="agreement", now=now)


def _post_elsewhere(actor: Actor, row: Procedure, *, template: str, route: str, key: str, now: datetime) -> None:
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    if organisation is None or row.child_id is None:
        return
    target = row.number if route == "family:agreement" else row.child_id
    link = absolute(reverse(route, args=[organisation.slug, target]))
    name = row.subject.split(" - ")[0]
    said = f"Votre accord est demandé pour {name}" if template == "agreement_asked" else f"Une démarche pour {name}"
    for reader in parents_elsewhere(
        organisation_id=actor.organisation_id, child_id=row.child_id, family_id=row.family_id
    ):
        outbox.post(
            organisation_id=actor.organisation_id,
            template=template,
            to=[reader.email],
            subject=f"{organisation.name} - {said}",
            context={
                "organisation": mail_identity(organisation_id=actor.organisation_id),
                "greeting": greeting_of(reader=reader),
                "kind": row.kind,
                "title": row.subject,
                "link": link,
            },
            dedupe_key=f"procedure-{actor.organisation_id}-{row.number}-{key}-{reader.pk}",
            now=now,
        )
