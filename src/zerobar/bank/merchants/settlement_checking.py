"""Whether the bank paid merchants just what it was asked to: its statement against our files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import settlement_store
from zerobar.bank.merchants.days import moments_of
from zerobar.bank.merchants.model import Settlement, SettlementState
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen


class TransferDifference(StrEnum):
    """How the bank's statement and our settlements contradict each other."""

    UNKNOWN_HERE = "unknown-here"
    """The bank paid what no file asked for."""
    OTHER_AMOUNT = "other-amount"
    REFUSED_HERE = "refused-here"
    """The bank paid what it told us it refused."""
    PAID_TWICE = "paid-twice"
    MISSING_THERE = "missing-there"
    """We were told that it was paid, and no statement shows it."""


@dataclass(frozen=True, slots=True)
class DifferentTransfer:
    """One contradiction, for a person to look at.

    Attributes:
        reference: the transfer's end-to-end id.
        ours: what we asked for; None: nothing.
        theirs: what the bank booked; None: nothing.
    """

    kind: TransferDifference
    reference: str
    ours: Fen | None
    theirs: Fen | None


_NOT_PAID: Final = SettlementState.REFUSED


def check_transfers(
    bank: Bank, day: int, lines: Sequence[StatementLine], earlier: Sequence[StatementLine] = ()
) -> list[DifferentTransfer]:
    """Compare a day's statement with settlements; nothing is returned if all is well.

    Args:
        lines: the day's statement.
        earlier: those of the days before: what we hear of today may have been booked then.

    Raises NoSuchDay.
    """
    booked = [line for line in lines if line.kind is LineKind.TRANSFER]
    before = [line.reference for line in earlier if line.kind is LineKind.TRANSFER]
    ids = [found for line in booked if (found := _id_of(line.reference)) is not None]
    with bank.connection() as connection:
        asked = settlement_store.settlements_by_id(connection, bank.operator_id, ids)
        ended = settlement_store.settlements_ended(connection, bank.operator_id, *moments_of(day))
    told = {line.reference for line in booked}.union(before)
    missing = [line for line in ended if line.id.hex not in told]
    return [*_wrong(booked, before, asked), *map(_missing, missing)]


def _wrong(
    booked: Sequence[StatementLine], before: Sequence[str], asked: Mapping[UUID, Settlement]
) -> Iterator[DifferentTransfer]:
    times = Counter([*before, *(line.reference for line in booked)])
    for line in {line.reference: line for line in booked}.values():
        found = _id_of(line.reference)
        settlement = asked.get(found) if found is not None else None
        kind = _contradiction(line, settlement, times[line.reference])
        if kind is not None:
            ours = settlement.amount if settlement else None
            yield DifferentTransfer(kind, line.reference, ours, line.amount)


def _contradiction(
    line: StatementLine, settlement: Settlement | None, times: int
) -> TransferDifference | None:
    if settlement is None:
        return TransferDifference.UNKNOWN_HERE
    if times > 1:
        return TransferDifference.PAID_TWICE
    if line.amount != settlement.amount:
        return TransferDifference.OTHER_AMOUNT
    # What is still held here ends by itself, when the bank is asked next.
    return TransferDifference.REFUSED_HERE if settlement.state is _NOT_PAID else None


def _missing(settlement: Settlement) -> DifferentTransfer:
    kind = TransferDifference.MISSING_THERE
    return DifferentTransfer(kind, settlement.id.hex, settlement.amount, None)


def _id_of(reference: str) -> UUID | None:
    try:
        return UUID(hex=reference)
    except ValueError:
        return None
