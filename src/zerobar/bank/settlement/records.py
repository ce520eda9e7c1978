"""Records that the ledger stores with the money that a voucher moves."""

from __future__ import annotations

from datetime import datetime
from struct import Struct
from typing import Final
from uuid import UUID

from zerobar.bank.settlement.model import Decision
from zerobar.ledger import Row, Small, encode_row
from zerobar.ledger.records import microseconds
from zerobar.purse.money import Fen

_COLUMNS: Final = {
    "bank.voucher_outcome": (
        "payer_id, entry, outcome, transfer_id, spender_wallet_id, amount_fen, decided_at"
    ),
    "bank.hosted_request_end": "payee_id, number, payer_id, entry",
    "bank.tap_payment": (
        "payment_id, order_id, payer_id, entry, payer_wallet_id, payee_wallet_id, amount_fen,"
        " card_id, card_amount_fen, made_at"
    ),
    "bank.purse_recharge": "purse_id, before_fen, from_wallet_fen, from_loss_fen, made_at",
    "bank.loss_cover": "purse_id, before_fen, amount_fen, made_at",
    "bank.cover_return": "purse_id, before_fen, amount_fen, made_at",
    "bank.pay_out_growth": "purse_id, before_fen, amount_fen, made_at",
    "bank.debt_payment": "wallet_id, before_fen, amount_fen, made_at",
    "bank.voucher_return": ("payer_id, entry, amount_fen, wallet_id, transfer_id, key_id, made_at"),
    "bank.purse_owed": "purse_id, payer_id, entry, amount_fen, noted_at",
}
TABLES: Final = {
    table: f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
    for table, columns in _COLUMNS.items()
}
"""The records that the ledger stores for vouchers, for its `Poster`."""


_MOVED: Final = Struct(">h i8s iq ih i16s i iq iq")
"""An outcome without a spender: how many columns, and each with its length in front."""


def outcome_row(payer_id: bytes, entry: int, decision: Decision, now: datetime) -> Row:
    """Return a voucher's outcome as it is stored: its key lets there be only one."""
    id_ = decision.transfer_id
    if id_ is not None and decision.spender_wallet_id is None:
        # As nearly all are, thousands at once.
        return Row(
            "bank.voucher_outcome",
            _MOVED.pack(
                7, 8, payer_id, 8, entry, 2, decision.outcome, 16, id_.bytes, -1,
                8, decision.amount, 8, microseconds(now),
            ),
        )  # fmt: skip
    return Row(
        "bank.voucher_outcome",
        encode_row(
            payer_id,
            entry,
            Small(decision.outcome),
            decision.transfer_id,
            decision.spender_wallet_id,
            int(decision.amount),
            now,
        ),
    )


def request_end_row(payee_id: bytes, number: int, payer_id: bytes, entry: int) -> Row:
    """Return by which voucher a hosted payee's request was settled."""
    return Row("bank.hosted_request_end", encode_row(payee_id, number, payer_id, entry))


def tap_row(
    payment_id: UUID,
    paid: tuple[UUID, bytes, int],
    wallets: tuple[UUID | None, UUID],
    amount: Fen,
    card: tuple[UUID | None, Fen],
    now: datetime,
) -> Row:
    """Return a tap that paid an order.

    Args:
        payment_id: of the transfer.
        paid: the order, and payer id and entry of the voucher that paid it.
        wallets: of whoever holds the purse, None: nobody is known to; and of the merchant.
        amount: of the order.
        card: the bank card that had paid what the holder's wallet lacked, and how much of it.
        now: when.
    """
    card_id, card_amount = card
    data = encode_row(payment_id, *paid, *wallets, int(amount), card_id, int(card_amount), now)
    return Row("bank.tap_payment", data)


def recharge_row(
    purse_id: bytes, before_fen: int, parts_fen: tuple[int, int], now: datetime
) -> Row:
    """Return a charge for what a paid out purse spent: from its wallet, and from the vault.

    Its key is what was charged before, so the same is charged once.
    """
    data = encode_row(purse_id, before_fen, *parts_fen, now)
    return Row("bank.purse_recharge", data)


def cover_row(purse_id: bytes, before_fen: int, amount_fen: int, now: datetime) -> Row:
    """Return what the operator makes good for a cheat, keyed by what it made good before."""
    return Row("bank.loss_cover", encode_row(purse_id, before_fen, amount_fen, now))


def return_row(purse_id: bytes, before_fen: int, amount_fen: int, now: datetime) -> Row:
    """Return what the operator takes back of a cover, keyed by what it took back before."""
    return Row("bank.cover_return", encode_row(purse_id, before_fen, amount_fen, now))


def growth_row(purse_id: bytes, before_fen: int, amount_fen: int, now: datetime) -> Row:
    """Return what is paid for a lost purse after its pay-out, keyed by what was before."""
    return Row("bank.pay_out_growth", encode_row(purse_id, before_fen, amount_fen, now))


def debt_row(wallet_id: UUID, before_fen: int, amount: Fen, now: datetime) -> Row:
    """Return what an owner pays back, keyed by what the wallet paid back before."""
    return Row("bank.debt_payment", encode_row(wallet_id, before_fen, int(amount), now))


def voucher_return_row(
    payer_id: bytes,
    entry: int,
    amount: Fen,
    to: tuple[UUID | None, UUID],
    key_id: UUID,
    now: datetime,
) -> Row:
    """Return that a hosted payee gave a voucher back: its key lets there be only one.

    Args:
        payer_id, entry: the voucher's.
        amount: all of it.
        to: the payer's wallet, None: the float, where the card is owed it; and the transfer.
        key_id: of the merchant that asked.
        now: when.
    """
    data = encode_row(payer_id, entry, int(amount), *to, key_id, now)
    return Row("bank.voucher_return", data)


def owed_row(purse_id: bytes, payer_id: bytes, entry: int, amount: Fen, now: datetime) -> Row:
    """Return what a purse without a wallet is owed of a voucher."""
    return Row("bank.purse_owed", encode_row(purse_id, payer_id, entry, int(amount), now))
