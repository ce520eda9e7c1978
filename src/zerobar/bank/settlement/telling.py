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
from zerobar.reader.sentences import Sentence

REFUSALS: Final = {
    Reason.TRUNCATED: Sentence(
        "It is cut off: bring all of it.", zh="记录不完整，请提交完整的凭证。"
    ),
    Reason.MALFORMED: Sentence(
        "It is no voucher, or no certificate follows it.", zh="不是凭证，或其后没有证书。"
    ),
    Reason.KEY_UNKNOWN: Sentence(
        "No authority that this bank trusts has certified its payer.",
        zh="本行信任的机构均未认证该付款方。",
    ),
    Reason.CERTIFICATE_REFUSED: Sentence(
        "Its payer's certificate is forged.", zh="付款方的证书是伪造的。"
    ),
    Reason.NOT_THE_PAYER: Sentence(
        "The certificate that came with it is another purse's.", zh="随附证书属于另一硬钱包。"
    ),
    Reason.WRONG_CURRENCY: Sentence("It is in another currency.", zh="使用了其他币种。"),
    Reason.KIND_REFUSED: Sentence(
        "No such purse signs such a voucher.", zh="该类硬钱包不会签署此类凭证。"
    ),
    Reason.SELF_PAYMENT: Sentence("It pays its own payer.", zh="付款方付给自己。"),
    Reason.SIGNATURE_REFUSED: Sentence("Its payer did not sign it.", zh="不是付款方签署的。"),
    Reason.FORK: Sentence(
        "Its payer signed another one under the same number: a clone. It is kept as proof,"
        " and its payee gets what its purse has credited.",
        zh="付款方以同一编号签署了另一张凭证：存在克隆。已留存为证据，收款方硬钱包已入账的仍归其所有。",
    ),
}
"""Why a record was refused for good, in words."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a voucher that was brought.

    Attributes:
        taken: it is kept for good; False: it is refused for good.
    """

    taken: bool
    sentence: Sentence


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
        return Told(True, known.steps[-1].sentence)
    reason = refused.get(hashlib.sha256(record).digest(), Reason.MALFORMED)
    return Told(reason is Reason.FORK, REFUSALS[reason])
