"""Top-ups that are paid online: the telecom's order at the bank, kept before it is asked for.

An order is told paid by the bank's notice, and asked about as well until it is paid or over. Both
end in `settle`, which credits the line under the payment's id: once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from zerobar.client.errors import BankSaysNo, ClientError, Conflict, NotFound, Refused
from zerobar.client.merchants import OrderShown, OrderStateName
from zerobar.database import Connection
from zerobar.database.batches import FIRST_PAUSE_S, PUT_OFF
from zerobar.purse.money import Fen
from zerobar.telecom import accounts
from zerobar.telecom.apart import BY_ORDER, Unplaced
from zerobar.telecom.bank import Bank, money_of
from zerobar.telecom.batches import LEASE, MOST_AT_ONCE, do_each
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import (
    BankAway,
    BankRefused,
    CorrelatorUsed,
    IdUsed,
    LineClosed,
    OrderOver,
    OrderUnknown,
)
from zerobar.telecom.model import LineStatus, Source
from zerobar.telecom.numbers import reference_of
from zerobar.telecom.refunding import return_unplaced
from zerobar.telecom.topping import check_amount, take_money
from zerobar.tracing.spans import moment, own_work

LASTS_S: Final = 900
_NUMBER_DIGITS: Final = 24
_COLUMNS: Final = (
    "order_id, number, amount_fen, state, correlator, method, made_at, payment_id, ended_at"
)
_DUE: Final = f"""
    UPDATE telecom.bank_order SET next_try_at = %(until)s
    WHERE order_id IN (
        SELECT order_id FROM telecom.bank_order WHERE next_try_at <= %(now)s
        ORDER BY next_try_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}
"""  # noqa: S608 - names in the code, no input


class OrderState(IntEnum):
    """How far an order has come."""

    ASKED = 1
    """Whether the bank has it is not known yet."""
    OPEN = 2
    PAID = 3
    OVER = 4
    """Closed or expired: nobody can pay it."""
    REFUSED = 5
    """The bank would not have it."""


@dataclass(frozen=True, slots=True)
class TopUpOrder:
    """A top-up that somebody is to pay at the bank.

    Attributes:
        number: of the line.
        correlator: the client's own id, if it has one.
        method: the payment method that the client named.
        payment_id: the top-up's id, once it is paid.
    """

    id: UUID
    number: str
    amount: Fen
    state: OrderState
    correlator: str | None
    method: str
    made_at: datetime
    payment_id: UUID | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks for.

    Attributes:
        correlator: its own id; the same again is the same order, whatever its id.
    """

    number: str
    amount: Fen
    correlator: str | None = None
    method: str = "digital-cash"


def ask_order(telecom: Telecom, bank: Bank, order_id: UUID, asked: Asked) -> TopUpOrder:
    """Make an order at the bank; the same again gives the same.

    Raises AmountOutOfRange, LineUnknown, LineClosed, IdUsed, CorrelatorUsed, BankRefused, or
    BankAway: the order is kept then, and asked for again.
    """
    check_amount(asked.amount)
    order = _keep(telecom, order_id, asked)
    if order.state is not OrderState.ASKED:
        return order
    try:
        return _send(telecom, bank, order)
    except ClientError:
        raise BankAway from None


def find_order(telecom: Telecom, order_id: UUID) -> TopUpOrder:
    """Return an order as it is known here; raises OrderUnknown."""
    with telecom.connection() as connection:
        return _order(connection, order_id)


def look_at_order(telecom: Telecom, bank: Bank, order_id: UUID) -> TopUpOrder:
    """Return an order, asking the bank while it is not known how it ends; raises OrderUnknown.

    If the bank does not answer, it is returned as it is known here.
    """
    order = find_order(telecom, order_id)
    try:
        return _look(telecom, bank, order)
    except (BankRefused, ClientError):
        return find_order(telecom, order_id)


def code_of(telecom: Telecom, bank: Bank, order_id: UUID) -> str:
    """Return the text of an open order's code, to be drawn; raises OrderUnknown, OrderOver."""
    order = look_at_order(telecom, bank, order_id)
    if order.state is not OrderState.OPEN:
        raise BankAway if order.state is OrderState.ASKED else OrderOver
    try:
        return bank.merchant.code_of(order_id)
    except BankSaysNo:
        raise OrderOver from None
    except ClientError:
        raise BankAway from None


def payable_code(telecom: Telecom, bank: Bank, order: TopUpOrder) -> str | None:
    """Return the text of an order's code; None while it cannot be paid, or the bank is away."""
    if order.state is not OrderState.OPEN:
        return None
    try:
        return code_of(telecom, bank, order.id)
    except (BankAway, OrderOver):
        return None


def finish_orders(telecom: Telecom, bank: Bank) -> int:
    """Ask about orders whose end is not known, those that are due; return how many are known."""
    now = telecom.clock()
    with telecom.connection() as connection:
        due = connection.execute(
            _DUE, {"now": now, "until": now + LEASE, "most": MOST_AT_ONCE}
        ).fetchall()
    return do_each("orders", [_read(*row) for row in due], lambda each: _go_on(telecom, bank, each))


