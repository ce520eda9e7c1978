from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder, balance, fill, grant, open_holder
from tests.bank.paying.orders import falsified, order, to
from tests.bank.paying.sellers import Seller, as_payee, open_order
from zerobar.bank.context import Bank
from zerobar.bank.funding.store import set_auto_top_up
from zerobar.bank.paying import engine
from zerobar.bank.paying.desk import MAX_TOPPING, PaymentDesk
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import InsufficientBalance, NotPayable, TooBusy
from zerobar.bank.paying.model import Payment, PaymentOrder
from zerobar.bank.people.errors import OverLimit
from zerobar.bank.signatures import SignatureWrong
from zerobar.ledger import read_counter, trial_balance
from zerobar.purse.money import Fen


@pytest.fixture
def desk(bank: Bank) -> Iterator[PaymentDesk]:
    with PaymentDesk(bank) as desk:
        yield desk


def outcomes(desk: PaymentDesk, orders: list[PaymentOrder]) -> list[Payment | BaseException]:
    async def together() -> list[Payment | BaseException]:
        return await asyncio.gather(*(desk.pay(asked) for asked in orders), return_exceptions=True)

    return asyncio.run(together())


def test_orders_that_come_at_once_are_all_answered(
    bank: Bank, desk: PaymentDesk, payer: Holder, bea: Holder
) -> None:
    orders = [order(bank, payer, to(bea), amount) for amount in range(1, 101)]
    paid = outcomes(desk, orders)
    assert [p.id for p in paid if isinstance(p, Payment)] == [o.payment_id for o in orders]
    assert balance(bank, bea.wallet) == sum(range(1, 101))
    with bank.connection() as connection:
        assert trial_balance(connection).balanced


def test_each_gets_its_own_answer(
    bank: Bank, desk: PaymentDesk, payer: Holder, bea: Holder
) -> None:
    good = order(bank, payer, to(bea), 1)
    forged = order(bank, payer, to(bea), 2)
    forged = falsified(forged)
    big = order(bank, payer, to(bea), 2_000_01)
    again = good
    answers = outcomes(desk, [good, forged, big, again])
    assert [type(answer) for answer in answers] == [Payment, SignatureWrong, OverLimit, Payment]
    assert answers[0] == answers[3]
    assert balance(bank, bea.wallet) == 1


def test_a_days_limit_holds_however_many_ask_at_once(
    bank: Bank, desk: PaymentDesk, payer: Holder, bea: Holder
) -> None:
    fill(bank, payer.wallet, Fen(6_000_00))
    answers = outcomes(desk, [order(bank, payer, to(bea), 300_00) for _ in range(30)])
    assert sum(isinstance(answer, Payment) for answer in answers) == 16
    refused = [answer for answer in answers if isinstance(answer, OverLimit)]
    assert len(refused) == 14 and refused[0].facts["left_fen"] == 200_00
    assert balance(bank, bea.wallet) == 4_800_00
    with bank.connection() as connection:
        assert read_counter(connection, payer.wallet, 20261125) == 4_800_00


def test_an_order_is_paid_once_however_many_pay_it(
    bank: Bank, desk: PaymentDesk, payer: Holder, seller: Seller
) -> None:
    order_id = open_order(bank, seller, 5_00)
    answers = outcomes(desk, [order(bank, payer, as_payee(order_id), 5_00) for _ in range(20)])
    assert sum(isinstance(answer, Payment) for answer in answers) == 1
    assert sum(isinstance(answer, NotPayable) for answer in answers) == 19
    assert balance(bank, seller.wallet) == 5_00


def test_a_shortfall_does_not_hold_up_the_others(
    funded: Funded, desk: PaymentDesk, seller: Seller, bea: Holder
) -> None:
    bank, anna = funded.bank, funded.holder
    with bank.connection() as connection:
        set_auto_top_up(connection, anna.wallet, True)
    lacking = order(bank, anna, as_payee(open_order(bank, seller, 70_00)), 70_00)
    (paid,) = outcomes(desk, [lacking])
    assert isinstance(paid, Payment) and paid.card_amount == 70_00
    short = order(bank, anna, to(bea), 5_000_00)
    (refused,) = outcomes(desk, [short])
    assert isinstance(refused, InsufficientBalance)


def test_threads_may_use_it_too(bank: Bank, desk: PaymentDesk, payer: Holder, bea: Holder) -> None:
    orders = [order(bank, payer, to(bea), 1) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        paid = list(pool.map(lambda asked: desk.submit(asked).result(), orders))
    assert {p.id for p in paid} == {o.payment_id for o in orders}


def test_what_waits_is_finished_on_closing(bank: Bank, payer: Holder, bea: Holder) -> None:
    with PaymentDesk(bank) as desk:
        answers = [desk.submit(order(bank, payer, to(bea), 1)) for _ in range(20)]
    assert all(answer.done() and answer.result() for answer in answers)
    with pytest.raises(TooBusy):
        desk.submit(order(bank, payer, to(bea), 1))


def test_slow_cards_do_not_hold_up_who_waits_for_the_books_answer(
    bank: Bank, payer: Holder, bea: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()
    carl = open_holder(bank, "+8613800000009")
    with bank.connection() as connection:
        set_auto_top_up(connection, carl.wallet, True)
    grant(bank, carl)

    def cover_slowly(*_: object) -> None:
        waits.wait()
        raise InsufficientBalance(Fen(1))

    monkeypatch.setattr(engine, "cover", cover_slowly)
    asked = order(bank, payer, to(bea), 3_00)
    paid = pay_now(bank, asked)
    with PaymentDesk(bank) as desk, contextlib.ExitStack() as cards_answer:
        cards_answer.callback(waits.set)
        lacking = [desk.submit(order(bank, carl, to(bea), 1)) for _ in range(MAX_TOPPING)]
        too_many = [order(bank, payer, to(bea), 1_900_00) for _ in range(2)]
        refused = [desk.submit(each).exception(timeout=30) for each in too_many]
        assert any(isinstance(error, InsufficientBalance) for error in refused)
        assert desk.submit(asked).result(timeout=30) == paid
        assert not any(each.done() for each in lacking)
    assert all(isinstance(each.exception(), InsufficientBalance) for each in lacking)
