"""Giving money back through the bank: taken off the line first, then asked for until it is known.

What came by an order can be given back, the whole or a part of it, each refund under its own id.
If the bank refuses for good, the line has it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from zerobar.client.errors import BankSaysNo, ClientError, Conflict, NotFound, Refused
from zerobar.client.hosting import GivenBackTo
from zerobar.client.merchants import RefundStateName
from zerobar.database import Connection
from zerobar.database.batches import PUT_OFF
from zerobar.purse.money import Fen
from zerobar.telecom.apart import (
    ApartState,
    Unplaced,
    end_return,
    expect_refund,
    keep_again,
    require_unplaced,
)
from zerobar.telecom.bank import Bank
from zerobar.telecom.batches import LEASE, MOST_AT_ONCE, do_each
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import CorrelatorUsed, IdUsed, NotPaidByOrder, RefundUnknown
from zerobar.telecom.topping import find_top_up, lock_money, put_back, take_off
from zerobar.tracing.spans import own_work

_NUMBER_DIGITS: Final = 24
_COLUMNS: Final = (
    "refund_id, order_id, top_up_id, amount_fen, from_line, state, reason, correlator, made_at,"
    " ended_at"
)
_DUE: Final = f"""
    UPDATE telecom.bank_refund SET next_try_at = %(until)s
    WHERE refund_id IN (
        SELECT refund_id FROM telecom.bank_refund WHERE next_try_at <= %(now)s
        ORDER BY next_try_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}
"""  # noqa: S608 - names in the code, no input
_KEEP: Final = f"""
    INSERT INTO telecom.bank_refund ({_COLUMNS}, next_try_at)
    VALUES (%s, %s, %s, %s, %s, 1, %s, %s, %s, NULL, %s)
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - names in the code, no input


class RefundState(IntEnum):
    """How far a refund has come."""

    ASKED = 1
    DONE = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class BankRefund:
    """Money on its way back to its payer.

    Attributes:
        top_up_id: of the payment that is given back.
        from_line: it was on a line; else no line ever had it.
        reason: why, or why the bank refused.
    """

    id: UUID
    order_id: UUID
    top_up_id: UUID
    amount: Fen
    from_line: bool
    state: RefundState
    reason: str
    correlator: str | None
    made_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedRefund:
    """What a client asks to be given back.

    Attributes:
        correlator: its own id; the same again is the same refund, whatever its id.
    """

    top_up_id: UUID
    amount: Fen
    reason: str = ""
    correlator: str | None = None


def give_back(telecom: Telecom, bank: Bank, refund_id: UUID, asked: AskedRefund) -> BankRefund:
    """Take a part of a top-up off its line and give it back at the bank, once.

    It is asked for until the bank has answered, whatever becomes of this call. Raises TopUpUnknown,
    NotPaidByOrder, OverRefund, IdUsed or CorrelatorUsed.
    """
    find_top_up(telecom, asked.top_up_id)
    with telecom.transaction() as connection:
        # So that the same correlator, asked for twice at once, is one refund.
        lock_money(connection, asked.top_up_id)
        kept = _known(connection, refund_id, asked) or _begin(telecom, connection, refund_id, asked)
    return look_at_refund(telecom, bank, kept.id)


def find_refund(telecom: Telecom, refund_id: UUID) -> BankRefund:
    """Return a refund as it is known here; raises RefundUnknown."""
    with telecom.connection() as connection:
        return _refund(connection, refund_id)


def look_at_refund(telecom: Telecom, bank: Bank, refund_id: UUID) -> BankRefund:
    """Return a refund, asking the bank while it is not known how it ends; raises RefundUnknown."""
    refund = find_refund(telecom, refund_id)
    try:
        return _ask(telecom, bank, refund)
    except ClientError:
        return refund


def finish_refunds(telecom: Telecom, bank: Bank) -> int:
    """Ask for refunds whose end is not known, those that are due; return how many are known."""
    now = telecom.clock()
    with telecom.connection() as connection:
        due = connection.execute(
            _DUE, {"now": now, "until": now + LEASE, "most": MOST_AT_ONCE}
        ).fetchall()
    return do_each(
        "refunds", [_read(*row) for row in due], lambda each: _go_on(telecom, bank, each)
    )


def return_unplaced(
    telecom: Telecom, connection: Connection, order_id: UUID, apart: Unplaced
) -> None:
    """Have money that no line can take given back to its payer, once."""
    lock_money(connection, apart.id)
    if require_unplaced(connection, apart.id).state is ApartState.PLACED:
        return
    # One refund for each payment, under an id that follows from it.
    refund_id = UUID(bytes=hashlib.sha256(b"unplaced" + apart.id.bytes).digest()[:16], version=4)
    now = telecom.clock()
    values = (refund_id, order_id, apart.id, int(apart.amount), False, apart.reason, None, now, now)
    if connection.execute(_KEEP, values).rowcount:
        expect_refund(connection, apart)


