"""Whether staff and machines hear how the bank is: in words, figures, and lines of a log."""

from __future__ import annotations

import json
import logging
import sys
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.bank.api.serving import served_bank, signing_headers
from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.employees import Employee
from tests.bank.holders import Holder, fill, grant
from tests.bank.staff.asking import Client, as_
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.api.console.health import TOKEN_VARIABLE
from zerobar.bank.context import Bank
from zerobar.bank.health.metrics import text
from zerobar.purse.money import Fen
from zerobar.tracing.logs import JsonLines
from zerobar.tracing.spans import FIELDS, own_work

pytestmark = pytest.mark.slow


def findings(ask: Asker, who: Employee) -> dict[str, Any]:
    return {each["name"]: each for each in ask.get(who, "/v1/status")["findings"]}


def test_a_new_bank_lacks_a_backup_and_nothing_else(ask: Asker, clerk: Employee) -> None:
    found = ask.get(clerk, "/v1/status")
    assert found["level"] == "failing" and found["findings"][0]["name"] == "backup"
    assert "zerobar bank backup" in found["findings"][0]["next_step"]
    assert {each["level"] for each in found["findings"][1:]} == {"ok"}
    assert all(each["sentence"] and each["sentence_zh"] for each in found["findings"])


def test_a_backup_of_today_is_enough(ask: Asker, clerk: Employee, bank: Bank) -> None:
    now = bank.clock()
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.backup (backup_id, begun_at, finished_at, bytes, file_hash)"
            " VALUES (%s, %s, %s, 1, '')",
            (bank.new_id(), now - timedelta(hours=6), now - timedelta(hours=5)),
        )
    assert ask.get(clerk, "/v1/status")["level"] == "ok"
    assert findings(ask, clerk)["backup"]["sentence"] == "The newest backup is 5 hours old."


def test_a_shops_purse_that_is_not_seen_for_three_days_is_told(
    ask: Asker, clerk: Employee, village: Village, clock: Clock, shop: Villager
) -> None:
    village.sync(shop)
    assert findings(ask, clerk)["silent-shop-purses"]["level"] == "ok"
    with village.bank.connection() as connection:
        connection.execute("UPDATE bank.staff_session SET expires_at = '2099-01-01Z'")
    clock.advance(days=4)
    found = findings(ask, clerk)["silent-shop-purses"]
    assert found["level"] == "attention" and found["figures"] == {"silent": 1, "purses": 1}
    assert found["sentence_zh"].startswith("1 个商户硬钱包中有 1 个三天未同步")


def test_a_queue_that_does_not_empty_is_told_with_its_age(
    ask: Asker, clerk: Employee, village: Village, clock: Clock, alice: Villager, bob: Villager
) -> None:
    paid = village.pay(alice, bob, 1_00)
    village.sync(alice)
    clock.advance(hours=2)
    with village.bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.voucher_due (payer_id, entry) VALUES (%s, %s)", paid.key
        )
    found = findings(ask, clerk)["settlement-queue"]
    assert found["level"] == "failing"
    assert "the oldest for 2 hours" in found["sentence"] and "2 小时" in found["sentence_zh"]
    with village.bank.connection() as connection:
        connection.execute("DELETE FROM bank.voucher_due")


def test_figures_count_requests_by_route_and_hold_no_id(
    client: Client, clerk: Employee, bank: Bank
) -> None:
    secret = "0011223344556677"
    client.get(f"/v1/purses/{secret}/sync", headers=as_(clerk.token))
    client.get("/v1/nowhere")
    figures = text(bank).decode()
    samples = {
        (sample.name, sample.labels.get("route"), sample.labels.get("status"))
        for family in text_string_to_metric_families(figures)
        for sample in family.samples
    }
    assert ("zerobar_requests_total", "/v1/purses/{purse_id}/sync", "401") in samples
    assert ("zerobar_requests_total", "none", "404") in samples
    assert secret not in figures and "nowhere" not in figures
    assert 'zerobar_waiting{what="vouchers_due"} 0.0' in figures


def test_figures_are_for_a_token_or_for_staff_wherever_they_are_asked_from(
    bank: Bank, clerk: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    with served_bank(bank) as url:

        def asked(token: str | None) -> int:
            headers = {} if token is None else {"authorization": f"Bearer {token}"}
            return httpx.get(f"{url}/metrics", headers=headers).status_code

        # As a proxy on this machine passes a stranger's request on: nothing in it tells.
        assert [asked(None), asked("s3cret"), asked(clerk.token)] == [403, 403, 200]
        monkeypatch.setenv(TOKEN_VARIABLE, "s3cret")
        assert [asked(None), asked("other"), asked("s3cret"), asked(clerk.token)] == [
            403, 403, 200, 200,
        ]  # fmt: skip


@pytest.mark.parametrize("path", ["/health", "/v1/nowhere", "/v1/staff/me"])
def test_every_answer_names_its_request(client: Client, path: str) -> None:
    assert client.get(path, headers={"x-request-id": "mine.1"}).headers["x-request-id"] == "mine.1"
    own = client.get(path).headers["x-request-id"]
    assert len(own) == 36
    forged = client.get(path, headers={"x-request-id": "a b"}).headers["x-request-id"]
    assert forged != "a b"


def test_a_payment_that_its_connection_answers_is_named_and_logged_with_its_id(
    bank: Bank, anna: Holder, bea: Holder, caplog: pytest.LogCaptureFixture
) -> None:
    fill(bank, anna.wallet, Fen(10_00))
    grant(bank, anna)
    id_ = bank.new_id()
    payee = {"kind": "phone", "value": bea.phone}
    asked = {"wallet_id": str(anna.wallet), "payee": payee, "amount_fen": 1_00}
    body = json.dumps(asked).encode()
    now = int(bank.clock().timestamp())
    headers = signing_headers(anna.key, ("POST", "/v1/payments"), body, now, id_)
    headers |= {"content-type": "application/json", "x-request-id": "pay-1"}
    followed = caplog.at_level(logging.INFO, "zerobar.tracing.requests")
    with followed, served_bank(bank) as url:
        answer = httpx.post(f"{url}/v1/payments", content=body, headers=headers)
    assert (answer.status_code, answer.headers["x-request-id"]) == (201, "pay-1"), answer.text
    told = [getattr(record, FIELDS) for record in caplog.records if hasattr(record, FIELDS)]
    assert [(t["payment_id"], t["request_id"], t["route"]) for t in told] == [
        (str(id_), "pay-1", "/v1/payments")
    ]


def test_a_line_of_the_log_is_json_with_ids_and_without_what_an_error_repeats() -> None:
    record = logging.LogRecord("zerobar", logging.ERROR, __file__, 1, "it %s", ("failed",), None)
    setattr(record, FIELDS, {"took_ms": 3})
    phone = "13800" + "000001"
    try:
        raise ValueError(phone)
    except ValueError:
        record.exc_info = sys.exc_info()
    with own_work("pay", payment_id="p-1"):
        line = json.loads(JsonLines("bank").format(record))
    assert (line["message"], line["payment_id"], line["took_ms"]) == ("it failed", "p-1", 3)
    assert line["error"] == "ValueError" and phone not in str(line)
