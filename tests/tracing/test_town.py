"""A payment and a top-up in a town of real programs: one trace, one trail in the logs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner

from tests.tracing.collector import Collector, Json, attributes, collecting
from zerobar.cli import app
from zerobar.demo.story.moving_in import move_in
from zerobar.demo.town.building import Around, build
from zerobar.demo.town.folder import new_folder
from zerobar.demo.town.people import ALICES_CARD, CARD_PIN, MONTHLY_FEN, PIN
from zerobar.demo.town.screens import new_id
from zerobar.demo.town.town import Town
from zerobar.purse.money import Fen
from zerobar.tracing.spans import voucher_name
from zerobar.tracing.traceparent import trace_of

pytestmark = pytest.mark.slow


@dataclass
class Place:
    """A town, and the collector that its programs bring their spans to."""

    town: Town
    collector: Collector

    @property
    def folder(self) -> Path:
        return self.town.folder

    def lines(self) -> list[Json]:
        """Every line of every program's log that is JSON."""
        return [
            json.loads(line)
            for log in self.folder.glob("*.log")
            for line in log.read_text().splitlines()
            if line.startswith("{")
        ]

    def told(self, id_: str) -> str:
        """What `zerobar trace` tells of something."""
        done = CliRunner().invoke(app, ["trace", id_, str(self.folder)], env={"ZEROBAR_LANG": "en"})
        assert done.exit_code == 0, done.output
        return done.output

    def services(self, trace_id: str) -> set[str]:
        return {span["service"] for span in self.collector.spans() if span["traceId"] == trace_id}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        collector = stack.enter_context(collecting())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        town = Town(new_folder(stack))
        stack.callback(town.close)
        build(town, Around("http://127.0.0.1:1", lambda: False, lambda _: None))
        move_in(town)
        yield Place(town, collector)


def soon(look: Callable[[], Any]) -> Any:
    until = time.monotonic() + 30
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(0.1)
    return seen


def test_a_payment_is_one_trace_from_phone_to_bank_and_its_id_is_the_traces(place: Place) -> None:
    alice, bo = place.town.phones()[:2]
    payment_id = new_id()
    alice.screen.pay("phone", bo.person.number, Fen(1_00), payment_id)
    trace_id = UUID(payment_id).hex
    place.collector.wait_for(
        lambda _: {"zerobar-phone", "zerobar-bank"} <= place.services(trace_id)
    )
    spans = {s["spanId"]: s for s in place.collector.spans() if s["traceId"] == trace_id}
    (served,) = [s for s in spans.values() if s["name"] == "POST /v1/payments" and s["kind"] == 2]
    asked = spans[served["parentSpanId"]]
    assert (served["service"], asked["service"]) == ("zerobar-bank", "zerobar-phone")
    assert (asked["kind"], attributes(asked)["http.response.status_code"]) == (3, "201")
    begun = spans[spans[asked["parentSpanId"]]["parentSpanId"]]
    assert (begun["name"], begun["kind"]) == ("POST /payments", 2)
    by_trace = [line for line in place.lines() if line.get("trace_id") == trace_id]
    assert {line["program"] for line in by_trace} == {"phone", "bank"}


def test_what_happened_to_a_payment_is_told_in_order_by_its_id(place: Place) -> None:
    alice, bo = place.town.phones()[:2]
    payment_id = new_id()
    alice.screen.pay("phone", bo.person.number, Fen(1_00), payment_id)
    soon(lambda: "answered POST /payments" in place.told(payment_id))
    told = place.told(payment_id)
    steps = (
        "alice (phone): answered POST /payments with 201",
        "POST /v1/payments, and heard 201",
        "bank: answered POST /v1/payments with 201",
        "bank: the payment is made, in the books",
    )
    assert sorted(told.index(step) for step in steps) == [told.index(step) for step in steps], told
    assert UUID(payment_id).hex not in told
    assert place.told(UUID(payment_id).hex) == told


def test_money_from_a_card_is_one_trace_from_phone_to_the_cards_bank(place: Place) -> None:
    alice = place.town.phones()[0]
    card = alice.screen.get("/cards")["items"][0]
    order = alice.screen.exchange(card["card_id"], Fen(5_00))
    trace_id = UUID(order["id"]).hex
    wanted = {"zerobar-phone", "zerobar-bank", "zerobar-sandbox"}
    place.collector.wait_for(lambda _: wanted <= place.services(trace_id))
    assert place.services(trace_id) == wanted


