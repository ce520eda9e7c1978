from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder, balance, fill
from tests.bank.paying.orders import order
from tests.bank.paying.sellers import Seller, as_payee, open_order
from zerobar.bank.chart import AccountCode
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.funding.store import set_auto_top_up
from zerobar.bank.paying import store
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import (
    InsufficientBalance,
    PaymentUnknown,
    RefundTooMuch,
)
from zerobar.bank.paying.model import NoticeKind, Payment, Refund
from zerobar.bank.paying.refunds import refund_payment
from zerobar.bank.people.errors import OverLimit, WalletClosed
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.purse.money import Fen


def sell(bank: Bank, payer: Holder, seller: Seller, amount: int) -> Payment:
    order_id = open_order(bank, seller, amount)
    return pay_now(bank, order(bank, payer, as_payee(order_id), amount))


def refund(bank: Bank, seller: Seller, payment: Payment, amount: int) -> Refund:
    return refund_payment(bank, bank.new_id(), payment.id, Fen(amount), seller.wallet)


def test_parts_go_back_but_never_more_than_was_paid(
    bank: Bank, payer: Holder, seller: Seller
) -> None:
    before = balance(bank, payer.wallet)
    payment = sell(bank, payer, seller, 100_00)
    refund(bank, seller, payment, 30_00)
    refund(bank, seller, payment, 60_00)
    with pytest.raises(RefundTooMuch) as refused:
        refund(bank, seller, payment, 10_01)
    assert refused.value.facts == {"left_fen": 10_00}
    refund(bank, seller, payment, 10_00)
    assert (balance(bank, payer.wallet), balance(bank, seller.wallet)) == (before, 0)


def test_the_same_refund_is_made_once(bank: Bank, payer: Holder, seller: Seller) -> None:
    payment = sell(bank, payer, seller, 100_00)
    asked = bank.new_id(), payment.id
    first = refund_payment(bank, *asked, Fen(30_00), seller.wallet, reason="cold tea")
    assert refund_payment(bank, *asked, Fen(30_00), seller.wallet, reason="cold tea") == first
    with pytest.raises(IdUsed):
        refund_payment(bank, *asked, Fen(31_00), seller.wallet)
    assert balance(bank, seller.wallet) == 70_00
    with bank.connection() as connection:
        (told,) = store.notices_of_person(connection, payer.person, None, 10)
    assert (told.kind, told.amount, told.text) == (NoticeKind.REFUNDED, 30_00, "cold tea")


def test_refunds_asked_at_once_do_not_exceed_the_payment(
    bank: Bank, payer: Holder, seller: Seller
) -> None:
    payment = sell(bank, payer, seller, 100_00)
    sell(bank, payer, seller, 500_00)

    def attempt(_: int) -> bool:
        try:
            return bool(refund(bank, seller, payment, 30_00))
        except RefundTooMuch:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 3
    assert balance(bank, seller.wallet) == 510_00


def test_only_who_was_paid_gives_back(bank: Bank, payer: Holder, seller: Seller) -> None:
    payment = sell(bank, payer, seller, 1_00)
    with pytest.raises(PaymentUnknown):
        refund_payment(bank, bank.new_id(), payment.id, Fen(1), payer.wallet)
    with pytest.raises(PaymentUnknown):
        refund_payment(bank, bank.new_id(), bank.new_id(), Fen(1), seller.wallet)


def test_a_seller_without_money_cannot_give_back(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller
) -> None:
    payment = sell(bank, payer, seller, 100_00)
    from tests.bank.holders import move
    from zerobar.bank.chart import TransferCode

    move(bank, seller.wallet, bea.wallet, Fen(90_00), TransferCode.MERCHANT_SETTLEMENT)
    with pytest.raises(InsufficientBalance) as refused:
        refund(bank, seller, payment, 15_00)
    assert refused.value.facts == {"shortfall_fen": 5_00}
    refund(bank, seller, payment, 10_00)


def test_a_frozen_and_full_wallet_gets_its_money_back(
    bank: Bank, payer: Holder, seller: Seller
) -> None:
    payment = sell(bank, payer, seller, 100_00)
    fill(bank, payer.wallet, Fen(20_000_00))
    freeze_wallet(bank, payer.wallet, Freezer.BANK)
    before = balance(bank, payer.wallet)
    refund(bank, seller, payment, 100_00)
    assert balance(bank, payer.wallet) == before + 100_00


def test_a_closed_wallet_is_told_to_the_seller(bank: Bank, payer: Holder, seller: Seller) -> None:
    payment = sell(bank, payer, seller, 100_00)
    with bank.connection() as connection:
        connection.execute(
            "UPDATE bank.wallet SET closed_at = %s WHERE wallet_id = %s",
            (bank.clock(), payer.wallet),
        )
    with pytest.raises(WalletClosed):
        refund(bank, seller, payment, 100_00)
    assert balance(bank, seller.wallet) == 100_00


