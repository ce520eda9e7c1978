"""The sandbox over HTTP: what it does once, what it refuses, and how it goes wrong on request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from stdnum import luhn
from stdnum.cn import ric

from tests.sandbox.conftest import NOON
from tests.sandbox.running import running_sandbox
from zerobar.sandbox.people import PEOPLE

pytestmark = pytest.mark.slow

ANNA = PEOPLE[0]
HOLDER = {
    "card_number": ANNA.cards[0].number,
    "name": ANNA.name,
    "resident_id": ANNA.resident_id,
    "phone": ANNA.cards[0].phone,
}
Json = dict[str, Any]


def token_of(sandbox: httpx.Client) -> str:
    return str(sandbox.post("/bank/bindings", json=HOLDER).json()["token"])


def order(sandbox: httpx.Client, order_id: object, amount: int, way: str = "debit") -> Json:
    body = {"way": way, "card_token": token_of(sandbox), "amount_fen": amount}
    answer = sandbox.put(f"/bank/accounts/op/orders/{order_id}", json=body)
    said: Json = answer.json()
    return {"http": answer.status_code} | said


def outcome(sandbox: httpx.Client, order_id: object) -> Json:
    answer: Json = sandbox.post(f"/bank/accounts/op/orders/{order_id}/outcome").json()
    return answer


def lines(sandbox: httpx.Client, day: str = "2026-11-25") -> list[Json]:
    answer: list[Json] = sandbox.get(f"/bank/accounts/op/statements/{day}").json()["lines"]
    return answer


def fault(sandbox: httpx.Client, call: str, kind: str, **more: object) -> None:
    body = {"call": call, "fault": kind, **more}
    assert sandbox.post("/faults", json=body).status_code == 204


@pytest.fixture
def impatient(sandbox: httpx.Client) -> httpx.Client:
    sandbox.timeout = httpx.Timeout(0.3)
    return sandbox


def test_the_test_people_have_numbers_that_a_register_could_give() -> None:
    assert all(ric.is_valid(person.resident_id) for person in PEOPLE)
    assert all(luhn.is_valid(card.number) for person in PEOPLE for card in person.cards)


def test_the_first_page_tells_everyone_who_lives_here(sandbox: httpx.Client) -> None:
    page = sandbox.get("/").text
    assert f"{sandbox.base_url}/sms/messages?phone=" in page
    for person in PEOPLE:
        assert person.name in page and person.resident_id in page
        assert all(card.number in page for card in person.cards)


@pytest.mark.parametrize("element", HOLDER)
def test_a_card_is_bound_only_when_all_four_elements_agree(
    sandbox: httpx.Client, element: str
) -> None:
    assert token_of(sandbox) not in ("", "None")
    wrong = HOLDER | {element: HOLDER[element][:-1] + "9"}
    assert sandbox.post("/bank/bindings", json=wrong).json() == {"token": None}


def test_an_order_is_carried_out_once_and_is_on_the_statement(sandbox: httpx.Client) -> None:
    order_id = uuid4()
    done = {"http": 200, "status": "done", "reason": ""}
    assert order(sandbox, order_id, 500) == order(sandbox, order_id, 500) == done
    assert outcome(sandbox, order_id) == {"status": "done", "reason": ""}
    assert [(line["kind"], line["reference"], line["amount_fen"]) for line in lines(sandbox)] == [
        ("card-debit", str(order_id), 500)
    ]
    assert order(sandbox, order_id, 501)["http"] == 409
    assert lines(sandbox, "2026-11-24") == []


def test_a_card_cannot_give_more_than_it_has(sandbox: httpx.Client) -> None:
    too_much = ANNA.cards[0].balance_fen + 1
    assert order(sandbox, uuid4(), too_much)["reason"] == "insufficient-funds"
    assert order(sandbox, uuid4(), 1, "credit")["status"] == "done"
    assert order(sandbox, uuid4(), too_much)["status"] == "done"


def test_an_order_asked_for_before_it_arrives_never_happens(sandbox: httpx.Client) -> None:
    order_id = uuid4()
    never = {"status": "refused", "reason": "never-arrived"}
    assert outcome(sandbox, order_id) == never
    assert order(sandbox, order_id, 500) == {"http": 200} | never
    assert lines(sandbox) == []


def test_a_lost_request_is_not_done_and_a_lost_answer_is(impatient: httpx.Client) -> None:
    for kind, status in (("lost-request", "refused"), ("lost-answer", "done")):
        order_id = uuid4()
        fault(impatient, "bank.debit", kind)
        with pytest.raises(httpx.ReadTimeout):
            order(impatient, order_id, 500)
        assert outcome(impatient, order_id)["status"] == status


def test_a_pending_order_is_known_after_so_many_queries(sandbox: httpx.Client) -> None:
    order_id = uuid4()
    fault(sandbox, "bank.debit", "pending", queries=2)
    assert order(sandbox, order_id, 500)["status"] == "pending"
    assert [outcome(sandbox, order_id)["status"] for _ in range(3)] == ["pending", "done", "done"]
    assert len(lines(sandbox)) == 1


def test_a_fault_meets_so_many_calls_of_its_kind(sandbox: httpx.Client) -> None:
    fault(sandbox, "bank.credit", "refuse", times=2, reason="card-closed")
    assert order(sandbox, uuid4(), 1)["status"] == "done"
    reasons = [order(sandbox, uuid4(), 1, "credit")["reason"] for _ in range(3)]
    assert reasons == ["card-closed", "card-closed", ""]
    assert sandbox.get("/faults").json() == []


def test_faults_can_be_taken_back(sandbox: httpx.Client) -> None:
    fault(sandbox, "identity.match", "refuse", times=5)
    identity = {"name": ANNA.name, "resident_id": ANNA.resident_id}
    assert sandbox.post("/identity/matches", json=identity).status_code == 503
    assert sandbox.delete("/faults").status_code == 204
    assert sandbox.post("/identity/matches", json=identity).json() == {"matches": True}


def test_messages_arrive_in_the_inbox_and_their_code_is_shown(sandbox: httpx.Client) -> None:
    for text in ("您的验证码是 493027，5 分钟内有效。", "Hello 1234567"):
        sandbox.post("/sms/messages", json={"phone": "+8613800000001", "text": text})
    inbox = sandbox.get("/sms/messages", params={"phone": "+8613800000001"}).json()
    assert [message["code"] for message in inbox] == [None, "493027"]
    assert sandbox.get("/sms/messages", params={"phone": "+8613800000002"}).json() == []


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    order_id, path = uuid4(), tmp_path / "sandbox.db"
    with running_sandbox(path, lambda: NOON) as sandbox:
        order(sandbox, order_id, 500)
    with running_sandbox(path, lambda: NOON) as sandbox:
        assert outcome(sandbox, order_id)["status"] == "done"
        assert len(lines(sandbox)) == 1


def test_a_statement_day_is_chinas(tmp_path: Path) -> None:
    late: Callable[[], datetime] = lambda: datetime(2026, 11, 25, 16, tzinfo=UTC)  # noqa: E731
    with running_sandbox(tmp_path / "sandbox.db", late) as sandbox:
        order(sandbox, uuid4(), 500)
        assert (len(lines(sandbox, "2026-11-25")), len(lines(sandbox, "2026-11-26"))) == (0, 1)


@pytest.mark.parametrize("path", ["/bank/accounts/a%20b/statements/2026-11-25", "/nowhere"])
def test_what_makes_no_sense_is_turned_away(sandbox: httpx.Client, path: str) -> None:
    assert sandbox.get(path).status_code in (400, 404)
