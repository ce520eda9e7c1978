"""An id that means something already is refused before a card's bank hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder, balance, fill
from tests.bank.paying.orders import order, to
from tests.bank.paying.sellers import as_payee, open_order, open_seller
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.funding import booking
from zerobar.bank.funding.cards import allow_auto_top_up
from zerobar.bank.funding.model import Asked, CardOrder, OrderKind, OrderStatus, Reason
from zerobar.bank.funding.orders import new_order
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.ids import Word
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.refunds import refund_payment
from zerobar.ledger import Result, Transfer, TransferKind
from zerobar.purse.money import Fen

Ask = Callable[[Funded, Asked], CardOrder]


@pytest.mark.parametrize("ask", [Funded.save, Funded.exchange])
def test_a_payments_id_moves_no_money_to_or_from_a_card(
    bank: Bank, funded: Funded, bea: Holder, ask: Ask
) -> None:
    fill(bank, funded.holder.wallet, Fen(500_00))
    paid = pay_now(bank, order(bank, funded.holder, to(bea), 1_00))
    refused = ask(funded, funded.ask(100_00, order_id=paid.id))
    assert (refused.status, refused.reason) == (OrderStatus.REFUSED, Reason.ID_USED)
    assert funded.partners.bank.orders == []
    assert (funded.in_wallet, funded.on_card(), funded.held()) == (499_00, 1_000_00, 0)
    assert ask(funded, funded.ask(100_00, order_id=paid.id)) == refused


def test_a_refunds_id_gives_no_exchange_but_the_refund_is_done(
    bank: Bank, funded: Funded, clock: Clock
) -> None:
    holder, seller = funded.holder, open_seller(bank)
    allow_auto_top_up(bank, holder.person, holder.wallet, holder.key.id)
    paid = pay_now(bank, order(bank, holder, as_payee(open_order(bank, seller, 50_00)), 50_00))
    refund = refund_payment(bank, bank.new_id(), paid.id, Fen(50_00), seller.wallet)
    asked = len(funded.partners.bank.orders)
    refused = funded.exchange(funded.ask(300_00, order_id=refund.id))
    assert (refused.status, refused.reason) == (OrderStatus.REFUSED, Reason.ID_USED)
    assert len(funded.partners.bank.orders) == asked
    clock.advance(minutes=11)
    assert resolve_orders(bank) == 0
    assert (funded.on_card(), funded.in_wallet, funded.held()) == (1_000_00, 0, 0)
    funded.check_books()


def test_each_transfer_of_an_order_has_an_id_of_its_own(funded: Funded) -> None:
    asked = new_order(funded.bank, OrderKind.EXCHANGE, funded.wallet(), funded.ask(40_00))
    back = booking.deposit(asked, Word.FUNDING_DEPOSIT_TO_RETURN)
    chain = booking.commit(asked, None), booking.void(asked), booking.deposit(asked), back
    assert len({asked.id, *(transfer.id for transfer in chain)}) == 5


def test_a_save_that_is_under_way_keeps_its_id_from_a_payment(
    bank: Bank, funded: Funded, bea: Holder, clock: Clock
) -> None:
    fill(bank, funded.holder.wallet, Fen(500_00))
    funded.partners.bank.lose_answers = 1
    saved = funded.save(funded.ask(100_00))
    assert saved.status is OrderStatus.PENDING
    wallet = funded.holder.wallet
    mine = Transfer(saved.id, wallet, bea.wallet, Fen(1), TransferCode.TRANSFER)
    assert [answer.result for answer in bank.ledger.post(mine)] == [Result.OTHER_CONTENT]
    clock.advance(minutes=1)
    assert resolve_orders(bank) == 1
    assert funded.order(saved.id).status is OrderStatus.DONE
    assert (balance(bank, bea.wallet), funded.in_wallet, funded.held()) == (0, 400_00, 0)
    funded.check_books()


def test_a_hold_of_the_same_terms_is_the_same_hold(bank: Bank, funded: Funded) -> None:
    asked = new_order(bank, OrderKind.EXCHANGE, funded.wallet(), funded.ask(40_00))
    assert booking.post(bank, asked, booking.hold(asked, None)) == ""
    assert booking.post(bank, asked, booking.hold(asked, 10**9)) == ""
    assert booking.hold(asked, None).kind is TransferKind.HOLD
    other = replace(asked, amount=Fen(41_00))
    assert booking.post(bank, other, booking.hold(other, None)) == Reason.ID_USED
    assert funded.held() == 40_00
