"""One mail to each adult of a household who has a space, with what each may be told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.families.models import Adult
from preau.domain.families.queries.custody import closed_pairs


@dataclass(frozen=True, slots=True)
class Told:
    """A thing of the household (child id None) or of a child, in the words of the mail, for all or for one account."""

    child_id: int | None
    words: Mapping[str, str]
    for_account: int | None = None  # 0: nobody

    def is_for(self, account_ids: Collection[int]) -> bool:
        return self.for_account is None or self.for_account in account_ids


def tell_household(
    *,
    organisation_id: int,
    family_id: int,
    template: str,
    subject: str,
    lines: Sequence[Told],
    key: str,
    now: datetime,
    route: str = "family:documents",
    **context: str,
) -> int:
    """Post one mail to each adult of a household who has a space; return how many were posted.

    A couple that shares one address reads it once; a parent who does not exercise authority on a child is not told of
    what is the child's.

    :param lines: given to the template as `pieces`.
    """
    closed = closed_pairs(organisation_id=organisation_id, family_id=family_id)
    readers: dict[str, Account] = {}
    sharing: dict[str, set[int]] = {}
    for adult in Adult.objects.filter(
        organisation_id=organisation_id, family_id=family_id, account__activated_at__isnull=False
    ).select_related("account"):
        if adult.account is not None:
            readers.setdefault(adult.account.email, adult.account)
            sharing.setdefault(adult.account.email, set()).add(adult.account.pk)
    count = 0
    for reader in readers.values():
        told = [
            line.words
            for line in lines
            if (reader.pk, line.child_id) not in closed and line.is_for(sharing[reader.email])
        ]
        if not told:
            continue
        post_letter(
            organisation_id=organisation_id,
            reader=reader,
            template=template,
            subject=subject,
            key=f"{key}-{reader.pk}",
            now=now,
            route=route,
            pieces=told,
            **context,
        )
        count += 1
    return count
