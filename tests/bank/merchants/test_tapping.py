"""A customer's card at a till that is online: the wallet behind it pays, or its own value."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest

from tests.bank.api.serving import served_bank
from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.funding.conftest import verified
from tests.bank.holders import Holder, balance, fill, grant
from tests.bank.merchants.tapping import (
    check,
    drain,
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
from tests.bank.merchants.trading import Trader, begin, new_order, pay
from tests.bank.purses.conftest import (
    MakeCard,
    Sim,
    consent,
    keys,
    make_card,
    offering,
    sim,
)
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError
from zerobar.bank.funding.errors import TopUpPending
from zerobar.bank.merchants import webhooks
from zerobar.bank.merchants.errors import OrderNotOpen
from zerobar.bank.merchants.model import EventKind, OrderState
from zerobar.bank.merchants.orders import close_order, read_order
from zerobar.bank.merchants.payee import payee_of
from zerobar.bank.merchants.reconciliation import reconcile_merchant, write_csv
from zerobar.bank.merchants.tap_errors import TapDeclined, TapNotTaken, TapRefused
from zerobar.bank.merchants.tapping import pay_by_tap, tap_request
from zerobar.bank.paying.errors import NotPayable, RefundTooMuch
from zerobar.bank.paying.refundable import RefundByTap
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.bank.purses import block_purse, register_purse
from zerobar.bank.purses.charging import load
from zerobar.bank.settlement.posting import settle_due
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.settlement.topping import top_up_waiting
from zerobar.client.errors import Refused
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import TillClient
from zerobar.client.merchants import OrderStateName
from zerobar.client.taps import TapPays
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import Fen

__all__ = ["keys", "lacking", "loaded", "make_card", "offering", "shop", "sim", "verified"]

pytestmark = pytest.mark.slow


def test_the_wallet_behind_a_card_pays_an_order_once(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    before, order = balance(offering, anna.wallet), new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, loaded)
    paid = pay_by_tap(offering, shop.till, order.id, voucher)
    assert paid.state(offering.clock()) is OrderState.PAID and paid.is_tapped
    assert pay_by_tap(offering, shop.till, order.id, voucher) == paid
    assert balance(offering, anna.wallet) == before - 30_00 and in_card(loaded) == 200_00
    assert balance(offering, shop.wallet) == 30_00
    check(offering)


def test_a_card_that_is_tapped_again_gives_the_same_voucher(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    assert tap(offering, shop, order, loaded)[:52] == tap(offering, shop, order, loaded)[:52]


def test_a_card_pays_an_order_with_its_own_value(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    before, order = balance(offering, anna.wallet), new_order(offering, shop, 30_00)
    paid = pay_by_tap(
        offering, shop.till, order.id, tap(offering, shop, order, loaded, Kind.PAYMENT)
    )
    assert paid.is_tapped and in_card(loaded) == 170_00
    assert balance(offering, anna.wallet) == before
    assert balance(offering, shop.wallet) == 30_00
    check(offering)


def test_a_push_that_names_an_order_pays_it(offering: Bank, shop: Trader, loaded: Sim) -> None:
    order = new_order(offering, shop, 30_00)
    paid = pay_by_tap(offering, shop.till, order.id, push(offering, shop, order, loaded))
    assert paid.is_tapped and balance(offering, shop.wallet) == 30_00
    check(offering)


@pytest.mark.parametrize("kind", [Kind.AUTHORISE, Kind.PAYMENT])
def test_a_voucher_that_comes_later_by_another_road_pays_the_order_too(
    offering: Bank, shop: Trader, loaded: Sim, kind: Kind
) -> None:
    order = new_order(offering, shop, 30_00)
    take_vouchers(offering, [tap(offering, shop, order, loaded, kind)])
    assert read_order(offering, shop.till, order.id).is_tapped


def test_the_merchants_server_is_told(offering: Bank, loaded: Sim) -> None:
    shop = begin(offering, url="https://tea.example/notices")
    order = new_order(offering, shop, 30_00)
    pay_by_tap(offering, shop.till, order.id, tap(offering, shop, order, loaded))
    (event,) = webhooks.list_events(offering, shop.server, None, 10)
    assert (event.kind, event.subject_id) == (EventKind.ORDER_PAID, order.id)


def test_the_merchants_books_name_the_order(
    offering: Bank, shop: Trader, loaded: Sim, clock: Clock
) -> None:
    for number, kind in (("A-1", Kind.AUTHORISE), ("A-2", Kind.PAYMENT)):
        order = new_order(offering, shop, 30_00, number)
        pay_by_tap(offering, shop.till, order.id, tap(offering, shop, order, loaded, kind))
    clock.advance(days=1)
    text = write_csv(reconcile_merchant(offering, shop.merchant.id, 20261125)).decode()
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    told = [(row["kind"], row["order_number"]) for row in lines if row["record"] == "line"]
    assert told == [("payment", "A-1"), ("payment", "A-2")]


# --- what the wallet does not pay ---------------------------------------------------------


def test_too_little_in_the_wallet_is_said_and_the_same_card_may_be_tapped_again(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    drain(offering, anna, 10_00)
    order = new_order(offering, shop, 30_00)
    asked = tap_request(offering, shop.till, order.id, Kind.AUTHORISE)
    assert asked.request == tap_request(offering, shop.till, order.id, Kind.AUTHORISE).request
    voucher = tap(offering, shop, order, loaded)
    assert reason(offering, shop, order, voucher) == "insufficient-balance"
    fill(offering, anna.wallet, Fen(100_00))
    pay_by_tap(offering, shop.till, order.id, tap(offering, shop, order, loaded))
    assert balance(offering, anna.wallet) == 80_00
    check(offering)


def test_over_a_limit_is_said(offering: Bank, shop: Trader, anna: Holder, loaded: Sim) -> None:
    with offering.connection() as connection:
        connection.execute(
            "INSERT INTO bank.limit_version (operator_id, valid_from, category, balance_fen,"
            " per_payment_fen, per_day_fen, per_year_fen, bank_withdrawal)"
            " VALUES (%s, %s, 4, 1000000, 1000, 500000, 5000000, false)",
            (offering.operator_id, offering.clock()),
        )
    order = new_order(offering, shop, 30_00)
    assert reason(offering, shop, order, tap(offering, shop, order, loaded)) == "over-limit"


@pytest.mark.parametrize(
    "stop, why",
    [
        (lambda bank, anna, sim: block_purse(bank, sim.id), "not-usable"),
        (
            lambda bank, anna, sim: freeze_wallet(bank, anna.wallet, Freezer.BANK),
            "not-usable",
        ),
    ],
)
def test_what_is_blocked_or_frozen_pays_nothing(
    offering: Bank,
    shop: Trader,
    anna: Holder,
    loaded: Sim,
    stop: Callable[[Bank, Holder, Sim], None],
    why: str,
) -> None:
    order = new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, loaded)
    stop(offering, anna, loaded)
    assert reason(offering, shop, order, voucher) == why
    check(offering)


def test_a_card_without_a_wallet_has_no_shared_balance(
    offering: Bank, shop: Trader, make_card: MakeCard
) -> None:
    nobodys, order = make_card(PurseClass.ANONYMOUS), new_order(offering, shop, 30_00)
    register_purse(offering, nobodys.certificate, None)
    assert reason(offering, shop, order, tap(offering, shop, order, nobodys)) == "no-wallet"


def test_only_an_open_order_of_a_trading_merchant_is_asked_for(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    close_order(offering, shop.till, order.id)
    with pytest.raises(OrderNotOpen):
        tap_request(offering, shop.till, order.id, Kind.AUTHORISE)


def test_a_voucher_for_something_else_does_not_pay_an_order(
    offering: Bank, shop: Trader, loaded: Sim
) -> None:
    order, other = new_order(offering, shop, 30_00), new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, loaded)
    with pytest.raises(TapRefused):
        pay_by_tap(offering, shop.till, other.id, voucher)
    forged = bytearray(voucher)
    forged[60] ^= 1
    with pytest.raises(TapRefused):
        pay_by_tap(offering, shop.till, order.id, bytes(forged))
    assert read_order(offering, shop.till, order.id).payment_id is None


# --- two roads at once --------------------------------------------------------------------


def test_an_order_that_was_paid_otherwise_is_not_paid_by_a_tap_as_well(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    authorised = tap(offering, shop, order, loaded)
    valued = tap(offering, shop, order, loaded, Kind.PAYMENT)
    pay(offering, anna, order)
    before = balance(offering, anna.wallet)
    with pytest.raises(TapDeclined) as declined:
        pay_by_tap(offering, shop.till, order.id, authorised)
    assert declined.value.facts["reason"] == "order-not-open"
    with pytest.raises(TapNotTaken):
        pay_by_tap(offering, shop.till, order.id, valued)
    assert balance(offering, shop.wallet) == 30_00
    for _ in range(2):
        # The second state shows that the first was acknowledged, so nothing is taken back any more.
        loaded.sync(offering)
    settle_due(offering)
    assert balance(offering, anna.wallet) == before + 30_00
    check(offering)


def test_a_wallet_and_two_vouchers_that_pay_at_once_pay_once(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    grant(offering, anna)
    for first in range(6):
        before, order = balance(offering, shop.wallet), new_order(offering, shop, 10_00)
        vouchers = [tap(offering, shop, order, loaded, k) for k in (Kind.AUTHORISE, Kind.PAYMENT)]
        roads: list[Callable[[], object]] = [
            partial(pay, offering, anna, order),
            *(partial(pay_by_tap, offering, shop.till, order.id, each) for each in vouchers),
        ]
        with ThreadPoolExecutor(3) as threads:
            asked = [threads.submit(roads[(first + place) % 3]) for place in range(3)]
        assert sum(each.exception() is None for each in asked) == 1
        assert all(isinstance(e, BankError) for each in asked if (e := each.exception()))
        assert balance(offering, shop.wallet) == before + 10_00
        # Its card pays ten times between syncs.
        loaded.sync(offering)
    check(offering)


@pytest.mark.parametrize("kind", [Kind.AUTHORISE, Kind.PAYMENT])
def test_an_order_that_a_tap_has_paid_is_not_paid_again_by_another_card_or_a_wallet(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim, kind: Kind
) -> None:
    grant(offering, anna)
    order = new_order(offering, shop, 10_00)
    vouchers = [tap(offering, shop, order, loaded, k) for k in (Kind.AUTHORISE, Kind.PAYMENT)]
    first, second = vouchers if kind is Kind.AUTHORISE else reversed(vouchers)
    pay_by_tap(offering, shop.till, order.id, first)
    with pytest.raises(BankError):
        pay_by_tap(offering, shop.till, order.id, second)
    with pytest.raises(NotPayable):
        pay(offering, anna, order)
    assert balance(offering, shop.wallet) == 10_00
    check(offering)


def test_a_suspended_merchant_takes_no_tap(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    authorised = tap(offering, shop, order, loaded)
    suspend(offering, shop)
    assert reason(offering, shop, order, authorised) in ("order-not-open", "payee-not-open")
    check(offering)


# --- refunds ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.AUTHORISE, Kind.PAYMENT, Kind.PUSH])
def test_what_a_tap_has_paid_is_given_back_in_parts_to_the_wallet_of_the_card(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim, kind: Kind
) -> None:
    order = new_order(offering, shop, 30_00)
    voucher = (
        push(offering, shop, order, loaded)
        if kind is Kind.PUSH
        else tap(offering, shop, order, loaded, kind)
    )
    pay_by_tap(offering, shop.till, order.id, voucher)
    before = balance(offering, anna.wallet)
    refunded(offering, shop, order, 10_00)
    refunded(offering, shop, order, 20_00, "R-2")
    assert balance(offering, anna.wallet) == before + 30_00
    with pytest.raises(RefundTooMuch):
        refunded(offering, shop, order, 1, "R-3")
    check(offering)


def test_what_a_card_without_a_wallet_has_paid_is_given_back_by_a_tap_only(
    offering: Bank, shop: Trader, anna: Holder, make_card: MakeCard
) -> None:
    nobodys, order = make_card(PurseClass.ANONYMOUS), new_order(offering, shop, 30_00)
    register_purse(offering, nobodys.certificate, None)
    fill(offering, anna.wallet, Fen(100_00))
    grant(offering, anna)
    loading = offering.new_id()
    nobodys.card.accept(*load(offering, consent(anna), loading, anna.wallet, nobodys.ask(50_00)))
    valued = tap(offering, shop, order, nobodys, Kind.PAYMENT)
    assert pay_by_tap(offering, shop.till, order.id, valued).is_tapped
    with pytest.raises(RefundByTap):
        refunded(offering, shop, order, 30_00)
    check(offering)


# --- auto top-up --------------------------------------------------------------------------


def test_a_bank_card_brings_what_the_wallet_lacks_and_gets_it_back_first(
    offering: Bank, shop: Trader, lacking: tuple[Funded, Sim]
) -> None:
    funded, card = lacking
    order, before = new_order(offering, shop, 30_00), funded.on_card()
    pay_by_tap(offering, shop.till, order.id, tap(offering, shop, order, card))
    assert (funded.in_wallet, funded.on_card()) == (0, before - 20_00)
    check(offering)
    refunded(offering, shop, order, 25_00)
    assert (funded.in_wallet, funded.on_card()) == (5_00, before)
    check(offering)


def test_a_bank_card_that_does_not_pay_leaves_the_order_unpaid(
    offering: Bank, shop: Trader, lacking: tuple[Funded, Sim]
) -> None:
    funded, card = lacking
    next(iter(funded.partners.bank.cards.values())).balance = 5_00
    order = new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, card)
    assert reason(offering, shop, order, voucher) == "insufficient-balance"
    check(offering)


def test_while_the_bank_of_the_card_is_silent_nothing_is_decided_and_then_it_is_paid_once(
    offering: Bank, shop: Trader, lacking: tuple[Funded, Sim], clock: Clock
) -> None:
    funded, card = lacking
    before, order = funded.on_card(), new_order(offering, shop, 30_00)
    voucher = tap(offering, shop, order, card)
    funded.partners.bank.lose_answers = 1
    with pytest.raises(TopUpPending):
        pay_by_tap(offering, shop.till, order.id, voucher)
    assert read_order(offering, shop.till, order.id).payment_id is None
    clock.advance(minutes=2)
    assert pay_by_tap(offering, shop.till, order.id, voucher).is_tapped
    assert (funded.in_wallet, funded.on_card()) == (0, before - 20_00)
    check(offering)


def test_the_worker_asks_the_card_for_a_voucher_that_came_by_another_road(
    offering: Bank, shop: Trader, lacking: tuple[Funded, Sim]
) -> None:
    order = new_order(offering, shop, 30_00)
    take_vouchers(offering, [tap(offering, shop, order, lacking[1])])
    assert read_order(offering, shop.till, order.id).payment_id is None
    assert top_up_waiting(offering) == 1 and top_up_waiting(offering) == 0
    settle_due(offering)
    assert read_order(offering, shop.till, order.id).is_tapped


# --- over HTTP ----------------------------------------------------------------------------


def test_a_till_asks_for_the_request_and_brings_the_voucher_by_http(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim, clock: Clock
) -> None:
    key = RequestKey(shop.till_key.id, shop.till_key.private_key)
    order = new_order(offering, shop, 30_00)
    with (
        served_bank(offering) as url,
        BankHttp(url, key, clock_unix_s=lambda: clock().timestamp()) as http,
    ):
        till = TillClient(http)
        asked = till.tap_request(order.id, TapPays.SHARED_BALANCE)
        asked.verify()
        paid = till.pay_by_tap(order.id, bytes(loaded.card.pay(asked)))
        assert paid.state is OrderStateName.PAID and paid.is_tapped
        drain(offering, anna, 10_00)
        other = new_order(offering, shop, 30_00)
        voucher = loaded.card.pay(till.tap_request(other.id, TapPays.SHARED_BALANCE))
        with pytest.raises(Refused) as refused:
            till.pay_by_tap(other.id, bytes(voucher))
    assert refused.value.problem == "tap-declined"
    assert refused.value.facts["reason"] == "insufficient-balance"


def test_what_somebody_signs_with_a_stolen_payee_key_pays_nobody(
    offering: Bank, shop: Trader, anna: Holder, loaded: Sim
) -> None:
    order = new_order(offering, shop, 30_00)
    asked = tap_request(offering, shop.till, order.id, Kind.AUTHORISE)
    payee = payee_of(offering, shop.merchant)
    forged = payee.signed(replace(asked.request, number=99, amount=Fen(100_00)))
    voucher, before = bytes(loaded.card.pay(forged)), balance(offering, anna.wallet)
    take_vouchers(offering, [voucher])
    with pytest.raises(TapRefused):
        pay_by_tap(offering, shop.till, order.id, voucher)
    assert balance(offering, anna.wallet) == before


def test_a_merchants_payee_is_the_same_until_its_certificate_nears_its_end(
    offering: Bank, shop: Trader, clock: Clock
) -> None:
    first = payee_of(offering, shop.merchant)
    assert payee_of(offering, shop.merchant) == first
    clock.advance(days=365 * 5 - 100)
    renewed = payee_of(offering, shop.merchant)
    assert (renewed.id, renewed.private_key) == (first.id, first.private_key)
    assert renewed.certificate.not_after_day > first.certificate.not_after_day
