"""Taps that come late, twice, from opened elements, from other shops: what they cannot do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.funding.conftest import verified
from tests.bank.holders import Holder, balance, new_key
from tests.bank.merchants.tapping import (
    check,
    in_card,
    lacking,
    loaded,
    push,
    reason,
    refunded,
    shop,
    suspend,
    tap,
)
from tests.bank.merchants.trading import (
    STAFF,
    Trader,
    charge_request,
    enrol,
    new_order,
    pay,
    seller,
    wanted,
)
from tests.bank.purses.conftest import CARD_PIN, Sim, keys, make_card, offering, sim
from tests.bank.settlement.vouchers import record
from zerobar.bank.context import Bank
from zerobar.bank.fraud.flagging import flag
from zerobar.bank.fraud.model import NOTHING, Finding, FraudTest
from zerobar.bank.fraud.releasing import RELEASE_VOUCHER
from zerobar.bank.halting import halt, wallet_halts
from zerobar.bank.merchants import shops
from zerobar.bank.merchants.charging import charge_order
from zerobar.bank.merchants.errors import OtherShop
from zerobar.bank.merchants.model import Order
from zerobar.bank.merchants.onboarding import suspend_merchant
from zerobar.bank.merchants.orders import close_order, create_order, expire_orders, read_order
from zerobar.bank.merchants.refunding import finish_refunds, read_refund_by_number
from zerobar.bank.merchants.sellers import Seller
from zerobar.bank.merchants.tap_errors import (
    ReferenceUsed,
    TapDeclined,
    TapNotTaken,
    TapRefused,
    TapWaits,
)
from zerobar.bank.merchants.tapping import pay_by_tap, reference_of, tap_request
from zerobar.bank.paying.refundable import RefundWaits
from zerobar.bank.purses import block_purse, register_purse, store
from zerobar.bank.purses.billers import issue_for
from zerobar.bank.purses.errors import PayeeNotHosted
from zerobar.bank.settlement.drawing import DrawnPurse
from zerobar.bank.settlement.life import life_of
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.bank.settlement.posting import settle_due
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.settlement.topping import top_up_waiting
from zerobar.client.authority import ReleaseVoucher
from zerobar.issuer import TestAuthority
from zerobar.issuer.authority import Validity
from zerobar.ledger import Posting
from zerobar.purse.messages import Kind, PurseClass, Push, Voucher
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

__all__ = ["keys", "lacking", "loaded", "make_card", "offering", "shop", "sim", "verified"]

pytestmark = pytest.mark.slow


def opened(bank: Bank, keys: TestAuthority, holder: Holder) -> DrawnPurse:
    """A person's purse whose key was read out of its element."""
    private_key = P256.private_key(bytes([7]) * KEY_SEED_LENGTH)
    validity = Validity.years_from(int(bank.clock().timestamp()), 3)
    public_key = P256.public_key(private_key)
    certificate = keys.authority.certify(public_key, PurseClass.PERSON, validity)
    register_purse(bank, certificate, holder.wallet)
    return DrawnPurse(private_key, certificate)


def key_of(voucher: bytes) -> tuple[bytes, int]:
    read = Voucher.parse(voucher[: Voucher.LENGTH])
    return read.payer_id, read.entry


def made_final(bank: Bank, card: Sim) -> None:
    """Let a card have its payments acknowledged, and show that it was told so."""
    for _ in range(2):
        card.sync(bank)
    settle_due(bank)


# --- the numbers of the bank's own payee --------------------------------------------------


