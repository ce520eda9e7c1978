"""A merchant's whole day over HTTP: staff open it, its server and till sign what they ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from tests.bank.api.serving import served_bank, signing_headers
from tests.bank.conftest import Clock
from tests.bank.employees import Employee, found
from tests.bank.holders import Holder, Key, new_key
from tests.bank.merchants.trading import Trader, credit_code, pay
from zerobar.bank.context import Bank
from zerobar.bank.merchants import onboarding, orders
from zerobar.bank.paying.codes import enrol_code
from zerobar.bank.staff.model import Role
from zerobar.client.enrolment import write_64
from zerobar.client.merchants import terminal_bytes
from zerobar.codes.customer import derive_code

pytestmark = pytest.mark.slow

NEW_MERCHANT = {
    "name": "北京茶馆",
    "latin_name": "Beijing Tea House",
    "latin_city": "BEIJING",
    "category_code": "5812",
    "credit_code": credit_code(9),
    "bank_code": "102100099996",
    "account_holder": "北京茶馆有限公司",
    "account_number": "6222020200112233445",
}


class Asking:
    """Asks over HTTP, signed by a key, by the bank's clock."""

    def __init__(self, bank: Bank, client: httpx.Client) -> None:
        self._bank = bank
        self.client = client

    def __call__(
        self, key: Key, method: str, path: str, body: Any = None, id_: UUID | str = ""
    ) -> httpx.Response:
        raw = b"" if body is None else msgspec.json.encode(body)
        time = int(self._bank.clock().timestamp())
        headers = signing_headers(key, (method, path), raw, time, id_)
        if raw:
            headers["content-type"] = "application/json"
        return self.client.request(method, path, content=raw, headers=headers)


@pytest.fixture
def ask(bank: Bank) -> Iterator[Asking]:
    with served_bank(bank) as address, httpx.Client(base_url=address) as client:
        yield Asking(bank, client)


@pytest.fixture
def operations(bank: Bank) -> Employee:
    return found(bank, "Ops", Role.OPERATIONS)


