"""A connection gives plain payments to the desk itself, and nobody can tell from the answers."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.bank.api.serving import served_bank, signing_headers
from tests.bank.holders import Holder, balance, fill, grant
from zerobar.bank.api import paying_at_once
from zerobar.bank.api.app import LARGEST_BODY
from zerobar.bank.context import Bank
from zerobar.bank.paying import desk
from zerobar.bank.paying.model import PaymentOrder
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

PLACE = ("POST", "/v1/payments")
PLAIN = "application/json"
OF_ITS_OWN = ("date", "x-request-id")
"""Headers that no two answers share."""
FOR_THE_APPLICATION = "application/json; charset=utf-8"
"""Says the same, but not in the plain way."""


class Answer:
    """What came back: status, headers without time and request id, and the document."""

    def __init__(self, connection: socket.socket) -> None:
        response = http.client.HTTPResponse(connection)
        response.begin()
        self.status = response.status
        self.headers = {k: v for k, v in response.getheaders() if k not in OF_ITS_OWN}
        self.document: Any = json.loads(response.read() or b"null")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


class Till:
    """Sends requests as bytes, over one connection."""

    def __init__(self, bank: Bank, address: str, payer: Holder, payee: Holder) -> None:
        self.bank, self.payer, self.payee = bank, payer, payee
        self.place = urlsplit(address)
        self.connection = self.connected()

    def connected(self) -> socket.socket:
        assert self.place.hostname and self.place.port
        return socket.create_connection((self.place.hostname, self.place.port), timeout=10)

    def body(self, amount: object = 1) -> bytes:
        payee = {"kind": "phone", "value": self.payee.phone}
        return json.dumps(
            {"wallet_id": str(self.payer.wallet), "payee": payee, "amount_fen": amount}
        ).encode()

    def signed(self, body: bytes, id_: UUID | None = None) -> dict[str, str]:
        now = int(self.bank.clock().timestamp())
        return signing_headers(self.payer.key, PLACE, body, now, id_ or self.bank.new_id())

    def send(self, data: bytes) -> Answer:
        self.connection.sendall(data)
        return Answer(self.connection)


def raw(
    headers: dict[str, str], body: bytes, kind: str = PLAIN, line: str = "POST /v1/payments"
) -> bytes:
    """Return a request as it goes over the connection."""
    told = headers | {"host": "bank", "content-type": kind, "content-length": str(len(body))}
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture
def till(bank: Bank, anna: Holder, bea: Holder) -> Iterator[Till]:
    fill(bank, anna.wallet, Fen(1_000_00))
    grant(bank, anna)
    with served_bank(bank) as address:
        till = Till(bank, address, anna, bea)
        yield till
        till.connection.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each request for a payment: whether the connection gave it to the desk itself."""
    seen: list[bool] = []
    read = paying_at_once.read_order

    def noticed(*given: Any) -> PaymentOrder | None:
        order = read(*given)
        seen.append(order is not None)
        return order

    monkeypatch.setattr(paying_at_once, "read_order", noticed)
    return seen


def test_a_payment_is_answered_as_the_application_answers(till: Till, at_once: list[bool]) -> None:
    body = till.body()
    headers = till.signed(body)
    first = till.send(raw(headers, body))
    again = till.send(raw(headers, body, FOR_THE_APPLICATION))
    assert first == again and first.status == 201
    assert first.headers["content-type"] == "application/json"
    assert first.headers["cache-control"] == "no-store"
    assert at_once == [True, False]
    assert balance(till.bank, till.payee.wallet) == 1


@pytest.mark.parametrize("amount", [1_000_01, 2_000_01])
def test_a_refusal_is_the_same_problem_on_both_ways(
    till: Till, amount: int, at_once: list[bool]
) -> None:
    body = till.body(amount)
    headers = till.signed(body)
    first = till.send(raw(headers, body))
    assert first == till.send(raw(headers, body, FOR_THE_APPLICATION))
    assert first.status == 422 and at_once == [True, False]


@pytest.mark.parametrize(
    "forged", [{"zerobar-time": "5"}, {"zerobar-key": str(UUID(int=7))}, {"idempotency-key": None}]
)
def test_who_did_not_sign_is_told_the_same_on_both_ways(
    till: Till, forged: dict[str, str | None], at_once: list[bool]
) -> None:
    body = till.body()
    new = {k: v or str(till.bank.new_id()) for k, v in forged.items()}
    headers = till.signed(body) | new
    first = till.send(raw(headers, body))
    assert first == till.send(raw(headers, body, FOR_THE_APPLICATION))
    assert first.status == 401 and at_once == [True, False]
    assert first.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "changed",
    [
        {"zerobar-key": ""},
        {"zerobar-key": "none"},
        {"zerobar-signature": "short"},
        {"zerobar-time": "-1"},
        {"idempotency-key": "5"},
    ],
)
def test_headers_that_do_not_fit_are_for_the_application(
    till: Till, changed: dict[str, str], at_once: list[bool]
) -> None:
    body = till.body()
    answer = till.send(raw(till.signed(body) | changed, body))
    assert answer.status in {400, 401} and True not in at_once


