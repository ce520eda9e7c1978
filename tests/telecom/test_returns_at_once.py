"""A voucher is given back or put on a line, also if several ask and their answers overtake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER, Clock
from tests.telecom.purses import Purse
from zerobar.client.hosting import GivenBack
from zerobar.purse.money import Fen
from zerobar.telecom import Line, Telecom
from zerobar.telecom import line as line_now
from zerobar.telecom.apart import ApartState, find_unplaced
from zerobar.telecom.bank import Bank
from zerobar.telecom.errors import UnplacedDecided
from zerobar.telecom.giving_back import (
    finish_returns,
    give_back_unplaced,
    look_at_return,
    place_unplaced,
)
from zerobar.telecom.topping import voucher_top_up_id
from zerobar.telecom.vouchers import collect_settled

NOBODY = "+8613899999999"
AMOUNT = Fen(800)


@dataclass
class Busy:
    """The road to the bank, on which something else happens before each request arrives."""

    road: Any
    meanwhile: Callable[[bytes, int], object]
    asked: list[int] = field(default_factory=list)

    def give_back(self, payer_id: bytes, entry: int) -> GivenBack:
        self.asked.append(entry)
        self.meanwhile(payer_id, entry)
        given: GivenBack = self.road.give_back(payer_id, entry)
        return given

    def __getattr__(self, name: str) -> Any:
        return getattr(self.road, name)


def kept(telecom: Telecom, bank: Bank, books: TestBank, purse: Purse) -> UUID:
    """Keep a voucher for no line apart; return its id."""
    voucher = purse.voucher(AMOUNT, NOBODY)
    books.take(purse.record(voucher))
    assert collect_settled(telecom, bank) == 1
    return voucher_top_up_id(voucher.payer_id, voucher.entry)


def times_given_back(books: TestBank) -> int:
    return sum(books.given_back.values())


def test_what_was_given_back_is_noted_although_another_request_was_refused_meanwhile(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    id_ = kept(telecom, bank, books, purse)

    def refused(*_: object) -> None:
        books.refuse_returns = "wallet-closed"
        assert look_at_return(telecom, bank, id_).state is ApartState.KEPT
        books.refuse_returns = None

    busy: Any = Busy(bank.vouchers, refused)
    ended = give_back_unplaced(telecom, replace(bank, vouchers=busy), id_)
    assert times_given_back(books) == 1
    assert (ended.state, ended.refusal) == (ApartState.RETURNED, "")
    clock.advance(hours=1)
    with pytest.raises(UnplacedDecided):
        place_unplaced(telecom, id_, line.number, "they called")


def test_a_round_that_is_late_asks_for_nothing_that_was_decided_since_it_began(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    """A bank that is silent makes a round of many last for hours."""
    ids = {n: kept(telecom, bank, books, purse) for n in (1, 2)}
    placed: list[UUID] = []

    def decide(_: bytes, entry: int) -> None:
        if placed:
            return
        other = ids[3 - entry]
        placed.append(other)
        books.refuse_returns = "wallet-closed"
        look_at_return(telecom, bank, other)
        clock.advance(minutes=15)
        place_unplaced(telecom, other, NUMBER, "they called")
        books.refuse_returns = None

    clock.advance(days=telecom.terms.give_back_after_days)
    busy: Any = Busy(bank.vouchers, decide)
    finish_returns(telecom, replace(bank, vouchers=busy))
    assert find_unplaced(telecom, placed[0]).state is ApartState.PLACED
    assert line_now(telecom, line.number).balance_fen == AMOUNT
    assert times_given_back(books) == 1


def test_what_ended_while_a_round_was_at_it_is_not_asked_for_again_and_again(
    telecom: Telecom, bank: Bank, books: TestBank, purse: Purse, clock: Clock
) -> None:
    ids = {n: kept(telecom, bank, books, purse) for n in (1, 2)}

    def end(_: bytes, entry: int) -> None:
        look_at_return(telecom, bank, ids[3 - entry])

    clock.advance(days=telecom.terms.give_back_after_days)
    busy: Any = Busy(bank.vouchers, end)
    finish_returns(telecom, replace(bank, vouchers=busy))
    assert times_given_back(books) == 2
    before = len(busy.asked)
    for _ in range(3):
        clock.advance(hours=1)
        assert finish_returns(telecom, replace(bank, vouchers=busy)) == 0
    assert len(busy.asked) == before