def settle(telecom: Telecom, order_id: UUID, payment_id: UUID, amount: Fen) -> TopUpOrder:
    """Credit an order's line with the payment that the bank has told; the same again does nothing.

    What no line can take is on its way back to the payer from now on. Raises OrderUnknown, or
    IdUsed if the bank's word does not fit the order.
    """
    order = find_order(telecom, order_id)
    if amount != order.amount or order.payment_id not in (None, payment_id):
        raise IdUsed
    reference = reference_of(order.number)
    taken = take_money(telecom, payment_id, reference, amount, Source.ORDER, BY_ORDER)
    happened = "line topped up" if not isinstance(taken, Unplaced) else "money kept apart"
    moment(happened, order_id=order_id, payment_id=payment_id)
    with telecom.transaction() as connection:
        if isinstance(taken, Unplaced):
            return_unplaced(telecom, connection, order_id, taken)
        connection.execute(
            "UPDATE telecom.bank_order SET state = %s, payment_id = %s, ended_at = %s,"
            " next_try_at = NULL WHERE order_id = %s AND state <> %s",
            (OrderState.PAID, payment_id, telecom.clock(), order_id, OrderState.PAID),
        )
        return _order(connection, order_id)


def order_paid_by(telecom: Telecom, payment_id: UUID) -> TopUpOrder | None:
    """Return the order that a payment paid."""
    with telecom.connection() as connection:
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM telecom.bank_order WHERE payment_id = %s",  # noqa: S608
            (payment_id,),
        ).fetchone()
    return None if row is None else _read(*row)


def _keep(telecom: Telecom, order_id: UUID, asked: Asked) -> TopUpOrder:
    """Store an order before the bank hears of it, or return the one that is there."""
    now = telecom.clock()
    values = (order_id, asked.number, int(asked.amount), OrderState.ASKED, asked.correlator)
    with telecom.transaction() as connection:
        line = accounts.line(connection, asked.number)
        connection.execute(
            f"INSERT INTO telecom.bank_order ({_COLUMNS}, next_try_at)"  # noqa: S608
            " VALUES (%s, %s, %s, %s, %s, %s, %s, NULL, NULL, %s) ON CONFLICT DO NOTHING",
            (*values, asked.method, now, now + timedelta(seconds=FIRST_PAUSE_S)),
        )
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM telecom.bank_order"  # noqa: S608
            " WHERE order_id = %s OR correlator = %s ORDER BY correlator = %s DESC NULLS LAST",
            (order_id, asked.correlator, asked.correlator),
        ).fetchone()
        assert row is not None, "it was just stored"
        order = _read(*row)
        _check_same(order, asked)
        if order.state is OrderState.ASKED and line.status is LineStatus.CLOSED:
            raise LineClosed
        return order


def _check_same(order: TopUpOrder, asked: Asked) -> None:
    if (order.number, order.amount, order.correlator) != (
        asked.number,
        asked.amount,
        asked.correlator,
    ):
        is_theirs = asked.correlator is not None and order.correlator == asked.correlator
        raise CorrelatorUsed if is_theirs else IdUsed


def _go_on(telecom: Telecom, bank: Bank, order: TopUpOrder) -> bool:
    with telecom.connection() as connection:
        connection.execute(
            f"UPDATE telecom.bank_order SET {PUT_OFF} WHERE order_id = %(id)s",  # noqa: S608
            {"now": telecom.clock(), "id": order.id},
        )
    with own_work("look", order_id=order.id):
        return _look(telecom, bank, order).state not in (OrderState.ASKED, OrderState.OPEN)


def _look(telecom: Telecom, bank: Bank, order: TopUpOrder) -> TopUpOrder:
    if order.state is OrderState.ASKED:
        return _send(telecom, bank, order)
    if order.state is not OrderState.OPEN:
        return order
    return _take(telecom, order, bank.merchant.look(order.id))


def _send(telecom: Telecom, bank: Bank, order: TopUpOrder) -> TopUpOrder:
    """Ask the bank for an order, as often as it takes: with its id it is one order."""
    number = f"T{order.id.hex[-_NUMBER_DIGITS:]}"
    try:
        shown = bank.merchant.order(
            order.id, bank.shop_id, number, order.amount, memo=order.number, lasts_s=LASTS_S
        )
    except (NotFound, Conflict, Refused) as error:
        if error.in_doubt:
            raise
        _end(telecom, order.id, OrderState.REFUSED)
        raise BankRefused(error.what_happened, error.next_step) from None
    return _take(telecom, order, shown)


def _take(telecom: Telecom, order: TopUpOrder, shown: OrderShown) -> TopUpOrder:
    """Take the bank's word for how an order stands."""
    if shown.state is OrderStateName.PAID and shown.payment_id is not None:
        return settle(telecom, order.id, shown.payment_id, money_of(shown.amount_fen))
    over = shown.state in (OrderStateName.CLOSED, OrderStateName.EXPIRED)
    # Not over before the bank has noted its end: a payment may still be on its way.
    if over and shown.ended_at is not None:
        return _end(telecom, order.id, OrderState.OVER)
    with telecom.transaction() as connection:
        connection.execute(
            "UPDATE telecom.bank_order SET state = %s WHERE order_id = %s AND state = %s",
            (OrderState.OPEN, order.id, OrderState.ASKED),
        )
        return _order(connection, order.id)


def _end(telecom: Telecom, order_id: UUID, state: OrderState) -> TopUpOrder:
    with telecom.transaction() as connection:
        connection.execute(
            "UPDATE telecom.bank_order SET state = %s, ended_at = %s, next_try_at = NULL"
            " WHERE order_id = %s AND state = ANY(%s)",
            (state, telecom.clock(), order_id, [OrderState.ASKED, OrderState.OPEN]),
        )
        return _order(connection, order_id)


def _order(connection: Connection, order_id: UUID) -> TopUpOrder:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM telecom.bank_order WHERE order_id = %s",  # noqa: S608
        (order_id,),
    ).fetchone()
    if row is None:
        raise OrderUnknown(order_id)
    return _read(*row)


def _read(id_: UUID, number: str, amount: int, state: int, *rest: Any) -> TopUpOrder:
    return TopUpOrder(id_, number, Fen(amount), OrderState(state), *rest)
