from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.bank.api.serving import served_bank, signing_headers
from tests.bank.holders import Holder, balance
from tests.bank.paying.sellers import Seller, charge, open_order
from zerobar.bank.context import Bank
from zerobar.bank.paying.charging import pay_by_code
from zerobar.bank.paying.errors import ConfirmationNeeded
from zerobar.codes.customer import derive_code

pytestmark = pytest.mark.slow


class Phone:
    """A holder's phone, which signs and asks."""

    def __init__(self, bank: Bank, client: httpx.Client, holder: Holder) -> None:
        self.bank, self.client, self.holder = bank, client, holder

    def signed(
        self, method: str, path: str, body: object = None, id_: UUID | None = None
    ) -> httpx.Response:
        raw = b"" if body is None else json.dumps(body).encode()
        time = int(self.bank.clock().timestamp())
        id_ = id_ or self.bank.new_id()
        headers = signing_headers(self.holder.key, (method, path), raw, time, id_)
        headers |= {"content-type": "application/json"} if raw else {}
        return self.client.request(method, path, content=raw, headers=headers)

    def asked(self, method: str, path: str, body: object = None) -> Any:
        headers = {"authorization": f"Bearer {self.holder.token}"}
        if method == "POST":
            headers["idempotency-key"] = str(self.bank.new_id())
        return self.client.request(method, path, json=body, headers=headers)


@pytest.fixture
def client(bank: Bank) -> Iterator[httpx.Client]:
    with served_bank(bank) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture
def phone(bank: Bank, client: httpx.Client, payer: Holder) -> Phone:
    return Phone(bank, client, payer)


def payment(payer: Holder, payee: Holder, amount: int) -> dict[str, Any]:
    return {
        "wallet_id": str(payer.wallet),
        "payee": {"kind": "phone", "value": payee.phone},
        "amount_fen": amount,
        "memo": "tea",
    }


