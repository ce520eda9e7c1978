"""Top-ups and refunds at the bank, over real HTTP, with answers and requests that get lost."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER, Clock
from tests.telecom.purses import Purse
from zerobar.client.merchants import OrderShown
from zerobar.purse.money import Fen
from zerobar.telecom import (
    Line,
    LineStatus,
    Telecom,
    account,
    bill_month,
    find_top_up,
    suspend_overdue,
    top_ups,
    unplaced,
)
from zerobar.telecom import line as line_now
from zerobar.telecom.bank import Bank
from zerobar.telecom.errors import (
    BankAway,
    BankRefused,
    CorrelatorUsed,
    IdUsed,
    LineClosed,
    NoticeRefused,
    NotPaidByOrder,
    OverRefund,
)
from zerobar.telecom.notices import take_notice
from zerobar.telecom.orders import (
    Asked,
    OrderState,
    ask_order,
    code_of,
    find_order,
    finish_orders,
    look_at_order,
    settle,
)
from zerobar.telecom.refunding import (
    AskedRefund,
    RefundState,
    find_refund,
    finish_refunds,
    give_back,
)
from zerobar.telecom.vouchers import bring_now, take_record

ASKED = Asked(NUMBER, Fen(5_000))
FOREVER = 99


def balance(telecom: Telecom) -> int:
    return line_now(telecom, NUMBER).balance_fen


@pytest.fixture
def paid(telecom: Telecom, bank: Bank, books: TestBank, line: Line) -> OrderShown:
    order_id = uuid4()
    ask_order(telecom, bank, order_id, ASKED)
    paid = books.pay(order_id)
    look_at_order(telecom, bank, order_id)
    return paid


def test_an_order_that_is_paid_tops_its_line_up_once(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line
) -> None:
    order_id = uuid4()
    assert ask_order(telecom, bank, order_id, ASKED).state is OrderState.OPEN
    assert books.orders[order_id].memo == NUMBER
    assert code_of(telecom, bank, order_id).startswith("000201")
    assert balance(telecom) == 0
    notice = books.notice_paid(books.pay(order_id))
    for _ in range(2):
        take_notice(telecom, bank, *notice)
        assert look_at_order(telecom, bank, order_id).state is OrderState.PAID
    assert balance(telecom) == 5_000
    assert [t.id for t in top_ups(telecom, NUMBER, 9)] == [books.orders[order_id].payment_id]


def test_without_any_notice_the_bank_is_asked(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, clock: Clock
) -> None:
    order_id = uuid4()
    ask_order(telecom, bank, order_id, ASKED)
    clock.advance(seconds=2)
    assert finish_orders(telecom, bank) == 0
    books.pay(order_id)
    assert finish_orders(telecom, bank) == 0, "it is not asked all the time"
    clock.advance(seconds=2)
    assert finish_orders(telecom, bank) == 1
    assert balance(telecom) == 5_000
    clock.advance(days=1)
    assert finish_orders(telecom, bank) == 0


def test_an_order_whose_answer_is_lost_is_one_order(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line
) -> None:
    books.lose_answers(2)
    assert ask_order(telecom, bank, uuid4(), ASKED).state is OrderState.OPEN
    assert len(books.orders) == 1


def test_an_order_is_kept_while_the_bank_is_away(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, clock: Clock
) -> None:
    order_id = uuid4()
    books.lose_requests(FOREVER)
    with pytest.raises(BankAway):
        ask_order(telecom, bank, order_id, ASKED)
    assert find_order(telecom, order_id).state is OrderState.ASKED
    with pytest.raises(BankAway):
        code_of(telecom, bank, order_id)
    books.lose_requests(0)
    clock.advance(minutes=1)
    finish_orders(telecom, bank)
    assert find_order(telecom, order_id).state is OrderState.OPEN


def test_an_order_that_the_bank_will_not_have_is_refused_for_good(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line
) -> None:
    # Of two ids that end alike, the second one's number at the bank is the first one's.
    first, other = UUID(int=1 << 96 | 7, version=4), UUID(int=2 << 96 | 7, version=4)
    ask_order(telecom, bank, first, ASKED)
    books.lose_requests(1)
    with pytest.raises(BankAway):
        ask_order(telecom, bank, other, ASKED)
    assert find_order(telecom, other).state is OrderState.ASKED, "the first attempt may be done"
    with pytest.raises(BankRefused):
        ask_order(telecom, bank, other, ASKED)
    assert find_order(telecom, other).state is OrderState.REFUSED


def test_an_order_that_expires_is_over(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line
) -> None:
    order_id = uuid4()
    ask_order(telecom, bank, order_id, ASKED)
    books.expire(order_id)
    assert look_at_order(telecom, bank, order_id).state is OrderState.OVER
    assert balance(telecom) == 0


def test_an_id_or_a_correlator_is_for_one_thing(telecom: Telecom, bank: Bank, line: Line) -> None:
    order_id = uuid4()
    mine = Asked(NUMBER, Fen(5_000), "mine")
    first = ask_order(telecom, bank, order_id, mine)
    assert ask_order(telecom, bank, uuid4(), mine).id == first.id
    with pytest.raises(CorrelatorUsed):
        ask_order(telecom, bank, uuid4(), Asked(NUMBER, Fen(5_001), "mine"))
    with pytest.raises(IdUsed):
        ask_order(telecom, bank, order_id, Asked(NUMBER, Fen(5_000), "yours"))


def test_the_banks_word_has_to_fit_the_order(telecom: Telecom, bank: Bank, line: Line) -> None:
    order_id = uuid4()
    ask_order(telecom, bank, order_id, ASKED)
    with pytest.raises(IdUsed):
        settle(telecom, order_id, uuid4(), Fen(4_999))
    settle(telecom, order_id, uuid4(), Fen(5_000))
    with pytest.raises(IdUsed):
        settle(telecom, order_id, uuid4(), Fen(5_000))
    assert balance(telecom) == 5_000


def test_a_notice_that_the_bank_has_not_signed_is_refused(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, clock: Clock
) -> None:
    order_id = uuid4()
    ask_order(telecom, bank, order_id, ASKED)
    headers, body = books.notice_paid(books.pay(order_id))
    with pytest.raises(NoticeRefused, match="signature"):
        take_notice(telecom, bank, headers, body.replace(b"5000", b"5001"))
    with pytest.raises(NoticeRefused, match="signature"):
        take_notice(telecom, bank, {}, body)
    clock.advance(minutes=6)
    with pytest.raises(NoticeRefused, match="long ago"):
        take_notice(telecom, bank, headers, body)
    assert balance(telecom) == 0


def test_notices_of_other_affairs_are_left_alone(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line
) -> None:
    sale = {"order_id": uuid4(), "amount_fen": 5, "payment_id": uuid4()}
    take_notice(telecom, bank, *books.notice("order.paid", order=sale))
    take_notice(telecom, bank, *books.notice("order.closed", order=sale))
    take_notice(telecom, bank, *books.notice("merchant.settled", settlement={}))
    take_notice(telecom, bank, *books.notice("refund.done", refund={"refund_id": uuid4()}))
    assert unplaced(telecom, 9) == []


def test_the_shops_standing_code_tops_up_the_line_that_the_payer_wrote(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line
) -> None:
    for memo in ("138 0000 0001", "thank you"):
        payment = {"payment_id": uuid4(), "amount_fen": 700, "memo": memo}
        take_notice(telecom, bank, *books.notice("shop.paid", payment=payment))
    assert balance(telecom) == 700
    assert [u.reason for u in unplaced(telecom, 9)] == ["bad-reference"]


def test_money_for_a_line_that_closed_meanwhile_goes_back(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, clock: Clock
) -> None:
    bill_month(telecom, "202611")
    order_id = uuid4()
    ask_order(telecom, bank, order_id, ASKED)
    clock.advance(days=90)
    suspend_overdue(telecom)
    books.pay(order_id)
    books.lose_answers(1)
    for _ in range(2):
        assert look_at_order(telecom, bank, order_id).state is OrderState.PAID
        clock.advance(minutes=2)
        finish_refunds(telecom, bank)
    assert [refund.amount_fen for refund in books.refunds.values()] == [5_000]
    assert balance(telecom) == -3_900
    with pytest.raises(LineClosed):
        ask_order(telecom, bank, uuid4(), ASKED)


def test_a_refund_is_made_once_whatever_gets_lost(
    telecom: Telecom, bank: Bank, books: TestBank, paid: OrderShown, clock: Clock
) -> None:
    assert paid.payment_id is not None
    asked, refund_id = AskedRefund(paid.payment_id, Fen(2_000)), uuid4()
    books.lose_answers(FOREVER)
    assert give_back(telecom, bank, refund_id, asked).state is RefundState.ASKED
    books.lose_answers(0)
    clock.advance(minutes=2)
    assert finish_refunds(telecom, bank) == 1
    assert give_back(telecom, bank, refund_id, asked).state is RefundState.DONE
    assert [refund.amount_fen for refund in books.refunds.values()] == [2_000]
    assert balance(telecom) == 3_000
    with pytest.raises(OverRefund):
        give_back(telecom, bank, uuid4(), AskedRefund(paid.payment_id, Fen(3_001)))
    with pytest.raises(IdUsed):
        give_back(telecom, bank, refund_id, AskedRefund(paid.payment_id, Fen(1)))


def test_what_the_bank_will_not_give_back_is_on_the_line_again(
    telecom: Telecom, bank: Bank, books: TestBank, paid: OrderShown
) -> None:
    assert paid.payment_id is not None
    books.refuse_refunds = True
    refund_id = uuid4()
    given = give_back(telecom, bank, refund_id, AskedRefund(paid.payment_id, Fen(5_000)))
    assert given.state is RefundState.REFUSED and given.reason == "over-refund"
    assert give_back(
        telecom, bank, refund_id, AskedRefund(paid.payment_id, Fen(5_000))
    ) == find_refund(telecom, refund_id)
    assert balance(telecom) == 5_000
    assert find_top_up(telecom, paid.payment_id).refunded == 0
    assert [int(e.kind) for e in account(telecom, NUMBER, None, 9)] == [4, 3, 2]


def test_a_refusal_after_a_lost_answer_is_no_refusal_yet(
    telecom: Telecom, bank: Bank, books: TestBank, paid: OrderShown
) -> None:
    """The first attempt, whose answer is lost, is done: what comes after it must not undo it."""
    assert paid.payment_id is not None
    refund_id = uuid4()
    books.lose_requests(1)
    books.refuse_refunds = True
    given = give_back(telecom, bank, refund_id, AskedRefund(paid.payment_id, Fen(5_000)))
    assert given.state is RefundState.ASKED
    assert balance(telecom) == 0


def test_what_came_by_voucher_is_not_given_back_by_the_bank(
    telecom: Telecom, bank: Bank, line: Line, purse: Purse
) -> None:
    kept = take_record(telecom, bank, purse.push(Fen(3_000), NUMBER))
    top_up_id = bring_now(telecom, bank, kept).top_up_id
    with pytest.raises(NotPaidByOrder):
        give_back(telecom, bank, uuid4(), AskedRefund(top_up_id, Fen(1)))
    assert balance(telecom) == 3_000


STEPS = st.lists(
    st.sampled_from(["ask", "pay", "notice", "look", "work", "lose request", "lose answer"]),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_on_the_way_a_paid_order_counts_once(
    telecom: Telecom, bank: Bank, books: TestBank, clock: Clock, line: Line, steps: list[str]
) -> None:
    order_id, before = uuid4(), balance(telecom)
    for step in [*steps, "calm", "ask", "work", "pay", "notice", "work"]:
        take_step(step, order_id, telecom, bank, books)
        clock.advance(minutes=1)
    assert find_order(telecom, order_id).state is OrderState.PAID
    assert balance(telecom) == before + 5_000
    assert line_now(telecom, NUMBER).status is LineStatus.ACTIVE


def take_step(step: str, order_id: UUID, telecom: Telecom, bank: Bank, books: TestBank) -> None:
    order = books.orders.get(order_id)
    match step:
        case "ask":
            with suppress(BankAway):
                ask_order(telecom, bank, order_id, ASKED)
        case "work":
            finish_orders(telecom, bank)
        case "lose request":
            books.lose_requests(7)
        case "lose answer":
            books.lose_answers(7)
        case "calm":
            books.lose_requests(0)
            books.lose_answers(0)
        case _ if order is not None:
            go_on(step, order, telecom, bank, books)


def go_on(step: str, order: OrderShown, telecom: Telecom, bank: Bank, books: TestBank) -> None:
    is_paid = order.payment_id is not None
    if step == "look":
        # Whether the telecom knows of it or not: an answer may have been lost.
        look_at_order(telecom, bank, order.order_id)
    elif step == "pay" and not is_paid:
        books.pay(order.order_id)
    elif step == "notice" and is_paid:
        take_notice(telecom, bank, *books.notice_paid(order))
