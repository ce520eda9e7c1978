"""Orders that vouchers pay: a till's order, and a tap that answers a request for it.

Whatever road pays an order, one counter lets it be paid once. What is recorded of a tap is stored
with the money: the order's payment, the notice to the merchant's server, and what refunds need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.funding.model import OrderKind, OrderStatus
from zerobar.bank.merchants.model import OrderState
from zerobar.bank.merchants.payable import Payable, order_condition, order_paid_rows, payables
from zerobar.bank.settlement.facts import Due, VoucherKey, transfer_id
from zerobar.bank.settlement.records import tap_row
from zerobar.database import Connection
from zerobar.database.arrays import Bigints, ByteStrings
from zerobar.ledger import Counter, Row
from zerobar.purse.messages import Kind, Voucher
from zerobar.purse.money import Fen

_KINDS: Final = (Kind.PAYMENT, Kind.PUSH, Kind.AUTHORISE)
# A push answers no request: it names the order as the order's requests do.
_ORDERS: Final = """
    SELECT w.payer_id, w.entry, q.order_id
    FROM unnest(%(payers)s::bytea[], %(entries)s::bigint[], %(payees)s::bytea[],
                %(numbers)s::bigint[]) AS w (payer_id, entry, payee_id, number)
    JOIN bank.order_request q ON q.payee_id = w.payee_id AND q.number = w.number
    UNION
    SELECT w.payer_id, w.entry, q.order_id
    FROM unnest(%(payers)s::bytea[], %(entries)s::bigint[], %(payees)s::bytea[],
                %(numbers)s::bigint[], %(references)s::bytea[])
         AS w (payer_id, entry, payee_id, number, reference)
    JOIN bank.order_request q ON q.payee_id = w.payee_id AND q.reference = w.reference
    WHERE w.number = 0
"""
_TOP_UPS: Final = """
    SELECT cause_id, card_id, amount_fen FROM bank.card_order
    WHERE wallet_id = ANY(%s) AND cause_id = ANY(%s) AND kind = %s AND status = %s
"""

Card = tuple[UUID | None, Fen]
"""A bank card, if there is one, and what it has paid."""
_NO_CARD: Final[Card] = (None, Fen(0))


@dataclass(frozen=True, slots=True)
class TappedOrder:
    """An order, as a voucher that would pay it sees it.

    Attributes:
        card: the bank card that has paid what the wallet lacked, and how much that was.
    """

    payable: Payable
    card: Card = _NO_CARD

    def takes(self, voucher: Voucher) -> bool:
        """Whether it can be paid by a voucher now; the counter decides in the end."""
        return self.awaits(voucher) and self.payable.trading

    def awaits(self, voucher: Voucher) -> bool:
        """Whether it can be paid by a voucher, now or once its merchant trades again."""
        return self.payable.state is OrderState.OPEN and self.payable.amount == voucher.amount

    @property
    def condition(self) -> Counter:
        """That nothing else has paid or ended it."""
        return order_condition(self.payable.order_id)

    def rows(self, due: Due, payment_id: UUID, now: datetime) -> tuple[Row, ...]:
        """Return what is recorded with the money."""
        card_id, card_amount = self.card
        holder = None if due.holder is None else due.holder.wallet_id
        tap = tap_row(
            payment_id,
            (self.payable.order_id, *due.key),
            (holder, self.payable.payee_wallet_id),
            due.voucher.amount,
            (card_id, Fen(min(card_amount, due.voucher.amount))),
            now,
        )
        return tap, *order_paid_rows(self.payable, payment_id, now)


def orders_of(
    connection: Connection, page: Sequence[Due], now: datetime
) -> dict[VoucherKey, TappedOrder]:
    """Return the orders that vouchers are to pay, whatever has become of them."""
    asking = [due for due in page if due.is_hosted and due.voucher.kind in _KINDS]
    if not asking:
        return {}
    rows = connection.execute(_ORDERS, _columns([due.voucher for due in asking])).fetchall()
    if not rows:
        return {}
    order_ids = {(payer_id, entry): order_id for payer_id, entry, order_id in rows}
    found = payables(connection, set(order_ids.values()), now)
    cards = _cards(connection, [due for due in asking if due.voucher.kind is Kind.AUTHORISE])
    return {
        key: TappedOrder(found[order_id], cards.get(key, _NO_CARD))
        for key, order_id in order_ids.items()
    }


def _columns(vouchers: Sequence[Voucher]) -> dict[str, ByteStrings | Bigints]:
    return {
        "payers": ByteStrings(voucher.payer_id for voucher in vouchers),
        "entries": Bigints(voucher.entry for voucher in vouchers),
        "payees": ByteStrings(voucher.payee_id for voucher in vouchers),
        "numbers": Bigints(voucher.number for voucher in vouchers),
        "references": ByteStrings(voucher.reference for voucher in vouchers),
    }


def _cards(connection: Connection, dues: Sequence[Due]) -> dict[VoucherKey, Card]:
    """Return which bank cards have paid what wallets lacked for these."""
    wallets = [due.holder.wallet_id for due in dues if due.holder is not None]
    if not wallets:
        return {}
    keys = {transfer_id(due): due.key for due in dues}
    asked = wallets, list(keys), int(OrderKind.SHORTFALL), int(OrderStatus.DONE)
    rows = connection.execute(_TOP_UPS, asked).fetchall()
    return {keys[cause_id]: (card_id, Fen(amount)) for cause_id, card_id, amount in rows}