def test_a_payment_is_made_once_and_told(
    bank: Bank, phone: Phone, bea: Holder, client: httpx.Client
) -> None:
    body, id_ = payment(phone.holder, bea, 20_00), bank.new_id()
    first, again = (phone.signed("POST", "/v1/payments", body, id_) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert balance(bank, bea.wallet) == 20_00
    told = phone.asked("GET", f"/v1/payments/{id_}").json()
    assert told["state"] == "paid" and told["payment"] == first.json()
    seen = Phone(bank, client, bea).asked("GET", f"/v1/payments/{id_}").json()
    assert seen["payment"]["from_card_fen"] is None


def test_a_refusal_is_a_problem_with_its_facts(phone: Phone, bea: Holder) -> None:
    body = payment(phone.holder, bea, 2_000_01)
    refused = phone.signed("POST", "/v1/payments", body)
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:zerobar:problem:over-limit"
    assert refused.json()["limit"] == "per-payment"


def test_a_signature_over_something_else_is_refused(
    bank: Bank, phone: Phone, bea: Holder, client: httpx.Client
) -> None:
    raw = json.dumps(payment(phone.holder, bea, 1)).encode()
    time = int(bank.clock().timestamp())
    headers = signing_headers(phone.holder.key, ("POST", "/v1/payments"), raw, time, bank.new_id())
    answer = client.post("/v1/payments", content=raw.replace(b"1", b"2"), headers=headers)
    assert answer.status_code in {400, 401}
    assert balance(bank, bea.wallet) == 0


@pytest.mark.parametrize(
    "change",
    [{"amount_fen": 0}, {"amount_fen": 2**31}, {"memo": "a\nb"}, {"more": 1}, {"payee": None}],
)
def test_what_cannot_be_right_is_refused(phone: Phone, bea: Holder, change: dict[str, Any]) -> None:
    answer = phone.signed("POST", "/v1/payments", payment(phone.holder, bea, 1) | change)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_code_is_enrolled_limited_and_confirmed(bank: Bank, phone: Phone, seller: Seller) -> None:
    wallet = f"/v1/wallets/{phone.holder.wallet}"
    enrolled = phone.signed("POST", f"{wallet}/code-secret").json()
    secret = base64.urlsafe_b64decode(enrolled["secret"] + "=")
    assert phone.signed("PUT", f"{wallet}/code-limit", {"limit_fen": 10_00}).status_code == 200
    assert phone.asked("GET", f"{wallet}/code-limit").json() == {"limit_fen": 10_00}
    now = int(bank.clock().timestamp())
    code = derive_code(secret, enrolled["handle"], now, 0)
    asked = charge(bank, seller, open_order(bank, seller, 38_00), code)
    with pytest.raises(ConfirmationNeeded):
        pay_by_code(bank, asked)
    (waiting,) = phone.asked("GET", f"{wallet}/confirmations").json()
    paid = phone.signed("POST", f"/v1/confirmations/{waiting['payment_id']}")
    assert paid.status_code == 201, paid.text
    assert str(pay_by_code(bank, asked).id) == paid.json()["payment_id"]
    outcome = phone.asked("GET", f"/v1/payments/{waiting['payment_id']}").json()
    assert outcome["payment"] == paid.json()
    assert balance(bank, seller.wallet) == 38_00
    assert phone.asked("DELETE", f"{wallet}/code-secret").status_code == 204


def test_money_is_asked_for_and_paid(
    bank: Bank, phone: Phone, bea: Holder, client: httpx.Client
) -> None:
    asker = Phone(bank, client, bea)
    made = asker.asked(
        "POST",
        "/v1/money-requests",
        {
            "wallet_id": str(bea.wallet),
            "asked": {"kind": "phone", "value": phone.holder.phone},
            "amount_fen": 5_00,
        },
    )
    assert made.status_code == 201, made.text
    request_id = made.json()["request_id"]
    listed = phone.asked("GET", f"/v1/wallets/{phone.holder.wallet}/money-requests").json()
    assert [item["request_id"] for item in listed["items"]] == [request_id]
    body = payment(phone.holder, bea, 5_00) | {"payee": {"kind": "request", "value": request_id}}
    assert phone.signed("POST", "/v1/payments", body).status_code == 201
    assert asker.asked("GET", f"/v1/money-requests/{request_id}").json()["state"] == "paid"
    late = asker.asked("POST", f"/v1/money-requests/{request_id}/cancel")
    assert late.status_code == 409


def test_statements_come_as_pages_spreadsheet_and_document(phone: Phone, bea: Holder) -> None:
    for amount in (1, 2, 3):
        phone.signed("POST", "/v1/payments", payment(phone.holder, bea, amount))
    place = f"/v1/wallets/{phone.holder.wallet}/statement"
    first = phone.asked("GET", f"{place}?limit=3").json()
    rest = phone.asked("GET", f"{place}?limit=3&cursor={first['next_cursor']}").json()
    amounts = [item["amount_fen"] for item in [*first["items"], *rest["items"]]]
    assert amounts == [-3, -2, -1, 3_000_00] and rest["next_cursor"] is None
    days = "from=2026-11-25&to=2026-11-25"
    sheet = phone.asked("GET", f"{place}.csv?{days}")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert len(sheet.text.splitlines()) == 7
    document = phone.asked("GET", f"{place}.pdf?{days}")
    assert document.headers["content-type"] == "application/pdf"
    assert document.content.startswith(b"%PDF-")
    assert phone.asked("GET", f"{place}.csv?from=2026-11-26&to=2026-11-25").status_code == 400
    assert phone.asked("GET", f"{place}.csv?from=never&to=2026-11-25").status_code == 400


def test_notices_are_listed_and_read(
    bank: Bank, phone: Phone, bea: Holder, client: httpx.Client
) -> None:
    for amount in (1, 2):
        phone.signed("POST", "/v1/payments", payment(phone.holder, bea, amount))
    told = Phone(bank, client, bea)
    listed = told.asked("GET", "/v1/notices?limit=1").json()
    (newest,) = listed["items"]
    assert (newest["kind"], newest["amount_fen"], newest["read"]) == ("received", 2, False)
    assert listed["next_cursor"]
    read = told.asked("POST", "/v1/notices/read", {"until": newest["notice_id"]})
    assert read.json() == {"unread": 0}


def test_a_payee_is_shown_masked(phone: Phone, bea: Holder) -> None:
    shown = phone.asked("POST", "/v1/payees", {"kind": "wallet-number", "value": bea.number})
    assert shown.json() == {
        "name": "138****0002",
        "number": f"**** {bea.number[-4:]}",
        "amount_fen": None,
    }