def _known(connection: Connection, refund_id: UUID, asked: AskedRefund) -> BankRefund | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM telecom.bank_refund WHERE refund_id = %s OR correlator = %s"  # noqa: S608
        " ORDER BY correlator = %s DESC NULLS LAST",
        (refund_id, asked.correlator, asked.correlator),
    ).fetchone()
    if row is None:
        return None
    found = _read(*row)
    if (found.top_up_id, found.amount, found.correlator) != (
        asked.top_up_id,
        asked.amount,
        asked.correlator,
    ):
        is_theirs = asked.correlator is not None and found.correlator == asked.correlator
        raise CorrelatorUsed if is_theirs else IdUsed
    return found


def _begin(
    telecom: Telecom, connection: Connection, refund_id: UUID, asked: AskedRefund
) -> BankRefund:
    row = connection.execute(
        "SELECT order_id FROM telecom.bank_order WHERE payment_id = %s", (asked.top_up_id,)
    ).fetchone()
    if row is None:
        raise NotPaidByOrder
    take_off(telecom, connection, refund_id, asked.top_up_id, asked.amount)
    now, amount = telecom.clock(), int(asked.amount)
    values = (refund_id, row[0], asked.top_up_id, amount, True, asked.reason, asked.correlator)
    connection.execute(_KEEP, (*values, now, now))
    return _refund(connection, refund_id)


def _go_on(telecom: Telecom, bank: Bank, refund: BankRefund) -> bool:
    with telecom.connection() as connection:
        connection.execute(
            f"UPDATE telecom.bank_refund SET {PUT_OFF} WHERE refund_id = %(id)s",  # noqa: S608
            {"now": telecom.clock(), "id": refund.id},
        )
    with own_work("ask", refund_id=refund.id, top_up_id=refund.top_up_id):
        return _ask(telecom, bank, refund).state is not RefundState.ASKED


def _ask(telecom: Telecom, bank: Bank, refund: BankRefund) -> BankRefund:
    """Ask the bank for a refund, as often as it takes: with its id it is one refund."""
    if refund.state is not RefundState.ASKED:
        return refund
    number = f"R{refund.id.hex[-_NUMBER_DIGITS:]}"
    try:
        shown = bank.merchant.refund(refund.id, refund.order_id, number, refund.amount)
    except (NotFound, Conflict, Refused) as error:
        if error.in_doubt and not _is_refused(bank, refund.id):
            raise
        return _end(telecom, refund, RefundState.REFUSED, error.problem)
    if shown.state is RefundStateName.DONE:
        return _end(telecom, refund, RefundState.DONE, refund.reason)
    if shown.state is RefundStateName.REFUSED:
        return _end(telecom, refund, RefundState.REFUSED, shown.refused)
    return refund


def _is_refused(bank: Bank, refund_id: UUID) -> bool:
    """Return whether the bank says that an attempt which got no answer is not done either."""
    try:
        return bank.merchant.look_at_refund(refund_id).state is RefundStateName.REFUSED
    except BankSaysNo:
        return False


def _end(telecom: Telecom, refund: BankRefund, state: RefundState, reason: str) -> BankRefund:
    with telecom.transaction() as connection:
        ended = connection.execute(
            "UPDATE telecom.bank_refund SET state = %s, reason = %s, ended_at = %s,"
            " next_try_at = NULL WHERE refund_id = %s AND state = %s RETURNING from_line",
            (state, reason, telecom.clock(), refund.id, RefundState.ASKED),
        ).fetchone()
        if ended is not None and ended[0] and state is RefundState.REFUSED:
            put_back(telecom, connection, refund.id)
        if ended is not None and not ended[0]:
            _end_apart(telecom, connection, refund.top_up_id, state, reason)
        return _refund(connection, refund.id)


def _end_apart(
    telecom: Telecom, connection: Connection, top_up_id: UUID, state: RefundState, reason: str
) -> None:
    if state is RefundState.DONE:
        end_return(connection, top_up_id, str(GivenBackTo.WALLET), telecom.clock())
    else:
        keep_again(connection, top_up_id, reason)


def _refund(connection: Connection, refund_id: UUID) -> BankRefund:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM telecom.bank_refund WHERE refund_id = %s",  # noqa: S608
        (refund_id,),
    ).fetchone()
    if row is None:
        raise RefundUnknown(refund_id)
    return _read(*row)


def _read(id_: UUID, order_id: UUID, top_up_id: UUID, amount: int, *rest: Any) -> BankRefund:
    from_line, state, *more = rest
    return BankRefund(id_, order_id, top_up_id, Fen(amount), from_line, RefundState(state), *more)
