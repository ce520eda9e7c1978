"""The telecom's own interface over real HTTP: who is let in, what is answered, how it fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt

from tests.telecom.banking import TestBank
from tests.telecom.conftest import BILLER, NUMBER, OPERATOR, PLAN, TOKEN
from tests.telecom.purses import Purse
from tests.telecom.serving import served
from zerobar.client.problems import MEDIA_TYPE, TYPE_PREFIX
from zerobar.purse.money import Fen
from zerobar.telecom import Line, Telecom
from zerobar.telecom.api.access import ACCESS_HEADER, Desk
from zerobar.telecom.api.app import create_app, document

pytestmark = pytest.mark.slow
AS_LINE = {ACCESS_HEADER: NUMBER}
OWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as http:
        yield http


def new_id() -> dict[str, str]:
    return {"idempotency-key": str(uuid4())}


def problem(response: httpx.Response) -> tuple[int, str]:
    """Return an error's status and name, having checked its form."""
    told = response.json()
    assert response.headers["content-type"] == MEDIA_TYPE
    assert told["status"] == response.status_code
    assert told["detail"] and told["next_step"] and told["title"]
    return response.status_code, told["type"].removeprefix(TYPE_PREFIX)


def test_it_runs_and_says_so(http: httpx.Client) -> None:
    assert http.get("/health").json() == {"status": "ok"}
    assert http.get("/health/ready").json() == {"status": "ok"}


def test_the_interface_is_described_and_can_be_read(http: httpx.Client) -> None:
    described = http.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    page = http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "script" not in page.text and "/v1/assertions" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_every_operation_says_what_it_needs_and_how_it_fails() -> None:
    operations = [
        (path, operation)
        for path, item in document()["paths"].items()
        for operation in item.values()
    ]
    assert len(operations) > 20
    for path, operation in operations:
        assert operation["description"] and operation["responses"]["4XX"], path
    public = {path for path, operation in operations if not operation.get("security")}
    assert public == {
        *("/health", "/health/ready", "/v1/plans"),
        *("/v1/biller", "/v1/vouchers", "/v1/notices"),
    }


def test_own_programs_keep_plans_and_lines(http: httpx.Client) -> None:
    http.headers.update(OWN)
    assert http.post("/v1/plans", json={"name": "Big", "monthly_fen": 9_900}).status_code == 200
    assert [plan["name"] for plan in http.get("/v1/plans").json()] == [PLAN.name, "Big"]
    opened = http.post("/v1/lines", json={"number": "138 0000 0001", "plan": "Big"})
    assert opened.status_code == 201 and opened.json()["number"] == NUMBER
    assert http.get(f"/v1/lines/{NUMBER}").json() == opened.json()
    assert http.get("/v1/lines/13800000001/entries").json() == []
    assert problem(http.get("/v1/lines/13900000001")) == (404, "line-unknown")
    assert problem(http.get("/v1/lines/110")) == (400, "bad-number")
    other_plan = http.post("/v1/lines", json={"number": NUMBER, "plan": PLAN.name})
    assert problem(other_plan) == (409, "line-exists")


def test_nobody_else_is_let_in(http: httpx.Client) -> None:
    for token in ("", "Bearer", "Bearer wrong", "Bearer own-programx", "Bearer ü"):
        headers = {b"authorization": token.encode("latin-1")}
        for path in (f"/v1/lines/{NUMBER}", "/v1/unplaced"):
            assert problem(http.get(path, headers=headers)) == (401, "not-signed-in")


def test_a_line_sees_its_own_account(http: httpx.Client, line: Line) -> None:
    shown = http.get("/v1/line", headers=AS_LINE).json()
    assert (shown["number"], shown["status"], shown["arrears_fen"]) == (NUMBER, "active", 0)


def test_only_a_gateways_word_for_a_line_is_taken(
    http: httpx.Client, desk: Desk, telecom: Telecom, line: Line
) -> None:
    def refused(response: httpx.Response) -> bool:
        return problem(response) == (403, "not-through-the-network")

    assert refused(http.get("/v1/line"))
    assert refused(http.get("/v1/line", headers={ACCESS_HEADER: "nobody"}))
    # A phone has sent the header, and a gateway that does not strip it has added its own.
    twice = [(ACCESS_HEADER, "+8613800000002"), (ACCESS_HEADER, NUMBER)]
    assert refused(http.get("/v1/line", headers=twice))
    elsewhere = Desk(
        telecom, desk.bank, desk.operator_id, desk.guarantor, desk.api_token, {"192.0.2.1"}
    )
    with served(create_app(elsewhere)) as url:
        assert refused(httpx.get(f"{url}/v1/line", headers=AS_LINE))


def test_the_network_vouches_for_a_line_to_the_bank(
    http: httpx.Client, desk: Desk, line: Line
) -> None:
    told = http.post("/v1/assertions", headers=AS_LINE)
    assert told.status_code == 201
    claims = jwt.decode(told.json()["assertion"], desk.guarantor.key, algorithms=["ES256"]).claims
    assert (claims["phone_number"], claims["aud"]) == (NUMBER, str(OPERATOR))
    unknown = http.post("/v1/assertions", headers={ACCESS_HEADER: "+8613900000009"})
    assert problem(unknown) == (404, "line-unknown")


