from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder
from tests.bank.merchants.trading import Trader, begin, new_order, pay, pay_shop
from zerobar.bank.context import Bank
from zerobar.bank.merchants import event_store, orders, refunding, webhooks
from zerobar.bank.merchants.addresses import AddressRefused, check_url, resolve
from zerobar.bank.merchants.delivery import LEASE, PAUSES_S, Delivery
from zerobar.bank.merchants.errors import EventUnknown, ServerOnly, WebhookUrlRefused
from zerobar.bank.merchants.model import Event
from zerobar.bank.merchants.refunding import NewRefund
from zerobar.bank.merchants.sending import HttpSender, Sender
from zerobar.client.webhooks import WebhookRefused, check_webhook
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow


@dataclass
class Inbox:
    """A merchant's own server. Attributes: answers: statuses to give, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            inbox.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(inbox.answers.pop(0) if inbox.answers else 200)
            self.send_header("location", inbox.url + "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        inbox.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield inbox
        server.shutdown()
        thread.join()


@pytest.fixture
def sender() -> Iterator[HttpSender]:
    sender = HttpSender(loopback=True)
    yield sender
    sender.close()


@pytest.fixture
def told(bank: Bank, inbox: Inbox) -> Trader:
    """A tea house whose server wants to be told."""
    return begin(bank, url=inbox.url)


class Counting:
    """A sender that counts what it is asked to send."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.urls: list[str] = []

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        self.urls.append(url)
        return self._sender.send(url, headers, body)


def deliver(bank: Bank, sender: Sender) -> int:
    """Begin once, wait for what was begun, and return how many notices were sent."""
    counting = Counting(sender)
    with Delivery(counting) as delivery:
        delivery.begin_due(bank)
    return len(counting.urls)


def events(bank: Bank, told: Trader) -> list[Event]:
    return webhooks.list_events(bank, told.server, None, 100)


def test_a_paid_order_is_told_with_a_signature_that_checks(
    bank: Bank, told: Trader, payer: Holder, inbox: Inbox, sender: HttpSender
) -> None:
    order = new_order(bank, told, 12_50, "A-1")
    payment = pay(bank, payer, order)
    assert deliver(bank, sender) == 1
    ((headers, body),) = inbox.got
    key = webhooks.webhook_key(bank, told.merchant)
    check_webhook(key, headers, body, bank.clock())
    facts = json.loads(body)
    assert facts["kind"] == "order.paid"
    assert facts["order"]["number"] == "A-1"
    assert (facts["order"]["amount_fen"], facts["order"]["payment_id"]) == (1250, str(payment.id))
    assert deliver(bank, sender) == 0
    for changed in (body + b" ", body.replace(b"1250", b"1251")):
        with pytest.raises(WebhookRefused):
            check_webhook(key, headers, changed, bank.clock())
    with pytest.raises(WebhookRefused):
        check_webhook(key, headers, body, bank.clock() + timedelta(minutes=6))
    with pytest.raises(WebhookRefused):
        check_webhook(key, {}, body, bank.clock())


def test_everything_that_happens_is_told_once(
    bank: Bank, told: Trader, payer: Holder, inbox: Inbox, sender: HttpSender, clock: Clock
) -> None:
    paid, closed = new_order(bank, told, 2_00), new_order(bank, told, 1_00)
    new_order(bank, told, 1_00)
    pay(bank, payer, paid)
    pay_shop(bank, payer, told.shop, 3_00)
    orders.close_order(bank, told.till, closed.id)
    wanted = NewRefund(paid.id, "R-1", Fen(50), "")
    refund_id = bank.new_id()
    for _ in range(2):
        refunding.refund_order(bank, told.till, refund_id, wanted)
        orders.close_order(bank, told.till, closed.id)
    clock.advance(minutes=15)
    orders.expire_orders(bank)
    while deliver(bank, sender):
        pass
    kinds = sorted(json.loads(body)["kind"] for _, body in inbox.got)
    assert kinds == ["order.closed", "order.expired", "order.paid", "refund.done", "shop.paid"]


def test_a_refused_notice_is_sent_again_with_the_same_bytes_by_the_schedule(
    bank: Bank, told: Trader, payer: Holder, inbox: Inbox, sender: HttpSender, clock: Clock
) -> None:
    pay(bank, payer, new_order(bank, told, 1_00))
    inbox.answers = [500] * (len(PAUSES_S) + 1)
    for pause in PAUSES_S:
        assert deliver(bank, sender) == 1
        assert deliver(bank, sender) == 0
        clock.advance(seconds=pause - 1)
        assert deliver(bank, sender) == 0
        clock.advance(seconds=1)
    assert deliver(bank, sender) == 1
    clock.advance(days=2)
    assert deliver(bank, sender) == 0
    assert len({body for _, body in inbox.got}) == 1
    (event,) = events(bank, told)
    assert event.given_up_at and (event.last_outcome, event.attempts) == ("500", 15)


