"""The bank's orders, charges and refunds for a till's rules, behind a network that loses messages.

It does each id once, and counts in `charged` what each order took from customers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from tests.device.conftest import Network
from zerobar.client.problems import TYPE_PREFIX
from zerobar.client.signing import IDEMPOTENCY_HEADER
from zerobar.device import OperatorUnreachable

_ROUTES = re.compile(r"/v1/(?P<what>orders|refunds)(?:/(?P<id>[0-9a-f-]{36}))?(?:/(?P<sub>\w+))?")


class OrderBank(httpx.BaseTransport):
    """Answers as the bank does.

    Attributes:
        network: of the till, shared with its purse's operator.
        charged: fen by order.
        refunded: fen by refund.
        poor: codes whose wallets have too little.
    """

    def __init__(self, network: Network, now_unix_s: Callable[[], float]) -> None:
        self.network = network
        self._now = now_unix_s
        self.orders: dict[str, dict[str, Any]] = {}
        self.charged: dict[UUID, int] = {}
        self.refunded: dict[UUID, int] = {}
        self.poor: set[str] = set()
        self.used: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            self.network.pass_one()
            response = self._answer(request)
            self.network.pass_one()
        except OperatorUnreachable:
            raise httpx.ConnectError("silent") from None
        return response

    def pay_by_code(self, order_id: UUID) -> None:
        """The customer's phone pays the code that the till shows."""
        order = self.orders[str(order_id)]
        if order["state"] == "open":
            self._pay(order, str(UUID(int=order_id.int ^ 1)))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/merchant":
            return httpx.Response(200, json=self._merchant())
        found = _ROUTES.fullmatch(request.url.path)
        assert found is not None, request.url.path
        what, id_, sub = found.group("what", "id", "sub")
        body = json.loads(request.content or b"{}")
        key = request.headers.get(IDEMPOTENCY_HEADER, "")
        if what == "refunds":
            return httpx.Response(200, json=self._refund_shown(UUID(id_)))
        if id_ is None:
            return httpx.Response(201, json=self._made(key, body))
        if id_ not in self.orders:
            return _problem(404, "order-unknown")
        return self._of_order(self.orders[id_], sub, key, body)

    def _of_order(
        self, order: dict[str, Any], sub: str | None, key: str, body: dict[str, Any]
    ) -> httpx.Response:
        match sub:
            case "close":
                if order["state"] == "open":
                    order |= {"state": "closed", "ended_at": self._time()}
            case "code":
                return httpx.Response(200, json={"text": f"code of {order['number']}"})
            case "charges":
                return self._charge(order, key, body["code"])
            case "refunds":
                return self._refund(order, UUID(key), body)
        return httpx.Response(200, json=order)

    def _made(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.orders.setdefault(
            key,
            {
                "order_id": key,
                "shop_id": body["shop_id"],
                "terminal_id": None,
                "number": body["number"],
                "amount_fen": body["amount_fen"],
                "memo": "",
                "items": body.get("items", []),
                "state": "open",
                "created_at": self._time(),
                "expires_at": self._time(),
                "payment_id": None,
                "paid_at": None,
                "ended_at": None,
            },
        )

    def _charge(self, order: dict[str, Any], key: str, code: str) -> httpx.Response:
        if order["payment_id"] == key:
            return httpx.Response(200, json=order)
        if order["state"] != "open":
            return _problem(422, "not-payable")
        if code in self.used:
            return _problem(422, "code-used")
        if code in self.poor:
            return _problem(422, "insufficient-balance")
        self.used.add(code)
        self._pay(order, key)
        return httpx.Response(200, json=order)

    def _merchant(self) -> dict[str, Any]:
        id_ = str(UUID(int=3))
        return {
            "merchant_id": id_,
            "wallet_id": id_,
            "name": "小面馆",
            "latin_name": "Noodle House",
            "latin_city": "Beijing",
            "category_code": "5812",
            "credit_code": "91110000600037341L",
            "bank_code": "104",
            "account_holder": "小面馆",
            "account_masked": "*1234",
            "webhook_url": None,
            "webhook_key": "",
            "opened_at": self._time(),
            "suspended_at": None,
        }

    def _pay(self, order: dict[str, Any], payment_id: str) -> None:
        order |= {"state": "paid", "payment_id": payment_id, "paid_at": self._time()}
        id_ = UUID(order["order_id"])
        self.charged[id_] = self.charged.get(id_, 0) + order["amount_fen"]

    def _refund(self, order: dict[str, Any], id_: UUID, body: dict[str, Any]) -> httpx.Response:
        self._refund_bodies = getattr(self, "_refund_bodies", {})
        if id_ not in self.refunded:
            given = sum(b["amount_fen"] for b, o in self._refund_bodies.values() if o is order)
            if order["state"] != "paid" or given + body["amount_fen"] > order["amount_fen"]:
                return _problem(422, "refund-exceeds-payment")
            self.refunded[id_] = body["amount_fen"]
            self._refund_bodies[id_] = (body, order)
        return httpx.Response(201, json=self._refund_shown(id_))

    def _refund_shown(self, id_: UUID) -> dict[str, Any]:
        body, order = self._refund_bodies[id_]
        return {
            "refund_id": str(id_),
            "order_id": order["order_id"],
            "payment_id": order["payment_id"],
            "number": body["number"],
            "amount_fen": body["amount_fen"],
            "reason": body.get("reason", ""),
            "state": "done",
            "refused": "",
            "asked_at": self._time(),
            "done_at": self._time(),
        }

    def _time(self) -> str:
        return datetime.fromtimestamp(self._now(), UTC).isoformat()


def _problem(status: int, name: str) -> httpx.Response:
    document = {
        "type": TYPE_PREFIX + name,
        "title": name,
        "status": status,
        "detail": "It was not done.",
        "next_step": "Look.",
    }
    return httpx.Response(status, json=document)
