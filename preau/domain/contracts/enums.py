"""Closed lists of contracts."""

from enum import StrEnum


class TemplateKind(StrEnum):
    """How the hours of a contract are said."""

    FIXED = "fixed"  # one usual week
    ALTERNATING = "alternating"  # two weeks in turn
    VARIABLE = "variable"  # so many hours a month, the days announced ahead of each month
    ANNUALISED = "annualised"  # so many hours over the contract, the days announced ahead: people who work in shifts


class Cycle(StrEnum):
    """Which week comes when, where two alternate."""

    PARITY = "parity"  # even and odd ISO weeks, as the calendar on the wall reads
    TURNS = "turns"  # strictly one then the other, from the first week of the contract


class VersionKind(StrEnum):
    INITIAL = "initial"
    AMENDMENT = "amendment"  # avenant


class VersionState(StrEnum):
    """Where a version of a contract stands. Only a draft may be changed."""

    DRAFT = "draft"
    TO_SIGN = "to_sign"  # sent to the parents
    TO_COUNTERSIGN = "to_countersign"  # every parent has signed
    ACTIVE = "active"
    REFUSED = "refused"  # by a parent, with a word
    EXPIRED = "expired"  # nobody signed in time
    WITHDRAWN = "withdrawn"  # by an agent, before it was signed by all
    REPLACED = "replaced"  # by an amendment, which it stood until
    ENDED = "ended"


class SignatureState(StrEnum):
    WAITING = "waiting"
    TO_CHECK = "to_check"  # a signed paper was sent back
    SIGNED = "signed"
    REFUSED = "refused"


class SignatureWay(StrEnum):
    ONLINE = "online"
    PAPER = "paper"


class Party(StrEnum):
    PARENT = "parent"
    STRUCTURE = "structure"


WAITING = (VersionState.TO_SIGN, VersionState.TO_COUNTERSIGN)
IN_FORCE = (VersionState.ACTIVE, VersionState.REPLACED, VersionState.ENDED)  # they were signed by all
