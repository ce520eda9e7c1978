from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString

import pytest

from tests.bank.closing import close_purse
from tests.bank.settlement import settling_process
from tests.bank.settlement.conftest import Registered, Settle
from tests.bank.settlement.vouchers import asking, record
from zerobar.bank.authority.supply import supply
from zerobar.bank.context import Bank
from zerobar.bank.paying.errors import OutcomeUnknown
from zerobar.bank.purses import issue_request
from zerobar.bank.settlement import (
    Batch,
    Outcome,
    Tally,
    engine,
    life_of,
    post_due,
    settle_batch,
    settle_due,
)
from zerobar.bank.settlement.drawing import Drawn
from zerobar.database import Database
from zerobar.issuer import TestAuthority
from zerobar.ledger import Answer, GroupingPoster, LedgerUnavailable, PosterServer, Posting
from zerobar.purse.messages import Kind, Voucher

ROOT = Path(__file__).parents[3]


class SilentLedger:
    """Does what it is asked, or not, and never says so."""

    def __init__(self, bank: Bank, *, posts: bool) -> None:
        self._ledger, self._posts = bank.ledger, posts

    def submit_many(self, postings: Sequence[Posting]) -> Future[list[Answer]]:
        if self._posts:
            self._ledger.submit_many(postings).result()
        answer: Future[list[Answer]] = Future()
        answer.set_exception(LedgerUnavailable())
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def expected_moved(drawn: Drawn) -> int:
    records = drawn.batch.records(0, drawn.batch.present)
    vouchers = [Voucher.parse(record[: Voucher.LENGTH]) for record in records]
    hosted = {request.payee_id for request in drawn.requests}
    moving = (Kind.UNLOAD, Kind.PUSH, Kind.AUTHORISE)
    return sum(v.amount for v in vouchers if v.kind in moving or v.payee_id in hosted)


def posted(bank: Bank) -> int:
    with bank.connection() as connection:
        row = connection.execute(
            "SELECT coalesce(sum(t.amount_fen), 0)::bigint FROM ledger.transfer t"
            " JOIN bank.voucher_outcome o USING (transfer_id) WHERE t.result = 0"
        ).fetchone()
        due = connection.execute("SELECT count(*) FROM bank.voucher_due").fetchone()
    assert row is not None and due == (0,)
    return int(row[0])


def still_due(bank: Bank) -> int:
    with bank.connection() as connection:
        (many,) = connection.execute("SELECT count(*) FROM bank.voucher_due").fetchone() or (0,)
    return int(many)


@pytest.mark.parametrize("posts", [False, True])
def test_what_was_stored_and_not_answered_is_posted_by_the_next_run_once(
    bank: Bank, town: Registered, settle: Settle, posts: bool
) -> None:
    drawn = town.draw(150)
    for request in drawn.requests:
        issue_request(bank, request)
    silent = replace(bank, ledger=SilentLedger(bank, posts=posts))
    with pytest.raises(OutcomeUnknown):
        settle_batch(silent, drawn.batch)
    report = settle(drawn)
    assert report.tally.stored == 150 and not report.repeated
    assert posted(bank) == expected_moved(drawn)
    assert supply(bank).balanced


@pytest.mark.parametrize("kind", [Kind.AUTHORISE, Kind.UNLOAD])
def test_money_that_moved_unnoticed_stays_settled_whatever_happened_to_the_purse_since(
    bank: Bank, town: Registered, keys: TestAuthority, kind: Kind
) -> None:
    payer = town.people[0]
    authorises = kind is Kind.AUTHORISE
    request = asking(kind, town.payees[0].id if authorises else keys.operator.id)
    if authorises:
        issue_request(bank, request)
    batch = Batch.of([record(payer, request)])
    with pytest.raises(OutcomeUnknown):
        settle_batch(replace(bank, ledger=SilentLedger(bank, posts=True)), batch)
    close_purse(bank, payer.id)
    outcomes = settle_batch(bank, batch).outcomes
    assert (outcomes.declined, dict(outcomes.waiting)) == (0, {})
    assert life_of(bank, payer.id, 1).outcome is Outcome.SETTLED
    assert posted(bank) == 1234


def test_what_an_earlier_batch_left_is_the_workers_and_no_other_batch_waits_for_it(
    bank: Bank, town: Registered
) -> None:
    drawn = town.draw(150)
    for request in drawn.requests:
        issue_request(bank, request)
    with pytest.raises(OutcomeUnknown):
        settle_batch(replace(bank, ledger=SilentLedger(bank, posts=False)), drawn.batch)
    assert settle_batch(bank, Batch.of([])).outcomes.settled == 0
    other = town.draw(20)
    for request in other.requests:
        issue_request(bank, request)
    assert settle_batch(bank, other.batch).outcomes.moved == expected_moved(other)
    assert still_due(bank) > 0
    settle_due(bank)
    assert posted(bank) == expected_moved(drawn) + expected_moved(other)


def test_a_batch_goes_on_where_it_was_cut_off(
    bank: Bank, town: Registered, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PART", 50)
    drawn = town.draw(170)
    for request in drawn.requests:
        issue_request(bank, request)
    with pytest.raises(OutcomeUnknown):
        settle_batch(replace(bank, ledger=SilentLedger(bank, posts=True)), drawn.batch)
    report = settle(drawn)
    assert 0 < report.resumed_at < 170 and report.resumed_at % 50 == 0
    assert report.tally.stored == 170 and report.tally.duplicates == 0
    assert settle(drawn).tally.duplicates == 170
    assert posted(bank) == expected_moved(drawn)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_killed_while_it_settles_loses_and_doubles_nothing(
    bank: Bank,
    bank_database: Database,
    town: Registered,
    settle: Settle,
    tmp_path: Path,
    when: str,
) -> None:
    drawn = town.draw(200)
    for request in drawn.requests:
        issue_request(bank, request)
    path, socket = tmp_path / "batch", tmp_path / "ledger.sock"
    path.write_bytes(bytes(drawn.batch))
    assert isinstance(bank.ledger, GroupingPoster)
    with PosterServer(bank.ledger, socket):
        run = subprocess.run(
            [
                sys.executable,
                settling_process.__file__,
                bank_database.conninfo,
                str(socket),
                str(path),
                when,
            ],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == -signal.SIGKILL, run.stderr
    report = settle(drawn)
    assert 0 < report.resumed_at < 200
    assert report.tally.stored == 200
    assert posted(bank) == expected_moved(drawn)
    assert post_due(bank).settled == 0 and supply(bank).balanced


def test_a_batch_is_on_the_disk_when_it_is_answered_for_also_the_second_time(
    bank: Bank, town: Registered
) -> None:
    drawn = town.draw(100)
    for request in drawn.requests:
        issue_request(bank, request)
    for _ in range(2):
        seen: list[int] = []

        def look(_done: int, _tally: Tally, seen: list[int] = seen) -> None:
            seen.append(written(bank, "pg_current_wal_insert_lsn"))

        settle_batch(bank, drawn.batch, watch=look)
        assert written(bank, "pg_current_wal_flush_lsn") >= seen[-1]


def written(bank: Bank, until: LiteralString) -> int:
    """Return how many bytes the database has logged; they are on the disk, or inserted at least."""
    with bank.connection() as connection:
        row = connection.execute(f"SELECT ({until}() - '0/0'::pg_lsn)::bigint").fetchone()
    assert row is not None
    return int(row[0])
