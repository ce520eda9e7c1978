"""Whatever goes wrong leaves as a problem document, and says no more than it should."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath, JSONBody
from litestar.testing import TestClient

from tests.bank.api.serving import application
from zerobar.bank.api.app import LARGEST_BODY
from zerobar.bank.api.problems import STATUS_OF, status_of
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed, TooMany, Unavailable
from zerobar.ledger import LedgerBusy, LedgerUnavailable

pytestmark = pytest.mark.slow

SECRET = "417293"


class Amount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    amount_fen: int
    sure: bool = False


@get("/v1/testing/fails/{how:str}", sync_to_thread=False)
def fail(how: FromPath[str]) -> str:
    raise {
        "used": IdUsed(),
        "often": TooMany("Too often.", "Wait.", 7),
        "away": Unavailable("The bank of the card is away.", "Ask again.", partner="bank"),
        "ledger": LedgerUnavailable(),
        "busy": LedgerBusy(),
        "database": psycopg.OperationalError(SECRET),
        "mistake": KeyError(SECRET),
    }[how]


@post("/v1/testing/takes", sync_to_thread=False)
def take(data: JSONBody[Amount]) -> Amount:
    return data


class Amounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    amount_fen: int
    lines: list[Amount]


@post("/v1/testing/takes-many", sync_to_thread=False)
def take_many(data: JSONBody[Amounts]) -> Amounts:
    return data


@pytest.fixture
def client(bank: Bank) -> Iterator[TestClient[Litestar]]:
    with (
        application(bank, fail, take, take_many) as app,
        TestClient(app, raise_server_exceptions=False) as client,
    ):
        yield client


def _problem(response: Any, status: int, name: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"urn:zerobar:problem:{name}"
    assert problem["status"] == status and problem["detail"] and problem["next_step"]
    return problem


def _subclasses(kind: type[BankError]) -> Iterator[type[BankError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def test_every_error_of_the_bank_has_a_branch_and_a_name_of_its_own() -> None:
    kinds = [kind for kind in _subclasses(BankError) if kind.__module__.startswith("zerobar.")]
    assert all(status_of(kind) in STATUS_OF.values() for kind in kinds)
    assert all("problem" in vars(kind) for kind in kinds), [
        kind for kind in kinds if "problem" not in vars(kind)
    ]
    names = [kind.problem for kind in kinds]
    assert sorted(set(names)) == sorted(names)


def test_a_bank_that_works_says_that_it_is_ready(client: TestClient[Litestar]) -> None:
    for path in ("/health", "/health/ready"):
        assert client.get(path).json() == {"status": "ok"}


def test_a_bank_whose_ledger_is_away_is_alive_but_not_ready(
    bank: Bank, client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise LedgerUnavailable

    monkeypatch.setattr(bank.ledger, "probe", away)
    _problem(client.get("/health/ready"), 503, "unavailable")
    assert client.get("/health").status_code == 200


def test_a_bank_whose_database_is_away_is_alive_but_not_ready(
    bank: Bank, client: TestClient[Litestar]
) -> None:
    bank.pool.close()
    _problem(client.get("/health/ready"), 503, "unavailable")
    assert client.get("/health").status_code == 200


def test_a_path_that_is_not_there(client: TestClient[Litestar]) -> None:
    _problem(client.get("/v1/nothing"), 404, "not-found")


def test_a_method_that_is_not_there_names_those_that_are(client: TestClient[Litestar]) -> None:
    answer = client.delete("/health")
    _problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]


def test_a_rule_that_says_no(client: TestClient[Litestar]) -> None:
    _problem(client.get("/v1/testing/fails/used"), 409, "id-used")


def test_too_often_says_when_to_come_back(client: TestClient[Litestar]) -> None:
    answer = client.get("/v1/testing/fails/often")
    assert _problem(answer, 429, "too-many")["retry_after_s"] == 7
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize("how", ["away", "ledger", "busy", "database"])
def test_what_is_away_is_worth_asking_again(client: TestClient[Litestar], how: str) -> None:
    answer = client.get(f"/v1/testing/fails/{how}")
    _problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
    assert SECRET not in answer.text


def test_a_mistake_of_ours_tells_nothing_and_logs_no_data(
    client: TestClient[Litestar], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/v1/testing/fails/mistake")
    _problem(answer, 500, "internal-error")
    assert "KeyError" in caplog.text and "test_problems.py" in caplog.text
    assert SECRET not in answer.text + caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"amount_fen": null}',
        b'{"amount_fen": 1.5}',
        b'{"amount_fen": "12"}',
        b'{"amount_fen": true}',
        b'{"amount_fen": 1, "sure": "true"}',
        b'{"amount_fen": 1, "sure": 1}',
        b'{"amount_fen": 1, "more": 2}',
        b"\xff\xfe",
    ],
)
def test_input_that_cannot_be_right(client: TestClient[Litestar], body: bytes) -> None:
    _problem(client.post("/v1/testing/takes", content=body), 400, "invalid-input")


def test_input_that_is_wrong_says_where_but_does_not_repeat_it(
    client: TestClient[Litestar],
) -> None:
    answer = client.post("/v1/testing/takes", json={"amount_fen": f"a{SECRET}"})
    problem = _problem(answer, 400, "invalid-input")
    assert problem["errors"][0]["key"] == "amount_fen"
    assert SECRET not in answer.text


def test_a_number_written_as_words_is_told_by_its_field(client: TestClient[Litestar]) -> None:
    inner = {"amount_fen": 1, "lines": [{"amount_fen": 2}, {"amount_fen": SECRET}]}
    answer = client.post("/v1/testing/takes-many", json=inner)
    problem = _problem(answer, 400, "invalid-input")
    expected = {"key": "lines[1].amount_fen", "source": "body"}
    assert problem["errors"] == [expected | {"message": "Expected `int`, got `str`"}]
    assert SECRET not in answer.text


def test_more_than_the_largest_body_is_not_read(client: TestClient[Litestar]) -> None:
    answer = client.post("/v1/testing/takes", content=b" " * (LARGEST_BODY + 1))
    _problem(answer, 413, "too-large")
