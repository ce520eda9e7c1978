"""What is frozen, suspended or revoked after a payment was judged, and before it was posted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.bank.holders import Holder, balance, grant, new_key
from tests.bank.merchants.trading import STAFF, Trader, begin, give_key, new_order
from tests.bank.paying.orders import order, to
from tests.bank.paying.sellers import as_payee, charge, open_order, open_seller
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError
from zerobar.bank.halting import halt, key_revocation
from zerobar.bank.merchants import onboarding, shops
from zerobar.bank.paying import charging, engine, facts
from zerobar.bank.paying.charging import pay_by_code
from zerobar.bank.paying.codes import enrol_code
from zerobar.bank.paying.engine import conclude, examine, pay_now
from zerobar.bank.paying.errors import CodeWrong, NotTrading, PayeeNotOpen
from zerobar.bank.paying.judging import Approved
from zerobar.bank.paying.model import Payee, PayeeKind, PaymentOrder
from zerobar.bank.paying.reading import outcome_for
from zerobar.bank.paying.targets import Target, find_targets
from zerobar.bank.people import store as people
from zerobar.bank.people.devices import revoke_device
from zerobar.bank.people.errors import WalletFrozen
from zerobar.bank.people.sessions import session_of
from zerobar.bank.people.wallets import Freezer, freeze_wallet, unfreeze_wallet
from zerobar.bank.signatures import KeyUnknown
from zerobar.codes.customer import derive_code
from zerobar.ledger import read_counter


def judged_before(bank: Bank, asked: PaymentOrder, happens: Callable[[], object]) -> BankError:
    """Judge an order, let something happen, then post it; return why it was refused."""
    (verdict,) = examine(bank, [asked])
    assert isinstance(verdict, Approved)
    happens()
    posting = verdict.posting
    answer = bank.ledger.post(*posting.transfers, counters=posting.counters, rows=posting.rows)
    with pytest.raises(BankError) as refused:
        conclude(bank, asked, verdict, answer)
    return refused.value


def test_freezing_stops_what_was_judged_before(bank: Bank, payer: Holder, bea: Holder) -> None:
    asked = order(bank, payer, to(bea), 1_00)
    refused = judged_before(bank, asked, lambda: freeze_wallet(bank, payer.wallet, Freezer.BANK))
    assert isinstance(refused, WalletFrozen)
    assert balance(bank, bea.wallet) == 0
    assert outcome_for(bank, payer.person, asked.payment_id).refusal == "wallet-frozen"


def test_freezing_the_payee_stops_it_too(bank: Bank, payer: Holder, bea: Holder) -> None:
    asked = order(bank, payer, to(bea), 1_00)
    refused = judged_before(bank, asked, lambda: freeze_wallet(bank, bea.wallet, Freezer.HOLDER))
    assert isinstance(refused, PayeeNotOpen)
    assert outcome_for(bank, payer.person, asked.payment_id).refusal == "payee-not-open"


def test_a_payment_does_not_wait_for_the_wallet_to_be_unfrozen(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    def freeze_and_unfreeze() -> None:
        freeze_wallet(bank, payer.wallet, Freezer.HOLDER)
        unfreeze_wallet(bank, payer.wallet, Freezer.HOLDER)

    judged_before(bank, order(bank, payer, to(bea), 1_00), freeze_and_unfreeze)
    grant(bank, payer)
    pay_now(bank, order(bank, payer, to(bea), 2_00))
    assert balance(bank, bea.wallet) == 2_00


def test_freezing_twice_stops_no_more_than_once(bank: Bank, payer: Holder, bea: Holder) -> None:
    for freezer in (Freezer.HOLDER, Freezer.BANK):
        freeze_wallet(bank, payer.wallet, freezer)
    unfreeze_wallet(bank, payer.wallet, Freezer.BANK)
    grant(bank, payer)
    pay_now(bank, order(bank, payer, to(bea), 1_00))


def test_revoking_a_device_stops_what_it_has_signed(bank: Bank, payer: Holder, bea: Holder) -> None:
    asked = order(bank, payer, to(bea), 1_00)
    session = session_of(bank, payer.token)
    refused = judged_before(bank, asked, lambda: revoke_device(bank, session, payer.key.id))
    assert isinstance(refused, KeyUnknown)
    assert balance(bank, bea.wallet) == 0


@pytest.fixture
def tea(bank: Bank) -> Trader:
    return begin(bank)


def test_suspending_a_merchant_stops_what_was_judged_before(
    bank: Bank, payer: Holder, tea: Trader
) -> None:
    def suspend() -> None:
        onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)

    made = new_order(bank, tea, 1_00)
    for payee in (as_payee(made.id), Payee(PayeeKind.SHOP, tea.shop.code)):
        refused = judged_before(bank, order(bank, payer, payee, 1_00), suspend)
        assert isinstance(refused, NotTrading)
        onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=False)
    pay_now(bank, order(bank, payer, as_payee(made.id), 1_00))
    assert balance(bank, tea.wallet) == 1_00


def test_a_suspension_while_an_order_is_looked_up_stops_its_payment(
    bank: Bank, payer: Holder, tea: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_then_suspend(*asked: Any) -> dict[Payee, Target]:
        found = find_targets(*asked)
        onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
        return found

    monkeypatch.setattr(facts, "find_targets", find_then_suspend)
    made = new_order(bank, tea, 1_00)
    with pytest.raises(NotTrading):
        pay_now(bank, order(bank, payer, as_payee(made.id), 1_00))


def test_closing_a_shop_stops_what_was_judged_before(
    bank: Bank, payer: Holder, tea: Trader
) -> None:
    asked = order(bank, payer, Payee(PayeeKind.SHOP, tea.shop.code), 1_00)
    refused = judged_before(bank, asked, lambda: shops.close_shop(bank, tea.server, tea.shop.id))
    assert isinstance(refused, NotTrading)


def revoke(bank: Bank, key_id: UUID) -> None:
    """As whoever revokes a key does: the tables first, then the ledger."""
    with bank.transaction() as connection:
        people.revoke_signing_key(connection, key_id, bank.clock())
    halt(bank, key_revocation(key_id))


@pytest.mark.parametrize("whose", ["the customer's phone", "the till"])
def test_revoking_a_key_stops_a_code_that_was_read_before(
    bank: Bank, payer: Holder, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    seller = open_seller(bank)
    enrolled = enrol_code(bank, payer.person, payer.wallet, payer.key.id, bank.new_id())
    code = derive_code(enrolled.secret, enrolled.handle, int(bank.clock().timestamp()), 0)
    key_id = payer.key.id if whose == "the customer's phone" else seller.till.id

    def revoke_then_pay(bank: Bank, asked: PaymentOrder) -> object:
        revoke(bank, key_id)
        return engine.pay_now(bank, asked)

    monkeypatch.setattr(charging, "pay_now", revoke_then_pay)
    with pytest.raises((CodeWrong, KeyUnknown)):
        pay_by_code(bank, charge(bank, seller, open_order(bank, seller, 1_00), code))
    assert balance(bank, seller.wallet) == 0


def test_a_revoked_till_and_a_replaced_server_key_are_told_to_the_books(
    bank: Bank, tea: Trader
) -> None:
    shops.revoke_terminal(bank, tea.server, _terminal(tea))
    give_key(bank, tea.merchant.id, new_key(bank))
    for key in (tea.till_key, tea.server_key):
        assert _revocations(bank, key.id) == 1


def _terminal(tea: Trader) -> UUID:
    assert tea.till.terminal is not None
    return tea.till.terminal.id


def _revocations(bank: Bank, key_id: UUID) -> int:
    with bank.connection() as connection:
        return read_counter(connection, key_revocation(key_id).key, 0)
