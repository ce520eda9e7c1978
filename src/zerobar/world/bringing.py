"""Vouchers from a device of a world to the bank, and what the bank says of each."""

from __future__ import annotations

from collections.abc import Sequence

from zerobar.bank.context import Bank
from zerobar.bank.settlement import Batch, VoucherUnknown, life_of, settle_batch
from zerobar.device import Told
from zerobar.reader import Payment


def bring(bank: Bank, payments: Sequence[Payment]) -> list[Told]:
    """Settle vouchers as a batch, and say of each what is known of it."""
    settle_batch(bank, Batch.of(bytes(payment) for payment in payments))
    return [_told(bank, payment) for payment in payments]


def _told(bank: Bank, payment: Payment) -> Told:
    try:
        life = life_of(bank, payment.voucher.payer_id, payment.voucher.entry)
    except VoucherUnknown as error:
        return Told(taken=False, sentence=error.what_happened)
    is_same = life.voucher.body == payment.voucher.body
    return Told(taken=is_same, sentence=life.sentences[-1])
