"""What was paid, as far as refunds go: by a wallet, or by a card's tap at a till.

A tap moves the money of a wallet (AUTHORISE) or of a card; either way it goes back to the wallet
of whoever holds the card. What a card has paid that nobody's wallet is behind cannot come back
through the books: only a tap of the till's own purse reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from zerobar.bank.errors import Refused, Unavailable
from zerobar.database import Connection
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen

_PAYMENT: Final = """
    SELECT payment_id, payer_wallet_id, payee_wallet_id, amount_fen, card_id, card_amount_fen
    FROM bank.payment WHERE payment_id = %s FOR UPDATE
"""
# A purse may have been linked after it paid; then for good.
_TAP: Final = """
    SELECT t.payment_id, coalesce(t.payer_wallet_id, p.wallet_id), t.payee_wallet_id,
           t.amount_fen, t.card_id, t.card_amount_fen
    FROM bank.tap_payment t LEFT JOIN bank.purse p ON p.purse_id = t.payer_id
    WHERE t.payment_id = %s FOR UPDATE OF t
"""
# What an authorisation has paid was the wallet's own money, whatever the card did.
_HELD_BACK: Final = """
    SELECT FROM bank.tap_payment t
    JOIN bank.purse p ON p.purse_id = t.payer_id AND p.flagged_at IS NOT NULL
    JOIN bank.voucher v ON v.payer_id = t.payer_id AND v.entry = t.entry AND v.kind <> %s
    WHERE t.payment_id = %s AND NOT EXISTS (
        SELECT FROM bank.voucher_release x WHERE x.payer_id = t.payer_id AND x.entry = t.entry)
"""


class RefundByTap(Refused):
    """The card that paid has no wallet that the money could go back to."""

    problem = "refund-by-tap"

    def __init__(self) -> None:
        super().__init__(
            "A card has paid this that no wallet is behind, so the bank cannot give it back.",
            "Give it back with a refund by tap, from the till's own purse to that card.",
        )


class RefundWaits(Unavailable):
    """The card that paid was proved to cheat since: risk officers decide what goes back.

    Whoever asks for the refund is not told which card that is.
    """

    problem = "refund-waits"

    def __init__(self) -> None:
        super().__init__(
            "The bank has to look at this refund before it gives the money back.",
            "Ask for the same refund again later; the bank itself goes on with it, too.",
        )


@dataclass(frozen=True, slots=True)
class Refundable:
    """A payment that may be refunded.

    Attributes:
        payer_wallet_id: where its money goes back to.
        payee_wallet_id: who has it.
        card_id: the bank card that had paid a part of it, and gets that back first.
        card_amount: how much that was.
    """

    id: UUID
    payer_wallet_id: UUID
    payee_wallet_id: UUID
    amount: Fen
    card_id: UUID | None
    card_amount: Fen


def lock_refundable(connection: Connection, payment_id: UUID) -> Refundable | None:
    """Return what was paid, and let nobody else have it so until this transaction ends.

    Raises RefundByTap.
    """
    row = connection.execute(_PAYMENT, (payment_id,)).fetchone()
    if row is None:
        row = connection.execute(_TAP, (payment_id,)).fetchone()
    return None if row is None else _refundable(row)


def check_held_back(connection: Connection, payment_id: UUID) -> None:
    """Raise RefundWaits while a refund would go to a proved cheat that nobody has released."""
    held = connection.execute(_HELD_BACK, (int(Kind.AUTHORISE), payment_id)).fetchone()
    if held is not None:
        raise RefundWaits


def _refundable(row: tuple[Any, ...]) -> Refundable:
    payment_id, payer_wallet_id, payee_wallet_id, amount, card_id, card_amount = row
    if payer_wallet_id is None:
        raise RefundByTap
    ids = payment_id, payer_wallet_id, payee_wallet_id
    return Refundable(*ids, Fen(amount), card_id, Fen(card_amount))
