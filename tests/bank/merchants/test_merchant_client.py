"""A merchant's programs ask the bank through the typed client, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.bank.api.serving import served_bank
from tests.bank.conftest import Clock
from tests.bank.holders import Holder, Key, new_key
from tests.bank.merchants.trading import Trader
from zerobar.bank.context import Bank
from zerobar.bank.merchants.settling import run_settlements
from zerobar.bank.paying.codes import enrol_code, set_limit
from zerobar.client.errors import NotSignedIn, Refused
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient, TillClient, enrol_till
from zerobar.client.merchants import ItemLine, OrderStateName, RefundStateName
from zerobar.client.outbox import Outbox
from zerobar.codes.customer import derive_code
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow


@pytest.fixture
def url(bank: Bank) -> Iterator[str]:
    with served_bank(bank) as url:
        yield url


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox", time.time) as outbox:
        yield outbox


@pytest.fixture
def server(url: str, tea: Trader, clock: Clock) -> Iterator[MerchantClient]:
    with BankHttp(url, _key(tea.server_key), clock_unix_s=lambda: clock().timestamp()) as http:
        yield MerchantClient(http)


@pytest.fixture
def till(url: str, tea: Trader, clock: Clock, outbox: Outbox) -> Iterator[TillClient]:
    key, now = _key(tea.till_key), lambda: clock().timestamp()
    with BankHttp(url, key, outbox=outbox, clock_unix_s=now) as http:
        yield TillClient(http)


def _key(key: Key) -> RequestKey:
    return RequestKey(key.id, key.private_key)


@pytest.fixture
def code(bank: Bank, payer: Holder, clock: Clock) -> str:
    """What the customer shows."""
    enrolled = enrol_code(bank, payer.person, payer.wallet, payer.key.id, bank.new_id())
    return derive_code(enrolled.secret, enrolled.handle, int(clock().timestamp()), 0)


def test_a_till_sells_and_gives_back(
    till: TillClient, server: MerchantClient, tea: Trader, code: str, outbox: Outbox
) -> None:
    items = [ItemLine(name="noodles", quantity=2, amount_fen=12_50)]
    order_id, charge_id = uuid4(), uuid4()
    order = till.order(order_id, tea.shop.id, "A-1", Fen(12_50), items=items)
    assert order.state is OrderStateName.OPEN and order.items == items
    assert till.code_of(order_id).startswith("000201")
    paid = till.charge(charge_id, order_id, code)
    assert paid.state is OrderStateName.PAID and till.charge(charge_id, order_id, code) == paid
    assert till.look(order_id) == till.find("A-1") == paid == next(till.orders())
    with pytest.raises(Refused, match="is paid"):
        till.close(order_id)
    refund = till.refund(uuid4(), order_id, "R-1", Fen(2_50), "cold")
    assert refund.state is RefundStateName.DONE
    assert till.look_at_refund(refund.refund_id) == till.find_refund("R-1") == refund
    assert till.refunds_of(order_id) == [refund]
    assert server.money().available_fen == 10_00
    assert outbox.unknown() == []


def test_a_till_waits_for_the_customer_to_confirm_and_keeps_the_charge_meanwhile(
    bank: Bank, till: TillClient, tea: Trader, payer: Holder, code: str, outbox: Outbox
) -> None:
    set_limit(bank, payer.person, payer.wallet, payer.key.id, Fen(1))
    order = till.order(uuid4(), tea.shop.id, "A-1", Fen(12_50))
    charge_id = uuid4()
    with pytest.raises(Refused) as refused:
        till.charge(charge_id, order.order_id, code)
    assert refused.value.problem == "confirmation-needed"
    assert [kept.id for kept in outbox.unknown()] == [charge_id]


def test_an_order_that_is_closed_twice_is_closed(till: TillClient, tea: Trader) -> None:
    order = till.order(uuid4(), tea.shop.id, "A-1", Fen(12_50))
    assert till.close(order.order_id).state is OrderStateName.CLOSED
    assert till.close(order.order_id).state is OrderStateName.CLOSED


def test_a_server_sets_up_shops_and_tills(
    bank: Bank, url: str, server: MerchantClient, clock: Clock
) -> None:
    shop = server.open_shop(uuid4(), "南锣鼓巷店", "Nanluogu")
    assert shop in list(server.shops()) and server.code_of_shop(shop.shop_id)
    added = server.add_till(uuid4(), shop.shop_id, "till 7")
    renewed, key = server.renew_till_code(added.terminal.terminal_id), new_key(bank)
    with BankHttp(url) as http:
        signing = enrol_till(http, added.terminal.terminal_id, renewed.code, key.private_key)
    with BankHttp(url, signing, clock_unix_s=lambda: clock().timestamp()) as http:
        till = TillClient(http)
        assert till.merchant() == server.merchant()
        till.order(uuid4(), shop.shop_id, "A-1", Fen(1))
        revoked = server.revoke_till(added.terminal.terminal_id)
        assert revoked.revoked_at is not None and revoked in list(server.tills())
        with pytest.raises(NotSignedIn):
            till.merchant()
    assert server.close_shop(shop.shop_id).closed_at is not None


def test_a_server_takes_another_key_and_asks_with_it_from_then_on(
    bank: Bank, url: str, server: MerchantClient, tea: Trader, clock: Clock
) -> None:
    new = RequestKey(uuid4(), new_key(bank).private_key)
    shown = server.replace_key(tea.merchant.id, new)
    assert (shown.key_id, shown.revoked_at) == (new.id, None)
    with pytest.raises(NotSignedIn):
        server.merchant()
    with BankHttp(url, new, clock_unix_s=lambda: clock().timestamp()) as http:
        changed = MerchantClient(http)
        assert changed.merchant().merchant_id == tea.merchant.id
        (event,) = changed.events()
    assert (event.kind, event.subject_id) == ("server-key.replaced", new.id)


def test_a_server_reads_its_notices_and_books(
    bank: Bank,
    till: TillClient,
    server: MerchantClient,
    tea: Trader,
    code: str,
    clock: Clock,
) -> None:
    assert server.set_webhook("https://tea.example/notices").webhook_url is not None
    order = till.order(uuid4(), tea.shop.id, "A-1", Fen(12_50))
    till.charge(uuid4(), order.order_id, code)
    (event,) = server.events()
    assert server.resend(event.event_id).attempts == 0
    clock.advance(days=1)
    run_settlements(bank)
    assert b"A-1" in server.download_day(20261125)
    (settled,) = server.settlements()
    assert settled.amount_fen == 12_50


def test_long_lists_are_read_to_their_end(till: TillClient, tea: Trader) -> None:
    made = {till.order(uuid4(), tea.shop.id, f"N-{n}", Fen(n)).order_id for n in range(1, 104)}
    assert {order.order_id for order in till.orders()} == made


def test_a_retried_order_is_one_order(url: str, tea: Trader, clock: Clock) -> None:
    """The network loses the first answer."""
    lost = iter([True])

    def lose_first(response: httpx.Response) -> None:
        if next(lost, False):
            raise httpx.ReadError("lost")

    key, now = _key(tea.till_key), lambda: clock().timestamp()
    with BankHttp(url, key, clock_unix_s=now, sleep=lambda _: None) as http:
        http._http.event_hooks = {"response": [lose_first]}
        till = TillClient(http)
        order = till.order(uuid4(), tea.shop.id, "A-1", Fen(12_50))
        assert list(till.orders()) == [order]