# --- with a card --------------------------------------------------------------------------


@pytest.fixture
def topping(funded: Funded) -> Funded:
    """Anna with 40.00 in the wallet and cards that may be asked."""
    fill(funded.bank, funded.holder.wallet, Fen(40_00))
    with funded.bank.connection() as connection:
        set_auto_top_up(connection, funded.holder.wallet, True)
    return funded


def test_a_card_pays_just_what_is_missing(topping: Funded, seller: Seller) -> None:
    payment = sell(topping.bank, topping.holder, seller, 100_00)
    assert (payment.card_id, payment.card_amount) == (topping.cards[0], 60_00)
    assert (topping.in_wallet, topping.on_card()) == (0, 940_00)
    topping.check_books()


def test_what_a_limit_forbids_is_not_asked_of_a_card(topping: Funded, seller: Seller) -> None:
    with topping.bank.connection() as connection:
        connection.execute(
            "UPDATE bank.wallet SET category = 4 WHERE wallet_id = %s", (topping.holder.wallet,)
        )
    for amount in (2_000_00, 2_000_00):
        fill(topping.bank, topping.holder.wallet, Fen(amount))
        sell(topping.bank, topping.holder, seller, amount)
    with pytest.raises(OverLimit):
        sell(topping.bank, topping.holder, seller, 1_040_00)
    assert topping.on_card() == 1_000_00


def test_a_card_that_does_not_pay_leaves_the_payment_undone(
    topping: Funded, seller: Seller
) -> None:
    with pytest.raises(InsufficientBalance) as refused:
        sell(topping.bank, topping.holder, seller, 1_100_00)
    assert refused.value.facts == {"shortfall_fen": 1_060_00}
    assert (topping.in_wallet, balance(topping.bank, seller.wallet)) == (40_00, 0)


def test_a_payment_cut_off_after_the_card_paid_still_knows_the_card(
    topping: Funded, seller: Seller
) -> None:
    from zerobar.bank.paying.engine import examine
    from zerobar.bank.paying.judging import Short
    from zerobar.bank.paying.topping import cover

    bank = topping.bank
    order_id = open_order(bank, seller, 100_00)
    asked = order(bank, topping.holder, as_payee(order_id), 100_00)
    (short,) = examine(bank, [asked])
    assert isinstance(short, Short)
    cover(bank, asked, short)
    payment = pay_now(bank, asked)
    assert (payment.card_id, payment.card_amount) == (topping.cards[0], 60_00)
    assert topping.on_card() == 940_00


def test_the_cards_part_goes_back_to_the_card_first(topping: Funded, seller: Seller) -> None:
    bank = topping.bank
    payment = sell(bank, topping.holder, seller, 100_00)
    first = refund(bank, seller, payment, 50_00)
    second = refund(bank, seller, payment, 50_00)
    assert (first.card_amount, second.card_amount) == (50_00, 10_00)
    assert (topping.in_wallet, topping.on_card()) == (40_00, 1_000_00)
    assert balance(bank, seller.wallet) == 0
    topping.check_books()


def test_a_card_whose_bank_does_not_answer_gets_its_part_later(
    topping: Funded, seller: Seller
) -> None:
    bank = topping.bank
    payment = sell(bank, topping.holder, seller, 100_00)
    topping.partners.bank.lose_orders = 1
    vault = topping.in_books(AccountCode.VAULT)
    refund(bank, seller, payment, 100_00)
    assert (topping.in_wallet, topping.on_card()) == (40_00, 940_00)
    assert topping.in_books(AccountCode.VAULT) == vault + 60_00
    bank.clock.advance(minutes=1)  # type: ignore[attr-defined]
    resolve_orders(bank)
    assert topping.on_card() == 1_000_00
    topping.check_books()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(1, 200_00), st.lists(st.integers(1, 120_00), min_size=1, max_size=5))
def test_whatever_is_refunded_money_goes_back_where_it_came_from(
    topping: Funded, seller: Seller, amount: int, parts: list[int]
) -> None:
    bank, in_wallet, on_card = topping.bank, topping.in_wallet, topping.on_card()
    payment = sell(bank, topping.holder, seller, amount)
    refunded = 0
    for part in parts:
        if refunded + part <= amount:
            refund(bank, seller, payment, part)
            refunded += part
        else:
            with pytest.raises(RefundTooMuch):
                refund(bank, seller, payment, part)
    to_card = min(refunded, payment.card_amount)
    assert topping.on_card() == on_card - payment.card_amount + to_card
    own = amount - payment.card_amount
    assert topping.in_wallet == in_wallet - own + refunded - to_card
    refund_rest(bank, seller, payment, amount - refunded)
    assert (topping.in_wallet, topping.on_card()) == (in_wallet, on_card)


def refund_rest(bank: Bank, seller: Seller, payment: Payment, rest: int) -> None:
    if rest:
        refund(bank, seller, payment, rest)
