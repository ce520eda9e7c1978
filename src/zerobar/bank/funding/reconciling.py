"""Reconciliation: what the bank's statement of a day says, against what we know.

Every card booking of the statement must be an order that we saw done, and every order done must
have been in a statement by the end of the day it was done. Transfers by file are compared where the
files are made, in `merchants/settlement_checking`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from zerobar.bank.calendar import CHINA
from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.model import CardOrder, OrderStatus
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen


class Subject(StrEnum):
    """What two books contradict each other about."""

    CARD_ORDER = "card-order"
    TRANSFER = "transfer"
    """By file, to a merchant's bank."""


class DifferenceKind(StrEnum):
    """How bank and operator contradict each other."""

    UNKNOWN_HERE = "unknown-here"
    """The bank booked what we do not know."""
    OTHER_TERMS = "other-terms"
    """Amount or direction differ."""
    PENDING_HERE = "pending-here"
    """The bank booked what we still ask for; it ends by itself."""
    REFUSED_HERE = "refused-here"
    """The bank booked what it told us it refused."""
    BOOKED_TWICE = "booked-twice"
    """The bank booked it more than once."""
    MISSING_THERE = "missing-there"
    """We were told that it was done, and no statement shows it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One contradiction, for a person to look at.

    Attributes:
        reference: the order's or transfer's id as the bank gives it.
        ours: what we know of, in fen; None for nothing.
        theirs: what the bank booked; None for nothing.
    """

    kind: DifferenceKind
    reference: str
    ours: Fen | None
    theirs: Fen | None
    subject: Subject = Subject.CARD_ORDER


@dataclass(frozen=True, slots=True)
class ReconciledDay:
    """A day of the operator's account, compared.

    Attributes:
        matched: bookings that agree.
        paid_in: what cards paid, of those.
        paid_out: what cards were given, of those.
        differences: none, if all is well.
    """

    day: date
    matched: int
    paid_in: Fen
    paid_out: Fen
    differences: tuple[Difference, ...]


def reconcile_day(bank: Bank, day: date, lines: Sequence[StatementLine]) -> ReconciledDay:
    """Compare the statement of a day in China, which is over; days are given in their order.

    Comparing a day again gives the same.
    """
    cards = [line for line in lines if line.kind is not LineKind.TRANSFER]
    ids = [line.order_id for line in cards if line.order_id is not None]
    number = day.year * 10_000 + day.month * 100 + day.day
    midnight = datetime.combine(day + timedelta(days=1), time(), CHINA)
    with bank.transaction() as connection:
        orders = store.orders_by_id(connection, ids)
        booked = store.bookings(connection, ids)
        store.record_bookings(connection, list(orders), number)
        unbooked = store.unbooked_orders(connection, bank.operator_id, midnight)
    elsewhere = {order_id for order_id, on in booked.items() if on != number}
    differences = [*_differences(cards, orders, elsewhere), *map(_missing, unbooked)]
    return _summed(day, cards, differences)


def _summed(
    day: date, lines: Sequence[StatementLine], differences: Sequence[Difference]
) -> ReconciledDay:
    wrong = {difference.reference for difference in differences}
    right = [line for line in lines if line.reference not in wrong]
    paid_in = sum(line.amount for line in right if line.kind is LineKind.CARD_DEBIT)
    paid_out = sum(line.amount for line in right if line.kind is LineKind.CARD_CREDIT)
    return ReconciledDay(day, len(right), Fen(paid_in), Fen(paid_out), tuple(differences))


def _differences(
    lines: Sequence[StatementLine], orders: Mapping[UUID, CardOrder], elsewhere: set[UUID]
) -> Iterator[Difference]:
    times = Counter(line.reference for line in lines)
    for line in {line.reference: line for line in lines}.values():
        order = orders.get(line.order_id) if line.order_id is not None else None
        if order is None:
            yield Difference(DifferenceKind.UNKNOWN_HERE, line.reference, None, line.amount)
            continue
        twice = times[line.reference] > 1 or order.id in elsewhere
        kind = DifferenceKind.BOOKED_TWICE if twice else _contradiction(line, order)
        if kind is not None:
            yield Difference(kind, line.reference, order.amount, line.amount)


def _contradiction(line: StatementLine, order: CardOrder) -> DifferenceKind | None:
    into_ours = line.kind is LineKind.CARD_DEBIT
    if line.amount != order.amount or into_ours is not order.kind.fills_wallet:
        return DifferenceKind.OTHER_TERMS
    if order.status is OrderStatus.PENDING:
        return DifferenceKind.PENDING_HERE
    return None if order.moved else DifferenceKind.REFUSED_HERE


def _missing(order: CardOrder) -> Difference:
    return Difference(DifferenceKind.MISSING_THERE, str(order.id), order.amount, None)