def test_a_notice_that_was_given_up_can_be_sent_again(
    bank: Bank, told: Trader, payer: Holder, inbox: Inbox, sender: HttpSender
) -> None:
    pay(bank, payer, new_order(bank, told, 1_00))
    deliver(bank, sender)
    (event,) = events(bank, told)
    assert event.delivered_at == bank.clock()
    assert webhooks.resend_event(bank, told.server, event.id).delivered_at is None
    assert deliver(bank, sender) == 1
    assert len(inbox.got) == 2
    with pytest.raises(EventUnknown):
        webhooks.resend_event(bank, begin(bank, 2).server, event.id)
    with pytest.raises(ServerOnly):
        webhooks.resend_event(bank, told.till, event.id)


def test_a_redirect_is_not_followed(
    bank: Bank, told: Trader, payer: Holder, inbox: Inbox, sender: HttpSender
) -> None:
    pay(bank, payer, new_order(bank, told, 1_00))
    inbox.answers = [302]
    deliver(bank, sender)
    assert len(inbox.got) == 1
    assert events(bank, told)[0].last_outcome == "302"


def test_a_notice_is_taken_again_if_the_sender_died(
    bank: Bank, told: Trader, payer: Holder, sender: HttpSender, clock: Clock
) -> None:
    pay(bank, payer, new_order(bank, told, 1_00))
    with bank.connection() as connection:
        assert event_store.take_due(connection, told.merchant.id, clock(), clock() + LEASE)
    assert deliver(bank, sender) == 0
    clock.advance(seconds=LEASE.total_seconds())
    assert deliver(bank, sender) == 1
    assert events(bank, told)[0].delivered_at == bank.clock()


def test_this_machine_is_reached_in_development_only(
    bank: Bank, told: Trader, payer: Holder, inbox: Inbox
) -> None:
    pay(bank, payer, new_order(bank, told, 1_00))
    strict = HttpSender()
    deliver(bank, strict)
    strict.close()
    assert not inbox.got
    assert events(bank, told)[0].last_outcome == "address-refused"


def test_a_server_that_is_away_is_no_error_of_ours(sender: HttpSender) -> None:
    assert sender.send("http://127.0.0.1:9/", {}, b"") == "no-answer"
    assert sender.send("https://nobody.invalid/", {}, b"") == "name-unknown"


def test_a_merchant_that_wants_no_notices_gets_none(
    bank: Bank, tea: Trader, payer: Holder, sender: HttpSender
) -> None:
    pay(bank, payer, new_order(bank, tea, 1_00))
    assert deliver(bank, sender) == 0
    changed = webhooks.set_webhook_url(bank, tea.server, "https://shop.example/hook")
    assert changed.webhook_url == "https://shop.example/hook"
    assert webhooks.set_webhook_url(bank, tea.server, None).webhook_url is None


def test_notices_are_listed_the_newest_first_page_by_page(
    bank: Bank, told: Trader, payer: Holder, clock: Clock
) -> None:
    for _ in range(3):
        pay(bank, payer, new_order(bank, told, 1_00))
        clock.advance(seconds=1)
    listed = events(bank, told)
    assert [e.occurred_at for e in listed] == sorted((e.occurred_at for e in listed), reverse=True)
    assert webhooks.list_events(bank, told.server, listed[0].id, 10) == listed[1:]


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook",
        "ftp://shop.example/",
        "https://user:secret@shop.example/",
        "https://shop.example/#part",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://intranet/",
        "https:///nowhere",
        "https://shop.example/" + "x" * 500,
    ],
)
def test_an_address_inside_or_without_tls_is_refused(url: str) -> None:
    with pytest.raises(WebhookUrlRefused):
        check_url(url)


INSIDE = (
    *("10.1.2.3", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("::1", "fe80::1%eth0", "64:ff9b::a00:1", "2002:a00:1::", "::ffff:192.168.0.1"),
)


def test_a_name_that_leads_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*addresses: str) -> Any:
        return lambda *_args, **_named: [(2, 1, 6, "", (address, 443)) for address in addresses]

    for address in INSIDE:
        monkeypatch.setattr("socket.getaddrinfo", answer("93.184.216.34", address))
        with pytest.raises(AddressRefused):
            resolve("https://shop.example/hook", loopback=False)
    monkeypatch.setattr("socket.getaddrinfo", answer("93.184.216.34"))
    target = resolve("https://shop.example:8443/hook?a=b", loopback=False)
    assert str(target.url) == "https://93.184.216.34:8443/hook?a=b"
    assert (target.host, target.server_name) == ("shop.example:8443", "shop.example")