def test_a_friend_tops_up_a_line_by_an_order(
    http: httpx.Client, books: TestBank, line: Line
) -> None:
    friend = {ACCESS_HEADER: "+8613800000002"}
    asked = {"number": NUMBER, "amount_fen": 5_000}
    headers = friend | new_id()
    order = http.post("/v1/orders", json=asked, headers=headers).json()
    assert order["state"] == "open"
    assert http.post("/v1/orders", json=asked, headers=headers).json() == order
    where = f"/v1/orders/{order['order_id']}"
    assert http.get(f"{where}/code", headers=friend).json()["text"].startswith("000201")
    paid = books.pay(next(iter(books.orders)))
    notice, body = books.notice_paid(paid)
    assert http.post("/v1/notices", content=body, headers=notice).status_code == 204
    shown = http.get(where, headers=friend).json()
    assert (shown["state"], shown["top_up_id"]) == ("paid", str(paid.payment_id))
    assert problem(http.get(f"{where}/code", headers=friend)) == (422, "order-over")
    top_ups = http.get(f"/v1/lines/{NUMBER}/top-ups", headers=OWN).json()
    assert [(t["amount_fen"], t["source"]) for t in top_ups] == [(5_000, "order")]


def test_an_order_needs_an_id_of_the_clients_own(http: httpx.Client, line: Line) -> None:
    asked = {"number": NUMBER, "amount_fen": 5_000}
    assert problem(http.post("/v1/orders", json=asked, headers=AS_LINE)) == (400, "id-missing")
    derived = AS_LINE | {"idempotency-key": "a6edc906-2f9f-5fb2-a373-efac406f0ef2"}
    assert problem(http.post("/v1/orders", json=asked, headers=derived)) == (400, "id-missing")


def test_what_does_not_fit_its_type_is_refused(http: httpx.Client, line: Line) -> None:
    right: dict[str, Any] = {"number": NUMBER, "amount_fen": 5_000}
    wrong = [{}, {"number": NUMBER}, right | {"more": 1}]
    wrong += [right | {"amount_fen": amount} for amount in ("5000", 0, 1.5, None)]
    for asked in wrong:
        response = http.post("/v1/orders", json=asked, headers=AS_LINE | new_id())
        assert problem(response) == (400, "invalid-input")
        assert response.json()["errors"][0]["source"] == "body"


def test_a_refund_goes_through_the_bank_once(
    http: httpx.Client, books: TestBank, line: Line
) -> None:
    asked = {"number": NUMBER, "amount_fen": 5_000}
    order = http.post("/v1/orders", json=asked, headers=AS_LINE | new_id()).json()
    paid = books.pay(next(iter(books.orders)))
    http.get(f"/v1/orders/{order['order_id']}", headers=AS_LINE)
    wanted = {"top_up_id": str(paid.payment_id), "amount_fen": 2_000, "reason": "wrong number"}
    headers = OWN | new_id()
    first = http.post("/v1/refunds", json=wanted, headers=headers).json()
    assert first["state"] == "done"
    assert http.post("/v1/refunds", json=wanted, headers=headers).json() == first
    assert http.get(f"/v1/refunds/{first['refund_id']}", headers=OWN).json() == first
    assert len(books.refunds) == 1
    more = http.post("/v1/refunds", json=wanted | {"amount_fen": 3_001}, headers=OWN | new_id())
    assert problem(more) == (422, "over-refund") and more.json()["left_fen"] == 3_000


def test_a_till_brings_a_voucher_and_is_told_what_became_of_it(
    http: httpx.Client, line: Line, purse: Purse
) -> None:
    assert http.get("/v1/biller").json() == {
        "biller_id": BILLER.hex(),
        "operator_id": str(OPERATOR),
    }
    brought = {"record": purse.push(Fen(3_900), NUMBER).hex()}
    told = http.post("/v1/vouchers", json=brought)
    assert told.status_code == 200 and told.json()["state"] == "settled"
    assert http.post("/v1/vouchers", json=brought).json() == told.json()
    assert http.get("/v1/line", headers=AS_LINE).json()["balance_fen"] == 3_900
    assert problem(http.post("/v1/vouchers", json={"record": "00"})) == (400, "invalid-input")


def test_what_no_line_could_take_is_listed(http: httpx.Client, purse: Purse) -> None:
    http.post("/v1/vouchers", json={"record": purse.push(Fen(800), NUMBER).hex()})
    (apart,) = http.get("/v1/unplaced", headers=OWN).json()
    assert (apart["amount_fen"], apart["reason"]) == (800, "line-unknown")


def test_a_notice_of_nobody_is_refused(http: httpx.Client) -> None:
    assert problem(http.post("/v1/notices", content=b"{}")) == (400, "notice-refused")
    large = http.post("/v1/notices", content=bytes(20_000))
    assert problem(large)[0] == 413


def test_while_the_bank_is_away_it_says_so(http: httpx.Client, books: TestBank, line: Line) -> None:
    books.lose_requests(99)
    asked = {"number": NUMBER, "amount_fen": 5_000}
    response = http.post("/v1/orders", json=asked, headers=AS_LINE | new_id())
    assert problem(response) == (503, "bank-unavailable")
    assert response.headers["retry-after"] == "1"


def test_a_telecom_that_has_joined_no_bank_does_what_it_can(
    telecom: Telecom, desk: Desk, line: Line
) -> None:
    alone = Desk(telecom, None, None, desk.guarantor, desk.api_token, desk.gateways)
    with served(create_app(alone)) as url, httpx.Client(base_url=url) as http:
        assert http.get("/v1/line", headers=AS_LINE).status_code == 200
        for response in (
            http.get("/v1/biller"),
            http.post("/v1/assertions", headers=AS_LINE),
            http.post("/v1/vouchers", json={"record": "00" * 253}),
        ):
            assert problem(response) == (503, "not-joined")


def test_unknown_paths_and_methods_are_problems_too(http: httpx.Client) -> None:
    assert problem(http.get("/nothing")) == (404, "not-found")
    assert problem(http.delete("/v1/line")) == (405, "method-not-allowed")
