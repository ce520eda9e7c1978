"""Settlement with the sandbox's own reader at the other end: two readers of the same standard."""

from __future__ import annotations

from tests.bank.merchants.test_pain import ONE, file_of
from zerobar.bank.merchants.pain import write_file
from zerobar.sandbox.files import read_file


def test_the_sandbox_reads_what_the_bank_writes() -> None:
    (transfer,) = read_file(write_file(file_of(ONE)))
    assert transfer.end_to_end_id == ONE.id.hex
    assert (transfer.creditor_account, transfer.amount_fen) == (ONE.account_number, ONE.amount)
