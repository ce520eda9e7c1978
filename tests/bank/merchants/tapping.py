"""A shop with a till, cards of somebody with money, and taps: what tests of taps have in common.

order = new_order(bank, shop, 30_00)
pay_by_tap(bank, shop.till, order.id, tap(bank, shop, order, loaded))
"""

from __future__ import annotations

import pytest

from tests.bank.doubles import Doubles
from tests.bank.funding.cards import CARDS, Funded
from tests.bank.holders import Holder, balance, fill, grant, move
from tests.bank.merchants.trading import STAFF, Trader, begin
from tests.bank.purses.conftest import CARD_PIN, MakeCard, Sim, by, consent
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.context import Bank
from zerobar.bank.funding.cards import allow_auto_top_up, bind_card
from zerobar.bank.merchants.model import Order
from zerobar.bank.merchants.onboarding import suspend_merchant
from zerobar.bank.merchants.orders import read_order
from zerobar.bank.merchants.refunding import NewRefund, refund_order
from zerobar.bank.merchants.tap_errors import TapDeclined
from zerobar.bank.merchants.tapping import pay_by_tap, reference_of, tap_request
from zerobar.bank.purses.charging import load
from zerobar.bank.purses.linking import link_purse
from zerobar.purse.messages import Kind, Push
from zerobar.purse.money import CNY, Fen


@pytest.fixture
def shop(offering: Bank) -> Trader:
    return begin(offering)


@pytest.fixture
def loaded(offering: Bank, anna: Holder, sim: Sim) -> Sim:
    """Anna's purse with 200.00, from her wallet of 1,500.00."""
    grant(offering, anna)
    sim.card.accept(*load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(200_00)))
    return sim


def tap(bank: Bank, shop: Trader, order: Order, sim: Sim, kind: Kind = Kind.AUTHORISE) -> bytes:
    """Show a card what the bank signs for an order, and return the voucher."""
    return bytes(sim.card.pay(tap_request(bank, shop.till, order.id, kind)))


def push(bank: Bank, shop: Trader, order: Order, sim: Sim) -> bytes:
    """Have a card pay an order that it was shown no request of."""
    payee = tap_request(bank, shop.till, order.id, Kind.PAYMENT).certificate.id
    sim.card.verify_pin(CARD_PIN)
    what = Push(
        kind=Kind.PUSH,
        payee_id=payee,
        amount=order.amount,
        currency=CNY,
        time=bytes(4),
        reference=reference_of(order.id),
    )
    return bytes(sim.card.pay(what))


def in_card(sim: Sim) -> int:
    return int(sim.card.state(bytes(8)).balance)


def refunded(bank: Bank, shop: Trader, order: Order, amount: int, number: str = "R-1") -> None:
    refund_order(bank, shop.till, bank.new_id(), NewRefund(order.id, number, Fen(amount), ""))


def reason(bank: Bank, shop: Trader, order: Order, voucher: bytes) -> object:
    """Return why an order is not paid."""
    with pytest.raises(TapDeclined) as refused:
        pay_by_tap(bank, shop.till, order.id, voucher)
    with pytest.raises(TapDeclined) as again:
        pay_by_tap(bank, shop.till, order.id, voucher)
    assert again.value.facts == refused.value.facts
    assert read_order(bank, shop.till, order.id).payment_id is None
    return refused.value.facts["reason"]


def check(bank: Bank) -> None:
    assert not [(each.name, each.deviations) for each in check_books(bank) if each.many]


def drain(bank: Bank, holder: Holder, left: int) -> None:
    """Leave so much in a wallet."""
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    amount = Fen(balance(bank, holder.wallet) - left)
    move(bank, holder.wallet, vault, amount, TransferCode.REDEEM)


def suspend(bank: Bank, shop: Trader) -> None:
    suspend_merchant(bank, STAFF, shop.merchant.id, suspended=True)


@pytest.fixture
def lacking(
    offering: Bank, partners: Doubles, verified: Holder, make_card: MakeCard
) -> tuple[Funded, Sim]:
    """Anna with a bank card, 10.00 in the wallet, auto top-up, and a linked purse."""
    cards = [bind_card(offering, verified.session, offering.new_id(), CARDS[0]).id]
    made = make_card()
    link_purse(offering, by(verified), verified.wallet, made.proof(offering, verified.person))
    fill(offering, verified.wallet, Fen(10_00))
    allow_auto_top_up(offering, verified.person, verified.wallet, verified.key.id)
    return Funded(offering, partners, verified, cards), made
