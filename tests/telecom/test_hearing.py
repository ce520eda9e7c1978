"""The bank's notices of settled vouchers resume a line at once; what they lose is asked for."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER, Clock
from tests.telecom.purses import Purse
from zerobar.client.hosting import SettledVoucher
from zerobar.purse.money import Fen
from zerobar.telecom import Line, Telecom, line, unplaced
from zerobar.telecom.bank import Bank
from zerobar.telecom.errors import NoticeRefused
from zerobar.telecom.hearing import QUICK_S, SELDOM_S, Hearing
from zerobar.telecom.notices import take_notice
from zerobar.telecom.vouchers import ask_what_is_settled, collect_settled

AMOUNT = Fen(5_000)


class Timer:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Timer:
    return Timer()


def settled(books: TestBank, record: bytes) -> SettledVoucher:
    books.take(record)
    return books.settled[-1]


def asked_in(hearing: Hearing, timer: Timer, seconds: int) -> int:
    """Return how often the bank is asked by a job that looks every second."""
    asked = 0
    for _ in range(seconds):
        asked += hearing.is_time_to_ask()
        timer.now += 1
    return asked


def test_a_notice_resumes_the_line_and_again_it_does_nothing(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse
) -> None:
    told = settled(books, purse.push(AMOUNT, NUMBER))
    for _ in range(2):
        take_notice(telecom, bank, *books.notice_settled(told))
    assert balance(telecom) == AMOUNT
    assert collect_settled(telecom, bank) == 0, "asking tells nothing new"


def balance(telecom: Telecom) -> int:
    return line(telecom, NUMBER).balance_fen


def test_a_notice_arrives_over_http(
    url: str, telecom: Telecom, books: TestBank, line: Line, purse: Purse
) -> None:
    headers, body = books.notice_settled(settled(books, purse.push(AMOUNT, NUMBER)))
    with httpx.Client(base_url=url) as http:
        assert http.post("/v1/notices", headers=headers, content=body).status_code == 204
        forged = body.replace(b"5000", b"9000")
        assert http.post("/v1/notices", headers=headers, content=forged).status_code == 400
    assert balance(telecom) == AMOUNT


def test_what_a_notice_tells_of_no_line_is_kept_apart_and_can_go_back(
    telecom: Telecom, bank: Bank, books: TestBank, purse: Purse
) -> None:
    told = settled(books, purse.push(AMOUNT, "+8613899999999"))
    take_notice(telecom, bank, *books.notice_settled(told))
    (apart,) = unplaced(telecom, 9)
    assert apart.voucher == (purse.certificate.id, 1)


def test_a_notice_of_another_payee_of_the_merchants_is_left_alone(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse
) -> None:
    record = purse.record(purse.voucher(AMOUNT, NUMBER, payee_id=b"a till's"))
    take_notice(telecom, bank, *books.notice_settled(settled(books, record)))
    assert balance(telecom) == 0 and unplaced(telecom, 9) == []


def test_a_notice_that_the_bank_did_not_sign_credits_nothing(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse
) -> None:
    headers, body = books.notice_settled(settled(books, purse.push(AMOUNT, NUMBER)))
    with pytest.raises(NoticeRefused):
        take_notice(telecom, bank, headers, body.replace(b"5000", b"9000"))
    assert balance(telecom) == 0


def test_a_telecom_without_an_address_asks_every_second(timer: Timer) -> None:
    assert asked_in(Hearing(timer=timer), timer, 60) == 60 / QUICK_S


def test_a_telecom_that_is_told_asks_at_the_start_and_then_seldom(timer: Timer) -> None:
    assert asked_in(Hearing(hears=True, timer=timer), timer, 600) == 600 / SELDOM_S


def test_the_first_notice_has_it_asked_seldom(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, timer: Timer
) -> None:
    bank = replace(bank, hearing=Hearing(timer=timer))
    told = settled(books, purse.push(AMOUNT, NUMBER))
    take_notice(telecom, bank, *books.notice_settled(told))
    assert asked_in(bank.hearing, timer, 60) == 1


def test_a_notice_that_got_lost_has_the_bank_asked_often_until_the_next_one(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, timer: Timer
) -> None:
    bank = replace(bank, hearing=Hearing(hears=True, timer=timer))
    books.take(purse.push(AMOUNT, NUMBER))
    assert ask_what_is_settled(telecom, bank) == 1
    assert balance(telecom) == AMOUNT
    timer.now += 1
    assert asked_in(bank.hearing, timer, 10) == 10
    told = settled(books, purse.push(AMOUNT, NUMBER))
    take_notice(telecom, bank, *books.notice_settled(told))
    assert asked_in(bank.hearing, timer, 50) == 0
    timer.now += 10
    assert ask_what_is_settled(telecom, bank) == 0
    timer.now += 1
    assert ask_what_is_settled(telecom, bank) == 0 and not bank.hearing.is_time_to_ask()


def sell(books: TestBank, purse: Purse, clock: Clock, many: int) -> None:
    """Have cards pay at the tills of the telecom's shops, which are another payee."""
    for _ in range(many):
        clock.advance(seconds=1)
        books.take(purse.record(purse.voucher(AMOUNT, NUMBER, payee_id=b"a till's")))


def test_what_shops_sell_hides_no_voucher_and_has_no_list_read_that_is_known(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    sell(books, purse, clock, 101)
    assert collect_settled(telecom, bank) == 0
    books.take(purse.push(AMOUNT, NUMBER))
    sell(books, purse, clock, 101)
    assert collect_settled(telecom, bank) == 1 and balance(telecom) == AMOUNT
    before = books.pages_listed
    for _ in range(3):
        assert collect_settled(telecom, bank) == 0
    assert books.pages_listed == before + 3


def test_a_page_of_what_notices_have_told_hides_none_that_no_notice_has(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    assert collect_settled(telecom, bank) == 0
    books.take(purse.push(AMOUNT, NUMBER))
    for _ in range(100):
        clock.advance(seconds=1)
        told = settled(books, purse.push(AMOUNT, NUMBER))
        take_notice(telecom, bank, *books.notice_settled(told))
    assert collect_settled(telecom, bank) == 1
    assert balance(telecom) == 101 * AMOUNT
