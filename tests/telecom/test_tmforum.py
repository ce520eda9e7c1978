"""TMF654 and TMF676, version 4.0.0: every answer is held to the published shapes, field by field.

`tmforum.json` says, in our own form, which members the parts of the two interfaces that are used
here have, of what type, and which of them are required.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER, TOKEN, Clock
from zerobar.telecom import Line, Telecom, bill_month, suspend_overdue
from zerobar.telecom.api import tmf654, tmf676

pytestmark = pytest.mark.slow
SHAPES: dict[str, Any] = json.loads(Path(__file__).with_name("tmforum.json").read_text())
EXTENSIONS = {"paymentCode"}
"""Beside the standard's members, as `@type` announces."""
ACCOUNT = NUMBER.removeprefix("+")
BUCKETS, TOPUPS = f"{tmf654.BASE_PATH}/bucket", f"{tmf654.BASE_PATH}/topupBalance"
PAYMENTS, REFUNDS = f"{tmf676.BASE_PATH}/payment", f"{tmf676.BASE_PATH}/refund"
TOPUP = {
    "amount": {"amount": 50.00, "units": "CNY"},
    "usageType": "monetary",
    "bucket": {"id": ACCOUNT},
    "partyAccount": {"id": ACCOUNT},
    "status": "created",
}
PAYMENT = {
    "account": {"id": ACCOUNT, "@referredType": "PartyAccount"},
    "paymentMethod": {"id": "digital-cash", "@type": "PaymentMethod"},
    "totalAmount": {"unit": "CNY", "value": 39.1},
    "correlatorId": "shop-1",
}
AMOUNTS = ("50.001", "0", "-5", "1e999999", "1e-999999", "0.50", '"NaN"', "5000.01")
PLAIN: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, Decimal),
}


@pytest.fixture
def http(url: str, line: Line) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as http:
        yield http


