"""The desk's own connection for reading, and the groups that the desk makes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder
from tests.bank.paying.orders import falsified, order, to
from zerobar.bank.context import Bank
from zerobar.bank.paying import desk
from zerobar.bank.paying.desk import PaymentDesk
from zerobar.bank.paying.engine import examine
from zerobar.bank.paying.facts import read_facts
from zerobar.bank.paying.judging import Approved
from zerobar.bank.paying.model import PaymentOrder
from zerobar.bank.paying.reading_room import ReadingRoom
from zerobar.bank.people.limits import NO_LIMITS, STANDARD, add_version, limit_table
from zerobar.bank.people.model import Category
from zerobar.bank.signatures import SignatureWrong
from zerobar.database import Connection
from zerobar.purse.money import Fen

PATIENCE_S = 20


@pytest.fixture
def room(bank: Bank) -> Iterator[ReadingRoom]:
    with ReadingRoom(bank.pool) as room:
        yield room


def test_the_room_reads_what_anybody_reads(
    bank: Bank, room: ReadingRoom, payer: Holder, bea: Holder
) -> None:
    orders = [order(bank, payer, to(bea), amount) for amount in (1, 2, 3)]
    with bank.connection() as connection:
        known = read_facts(connection, bank.operator_id, orders, bank.clock())
    assert room.read(bank.operator_id, orders, bank.clock()) == known
    assert [facts.payee.wallet_id for facts in known.facts if facts.payee] == [bea.wallet] * 3


def test_a_limit_holds_from_its_moment_on(
    bank: Bank, room: ReadingRoom, payer: Holder, bea: Holder, clock: Clock
) -> None:
    asked = [order(bank, payer, to(bea), 1)]
    soon = clock() + timedelta(seconds=10)
    tight = replace(NO_LIMITS, per_payment=Fen(1))
    with bank.connection() as connection:
        add_version(connection, bank.operator_id, soon, {Category.IV: tight}, clock())
    assert room.read(bank.operator_id, asked, clock()).limits == {bank.operator_id: STANDARD}
    clock.advance(seconds=10)
    known = room.read(bank.operator_id, asked, clock())
    assert known.limits[bank.operator_id][Category.IV] == tight
    with bank.connection() as connection:
        assert known.limits == {
            bank.operator_id: limit_table(connection, bank.operator_id, clock())
        }


def test_another_operators_wallet_has_that_operators_limits(
    bank: Bank, room: ReadingRoom, payer: Holder, bea: Holder
) -> None:
    asked = [order(bank, payer, to(bea), 1)]
    other = bank.new_id()
    known = room.read(other, asked, bank.clock())
    assert known.limits.keys() == {other, bank.operator_id}
    assert known.facts == room.read(bank.operator_id, asked, bank.clock()).facts


def _pid(connection: Connection) -> int:
    return connection.info.backend_pid


def test_a_connection_that_was_cut_is_replaced(
    bank: Bank, room: ReadingRoom, payer: Holder, bea: Holder
) -> None:
    asked = [order(bank, payer, to(bea), 1)]
    known = room.read(bank.operator_id, asked, bank.clock())
    cut = _pid(room._kept())
    with bank.connection() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (cut,))
    assert room.read(bank.operator_id, asked, bank.clock(), anew=True) == known
    assert _pid(room._kept()) != cut


def test_nobody_else_gets_a_planner_that_was_told_what_to_do(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    with ReadingRoom(bank.pool) as room:
        room.read(bank.operator_id, [order(bank, payer, to(bea), 1)], bank.clock())
        kept = _pid(room._kept())
    for _ in range(8):
        with bank.connection() as connection:
            assert _pid(connection) != kept
            assert connection.execute("SHOW enable_seqscan").fetchone() == ("on",)


# --- groups -------------------------------------------------------------------------------


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many orders were looked up at a time."""
    seen: list[int] = []

    def noticed(bank: Bank, orders: Sequence[PaymentOrder], room: ReadingRoom) -> list[object]:
        seen.append(len(orders))
        return list(examine(bank, orders, room))

    monkeypatch.setattr(desk, "examine", noticed)
    return seen


def _until_posting(waited: PaymentDesk) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not waited._clerks_groups:
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def test_who_comes_while_a_group_is_stored_is_in_the_next_one(
    bank: Bank, payer: Holder, bea: Holder, groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "LONGEST_GATHERING_S", PATIENCE_S)
    orders = [order(bank, payer, to(bea), 1) for _ in range(6)]
    with PaymentDesk(bank) as opened, bank.connection() as other:
        with other.transaction():
            other.execute("LOCK TABLE ledger.entry IN SHARE MODE")
            answers = [opened.submit(orders[0])]
            _until_posting(opened)
            for asked in orders[1:]:
                answers.append(opened.submit(asked))
                time.sleep(0.01)
        assert [answer.result(PATIENCE_S).amount for answer in answers] == [1] * 6
    assert groups == [1, 5]


def test_a_ledger_that_hangs_keeps_nobody_from_hearing_a_refusal(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    forged = order(bank, payer, to(bea), 2)
    forged = falsified(forged)
    with PaymentDesk(bank) as opened, bank.connection() as other:
        with other.transaction():
            other.execute("LOCK TABLE ledger.entry IN SHARE MODE")
            held_up = opened.submit(order(bank, payer, to(bea), 1))
            _until_posting(opened)
            assert isinstance(opened.submit(forged).exception(PATIENCE_S), SignatureWrong)
            assert not held_up.done()
        assert held_up.result(PATIENCE_S).amount == 1


def test_who_is_judged_without_a_room_is_judged_the_same(
    bank: Bank, room: ReadingRoom, payer: Holder, bea: Holder
) -> None:
    asked = [order(bank, payer, to(bea), 1)]
    (alone,), (together,) = examine(bank, asked), examine(bank, asked, room)
    assert isinstance(alone, Approved) and isinstance(together, Approved)
    assert alone.payment == together.payment and alone.refusals == together.refusals
    assert alone.posting.transfers == together.posting.transfers
    assert alone.posting.counters == together.posting.counters
