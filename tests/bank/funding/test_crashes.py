"""Stopped between any two steps, an order is taken up again, and the money is where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.funding.test_shortfall import REFUND, refund
from tests.bank.holders import fill
from zerobar.bank.funding.errors import BooksUnavailable
from zerobar.bank.funding.model import CardOrder, OrderStatus
from zerobar.bank.funding.orders import LEASE
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.funding.returning import return_id, return_to_card
from zerobar.ledger import Ledger, LedgerUnavailable, Posted, Transfer
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

Ask = Callable[[Funded], object]


class Failing:
    """A ledger that fails once, at a certain call.

    Args:
        at: which posting, from 1.
        done: whether it was posted all the same, and only the answer is lost.
    """

    def __init__(self, ledger: Ledger, at: int, done: bool) -> None:
        self._ledger, self._at, self._done = ledger, at, done
        self.calls = 0

    def post(self, *transfers: Transfer, **conditions: Any) -> list[Posted]:
        self.calls += 1
        fails = self.calls == self._at
        answers = [] if fails and not self._done else self._ledger.post(*transfers, **conditions)
        if fails:
            raise LedgerUnavailable
        return answers


def with_ledger(funded: Funded, ledger: Any) -> Funded:
    return replace(funded, bank=replace(funded.bank, ledger=ledger))


def resolve_all(funded: Funded, clock: Clock) -> None:
    for _ in range(4):
        clock.advance(seconds=LEASE / timedelta(seconds=1) + 5)
        resolve_orders(funded.bank)


def check(funded: Funded, order: CardOrder, moved: int) -> None:
    """Hold wallet and card to what became of the order."""
    sign = 1 if order.kind.fills_wallet else -1
    change = sign * moved if order.status is OrderStatus.DONE else 0
    assert order.status in (OrderStatus.DONE, OrderStatus.REFUSED)
    assert funded.in_wallet == 500_00 + change
    assert funded.on_card() == 1_000_00 - change
    assert funded.held() == 0
    funded.check_books()


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("saves", [False, True])
def test_a_ledger_that_fails_at_any_step_loses_and_doubles_nothing(
    funded: Funded, clock: Clock, saves: bool, at: int, done: bool
) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(500_00))
    failing = with_ledger(funded, Failing(funded.bank.ledger, at, done))
    asked = funded.ask(70_00)
    with pytest.raises(BooksUnavailable):
        _ = failing.save(asked) if saves else failing.exchange(asked)
    assert funded.order(asked.id).status is OrderStatus.PENDING
    resolve_all(funded, clock)
    check(funded, funded.order(asked.id), 70_00)
    # The bank had done its part by the second posting, so then it has to be followed.
    assert (funded.order(asked.id).status is OrderStatus.DONE) is (at == 2)


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("card_closed", [False, True])
def test_giving_back_is_taken_up_again_wherever_it_stopped(
    funded: Funded, clock: Clock, done: bool, card_closed: bool
) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(500_00))
    refund(funded, 30_00)
    if card_closed:
        funded.partners.bank.cards.clear()
    failing = with_ledger(funded, Failing(funded.bank.ledger, 1, done))
    with pytest.raises(BooksUnavailable):
        return_to_card(failing.bank, REFUND)
    resolve_all(funded, clock)
    order = funded.order(return_id(REFUND))
    assert order.status is (OrderStatus.REFUSED if card_closed else OrderStatus.DONE)
    assert funded.in_wallet == (500_00 if card_closed else 470_00)
    funded.check_books()


def test_a_process_that_dies_before_asking_the_bank_leaves_nothing_behind(
    funded: Funded, clock: Clock
) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(500_00))
    asked = funded.ask(70_00)
    funded.partners.bank.away = True
    assert funded.save(asked).status is OrderStatus.PENDING
    funded.partners.bank.away = False
    resolve_all(funded, clock)
    assert funded.order(asked.id).reason == "never-arrived"
    check(funded, funded.order(asked.id), 70_00)
