"""The feed tells what passed by a stable name and in words, and never what was in it."""

from __future__ import annotations

import threading
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, get
from litestar.params import FromPath

from tests.telecom.serving import served
from zerobar.demo.town.ports import free_port
from zerobar.device.feed import (
    MOST_KEPT,
    Direction,
    EventFeed,
    Other,
    RecordingLink,
    RecordingTransport,
)
from zerobar.device.words import step_of_command, step_of_request
from zerobar.purse.apdu import Instruction, command
from zerobar.reader import CardTorn, ScriptedLink

NOW_UNIX_S = 1_767_600_000.0
OK = b"\x90\x00"
REFUSED = b"\x69\x85"
PAY = command(Instruction.PAY, b"a request")


@pytest.fixture
def feed() -> EventFeed:
    return EventFeed(lambda: NOW_UNIX_S)


@get("/v1/orders/{order_id:uuid}", sync_to_thread=False)
def order(order_id: FromPath[UUID]) -> dict[str, UUID]:
    return {"order_id": order_id}


def test_what_a_card_is_told_and_answers_is_counted_in_bytes(feed: EventFeed) -> None:
    with RecordingLink(ScriptedLink([(PAY, b"voucher" + OK)]), feed, Other.CARD) as link:
        link.exchange(PAY)
    sent, received = feed.after(0)
    assert (sent.direction, sent.size) == (Direction.SENT, len(PAY))
    assert (received.direction, received.size) == (Direction.RECEIVED, len(b"voucher") + 2)
    assert sent.step == received.step == "PAY" and sent.words_zh == "按请求付款"
    assert "voucher" not in received.words and "request" not in received.step


def test_a_refusal_and_a_torn_tap_are_told_under_the_same_step(feed: EventFeed) -> None:
    with RecordingLink(ScriptedLink([(PAY, REFUSED), (PAY, CardTorn())]), feed, Other.SIM) as link:
        link.exchange(PAY)
        with pytest.raises(CardTorn):
            link.exchange(PAY)
    _, refused, _, torn = feed.after(0)
    assert refused.step == torn.step == "PAY" and "6985" in refused.words
    assert (torn.direction, torn.size) == (Direction.UNANSWERED, 0)
    assert torn.words and torn.words_zh != torn.words


def test_what_the_bank_is_asked_is_told_without_its_ids(feed: EventFeed) -> None:
    id_ = "0198a000-0000-7000-8000-000000000001"
    with (
        served(Litestar([order], openapi_config=None)) as url,
        httpx.Client(transport=RecordingTransport(feed, 30)) as client,
    ):
        body = client.get(f"{url}/v1/orders/{id_}").content
        client.get(f"{url}/v1/nothing")
    asked, answered, _, refused = feed.after(0)
    assert asked.step == answered.step == "GET /v1/orders/{id}"
    assert (asked.other, answered.size) == (Other.BANK, len(body))
    assert "404" in refused.words and id_ not in str(feed.after(0))


def test_a_question_without_an_answer_is_told(feed: EventFeed) -> None:
    transport = RecordingTransport(feed, 30)
    with httpx.Client(transport=transport) as client:
        with pytest.raises(httpx.ConnectError):
            client.post(f"http://127.0.0.1:{free_port()}/v1/sms-codes")
        transport.hang_up()
        with pytest.raises(httpx.ConnectError):
            client.post("http://127.0.0.1/v1/sms-codes")
    assert [event.direction for event in feed.after(0)] == [Direction.SENT, Direction.UNANSWERED]


def test_the_newest_are_kept_and_asked_for_in_parts(feed: EventFeed) -> None:
    for _ in range(MOST_KEPT + 5):
        feed.record(Other.BANK, Direction.SENT, 1, step_of_request("GET", "/v1/orders"))
    first = feed.shown_after(0, 0)
    assert first.items[0].number == 6
    assert feed.shown_after(first.last, 0).items[0].number == first.last + 1
    assert feed.shown_after(10**6, 0).last == 10**6


def test_who_waits_is_woken_by_an_event_and_by_the_end(feed: EventFeed) -> None:
    threading.Timer(0.01, feed.record, (Other.SAM, Direction.SENT, 1, step_of_command(PAY))).start()
    assert len(feed.after(0, wait_s=20)) == 1
    threading.Timer(0.01, feed.close).start()
    assert feed.after(1, wait_s=20) == []


@pytest.mark.parametrize("instruction", Instruction)
def test_every_command_has_its_name(instruction: Instruction) -> None:
    assert step_of_command(command(instruction)).name == instruction.name


def test_a_command_that_is_none_is_told_by_its_first_bytes() -> None:
    assert step_of_command(b"\x00\xb0\x00\x00").name == "00B0"
    assert step_of_command(b"").words


@pytest.mark.parametrize(
    "method, path, name",
    [
        ("POST", "/v1/sms-codes", "POST /v1/sms-codes"),
        ("GET", "/v1/vouchers/a1b2c3d4e5f60718/17", "GET /v1/vouchers/{id}/{id}"),
        ("GET", "/v1/merchant/reconciliation/2026-01-05", "GET /v1/merchant/reconciliation/{id}"),
        ("PUT", "/v1/people/me/pin", "PUT /v1/people/me/pin"),
        ("GET", "/v1/shops/ID%20of%20mine/code", "GET /v1/shops/{id}/code"),
    ],
)
def test_a_request_is_named_by_its_shape(method: str, path: str, name: str) -> None:
    assert step_of_request(method, path).name == name


@given(st.uuids(), st.binary(min_size=8, max_size=32), st.integers(0, 10**18))
def test_no_id_is_ever_in_a_name(uuid: UUID, purse: bytes, number: int) -> None:
    step = step_of_request("GET", f"/v1/purses/{uuid}/0{purse.hex()}/{number}")
    assert step.name == "GET /v1/purses/{id}/{id}/{id}"
