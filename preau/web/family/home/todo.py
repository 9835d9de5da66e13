"""« À faire maintenant »: all that waits for a family, the most pressing first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from preau.domain.absences.queries.minimum_service import ServiceView
from preau.domain.bookings.queries.week import ToBook
from preau.domain.contracts.queries.announcing import MonthToAnnounce
from preau.domain.contracts.queries.contracts import ContractView
from preau.domain.procedures.enums import OF_BASKET, ProcedureKind
from preau.domain.procedures.queries.orders import BasketCount, count_basket
from preau.domain.procedures.queries.to_finish import ToFinish
from preau.kernel.periods import Period

SHOWN = 5
# What blocks, what somebody else waits for, what was begun, what has a date, what may wait.
ORDER = (
    "minimum",
    "contract",
    "month",
    "overdue",
    "asked",
    "proposed",
    "agreement",
    "refused",
    "pai",
    "resend",
    "basket",
    "declare",
    "draft",
    "dossier",
    "piece",
    "missing",
    "sheets",
    "empty",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do. `waits` is what the domain knows of it; the others are of reservations, but `names`."""

    what: str
    waits: ToFinish | None = None
    count: BasketCount | None = None
    names: tuple[str, ...] = ()  # first names of a basket; titles of what lacks
    child: str = ""
    hue: int = 0
    activities: tuple[str, ...] = ()  # with nothing booked
    period: Period | None = None
    service: ServiceView | None = None
    contract: ContractView | None = None
    month: MonthToAnnounce | None = None


def basket_of(waiting: Iterable[ToFinish], enrolments: Iterable[ToBook]) -> Mapping[int, Mapping[int, bool]]:
    """Return what the reader ticked and did not send, for the enrolments that may still be booked."""
    bookable = {row.enrolment_id for row in enrolments}
    return {
        each.enrolment_id: each.wishes
        for each in waiting
        if each.kind in OF_BASKET and each.wishes and each.enrolment_id in bookable
    }


def lines(
    *,
    waiting: Sequence[ToFinish],
    enrolments: Sequence[ToBook],
    basket: Mapping[int, Mapping[int, bool]],
    coming: Period,
    services: Iterable[ServiceView] = (),
    contracts: Iterable[ContractView] = (),
    months: Iterable[MonthToAnnounce] = (),
) -> list[Line]:
    """Return what is to do, the most pressing first.

    :param services: minimum services that still take answers; `contracts`: those that the reader must sign.
    :param months: months of contracts that the reader may announce.
    """
    # A dossier that was refused is taken up again from its answer, not begun anew.
    refused = {each.child_id for each in waiting if each.what == "refused" and each.kind == ProcedureKind.DOSSIER}
    found = [
        Line(each.what, waits=each)
        for each in waiting
        if each.what not in ("pending", "kept", "missing")
        and (each.kind not in OF_BASKET or each.what in ("proposed", "refused"))
        and not (each.what == "dossier" and each.child_id in refused)
    ]
    found += [Line("minimum", service=each, names=_first_names(each)) for each in services if each.waiting]
    found += [Line("contract", contract=each) for each in contracts]
    found += [Line("month", month=each, child=each.child_first_name, hue=each.hue) for each in months]
    found += _missing(waiting)
    if basket:
        names = dict.fromkeys(row.participant for row in enrolments if row.enrolment_id in basket and row.participant)
        found.append(Line("basket", count=count_basket(ticks=basket), names=tuple(names)))
    found += _empty(enrolments, basket, coming)
    return sorted(found, key=lambda line: ORDER.index(line.what))


def _first_names(service: ServiceView) -> tuple[str, ...]:
    waiting = {child_id for child_id, _day in service.waiting}
    return tuple(each.first_name for each in service.pupils if each.child_id in waiting)


def _missing(waiting: Iterable[ToFinish]) -> Iterable[Line]:
    """One line per child, and one for the household, for all the pieces that lack."""
    by_child: dict[int | None, list[ToFinish]] = {}
    for each in waiting:
        if each.what == "missing":
            by_child.setdefault(each.child_id, []).append(each)
    for pieces in by_child.values():
        yield Line("missing", waits=pieces[0], names=tuple(each.subject for each in pieces))


def _empty(enrolments: Sequence[ToBook], basket: Mapping[int, Mapping[int, bool]], coming: Period) -> Iterable[Line]:
    """One line per child with nothing booked in the weeks to come, whatever the number of its activities."""
    by_child: dict[int, list[ToBook]] = {}
    for row in enrolments:
        if row.child_id and row.is_left_empty and row.enrolment_id not in basket:
            by_child.setdefault(row.child_id, []).append(row)
    for rows in by_child.values():
        names = tuple(dict.fromkeys(row.activity for row in rows))
        yield Line("empty", child=rows[0].participant, hue=rows[0].hue, activities=names, period=coming)


def children_to_declare(family: Any, waiting: Iterable[ToFinish]) -> list[ToFinish]:
    """Return the first thing to do of a family without children (A05), which has not begun it nor waits for it."""
    is_known = any(each.kind == ProcedureKind.ENTOURAGE for each in waiting)
    if family is None or family.children or is_known:
        return []
    return [ToFinish("declare", ProcedureKind.ENTOURAGE, None, None, None, "", 0, "", None)]
