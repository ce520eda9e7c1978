"""Settlement: vouchers come in, in batches, and become what they are to the operator's books.

batch = Batch.parse(path.read_bytes())
report = settle_batch(bank, batch)          the same again changes nothing
life_of(bank, payer_id, entry).steps    what is known of one voucher

A voucher is known by its payer and entry. It is stored once, counted once in both purses' shadows,
and moves money at most once. Two bodies under one entry are kept as evidence.
"""

from zerobar.bank.settlement.batch import Batch, NoBatch
from zerobar.bank.settlement.certificates import CertificateCache
from zerobar.bank.settlement.engine import settle_batch
from zerobar.bank.settlement.life import Life, VoucherUnknown, life_of
from zerobar.bank.settlement.model import Outcome, Outcomes, Reason, Report, Tally, Waiting
from zerobar.bank.settlement.posting import look_again, post_due, settle_due

__all__ = [
    "Batch",
    "CertificateCache",
    "Life",
    "NoBatch",
    "Outcome",
    "Outcomes",
    "Reason",
    "Report",
    "Tally",
    "VoucherUnknown",
    "Waiting",
    "life_of",
    "look_again",
    "post_due",
    "settle_batch",
    "settle_due",
]