def test_a_shortfall_that_a_card_covers_is_in_the_payments_trace(place: Place) -> None:
    alice, bo = place.town.phones()[:2]
    alice.screen.put("/auto-top-up", on=True)
    payment_id, more = new_id(), Fen(alice.screen.balance() + 1_00)
    alice.screen.pay("phone", bo.person.number, more, payment_id)
    trace_id = UUID(payment_id).hex
    wanted = {"zerobar-phone", "zerobar-bank", "zerobar-sandbox"}
    place.collector.wait_for(lambda _: wanted <= place.services(trace_id))
    assert place.services(trace_id) == wanted


def test_a_bill_that_a_till_collects_is_one_trace_from_till_to_telecom(place: Place) -> None:
    town = place.town
    bo = next(phone for phone in town.phones() if phone.person.owes)
    till, bill_id = town.till("till"), new_id()
    biller = till.screen.get("/billers")[0]["biller_id"]
    terms = {"biller_id": biller, "line": bo.person.number, "amount_fen": MONTHLY_FEN}
    till.screen.put(f"/bills/{bill_id}", **terms)
    assert bo.card is not None
    held = till.field.put(bo.id, bo.card.antenna)
    till.screen.post(f"/bills/{bill_id}/tap", pin=CARD_PIN)
    till.field.take_away(held)
    paid = soon(lambda: [a for a in place.lines() if a["message"] == "voucher taken along"])
    voucher = paid[-1]["voucher"]
    assert voucher == voucher_name(town.purse_ids[bo.id], int(voucher.partition("/")[2]))
    wanted = {"zerobar-till", "zerobar-bank", "zerobar-telecom"}
    place.collector.wait_for(lambda _: wanted <= place.services(trace_of(voucher)))
    assert place.services(trace_of(voucher)) == wanted
    # The phone's sync, which goes on meanwhile, tells more of it.
    assert soon(lambda: place.told(bill_id) == place.told(voucher))
    told = place.told(bill_id)
    steps = (
        "till: the voucher is kept here, to be brought to the bank",
        "bank: the voucher has its outcome: settled",
        "till: the voucher is brought to the bank; taken: true",
        "telecom: the phone line is topped up",
    )
    assert all(step in told for step in steps), told
    # The bank's notice has told the telecom, which asks seldom.
    telecoms = [line for line in place.lines() if line["program"] == "telecom"]
    assert any("/v1/notices" in json.dumps(line) for line in telecoms)


def test_a_top_up_from_the_wallet_is_told_from_the_order_to_the_line(place: Place) -> None:
    alice = place.town.phones()[0]
    order_id = new_id()
    number = alice.person.number
    asked = alice.screen.post("/top-ups", id=order_id, number=number, amount_fen=10_00)
    alice.screen.pay(asked["payee"]["kind"], asked["payee"]["value"], Fen(10_00))
    soon(lambda: "topped up" in place.told(order_id))
    told = place.told(order_id)
    for step in ("telecom: answered POST /v1/orders", "bank: the payment is made", "/v1/notices"):
        assert step in told, told


def test_who_asks_may_name_the_trace(place: Place) -> None:
    named = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    url = place.town.there.telecom.url
    httpx.get(f"{url}/v1/nowhere", headers={"traceparent": named, "tracestate": "a=1"})
    trace_id = named.split("-")[1]
    place.collector.wait_for(lambda _: bool(place.services(trace_id)))
    (span,) = [s for s in place.collector.spans() if s["traceId"] == trace_id]
    assert (span["parentSpanId"], span["traceState"]) == ("b7ad6b7169203331", "a=1")


def test_neither_logs_nor_spans_hold_what_is_secret(place: Place) -> None:
    alice = place.town.phones()[0]
    kept = json.dumps(place.collector.spans()) + json.dumps(place.lines())
    card = ALICES_CARD
    long = [card.number, card.phone, card.resident_id, alice.person.number, alice.program.token]
    # Six digits turn up in an id now and then, but not as a word of their own.
    words = [card.holder, *(f'"{pin}"' for pin in (PIN, CARD_PIN)), *long]
    assert [word for word in words if word in kept] == []
