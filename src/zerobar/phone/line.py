"""The phone's own line at its telecom: what it owes, orders for top-ups, the word for its number.

Whose line asks is said by the gateway of the access network, in a header that it sets itself; see
docs/telecom.md. On one machine, where no such network is, this program stands in for the gateway.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self, TypeVar
from uuid import UUID

import httpx
import msgspec

from zerobar.client.errors import NotUnderstood, Unreachable
from zerobar.client.http import BankHttp
from zerobar.device.feed import EventFeed, Other, RecordingTransport
from zerobar.phone.errors import NoTelecom, TelecomSilent
from zerobar.purse.money import Fen

Answer = TypeVar("Answer")
ACCESS_HEADER: Final = "zerobar-access-line"
ANSWER_WITHIN_S: Final = 5.0
PAUSES_S: Final = (0.2, 0.6)


@dataclass(frozen=True)
class LinePlace:
    """Where this phone's line is.

    Attributes:
        url: of the telecom, or of a relay to it.
        number: of the line, E.164.
    """

    url: str
    number: str


class LineShown(msgspec.Struct, frozen=True, kw_only=True):
    """A line and its account, as the telecom shows it.

    Attributes:
        status: active, suspended_one_way, suspended_two_way or closed.
        suspended_on: the day it is suspended or closed next, unless what is owed is paid.
    """

    number: str
    plan: str
    status: str
    balance_fen: int
    arrears_fen: int
    overdue_since: date | None
    suspended_on: date | None


class TopUpOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A top-up that is to be paid at the bank; `state` is asked, open, paid, over or refused."""

    order_id: UUID
    number: str
    amount_fen: int
    state: str
    made_at: datetime


class _NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    amount_fen: int


class _Code(msgspec.Struct, frozen=True, kw_only=True):
    text: str


class _Assertion(msgspec.Struct, frozen=True, kw_only=True):
    assertion: str


class OwnLine:
    """The phone's line; a context manager.

    Args:
        place: None: no telecom is known, and everything raises NoTelecom.
        feed: is told what is said.
    """

    def __init__(self, place: LinePlace | None, feed: EventFeed) -> None:
        self._number = None if place is None else place.number
        self._http = None if place is None else _http(place, feed)

    @property
    def number(self) -> str | None:
        """The line's number; None: no telecom is known."""
        return self._number

    def read(self) -> LineShown:
        """Read what the line is, and owes; raises NoTelecom, TelecomSilent or BankSaysNo."""
        return self._ask(lambda http: http.get("/v1/line", LineShown))

    def assertion(self) -> str:
        """Have the telecom vouch for the line's number; raises as `read`."""
        return self._ask(
            lambda http: http.send("POST", "/v1/assertions", None, _Assertion).assertion
        )

    def order(self, order_id: UUID, number: str, amount: Fen) -> TopUpOrder:
        """Ask for a top-up of whichever line; with the same id once. Raises as `read`."""
        asked = _NewOrder(number=number, amount_fen=int(amount))
        return self._ask(
            lambda http: http.make(order_id, "/v1/orders", asked, TopUpOrder, keep=False)
        )

    def look(self, order_id: UUID) -> TopUpOrder:
        """Read how a top-up stands; raises as `read`."""
        return self._ask(lambda http: http.get(f"/v1/orders/{order_id}", TopUpOrder))

    def code(self, order_id: UUID) -> str:
        """Read the code that an open order is paid by; raises as `read`."""
        return self._ask(lambda http: http.get(f"/v1/orders/{order_id}/code", _Code).text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._http is not None:
            self._http.close()

    def _ask(self, question: Callable[[BankHttp], Answer]) -> Answer:
        if self._http is None:
            raise NoTelecom
        try:
            return question(self._http)
        except (Unreachable, NotUnderstood):
            raise TelecomSilent from None


def _http(place: LinePlace, feed: EventFeed) -> BankHttp:
    # The telecom answers as the bank does: ids, problem documents, the same again for the same id.
    transport = _AsLine(RecordingTransport(feed, ANSWER_WITHIN_S, Other.TELECOM), place.number)
    return BankHttp(place.url, transport=transport, pauses_s=PAUSES_S)


class _AsLine(httpx.BaseTransport):
    """The access network, whose gateway says whose line it is."""

    def __init__(self, beyond: httpx.BaseTransport, number: str) -> None:
        self._beyond = beyond
        self._number = number

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on; raises httpx.TransportError."""
        request.headers[ACCESS_HEADER] = self._number
        return self._beyond.handle_request(request)

    def close(self) -> None:
        """Close what is open."""
        self._beyond.close()
