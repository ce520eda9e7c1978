"""How a refund is divided between the card that paid and the wallet, whoever asks meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder, balance, fill, move
from tests.bank.paying.orders import order
from tests.bank.paying.sellers import Seller, as_payee, open_order
from zerobar.bank.chart import AccountCode, TransferCode, accounts_of_operator, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.funding.store import set_auto_top_up
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import InsufficientBalance, OutcomeUnknown
from zerobar.bank.paying.model import Payment, Refund
from zerobar.bank.paying.refunds import refund_payment
from zerobar.ledger import LedgerUnavailable, open_accounts
from zerobar.purse.money import Fen


@pytest.fixture
def paid(funded: Funded, seller: Seller) -> Payment:
    """Anna has paid 100.00, of which a card had to give 60.00."""
    bank = funded.bank
    fill(bank, funded.holder.wallet, Fen(40_00))
    with bank.connection() as connection:
        set_auto_top_up(connection, funded.holder.wallet, True)
    payee = as_payee(open_order(bank, seller, 100_00))
    return pay_now(bank, order(bank, funded.holder, payee, 100_00))


def give(bank: Bank, seller: Seller, payment: Payment, amount: int) -> Refund:
    return refund_payment(bank, bank.new_id(), payment.id, Fen(amount), seller.wallet)


def other_operator(bank: Bank) -> Bank:
    """Return the program of another operator that shares the books."""
    other = replace(bank, operator_id=bank.new_id())
    with bank.connection() as connection:
        open_accounts(connection, accounts_of_operator(other.operator_id), bank.clock())
    return other


class Watched:
    """A ledger that looks whether a payment's row is locked while it is asked, or is away."""

    def __init__(self, bank: Bank, payment: Payment, *, away: bool = False) -> None:
        self._bank, self._payment, self._away = bank, payment, away

    def post(self, *transfers: Any, **more: Any) -> Any:
        with self._bank.transaction() as connection:
            connection.execute(
                "SELECT FROM bank.payment WHERE payment_id = %s FOR UPDATE NOWAIT",
                (self._payment.id,),
            )
        if self._away:
            raise LedgerUnavailable
        return self._bank.ledger.post(*transfers, **more)


def test_the_cards_part_is_booked_to_the_operator_of_the_payers_wallet(
    funded: Funded, seller: Seller, paid: Payment
) -> None:
    bank, vault = funded.bank, funded.in_books(AccountCode.VAULT)
    other = other_operator(bank)
    refund = give(other, seller, paid, 100_00)
    assert refund.card_amount == 60_00
    assert funded.in_books(AccountCode.VAULT) == vault + 60_00
    assert balance(bank, operator_account(other.operator_id, AccountCode.VAULT)) == 0
    funded.check_books()


def test_another_operator_leaves_the_card_to_the_operator_that_knows_it(
    funded: Funded, seller: Seller, paid: Payment
) -> None:
    bank = funded.bank
    other = other_operator(bank)
    give(other, seller, paid, 100_00)
    assert (funded.on_card(), funded.in_wallet) == (940_00, 40_00)
    bank.clock.advance(minutes=1)  # type: ignore[attr-defined]
    assert resolve_orders(other) == 0
    assert resolve_orders(bank) == 1
    assert funded.on_card() == 1_000_00
    funded.check_books()


def test_refunds_asked_at_once_give_the_card_just_what_it_paid(
    funded: Funded, seller: Seller, paid: Payment
) -> None:
    with ThreadPoolExecutor(5) as pool:
        made = list(pool.map(lambda _: give(funded.bank, seller, paid, 20_00), range(5)))
    assert sum(refund.card_amount for refund in made) == 60_00
    assert (funded.on_card(), funded.in_wallet) == (1_000_00, 40_00)
    funded.check_books()


def test_nobody_waits_for_a_payments_row_while_the_ledger_is_asked(
    funded: Funded, seller: Seller, paid: Payment
) -> None:
    watched: Any = Watched(funded.bank, paid)
    give(replace(funded.bank, ledger=watched), seller, paid, 100_00)
    assert funded.on_card() == 1_000_00


def test_a_refund_that_was_cut_off_keeps_its_division(
    funded: Funded, seller: Seller, paid: Payment
) -> None:
    bank, refund_id = funded.bank, funded.bank.new_id()
    away: Any = Watched(bank, paid, away=True)
    asked = refund_id, paid.id, Fen(50_00), seller.wallet
    with pytest.raises(OutcomeUnknown):
        refund_payment(replace(bank, ledger=away), *asked)
    assert give(bank, seller, paid, 50_00).card_amount == 10_00
    assert refund_payment(bank, *asked).card_amount == 50_00
    with pytest.raises(IdUsed):
        refund_payment(bank, refund_id, paid.id, Fen(49_00), seller.wallet)
    assert funded.on_card() == 1_000_00


def test_what_a_refused_refund_was_to_give_the_card_is_given_by_the_next(
    funded: Funded, seller: Seller, paid: Payment, bea: Holder
) -> None:
    bank = funded.bank
    move(bank, seller.wallet, bea.wallet, Fen(50_00), TransferCode.MERCHANT_SETTLEMENT)
    refused = bank.new_id()
    for _ in range(2):
        with pytest.raises(InsufficientBalance):
            refund_payment(bank, refused, paid.id, Fen(60_00), seller.wallet)
    assert give(bank, seller, paid, 50_00).card_amount == 50_00
