"""Vouchers that a phone or till brings: settled like any batch, and told of one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.settlement.batch import Batch
from zerobar.bank.settlement.engine import settle_batch
from zerobar.bank.settlement.life import VoucherUnknown, life_of
from zerobar.bank.settlement.model import Reason
from zerobar.database import Connection
from zerobar.purse.messages import Voucher

REFUSALS: Final = {
    Reason.TRUNCATED: "It is cut off: bring all of it.",
    Reason.MALFORMED: "It is no voucher, or no certificate follows it.",
    Reason.KEY_UNKNOWN: "No authority that this bank trusts has certified its payer.",
    Reason.CERTIFICATE_REFUSED: "Its payer's certificate is forged.",
    Reason.NOT_THE_PAYER: "The certificate that came with it is another purse's.",
    Reason.WRONG_CURRENCY: "It is in another currency.",
    Reason.KIND_REFUSED: "No such purse signs such a voucher.",
    Reason.SELF_PAYMENT: "It pays its own payer.",
    Reason.SIGNATURE_REFUSED: "Its payer did not sign it.",
    Reason.FORK: "Its payer signed another one under the same number: a clone. It is kept as proof,"
    " and its payee gets what its purse has credited.",
}
"""Why a record was refused for good, in words."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a voucher that was brought.

    Attributes:
        taken: it is kept for good; False: it is refused for good.
    """

    taken: bool
    sentence: str


def take_vouchers(bank: Bank, records: Sequence[bytes]) -> list[Told]:
    """Settle vouchers of 253 bytes, and return what became of each; again changes nothing.

    Raises TooBusy or OutcomeUnknown when the ledger does not answer: bring them again.
    """
    settle_batch(bank, Batch.of(records))
    with bank.connection() as connection:
        refused = _refused(connection, records)
    return [_told(bank, record, refused) for record in records]


def _refused(connection: Connection, records: Sequence[bytes]) -> dict[bytes, Reason]:
    """Return why records were rejected, by the hash of their bytes."""
    hashes = [hashlib.sha256(record).digest() for record in records]
    rows = connection.execute(
        "SELECT raw_hash, reason FROM bank.voucher_reject WHERE raw_hash = ANY(%s)", (hashes,)
    ).fetchall()
    return {raw_hash: Reason(reason) for raw_hash, reason in rows}


def _told(bank: Bank, record: bytes, refused: dict[bytes, Reason]) -> Told:
    voucher = record[: Voucher.LENGTH]
    try:
        known = life_of(bank, voucher[2:10], int.from_bytes(voucher[10:14]))
    except VoucherUnknown:
        known = None
    # What was refused once under another key may have been taken since.
    if known is not None and known.voucher.body == voucher[: Voucher.BODY_LENGTH]:
        return Told(True, known.sentences[-1])
    reason = refused.get(hashlib.sha256(record).digest(), Reason.MALFORMED)
    return Told(reason is Reason.FORK, REFUSALS[reason])
