"""What a refund is going to give back to the card, fixed before any money moves.

Two refunds of one payment must not both give the card what it paid once. So each fixes its part
under a lock on the payment, for as long as a statement takes; the ledger is asked afterwards, and
for a refund that is asked for again the part is still the same. What a refused refund had fixed is
free again.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from zerobar.bank.paying.refundable import Refundable
from zerobar.database import Connection
from zerobar.purse.money import Fen


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """How a refund is divided.

    Attributes:
        card_amount: what of it goes to the card; the rest goes to the wallet.
    """

    refund_id: UUID
    payment_id: UUID
    amount: Fen
    card_amount: Fen


def fix_plan(
    connection: Connection, payment: Refundable, refund_id: UUID, amount: Fen
) -> RefundPlan:
    """Return a refund's plan, which is made if there is none of that id yet.

    Args:
        connection: in a transaction that has the payment's lock.
    """
    card_amount = Fen(min(amount, _left_for_card(connection, payment)))
    connection.execute(
        "INSERT INTO bank.refund_plan (refund_id, payment_id, amount_fen, card_amount_fen)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (refund_id, payment.id, amount, card_amount),
    )
    row = connection.execute(
        "SELECT refund_id, payment_id, amount_fen, card_amount_fen FROM bank.refund_plan"
        " WHERE refund_id = %s",
        (refund_id,),
    ).fetchone()
    assert row is not None, "a plan is never deleted"
    return RefundPlan(row[0], row[1], Fen(row[2]), Fen(row[3]))


def give_up_plan(connection: Connection, refund_id: UUID) -> None:
    """Note that the ledger has refused a refund, which it does for ever."""
    connection.execute(
        "UPDATE bank.refund_plan SET refused = true WHERE refund_id = %s", (refund_id,)
    )


def _left_for_card(connection: Connection, payment: Refundable) -> Fen:
    row = connection.execute(
        "SELECT coalesce(sum(card_amount_fen), 0)::bigint FROM bank.refund_plan"
        " WHERE payment_id = %s AND NOT refused",
        (payment.id,),
    ).fetchone()
    assert row is not None
    return Fen(payment.card_amount - row[0])
