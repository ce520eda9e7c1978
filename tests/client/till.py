"""A bank for the client's tests that does things once, behind a network that loses what it is told.

network = Network(bank, ["lost-answer", "ok"])     # one word for each request that is sent
BankHttp("http://bank", key, transport=network)
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import httpx

from zerobar.client.problems import TYPE_PREFIX
from zerobar.client.signing import (
    IDEMPOTENCY_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    decode_signature,
    signed_bytes,
)
from zerobar.purse.suites import P256

TIME_UNIX_S = 1_800_000_000


class TillBank:
    """Counts what it is asked to make: by id, once.

    Attributes:
        made: how much of each id.
        refusals: what is said instead to the next requests: status, problem's name and facts;
            None: nothing else is said.
        shows: what it shows of a request, by path.
        silent_for: ids of requests that never get an answer.
    """

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key
        self.made: dict[str, int] = {}
        self.refusals: list[tuple[int, str, dict[str, Any]] | None] = []
        self.shows: dict[str, dict[str, Any]] = {}
        self.silent_for: set[str] = set()
        self.time_unix_s = TIME_UNIX_S
        self.requests = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self._check_signature(request)
        if abs(int(request.headers[TIME_HEADER]) - self.time_unix_s) > 300:
            return self._problem(401, "time-off", {"server_time_unix_s": self.time_unix_s})
        if (shown := self._shown(request)) is not None:
            return shown
        if self.refusals and (refusal := self.refusals.pop(0)):
            return self._problem(*refusal)
        if request.method == "GET":
            return httpx.Response(200, json={"made": sum(self.made.values())})
        id_, amount = request.headers[IDEMPOTENCY_HEADER], json.loads(request.content)["amount"]
        if self.made.setdefault(id_, amount) != amount:
            return self._problem(409, "id-used", {})
        return httpx.Response(201, json={"made": self.made[id_]})

    def _shown(self, request: httpx.Request) -> httpx.Response | None:
        if request.method != "GET" or request.url.path == "/v1/payments":
            return None
        if request.url.path in self.shows:
            return httpx.Response(200, json=self.shows[request.url.path])
        return self._problem(404, "payment-unknown", {})

    def _check_signature(self, request: httpx.Request) -> None:
        message = signed_bytes(
            request.method,
            request.url.raw_path.decode(),
            request.headers.get(IDEMPOTENCY_HEADER, ""),
            request.headers[TIME_HEADER],
            request.content,
        )
        signature = decode_signature(request.headers[SIGNATURE_HEADER])
        assert signature is not None
        P256.verify(self.public_key, message, signature)

    def _problem(self, status: int, name: str, facts: dict[str, Any]) -> httpx.Response:
        document = {
            "type": TYPE_PREFIX + name,
            "title": name,
            "status": status,
            "detail": "It was not done.",
            "next_step": "Look.",
        }
        return httpx.Response(status, json=document | facts)


class Network(httpx.BaseTransport):
    """Carries requests as the words say; when they run out, all arrive.

    ok, lost-request (never arrives), lost-answer (done, but nobody hears of it), crash (as
    lost-answer, and the asking program ends there).
    """

    def __init__(self, bank: TillBank, words: Iterable[str] = ()) -> None:
        self._bank = bank
        self._words = list(words)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        word = self._words.pop(0) if self._words else "ok"
        if request.headers.get(IDEMPOTENCY_HEADER) in self._bank.silent_for:
            raise httpx.ReadTimeout("silent")
        if word == "lost-request":
            raise httpx.ConnectTimeout(word)
        response = self._bank.answer(request)
        if word == "lost-answer":
            raise httpx.ReadTimeout(word)
        if word == "crash":
            raise ProgramEnded
        return response


class ProgramEnded(BaseException):
    """The asking program is gone in the midst of it."""