def test_a_merchants_server_issues_no_request_of_the_payee_that_the_bank_hosts_for_its_tills(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    asked = tap_request(offering, shop.till, new_order(offering, shop, 30_00).id, Kind.PAYMENT)
    for number in (asked.request.number + 1, 99):
        with pytest.raises(PayeeNotHosted):
            issue_for(offering, shop.server, replace(asked.request, number=number))


def test_a_number_that_is_taken_already_stops_no_tap(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    asked = tap_request(offering, shop.till, new_order(offering, shop, 30_00).id, Kind.PAYMENT)
    taken = [replace(asked.request, number=asked.request.number + ahead) for ahead in (1, 2)]
    with offering.transaction() as connection:
        for each in taken:
            store.insert_request(connection, each, offering.clock())
    order = new_order(offering, shop, 30_00)
    asked = tap_request(offering, shop.till, order.id, Kind.PAYMENT)
    assert asked.request.number == taken[-1].number + 1
    assert pay_by_tap(offering, shop.till, order.id, bytes(loaded.card.pay(asked))).is_tapped
    check(offering)


# --- forged and excessive authorisations --------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.PAYMENT, Kind.AUTHORISE])
def test_a_forged_authorisation_opens_no_second_request_for_an_order(
    offering: Bank,
    shop: Trader,
    bea: Holder,
    keys: TestAuthority,
    loaded: Sim,
    kind: Kind,
) -> None:
    order = new_order(offering, shop, 30_00)
    first = tap_request(offering, shop.till, order.id, kind)
    loaded.card.pay(first)
    forged = replace(first.request, kind=Kind.AUTHORISE, tag=b"made")
    take_vouchers(offering, [record(opened(offering, keys, bea), forged)])
    second = tap_request(offering, shop.till, order.id, kind)
    assert second.request == first.request
    pay_by_tap(offering, shop.till, order.id, bytes(loaded.card.pay(second)))
    assert in_card(loaded) == (170_00 if kind is Kind.PAYMENT else 200_00)
    check(offering)


def test_an_opened_element_authorises_no_more_at_once_than_its_class_pays(
    offering: Bank, shop: Trader, anna: Holder, keys: TestAuthority
) -> None:
    thief, before = opened(offering, keys, anna), balance(offering, anna.wallet)
    order = new_order(offering, shop, 500_01)
    asked = tap_request(offering, shop.till, order.id, Kind.AUTHORISE).request
    assert reason(offering, shop, order, record(thief, asked)) == "over-limit"
    assert balance(offering, anna.wallet) == before
    check(offering)


def test_however_often_a_card_syncs_it_authorises_in_a_day_what_its_class_pays_between_syncs(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim, clock: Clock
) -> None:
    for _ in range(2):
        order = new_order(offering, shop, 500_00)
        loaded.card.verify_pin(CARD_PIN)
        pay_by_tap(offering, shop.till, order.id, tap(offering, shop, order, loaded))
    loaded.sync(offering)
    order = new_order(offering, shop, 10_00)
    assert reason(offering, shop, order, tap(offering, shop, order, loaded)) == "over-limit"
    check(offering)
    clock.advance(days=1)
    order = new_order(offering, shop, 10_00)
    assert pay_by_tap(offering, shop.till, order.id, tap(offering, shop, order, loaded)).is_tapped
    check(offering)


# --- what comes late ----------------------------------------------------------------------


def _pay(bank: Bank, shop: Trader, anna: Holder, order: Order) -> None:
    pay(bank, anna, order)


def _close(bank: Bank, shop: Trader, anna: Holder, order: Order) -> None:
    close_order(bank, shop.till, order.id)


@pytest.mark.parametrize("end", [_pay, _close])
def test_a_push_that_comes_too_late_for_its_order_goes_back_once_it_is_final(
    offering: Bank,
    shop: Trader,
    anna: Holder,
    loaded: Sim,
    end: Callable[[Bank, Trader, Holder, Order], None],
) -> None:
    order = new_order(offering, shop, 30_00)
    late = push(offering, shop, order, loaded)
    end(offering, shop, anna, order)
    in_wallet, in_shop = balance(offering, anna.wallet), balance(offering, shop.wallet)
    for _ in range(2):
        with pytest.raises(TapNotTaken):
            pay_by_tap(offering, shop.till, order.id, late)
    settle_due(offering)
    assert life_of(offering, *key_of(late)).outcome is None
    made_final(offering, loaded)
    assert balance(offering, anna.wallet) == in_wallet + 30_00
    assert balance(offering, shop.wallet) == in_shop
    with pytest.raises(TapNotTaken):
        pay_by_tap(offering, shop.till, order.id, late)
    check(offering)


def test_a_push_of_another_amount_than_its_orders_goes_back(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    late = push(offering, shop, replace(order, amount=Fen(20_00)), loaded)
    before = balance(offering, anna.wallet)
    with pytest.raises(TapNotTaken):
        pay_by_tap(offering, shop.till, order.id, late)
    made_final(offering, loaded)
    assert balance(offering, anna.wallet) == before + 20_00
    assert balance(offering, shop.wallet) == 0
    check(offering)


def test_a_push_that_came_before_its_order_was_asked_for_is_told_of_as_it_is(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    payee = tap_request(offering, shop.till, new_order(offering, shop, 1).id, Kind.PAYMENT)
    order = new_order(offering, shop, 30_00)
    loaded.card.verify_pin(CARD_PIN)
    early = Push(
        kind=Kind.PUSH,
        payee_id=payee.certificate.id,
        amount=order.amount,
        currency=CNY,
        time=bytes(4),
        reference=reference_of(order.id),
    )
    voucher = bytes(loaded.card.pay(early))
    take_vouchers(offering, [voucher])
    tap_request(offering, shop.till, order.id, Kind.PAYMENT)
    with pytest.raises(TapRefused, match="without an order"):
        pay_by_tap(offering, shop.till, order.id, voucher)
    assert balance(offering, shop.wallet) == 30_00


def test_no_card_is_asked_for_orders_whose_ids_end_alike(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00, "T-1")
    twin = UUID(bytes=offering.new_id().bytes[:8] + order.id.bytes[8:])
    create_order(offering, shop.till, twin, wanted(shop, 10_00, "T-2"))
    voucher = push(offering, shop, order, loaded)
    for kind in (Kind.PAYMENT, Kind.AUTHORISE):
        with pytest.raises(ReferenceUsed):
            tap_request(offering, shop.till, twin, kind)
    assert pay_by_tap(offering, shop.till, order.id, voucher).is_tapped
    assert read_order(offering, shop.till, twin).payment_id is None
    check(offering)


# --- suspended merchants ------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.PAYMENT, Kind.PUSH])
def test_what_comes_while_the_merchant_is_suspended_pays_its_order_afterwards(
    offering: Bank, shop: Trader, loaded: Sim, kind: Kind
) -> None:
    order = new_order(offering, shop, 30_00)
    voucher = (
        push(offering, shop, order, loaded)
        if kind is Kind.PUSH
        else tap(offering, shop, order, loaded, kind)
    )
    suspend(offering, shop)
    with pytest.raises(TapWaits):
        pay_by_tap(offering, shop.till, order.id, voucher)
    assert balance(offering, shop.wallet) == 0
    suspend_merchant(offering, STAFF, shop.merchant.id, suspended=False)
    settle_due(offering)
    assert pay_by_tap(offering, shop.till, order.id, voucher).is_tapped
    check(offering)


class HaltingLedger:
    """A bank's ledger, whose merchant is halted once a payment to it was judged."""

    def __init__(self, bank: Bank, wallet_id: UUID) -> None:
        self._bank, self._wallet_id = bank, wallet_id

    def submit_many(self, postings: Sequence[Posting]) -> object:
        halt(self._bank, wallet_halts(self._wallet_id))
        return self._bank.ledger.submit_many(postings)

    def __getattr__(self, name: str) -> object:
        return getattr(self._bank.ledger, name)


@pytest.mark.parametrize("kind", [Kind.PAYMENT, Kind.PUSH])
def test_a_voucher_whose_merchant_is_halted_just_before_its_posting_pays_its_order_afterwards(
    offering: Bank, shop: Trader, loaded: Sim, kind: Kind
) -> None:
    order = new_order(offering, shop, 30_00)
    voucher = (
        push(offering, shop, order, loaded)
        if kind is Kind.PUSH
        else tap(offering, shop, order, loaded, kind)
    )
    halting: Any = HaltingLedger(offering, shop.wallet)
    take_vouchers(replace(offering, ledger=halting), [voucher])
    assert read_order(offering, shop.till, order.id).payment_id is None
    settle_due(offering)
    assert read_order(offering, shop.till, order.id).is_tapped
    check(offering)


def test_what_waits_for_a_suspended_merchant_goes_back_once_its_order_has_ended(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim, clock: Clock
) -> None:
    order, before = new_order(offering, shop, 30_00), balance(offering, anna.wallet)
    voucher = tap(offering, shop, order, loaded, Kind.PAYMENT)
    suspend(offering, shop)
    take_vouchers(offering, [voucher])
    clock.advance(minutes=20)
    expire_orders(offering)
    settle_due(offering)
    made_final(offering, loaded)
    assert life_of(offering, *key_of(voucher)).outcome is Outcome.REFUNDED
    assert balance(offering, anna.wallet) == before + 30_00
    check(offering)


# --- auto top-up --------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["close", "block", "suspend"])
def test_no_bank_card_is_asked_for_what_can_be_paid_no_more(
    offering: Bank, shop: Trader, lacking: tuple[Funded, Sim], stop: str
) -> None:
    funded, card = lacking
    before, order = funded.on_card(), new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, card)
    take_vouchers(offering, [voucher])
    if stop == "close":
        close_order(offering, shop.till, order.id)
    elif stop == "block":
        block_purse(offering, card.id)
    else:
        suspend(offering, shop)
    assert top_up_waiting(offering) == 1
    assert (funded.in_wallet, funded.on_card()) == (10_00, before)
    assert life_of(offering, *key_of(voucher)).outcome is Outcome.DECLINED
    check(offering)


def test_a_bank_card_brings_what_each_of_two_authorisations_lacks(
    offering: Bank, shop: Trader, lacking: tuple[Funded, Sim]
) -> None:
    funded, card = lacking
    before = funded.on_card()
    orders = [new_order(offering, shop, 30_00) for _ in range(2)]
    take_vouchers(offering, [tap(offering, shop, order, card) for order in orders])
    assert top_up_waiting(offering) == 2
    assert all(read_order(offering, shop.till, order.id).is_tapped for order in orders)
    assert (funded.in_wallet, funded.on_card()) == (0, before - 50_00)
    check(offering)


# --- cheats -------------------------------------------------------------------------------


def flagged(bank: Bank, purse_id: bytes) -> None:
    """Have a purse proved a cheat."""
    found = Finding(purse_id, 1, FraudTest.TWO_BODIES, NOTHING, NOTHING)
    with bank.transaction() as connection:
        flag(connection, [found], bank.clock())


def test_a_refund_of_a_proved_cheats_value_waits_for_the_risk_officers(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim, clock: Clock
) -> None:
    order = new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, loaded, Kind.PAYMENT)
    pay_by_tap(offering, shop.till, order.id, voucher)
    flagged(offering, loaded.id)
    before = balance(offering, anna.wallet)
    with pytest.raises(RefundWaits):
        refunded(offering, shop, order, 30_00)
    clock.advance(minutes=2)
    assert finish_refunds(offering) == 0 and balance(offering, anna.wallet) == before
    payer_id, entry = key_of(voucher)
    proposal = ReleaseVoucher(payer_id=payer_id.hex(), entry=entry, reason="a test card")
    RELEASE_VOUCHER.carry_out(offering, offering.new_id(), proposal)
    clock.advance(minutes=2)
    assert finish_refunds(offering) == 1
    assert balance(offering, anna.wallet) == before + 30_00
    assert read_refund_by_number(offering, shop.till, "R-1").done_at is not None
    check(offering)


def test_a_till_is_not_told_that_what_comes_late_would_go_back_to_a_cheat(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    late = tap(offering, shop, order, loaded, Kind.PAYMENT)
    close_order(offering, shop.till, order.id)
    take_vouchers(offering, [late])
    before = balance(offering, anna.wallet)
    loaded.sync(offering)
    flagged(offering, loaded.id)
    made_final(offering, loaded)
    assert life_of(offering, *key_of(late)).waits_for is Waiting.PAYER_FLAGGED
    with pytest.raises(TapNotTaken):
        pay_by_tap(offering, shop.till, order.id, late)
    assert balance(offering, anna.wallet) == before


def test_what_the_wallet_behind_a_cheats_card_has_paid_goes_back_to_it(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    order, before = new_order(offering, shop, 30_00), balance(offering, anna.wallet)
    pay_by_tap(offering, shop.till, order.id, tap(offering, shop, order, loaded))
    flagged(offering, loaded.id)
    refunded(offering, shop, order, 30_00)
    assert balance(offering, anna.wallet) == before


# --- other shops, curious cashiers --------------------------------------------------------


@pytest.fixture
def other_till(offering: Bank, shop: Trader) -> Seller:
    """A till of another shop of the same merchant."""
    other = shops.open_shop(offering, shop.server, offering.new_id(), "西单店", "Xidan")
    added = shops.add_terminal(offering, shop.server, offering.new_id(), other.id, "till 1")
    return seller(offering, enrol(offering, added, new_key(offering)))


def test_a_till_neither_asks_cards_for_nor_takes_nor_ends_another_shops_order(
    offering: Bank, shop: Trader, loaded: Sim, other_till: Seller
) -> None:
    order = new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, loaded)
    with pytest.raises(OtherShop):
        tap_request(offering, other_till, order.id, Kind.PAYMENT)
    with pytest.raises(OtherShop):
        pay_by_tap(offering, other_till, order.id, voucher)
    with pytest.raises(OtherShop):
        close_order(offering, other_till, order.id)
    signed = charge_request(offering, shop.till_key, order, "1" * 19, offering.new_id())
    with pytest.raises(OtherShop):
        charge_order(offering, other_till, order.id, "1" * 19, signed)
    assert pay_by_tap(offering, shop.server, order.id, voucher).is_tapped


def test_a_till_is_not_told_whether_a_card_is_blocked_or_its_wallet_frozen(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, loaded)
    block_purse(offering, loaded.id)
    with pytest.raises(TapDeclined) as told:
        pay_by_tap(offering, shop.till, order.id, voucher)
    assert told.value.facts == {"reason": "not-usable"}
    assert not any(word in str(told.value) for word in ("blocked", "lost", "frozen", "closed"))
