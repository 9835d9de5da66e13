"""Mails of contracts. None says a price nor an income: who reads them may live in another home."""

from datetime import datetime

from preau.domain.accounts.operations.letters import post_letter
from preau.domain.contracts.enums import Party, SignatureState
from preau.domain.contracts.models import ContractSignature, ContractVersion
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship
from preau.domain.families.queries.custody import may_be_told
from preau.kernel.french_dates import day_words


def tell_parents(
    *,
    version: ContractVersion,
    template: str,
    subject: str,
    now: datetime,
    only_waiting: bool = False,
    key: str = "",
    **context: object,
) -> int:
    """Post one mail to each parent who signs a version and has an account; return how many.

    :param only_waiting: those who have not signed yet.
    """
    rows = ContractSignature.objects.filter(version=version, party=Party.PARENT).select_related("adult__account")
    if only_waiting:
        rows = rows.filter(state=SignatureState.WAITING)
    told = 0
    for row in rows:
        told += tell(row=row, version=version, template=template, subject=subject, now=now, key=key, **context)
    return told


def tell(
    *,
    row: ContractSignature,
    version: ContractVersion,
    template: str,
    subject: str,
    now: datetime,
    key: str = "",
    **context: object,
) -> bool:
    """Post a mail to one parent, if it has an account and still decides for the child; tell whether it was."""
    account = row.adult.account if row.adult else None
    contract = version.contract
    holds = Guardianship.objects.filter(
        child_id=contract.child_id, adult_id=row.adult_id or 0, authority=Authority.EXERCISED
    )
    if account is None or not holds.exists():
        return False
    if account.activated_at is None or not account.is_active:
        return False
    if not may_be_told(organisation_id=version.organisation_id, account_id=account.pk, child_id=contract.child_id):
        return False
    post_letter(
        organisation_id=version.organisation_id,
        reader=account,
        template=template,
        subject=subject,
        key=f"{template}-{version.pk}-{row.pk}{f'-{key}' if key else ''}",
        now=now,
        route="family:contract",
        args=[contract.pk],
        child=contract.child.first_name,
        site=contract.structure.site.name,
        sign_before=day_words(version.sign_before) if version.sign_before else "",
        **context,
    )
    return True