@pytest.mark.parametrize("body", [b"", b"null", b"{", b'{"amount_fen":1}', b"\xff"])
def test_a_body_that_does_not_fit_is_for_the_application(
    till: Till, body: bytes, at_once: list[bool]
) -> None:
    answer = till.send(raw(till.signed(body), body))
    assert answer.status == 400 and at_once == [False]
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_header_that_comes_twice_is_for_the_application(till: Till, at_once: list[bool]) -> None:
    body = till.body()
    twice = raw(till.signed(body), body).replace(b"\r\n\r\n", b"\r\nzerobar-time: 5\r\n\r\n", 1)
    assert till.send(twice).status in {201, 401}
    assert at_once == [False]


def test_a_body_that_is_too_long_is_never_collected(till: Till, at_once: list[bool]) -> None:
    body = b" " * (LARGEST_BODY + 1)
    assert till.send(raw(till.signed(body), body)).status == 413
    assert at_once == []


@pytest.mark.parametrize(
    "line, status",
    [("GET /v1/payments", 405), ("POST /v1/payments?a=b", 401), ("POST /v1/payment", 404)],
)
def test_any_other_request_is_for_the_application(
    till: Till, line: str, status: int, at_once: list[bool]
) -> None:
    body = till.body()
    assert till.send(raw(till.signed(body), body, line=line)).status == status
    assert at_once == []


def test_who_wants_to_be_asked_for_the_body_is_asked(till: Till, at_once: list[bool]) -> None:
    body = till.body()
    head, _, rest = raw(till.signed(body) | {"expect": "100-continue"}, body).partition(b"{")
    till.connection.sendall(head)
    assert till.connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert till.send(b"{" + rest).status == 201 and at_once == []


def test_a_request_may_come_in_any_parts(till: Till, at_once: list[bool]) -> None:
    body = till.body()
    data = raw(till.signed(body), body)
    till.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in range(0, len(data) - 7, 7):
        till.connection.sendall(data[i : i + 7])
    assert till.send(data[len(data) - (len(data) % 7 or 7) :]).status == 201
    assert at_once == [True]


@pytest.mark.parametrize("kinds", ["ppppp", "php", "hph", "aph", "pap"])
def test_requests_that_do_not_wait_for_answers_are_answered_in_order(
    till: Till, kinds: str
) -> None:
    """p: a payment in the plain way, a: one for the application, h: something else."""
    sent, expected = b"", []
    for amount, kind in enumerate(kinds, 1):
        body = b"" if kind == "h" else till.body(amount)
        line = "GET /health/ready" if kind == "h" else "POST /v1/payments"
        way = FOR_THE_APPLICATION if kind == "a" else PLAIN
        sent += raw(till.signed(body), body, way, line)
        expected.append(None if kind == "h" else amount)
    till.connection.sendall(sent)
    answers = _answers(till.connection, len(kinds))
    assert [document.get("amount_fen") for document in answers] == expected


def _answers(connection: socket.socket, many: int) -> list[dict[str, Any]]:
    received = connection.makefile("rb")
    answers: list[dict[str, Any]] = []
    while len(answers) < many:
        assert received.readline() in {b"HTTP/1.1 201 Created\r\n", b"HTTP/1.1 200 OK\r\n"}
        length = 0
        while (line := received.readline()) != b"\r\n":
            if line.startswith(b"content-length: "):
                length = int(line[16:])
        answers.append(json.loads(received.read(length)))
    return answers


def test_who_wants_the_connection_closed_finds_it_closed(till: Till, at_once: list[bool]) -> None:
    body = till.body()
    answer = till.send(raw(till.signed(body) | {"connection": "close"}, body))
    assert answer.status == 201 and answer.headers["connection"] == "close"
    assert till.connection.recv(1) == b"" and at_once == [True]


def test_who_leaves_before_the_answer_has_paid_all_the_same(till: Till) -> None:
    body, id_ = till.body(), till.bank.new_id()
    with till.connected() as left:
        left.sendall(raw(till.signed(body, id_), body))
    assert till.send(raw(till.signed(body, id_), body)).status == 201
    assert balance(till.bank, till.payee.wallet) == 1


def test_when_too_many_wait_both_ways_say_so(
    till: Till, monkeypatch: pytest.MonkeyPatch, at_once: list[bool]
) -> None:
    monkeypatch.setattr(desk, "MAX_WAITING", 0)
    body = till.body()
    headers = till.signed(body)
    first = till.send(raw(headers, body))
    assert first == till.send(raw(headers, body, FOR_THE_APPLICATION))
    assert first.status == 503 and first.headers["retry-after"] == "1"
    assert at_once == [True, False]
    assert till.send(raw({}, b"", line="GET /health")).status == 200


def test_a_mistake_of_ours_is_a_problem_on_both_ways(
    till: Till, monkeypatch: pytest.MonkeyPatch, at_once: list[bool]
) -> None:
    def mistaken(*_: object) -> None:
        raise AssertionError("on purpose")

    monkeypatch.setattr(desk, "examine", mistaken)
    body = till.body()
    headers = till.signed(body)
    first = till.send(raw(headers, body))
    assert first == till.send(raw(headers, body, FOR_THE_APPLICATION))
    assert first.status == 500 and at_once == [True, False]
