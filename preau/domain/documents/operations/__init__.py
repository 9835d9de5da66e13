"""Acts on documents, by subject; what other apps and screens call is named here."""

from preau.domain.documents.operations.merging import (
    move_adult_documents,
    move_child_documents,
    move_family_documents,
)
from preau.domain.documents.operations.pieces import (
    accept_regulations,
    add_pages,
    check,
    deposit,
    open_document,
    receive,
)
from preau.domain.documents.operations.publishing import open_publication, open_version, publish, withdraw
from preau.domain.documents.operations.reminding import remind_due, remind_family

__all__ = [
    "accept_regulations",
    "add_pages",
    "check",
    "deposit",
    "move_adult_documents",
    "move_child_documents",
    "move_family_documents",
    "open_document",
    "open_publication",
    "open_version",
    "publish",
    "receive",
    "remind_due",
    "remind_family",
    "withdraw",
]
