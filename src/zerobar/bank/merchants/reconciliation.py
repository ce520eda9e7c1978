"""The reconciliation file: a merchant's day, line by line and in sums, for its own books.

CSV (RFC 4180) in UTF-8. First the day's lines as the ledger has them, then what they add up to by
kind, then the balances. It is made in one snapshot of the database, from what never changes once a
day is over and stored, so the same day gives the same bytes whenever it is asked for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from zerobar.bank.calendar import CHINA
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants import order_store, settlement_store
from zerobar.bank.merchants.days import moments_of
from zerobar.bank.merchants.errors import DayNotOver
from zerobar.bank.merchants.model import Merchant
from zerobar.bank.merchants.sellers import require_merchant
from zerobar.bank.merchants.settling import commit_id
from zerobar.database import Connection
from zerobar.ledger import balance_at
from zerobar.purse.money import Fen

COLUMNS: Final = (
    *("record", "time", "kind", "order_number", "refund_number", "transfer_id"),
    *("amount_fen", "balance_fen"),
)
_PAYMENT: Final = "payment"
KINDS: Final = {
    TransferCode.PAYMENT: _PAYMENT,
    TransferCode.REFUND: "refund",
    TransferCode.MERCHANT_SETTLEMENT: "settlement",
}
_TAPS: Final = (
    TransferCode.AUTHORISED_PAYMENT,
    TransferCode.HOSTED_PAYMENT,
    TransferCode.PUSH,
)
"""What a card's tap moves; a payment where it paid an order."""
READY_AFTER: Final = timedelta(minutes=5)
"""How long after midnight a file is made: what was posted just before it may be stored after it."""
_OTHER: Final = "other"
_LOOK_BACK: Final = timedelta(days=31)
"""How long before the day a refund that was made on it may have been asked for."""
_MOST_SETTLEMENTS: Final = 62
_INSTANT: Final = timedelta(microseconds=1)
_LINES: Final = """
    SELECT e.number, e.posted_at, t.code, t.transfer_id, e.amount_fen, e.balance_fen
    FROM ledger.entry e JOIN ledger.transfer t USING (transfer_id)
    WHERE e.account_id = %s AND e.number > %s AND e.number <= %s AND e.amount_fen <> 0
    ORDER BY e.number
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Money that came or went.

    Attributes:
        order_number: the merchant's own, where an order was paid or refunded.
        refund_number: the merchant's own, where something was refunded.
        amount: signed.
        balance: after it.
    """

    at: datetime
    kind: str
    order_number: str
    refund_number: str
    transfer_id: UUID
    amount: Fen
    balance: Fen


@dataclass(frozen=True, slots=True)
class MerchantDay:
    """A merchant's day in China; the lines lead from the opening to the closing balance."""

    merchant: Merchant
    day: int
    opening: Fen
    closing: Fen
    lines: tuple[Line, ...]

    @property
    def totals(self) -> dict[str, tuple[int, Fen]]:
        """Return how many lines there are of each kind, and their sum."""
        found: dict[str, tuple[int, Fen]] = {kind: (0, Fen(0)) for kind in KINDS.values()}
        for line in self.lines:
            many, total = found.get(line.kind, (0, Fen(0)))
            found[line.kind] = many + 1, total + line.amount
        return found


def reconcile_merchant(bank: Bank, merchant_id: UUID, day: int) -> MerchantDay:
    """Return a merchant's day; raises MerchantUnknown, DayNotOver or NoSuchDay."""
    start, end = moments_of(day)
    if bank.clock() < end + READY_AFTER:
        raise DayNotOver(day)
    with bank.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        merchant = require_merchant(connection, merchant_id)
        before = balance_at(connection, merchant.wallet_id, start - _INSTANT)
        after = balance_at(connection, merchant.wallet_id, end - _INSTANT)
        rows = connection.execute(
            _LINES, (merchant.wallet_id, before.entries, after.entries)
        ).fetchall()
        lines = _explained(connection, merchant, start, rows)
    made = MerchantDay(merchant, day, Fen(before.balance), Fen(after.balance), tuple(lines))
    _check_chain(made)
    return made


def _check_chain(day: MerchantDay) -> None:
    """Hold each line to the one before, so that no line is missing, and none is there twice."""
    balance = day.opening
    for line in day.lines:
        balance = Fen(balance + line.amount)
        assert line.balance == balance, f"merchant {day.merchant.id}, {line.transfer_id}: a gap"
    assert balance == day.closing, f"merchant {day.merchant.id}, {day.day}: lines are missing"


def write_csv(day: MerchantDay) -> bytes:
    """Return the file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in day.lines:
        local = line.at.astimezone(CHINA).isoformat(timespec="milliseconds")
        numbers = line.order_number, line.refund_number
        money = int(line.amount), int(line.balance)
        writer.writerow(("line", local, line.kind, *numbers, line.transfer_id, *money))
    for kind, (many, total) in sorted(day.totals.items()):
        writer.writerow(("total", "", kind, many, "", "", int(total), ""))
    writer.writerow(("opening", "", "", "", "", "", "", int(day.opening)))
    writer.writerow(("closing", "", "", "", "", "", "", int(day.closing)))
    return text.getvalue().encode()


def file_name(day: MerchantDay) -> str:
    """Return what to call the file: one for each merchant and day."""
    return f"reconciliation-{day.merchant.credit_code}-{day.day}.csv"


def _explained(
    connection: Connection, merchant: Merchant, start: datetime, rows: Sequence[tuple[Any, ...]]
) -> list[Line]:
    """Say of each line whose number it has."""
    numbers = _order_numbers(connection, rows) | _refund_numbers(connection, merchant, start)
    settled = _settled(connection, merchant)
    lines = []
    for _, at, code, transfer_id, amount, balance in rows:
        order_number, refund_number = numbers.get(transfer_id, ("", ""))
        is_tapped = code in _TAPS and bool(order_number)
        kind = _PAYMENT if is_tapped else KINDS.get(TransferCode(code), _OTHER)
        shown = settled.get(transfer_id, transfer_id)
        money = Fen(amount), Fen(balance)
        lines.append(Line(at, kind, order_number, refund_number, shown, *money))
    return lines


def _order_numbers(
    connection: Connection, rows: Sequence[tuple[Any, ...]]
) -> dict[UUID, tuple[str, str]]:
    payments = [row[3] for row in rows if row[2] in (TransferCode.PAYMENT, *_TAPS)]
    found = order_store.orders_of_payments(connection, payments)
    return {payment_id: (order.number, "") for payment_id, order in found.items()}


def _refund_numbers(
    connection: Connection, merchant: Merchant, start: datetime
) -> dict[UUID, tuple[str, str]]:
    """Return numbers by transfer: a refund's parts for the wallet and the card have an id each."""
    found: dict[UUID, tuple[str, str]] = {}
    refunds = order_store.refunds_since(connection, merchant.id, start - _LOOK_BACK)
    orders = order_store.orders_by_id(connection, {refund.order_id for refund in refunds})
    for refund in refunds:
        numbers = orders[refund.order_id].number, refund.number
        found |= {refund.id: numbers, derived_id(Word.REFUND_CARD_PART, refund.id): numbers}
    return found


def _settled(connection: Connection, merchant: Merchant) -> dict[UUID, UUID]:
    """Return settlements by the transfer that moved them."""
    made = settlement_store.settlements_of_merchant(
        connection, merchant.id, None, _MOST_SETTLEMENTS
    )
    return {commit_id(settlement.id): settlement.id for settlement in made}
