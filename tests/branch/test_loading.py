from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.branch.conftest import NOW_UNIX_S, Wallet
from zerobar.branch import load, synchronise, unload
from zerobar.issuer import OperatorDesk
from zerobar.purse.messages import PurseClass, ReceiptStatus
from zerobar.purse.money import Fen
from zerobar.reader import CardTorn
from zerobar.reader.refusals import InsufficientBalance

Issue = Callable[[PurseClass], Wallet]


def nonce(length: int) -> bytes:
    return b"n" * length


def test_a_load_is_on_the_card_and_in_the_books(desk: OperatorDesk, issue: Issue) -> None:
    alice = issue(PurseClass.PERSON)
    receipt = load(alice.card, desk, Fen(20000))
    assert receipt.status is ReceiptStatus.CREDITED
    assert alice.card.state(bytes(8)).balance == 20000
    assert desk.accounting().loaded == 20000


def test_a_load_above_the_holding_limit_is_held_and_comes_back(
    desk: OperatorDesk, issue: Issue
) -> None:
    alice = issue(PurseClass.ANONYMOUS)
    receipt = load(alice.card, desk, Fen(60000))
    assert receipt.status is ReceiptStatus.CREDITED_PARTLY_TO_HELD
    state = alice.card.state(bytes(8))
    assert (state.balance, state.held) == (50000, 10000)
    unload(alice.card, desk, Fen(10000))
    state = alice.card.state(bytes(8))
    assert (state.balance, state.held) == (50000, 0)


def test_a_load_torn_at_any_byte_is_delivered_by_the_next_sync(
    desk: OperatorDesk, issue: Issue
) -> None:
    alice, loaded = issue(PurseClass.PERSON), 0
    for cut in range(0, 260, 7):
        alice.memory.cut_after(cut)
        try:
            load(alice.card, desk, Fen(100))
        except CardTorn:
            alice.card.reset()
        alice.memory.cut_after(None)
        report = synchronise(alice.card, desk, NOW_UNIX_S, nonce)
        loaded = desk.accounting().loaded
        assert report.state.balance == loaded
        assert desk.accounting().balanced
    assert loaded > 0


def test_an_unload_torn_after_it_was_paid_is_taken_in_by_the_next_sync(
    desk: OperatorDesk, issue: Issue
) -> None:
    alice = issue(PurseClass.PERSON)
    load(alice.card, desk, Fen(500))
    alice.card.pay(desk.unload_request(Fen(300)))
    assert desk.accounting().unloaded == 0
    synchronise(alice.card, desk, NOW_UNIX_S, nonce)
    books = desk.accounting()
    assert (books.unloaded, books.in_purses, books.balanced) == (300, 200, True)


def test_no_more_than_there_is_can_be_unloaded(desk: OperatorDesk, issue: Issue) -> None:
    alice = issue(PurseClass.PERSON)
    with pytest.raises(InsufficientBalance):
        unload(alice.card, desk, Fen(1))
    assert desk.accounting().unloaded == 0
