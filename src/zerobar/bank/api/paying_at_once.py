"""The shortest way for a payment: from the connection to the desk and back.

Of what a payment costs over HTTP, most goes into being general: a task, a request, values handed
to a handler by name. So a connection reads `POST /v1/payments` itself when it is as plain as nearly
all are, and gives it to the desk. Anything else about it (a header that is missing or comes twice,
a body that does not fit) goes on to the application, as do all other requests; there
`paying.pay` reads it again and says what is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from zerobar.bank.api import problems
from zerobar.bank.api.access import claim_of
from zerobar.bank.api.app import LARGEST_BODY, Served
from zerobar.bank.api.paying import order_of
from zerobar.bank.api.paying_showing import show_payment
from zerobar.bank.errors import BankError
from zerobar.bank.health.requests import Counted
from zerobar.bank.paying.desk import Caller, Outcome
from zerobar.bank.paying.model import Payment, PaymentOrder
from zerobar.client.paying import NewPayment
from zerobar.client.signing import (
    IDEMPOTENCY_HEADER,
    KEY_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
)
from zerobar.serving.headers import SECURITY_HEADERS
from zerobar.serving.problems import ProblemResponse
from zerobar.tracing.requests import REQUEST_ID_HEADER
from zerobar.tracing.traceparent import TRACEPARENT, TRACESTATE

METHOD: Final = "POST"
PATH: Final = "/v1/payments"

Header = tuple[bytes, bytes]

_METHOD: Final = METHOD.encode()
_PATH: Final = PATH.encode()
_KEY, _TIME, _ID, _SIGNATURE = (
    name.encode() for name in (KEY_HEADER, TIME_HEADER, IDEMPOTENCY_HEADER, SIGNATURE_HEADER)
)
_REQUEST_ID, _TRACEPARENT, _TRACESTATE = (
    name.encode() for name in (REQUEST_ID_HEADER, TRACEPARENT, TRACESTATE)
)
_ASKED: Final = msgspec.json.Decoder(NewPayment)
_SHOWN: Final = msgspec.json.Encoder()


def read_order(headers: Sequence[Header], body: bytes) -> PaymentOrder | None:
    """Read a payment that is asked for in the plain way; None for any other."""
    named = dict(headers)
    if len(named) != len(headers) or named.get(b"content-type") != b"application/json":
        return None
    try:
        key = msgspec.convert(_text(named, _KEY), UUID)
        sent = _text(named, _TIME), _text(named, _ID), _text(named, _SIGNATURE)
        return order_of(claim_of((METHOD, PATH), key, *sent, body), _ASKED.decode(body))
    except (BankError, msgspec.MsgspecError):
        return None


def _text(named: Mapping[bytes, bytes], name: bytes) -> str:
    # As latin-1, as everywhere in HTTP: nothing that was sent can fail here.
    return named.get(name, b"").decode("latin-1")


class Exchange:
    """A payment that its connection waits for; uvicorn looks at it as at a request of its own.

    Attributes:
        keep_alive: the connection stays open after the answer.
        followed: its id, its trace, and when it began.
        disconnected: whoever asked has gone.
        response_complete: it was answered.
        message_event: that more has come of it; nobody waits for that here.
    """

    __slots__ = ("disconnected", "followed", "keep_alive", "response_complete")
    message_event: ClassVar = asyncio.Event()

    def __init__(self, keep_alive: bool, followed: Counted) -> None:
        self.keep_alive = keep_alive
        self.followed = followed
        self.disconnected = False
        self.response_complete = False


class PaymentConnection(HttpToolsProtocol):
    """A connection of uvicorn's, for an application of `create_app`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        served: Served = config.loaded_app.state.served
        self._take = served.desk.take if served.express is None else served.express.take
        self._body: bytearray | None = None

    def on_headers_complete(self) -> None:
        """Keep what may be a payment; give anything else to the application."""
        if self._is_payment():
            self._body = bytearray()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Collect a payment's body, as far as it is not too long for one."""
        if self._body is None:
            super().on_body(body)
            return
        self._body += body
        if len(self._body) > LARGEST_BODY:
            self._hand_over()

    def on_message_complete(self) -> None:
        """Give a payment to the desk, or to the application when it is not plain."""
        if self._body is not None:
            order = read_order(self.headers, bytes(self._body))
            if order is not None:
                self._body = None
                self._pay(order)
                return
            self._hand_over()
        super().on_message_complete()

    def _is_payment(self) -> bool:
        before: RequestResponseCycle | None = self.cycle
        return (
            self.url == _PATH
            and self.parser.get_method() == _METHOD
            and self.parser.get_http_version() == "1.1"
            and not self.parser.should_upgrade()
            and not self.expect_100_continue
            and (before is None or before.response_complete)
        )

    def _hand_over(self) -> None:
        """Let the application have what has come so far."""
        assert self._body is not None
        body, self._body = bytes(self._body), None
        super().on_headers_complete()
        super().on_body(body)

    def _pay(self, order: PaymentOrder) -> None:
        exchange = Exchange(self.parser.should_keep_alive(), _follow(dict(self.headers)))
        self.cycle = exchange  # type: ignore[assignment]
        try:
            caller = Caller(self.loop, lambda told: self._answer(exchange, told), exchange.followed)
            self._take(order, caller)
        except BankError as refusal:
            self._answer(exchange, refusal)

    def _answer(self, exchange: Exchange, told: Outcome) -> None:
        if exchange.disconnected or exchange.response_complete:
            return
        exchange.response_complete = True
        self.transport.write(b"".join(self._response(exchange, told)))
        if not exchange.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _response(self, exchange: Exchange, told: Outcome) -> list[bytes]:
        if isinstance(told, Payment):
            status, body = int(HTTPStatus.CREATED), _SHOWN.encode(show_payment(told))
            own = _PAID
        else:
            problem = problems.tell(PATH, told)
            assert problem.status_code is not None, "every problem has one"
            status, body, own = problem.status_code, problem.content, _own_headers(problem)
        common = [_line(*header) for header in self.server_state.default_headers]
        exchange.followed.end(PATH, status)
        named = _line(_REQUEST_ID, exchange.followed.id.encode())
        closing = () if exchange.keep_alive else (b"connection: close\r\n",)
        length = b"content-length: %d\r\n" % len(body)
        head = [STATUS_LINE[status], *common, own, length, named, _SECURITY, *closing]
        return [*head, b"\r\n", body]


def _follow(named: Mapping[bytes, bytes]) -> Counted:
    trace = _text(named, _TRACEPARENT), _text(named, _TRACESTATE)
    return Counted((METHOD, PATH), trace, _text(named, _REQUEST_ID), _text(named, _ID))


def _line(name: bytes, value: bytes) -> bytes:
    return b"%b: %b\r\n" % (name, value)


def _own_headers(problem: ProblemResponse) -> bytes:
    named = {"content-type": problem.media_type or "", **problem.headers}
    return b"".join(_line(name.encode(), value.encode()) for name, value in named.items())


_SECURITY: Final = b"".join(_line(*header) for header in SECURITY_HEADERS)
_PAID: Final = _line(b"content-type", b"application/json")