def problem(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    name: str = answer.json()["type"].rpartition(":")[2]
    return name


def right(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def agree_on_key(bank: Bank, ask: Asking, operations: Employee, merchant_id: str, key: Key) -> Key:
    """Let two of the staff give a merchant's program a key; return it under its id."""
    key_id, second = bank.new_id(), found(bank, "Second", Role.RISK)
    bearer = {"authorization": f"Bearer {operations.token}", "idempotency-key": str(key_id)}
    proposal = {
        "kind": "server-key",
        "merchant_id": merchant_id,
        "server_key": write_64(key.public_key),
        "reason": "the merchant's letter",
    }
    right(ask.client.post("/v1/approvals", json=proposal, headers=bearer))
    decision = {"verdict": "approve"}
    bearer = {"authorization": f"Bearer {second.token}"}
    path = f"/v1/approvals/{key_id}/decision"
    assert right(ask.client.post(path, json=decision, headers=bearer))["outcome"] == "done"
    return Key(key_id, key.private_key)


def begin(bank: Bank, ask: Asking, operations: Employee) -> tuple[Key, Key, str]:
    """Open a merchant and a shop, enrol a till; return the keys and the shop's id."""
    key, till = new_key(bank), new_key(bank)
    bearer = {"authorization": f"Bearer {operations.token}", "idempotency-key": str(bank.new_id())}
    opened = right(ask.client.post("/v1/merchants", json=NEW_MERCHANT, headers=bearer))
    assert right(ask.client.post("/v1/merchants", json=NEW_MERCHANT, headers=bearer)) == opened
    server = agree_on_key(bank, ask, operations, opened["merchant_id"], key)
    shop = {"name": "王府井店", "latin_name": "Wangfujing"}
    shop_id = right(ask(server, "POST", "/v1/shops", shop, bank.new_id()))["shop_id"]
    terminal = {"shop_id": shop_id, "label": "till 1"}
    added = right(ask(server, "POST", "/v1/terminals", terminal, bank.new_id()))
    terminal_id = UUID(added["terminal"]["terminal_id"])
    enrolment = {
        "code": added["code"],
        "public_key": write_64(till.public_key),
        "proof": write_64(till.sign(terminal_bytes(terminal_id, added["code"]))),
    }
    enrolled = right(ask.client.put(f"/v1/terminals/{terminal_id}/key", json=enrolment))
    return server, Key(UUID(enrolled["key_id"]), till.private_key), shop_id


def test_a_merchant_begins_sells_and_gives_back(
    bank: Bank, ask: Asking, operations: Employee, payer: Holder, clock: Clock
) -> None:
    server, till, shop_id = begin(bank, ask, operations)
    order_id, wanted = bank.new_id(), {"shop_id": shop_id, "number": "A-1", "amount_fen": 1250}
    order = right(ask(till, "POST", "/v1/orders", wanted, order_id))
    assert (order["order_id"], order["state"]) == (str(order_id), "open")
    text = right(ask(till, "GET", f"/v1/orders/{order_id}/code"))["text"]
    session = {"authorization": f"Bearer {payer.token}"}
    reading = ask.client.post("/v1/merchant-codes/reading", json={"text": text}, headers=session)
    assert right(reading)["order_id"] == str(order_id)

    enrolled = enrol_code(bank, payer.person, payer.wallet, payer.key.id, bank.new_id())
    code = derive_code(enrolled.secret, enrolled.handle, int(clock().timestamp()), 0)
    paid = right(ask(till, "POST", f"/v1/orders/{order_id}/charges", {"code": code}, bank.new_id()))
    assert paid["state"] == "paid"
    assert right(ask(till, "GET", "/v1/orders/by-number?number=A-1")) == paid

    refund = {"number": "R-1", "amount_fen": 250, "reason": "cold"}
    made = right(ask(till, "POST", f"/v1/orders/{order_id}/refunds", refund, bank.new_id()))
    assert made["state"] == "done"
    assert right(ask(till, "GET", f"/v1/refunds/{made['refund_id']}")) == made
    assert right(ask(till, "GET", f"/v1/orders/{order_id}/refunds")) == [made]
    assert right(ask(server, "GET", "/v1/merchant/balance"))["balance_fen"] == 1000

    clock.advance(days=1)
    day = ask(server, "GET", "/v1/merchant/reconciliation/20261125")
    assert day.headers["content-type"].startswith("text/csv")
    assert "A-1,R-1" in day.text and day.text.endswith("closing,,,,,,,1000\r\n")
    bearer = {"authorization": f"Bearer {found(bank, 'Night', Role.OPERATIONS).token}"}
    settled = ask.client.post("/v1/settlement-days/20261125", headers=bearer)
    assert right(settled)["settlements"][0]["amount_fen"] == 1000
    listed = right(ask(server, "GET", "/v1/merchant/settlements"))["items"]
    assert [line["state"] for line in listed] == ["held"]


def test_who_may_not_is_told_so(
    bank: Bank, ask: Asking, tea: Trader, payer: Holder, operations: Employee
) -> None:
    assert problem(ask(payer.key, "GET", "/v1/orders")) == "not-a-seller"
    assert problem(ask(tea.till_key, "GET", "/v1/merchant/balance")) == "server-only"
    assert problem(ask(tea.till_key, "GET", "/v1/merchant/events")) == "server-only"
    assert ask.client.get("/v1/merchants").status_code == 401
    risk = found(bank, "Risk", Role.RISK)
    bearer = {"authorization": f"Bearer {risk.token}", "idempotency-key": str(bank.new_id())}
    assert ask.client.post("/v1/merchants", json=NEW_MERCHANT, headers=bearer).status_code == 403
    bearer["authorization"] = f"Bearer {operations.token}"
    assert len(right(ask.client.get("/v1/merchants", headers=bearer))["items"]) == 1


OUT_OF_BOUNDS: list[dict[str, Any]] = [
    {"amount_fen": 0},
    {"amount_fen": 0x80000000},
    {"amount_fen": 1.5},
    {"number": "A 1"},
    {"number": "A-1\n"},
    {"number": "x" * 26},
    {"memo": "x" * 101},
    {"memo": "a\nb"},
    {"memo": "a\n"},
    {"lasts_s": 1},
    {"items": [{"name": "tea", "quantity": 0, "amount_fen": 1250}]},
    {"surprise": 1},
]


def test_an_order_out_of_bounds_is_a_problem(bank: Bank, ask: Asking, tea: Trader) -> None:
    wanted = {"shop_id": str(tea.shop.id), "number": "A-1", "amount_fen": 1250}
    for wrong in OUT_OF_BOUNDS:
        answer = ask(tea.till_key, "POST", "/v1/orders", wanted | wrong, bank.new_id())
        assert (answer.status_code, problem(answer)) == (400, "invalid-input"), wrong


def test_lists_go_on_where_the_page_before_ended(
    bank: Bank, ask: Asking, tea: Trader, payer: Holder, clock: Clock
) -> None:
    made = []
    for number in range(3):
        wanted = {"shop_id": str(tea.shop.id), "number": f"A-{number}", "amount_fen": 100}
        made.append(right(ask(tea.till_key, "POST", "/v1/orders", wanted, bank.new_id())))
        clock.advance(seconds=1)
    first = right(ask(tea.till_key, "GET", "/v1/orders?limit=2"))
    assert first["items"] == made[:0:-1]
    rest = right(ask(tea.till_key, "GET", f"/v1/orders?limit=2&cursor={first['next_cursor']}"))
    assert (rest["items"], rest["next_cursor"]) == (made[:1], None)
    pay(bank, payer, orders.read_order(bank, tea.till, UUID(made[0]["order_id"])))
    assert right(ask(tea.till_key, "GET", f"/v1/orders/{made[0]['order_id']}"))["state"] == "paid"


def test_a_merchant_looks_after_its_shops_tills_and_notices(
    bank: Bank, ask: Asking, tea: Trader, payer: Holder, operations: Employee
) -> None:
    server = tea.server_key
    address = {"url": "https://shop.example/hook"}
    set_ = right(ask(server, "PUT", "/v1/merchant/webhook", address))
    assert set_["webhook_url"] == address["url"]
    inside = ask(server, "PUT", "/v1/merchant/webhook", {"url": "https://10.0.0.1/"})
    assert problem(inside) == "webhook-url-refused"
    wanted = {"shop_id": str(tea.shop.id), "number": "A-1", "amount_fen": 100}
    order_id = bank.new_id()
    right(ask(tea.till_key, "POST", "/v1/orders", wanted, order_id))
    right(ask(tea.till_key, "POST", f"/v1/orders/{order_id}/close"))
    (event,) = right(ask(server, "GET", "/v1/merchant/events"))["items"]
    assert (event["kind"], event["subject_id"]) == ("order.closed", str(order_id))
    right(ask(server, "POST", f"/v1/merchant/events/{event['event_id']}/resend"))

    text = right(ask(server, "GET", f"/v1/shops/{tea.shop.id}/code"))["text"]
    assert tea.shop.code in text
    (terminal,) = right(ask(server, "GET", "/v1/terminals"))["items"]
    place = f"/v1/terminals/{terminal['terminal_id']}"
    assert problem(ask(server, "POST", f"{place}/code")) == "terminal-enrolled"
    assert right(ask(server, "POST", f"{place}/revocation"))["revoked_at"]
    assert problem(ask(tea.till_key, "GET", "/v1/shops")) == "key-unknown"
    right(ask(server, "POST", f"/v1/shops/{tea.shop.id}/close"))
    (shop,) = right(ask(server, "GET", "/v1/shops"))["items"]
    assert shop["closed_at"]

    bearer = {"authorization": f"Bearer {operations.token}"}
    place = f"/v1/merchants/{tea.merchant.id}"
    stopped = ask.client.put(f"{place}/suspension", json={"suspended": True}, headers=bearer)
    assert right(stopped)["suspended_at"]
    merchant_id = str(tea.merchant.id)
    other = agree_on_key(bank, ask, operations, merchant_id, new_key(bank))
    assert problem(ask(server, "GET", "/v1/merchant")) == "key-unknown"
    server = other
    own = right(ask(server, "GET", "/v1/merchant"))
    assert own == right(ask.client.get(place, headers=bearer))
    assert onboarding.read_merchant(bank, tea.merchant.id).suspended_at
