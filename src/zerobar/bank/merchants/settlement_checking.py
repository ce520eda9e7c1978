"""Whether the bank paid merchants just what it was asked to: its statement against our files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.funding.reconciling import Difference, DifferenceKind, Subject
from zerobar.bank.merchants import settlement_store
from zerobar.bank.merchants.days import moments_of
from zerobar.bank.merchants.model import Settlement, SettlementState
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen

_PENDING: Final = (SettlementState.MADE, SettlementState.HELD)
_difference: Final = partial(Difference, subject=Subject.TRANSFER)


@dataclass(frozen=True, slots=True)
class CheckedTransfers:
    """A day's transfers to merchants' banks, compared.

    Attributes:
        matched: bookings that agree.
        paid: their sum.
        differences: none, if all is well.
    """

    matched: int
    paid: Fen
    differences: tuple[Difference, ...]


def check_transfers(bank: Bank, day: int, lines: Sequence[StatementLine]) -> CheckedTransfers:
    """Compare a day's statement with settlements; days are given in their order.

    Every transfer of the statement must be a settlement that we saw paid, and every one paid must
    have been in a statement by the end of the day we heard of it. Comparing a day again gives the
    same.

    Raises NoSuchDay.
    """
    booked = [line for line in lines if line.kind is LineKind.TRANSFER]
    ids = [found for line in booked if (found := _id_of(line)) is not None]
    _, midnight = moments_of(day)
    with bank.transaction() as connection:
        known = settlement_store.settlements_by_id(connection, bank.operator_id, ids)
        noted = settlement_store.bookings(connection, ids)
        settlement_store.record_bookings(connection, list(known), day)
        unbooked = settlement_store.unbooked_settlements(connection, bank.operator_id, midnight)
    elsewhere = {settlement_id for settlement_id, on in noted.items() if on != day}
    return _summed(booked, [*_wrong(booked, known, elsewhere), *map(_missing, unbooked)])


def _summed(lines: Sequence[StatementLine], found: Sequence[Difference]) -> CheckedTransfers:
    wrong = {difference.reference for difference in found}
    right = [line.amount for line in lines if line.reference not in wrong]
    return CheckedTransfers(len(right), Fen(sum(right)), tuple(found))


def _wrong(
    lines: Sequence[StatementLine], known: Mapping[UUID, Settlement], elsewhere: set[UUID]
) -> Iterator[Difference]:
    times = Counter(line.reference for line in lines)
    for line in {line.reference: line for line in lines}.values():
        id_ = _id_of(line)
        settlement = None if id_ is None else known.get(id_)
        if settlement is None:
            yield _difference(DifferenceKind.UNKNOWN_HERE, line.reference, None, line.amount)
            continue
        twice = times[line.reference] > 1 or settlement.id in elsewhere
        kind = DifferenceKind.BOOKED_TWICE if twice else _contradiction(line, settlement)
        if kind is not None:
            yield _difference(kind, line.reference, settlement.amount, line.amount)


def _contradiction(line: StatementLine, settlement: Settlement) -> DifferenceKind | None:
    if line.amount != settlement.amount:
        return DifferenceKind.OTHER_TERMS
    if settlement.state is SettlementState.REFUSED:
        return DifferenceKind.REFUSED_HERE
    return DifferenceKind.PENDING_HERE if settlement.state in _PENDING else None


def _missing(settlement: Settlement) -> Difference:
    kind = DifferenceKind.MISSING_THERE
    return _difference(kind, settlement.id.hex, settlement.amount, None)


def _id_of(line: StatementLine) -> UUID | None:
    try:
        return UUID(hex=line.reference)
    except ValueError:
        return None