def shown(response: httpx.Response, status: int, standard: str, shape: str) -> dict[str, Any]:
    """Return an answer, having held it to its published shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json;charset=utf-8"
    found: dict[str, Any] = json.loads(response.text, parse_float=Decimal)
    check(found, SHAPES[standard], shape)
    return found


def check(value: Any, shapes: dict[str, Any], kind: Any) -> None:
    if isinstance(kind, list):
        assert isinstance(value, list)
        for each in value:
            check(each, shapes, kind[0])
    elif kind == "date-time":
        assert datetime.fromisoformat(value).tzinfo is not None
    elif kind in PLAIN:
        assert isinstance(value, PLAIN[kind])
    elif "enum" in shapes[kind]:
        assert value in shapes[kind]["enum"]
    else:
        check_object(value, shapes, kind)


def check_object(value: dict[str, Any], shapes: dict[str, Any], kind: str) -> None:
    missing = set(shapes[kind]["required"]) - value.keys()
    unknown = value.keys() - shapes[kind]["properties"].keys() - EXTENSIONS
    assert not missing and not unknown, (kind, missing, unknown)
    for name in value.keys() - EXTENSIONS:
        check(value[name], shapes, shapes[kind]["properties"][name])


def failed(response: httpx.Response, status: int, standard: str) -> str:
    told = shown(response, status, standard, "Error")
    assert told["status"] == str(status) and told["message"]
    code: str = told["code"]
    return code


def test_a_bucket_is_the_balance_of_a_line(
    http: httpx.Client, telecom: Telecom, clock: Clock
) -> None:
    bucket = shown(http.get(f"{BUCKETS}/{ACCOUNT}"), 200, "TMF654", "Bucket")
    assert bucket["status"] == "active" and bucket["usageType"] == "monetary"
    assert bucket["remainingValue"] == {"amount": Decimal("0.00"), "units": "CNY"}
    bill_month(telecom, "202611")
    clock.advance(days=3)
    suspend_overdue(telecom)
    bucket = shown(http.get(f"{BUCKETS}/{ACCOUNT}"), 200, "TMF654", "Bucket")
    assert bucket["remainingValue"]["amount"] == Decimal("-39.00")
    assert bucket["status"] == "suspended"
    clock.advance(days=90)
    suspend_overdue(telecom)
    assert http.get(f"{BUCKETS}/{ACCOUNT}").json()["status"] == "expired"


def test_a_top_up_is_created_and_completed_when_it_is_paid(
    http: httpx.Client, books: TestBank
) -> None:
    created = shown(http.post(TOPUPS, json=TOPUP), 201, "TMF654", "TopupBalance")
    assert created["status"] == "created" and created["paymentCode"].startswith("000201")
    assert "confirmationDate" not in created
    books.pay(next(iter(books.orders)))
    completed = shown(http.get(created["href"]), 200, "TMF654", "TopupBalance")
    assert completed["status"] == "completed" and "paymentCode" not in completed
    assert completed["amount"] == {"amount": Decimal("50.00"), "units": "CNY"}
    assert http.get(f"{BUCKETS}/{ACCOUNT}").json()["remainingValue"]["amount"] == 50


def test_a_top_up_needs_what_the_standard_requires(http: httpx.Client) -> None:
    """All but `status`: the schema requires it of the creator, and then says it is skipped."""
    for member in SHAPES["TMF654"]["TopupBalance_Create"]["required"]:
        response = http.post(TOPUPS, json={n: v for n, v in TOPUP.items() if n != member})
        if member == "status":
            shown(response, 201, "TMF654", "TopupBalance")
        else:
            assert failed(response, 400, "TMF654") == "invalid-input"


def test_only_whole_fen_of_a_sensible_amount_are_taken(http: httpx.Client) -> None:
    quantities = [f'{{"amount": {amount}, "units": "CNY"}}' for amount in AMOUNTS]
    for quantity in [*quantities, '{"amount": 50, "units": "EUR"}']:
        content = json.dumps(TOPUP | {"amount": "Q"}).replace('"Q"', quantity)
        code = failed(http.post(TOPUPS, content=content), 400, "TMF654")
        assert code in {"bad-amount", "amount-out-of-range"}


def test_a_top_up_is_of_one_lines_money(http: httpx.Client) -> None:
    for change in ({"usageType": "data"}, {"partyAccount": {"id": "8613800000002"}}):
        assert failed(http.post(TOPUPS, json=TOPUP | change), 400, "TMF654") == "wrong-account"


def test_a_payment_is_done_when_somebody_has_paid_it(http: httpx.Client, books: TestBank) -> None:
    created = shown(http.post(PAYMENTS, json=PAYMENT), 201, "TMF676", "Payment")
    assert created["status"] == "pendingAuthorization" and created["paymentCode"]
    assert created["totalAmount"] == {"unit": "CNY", "value": Decimal("39.10")}
    again = shown(http.post(PAYMENTS, json=PAYMENT), 201, "TMF676", "Payment")
    assert again["id"] == created["id"] and len(books.orders) == 1
    paid = books.pay(next(iter(books.orders)))
    done = shown(http.get(created["href"]), 200, "TMF676", "Payment")
    assert done["status"] == "done" and done["correlatorId"] == "shop-1"
    assert done["authorizationCode"] == str(paid.payment_id) and done["paymentDate"]
    assert done["status"] in SHAPES["TMF676"]["StatusExampleType"]["enum"]


def test_a_payment_needs_what_the_standard_requires(http: httpx.Client) -> None:
    for member in SHAPES["TMF676"]["Payment_Create"]["required"]:
        asked = {name: value for name, value in PAYMENT.items() if name != member}
        assert failed(http.post(PAYMENTS, json=asked), 400, "TMF676") == "invalid-input"


def test_a_correlator_is_for_one_payment(http: httpx.Client) -> None:
    http.post(PAYMENTS, json=PAYMENT)
    other = PAYMENT | {"totalAmount": {"unit": "CNY", "value": 40}}
    assert failed(http.post(PAYMENTS, json=other), 409, "TMF676") == "correlator-used"


def test_a_payment_is_refunded_in_parts(http: httpx.Client, books: TestBank) -> None:
    payment = http.post(PAYMENTS, json=PAYMENT).json()
    wanted = PAYMENT | {
        "payment": {"id": payment["id"]},
        "totalAmount": {"unit": "CNY", "value": 9.10},
        "correlatorId": "refund-1",
        "description": "wrong number",
    }
    assert failed(http.post(REFUNDS, json=wanted), 400, "TMF676") == "no-payment"
    books.pay(next(iter(books.orders)))
    created = shown(http.post(REFUNDS, json=wanted), 201, "TMF676", "Refund")
    assert created["status"] == "done" and created["refundDate"]
    assert created["payment"]["id"] == payment["id"]
    assert http.post(REFUNDS, json=wanted).json()["id"] == created["id"]
    assert len(books.refunds) == 1
    assert shown(http.get(created["href"]), 200, "TMF676", "Refund") == created
    too_much = wanted | {"totalAmount": PAYMENT["totalAmount"], "correlatorId": "refund-2"}
    assert failed(http.post(REFUNDS, json=too_much), 422, "TMF676") == "over-refund"


def test_errors_have_the_standards_form(http: httpx.Client) -> None:
    assert failed(http.get(f"{BUCKETS}/8613900000001"), 404, "TMF654") == "line-unknown"
    nobody = {"authorization": ""}
    assert failed(http.get(f"{BUCKETS}/{ACCOUNT}", headers=nobody), 401, "TMF654")
    missing = f"{PAYMENTS}/0190f7a0-0000-7000-8000-000000000001"
    assert failed(http.get(missing), 404, "TMF676") == "order-unknown"
    for path in (TOPUPS, PAYMENTS, REFUNDS):
        standard = "TMF654" if path == TOPUPS else "TMF676"
        assert failed(http.get(f"{path}/nonsense"), 404, standard) == "nothing-there"
    assert failed(http.post(PAYMENTS, content=b"{"), 400, "TMF676") == "invalid-input"
