"""The checks find nothing in a bank's own work, done, refused or still going on."""

from __future__ import annotations

from typing import LiteralString

import pytest

from tests.bank.checking.working import Work
from zerobar.bank.checking import check_books, compare
from zerobar.database import Connection

HALF_DONE: dict[str, LiteralString] = {
    "orders to cards that moved money": (
        "UPDATE bank.card_order SET status = 1, moved = false, ended_at = NULL"
        " WHERE status = 2 AND kind <> 2"
    ),
    "orders to cards that were refused": (
        "UPDATE bank.card_order SET status = 1, moved = false, ended_at = NULL WHERE status = 3"
    ),
    "settlements that were paid": "UPDATE bank.settlement SET state = 2 WHERE state = 3",
    "settlements that were refused": "UPDATE bank.settlement SET state = 2 WHERE state = 4",
    "settlements that were held": "UPDATE bank.settlement SET state = 1 WHERE state = 2",
    "merchants' refunds": "UPDATE bank.merchant_refund SET done_at = NULL",
}


def test_a_banks_own_work_deviates_nowhere(work: Work) -> None:
    found = {check.name: check.deviations for check in check_books(work.bank) if check.many}
    assert found == {}


@pytest.mark.parametrize("what", HALF_DONE)
def test_a_program_killed_before_it_noted_what_was_posted_deviates_nowhere(
    tampering: Connection, what: str
) -> None:
    assert tampering.execute(HALF_DONE[what]).rowcount > 0
    found = {check.name: check.deviations for check in compare(tampering) if check.many}
    assert found == {}
