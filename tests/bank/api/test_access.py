"""Who asks is found out before anything is done, and said in words that help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.testing import TestClient

from tests.bank.api.serving import application, signing_headers
from tests.bank.conftest import Clock
from tests.bank.holders import Holder, new_key
from zerobar.bank.api.access import Session, Signed
from zerobar.bank.context import Bank
from zerobar.bank.people import store

pytestmark = pytest.mark.slow

ID = UUID("0190f7a0-0000-7000-8000-00000000abcd")
PLACE = ("POST", "/v1/testing/signed?note=a%20b")
BODY = b'{"amount_fen":1}'


class Amount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    amount_fen: int


@post("/v1/testing/signed", sync_to_thread=True)
def signed_thing(signed: NamedDependency[Signed], data: JSONBody[Amount]) -> dict[str, Any]:
    return {"key": signed.key.id, "id": signed.id, "amount_fen": data.amount_fen}


@post("/v1/testing/identified", sync_to_thread=False)
def identified_thing(idempotency_key: NamedDependency[UUID]) -> dict[str, UUID]:
    return {"id": idempotency_key}


@get("/v1/testing/session", sync_to_thread=True)
def whose_session(session: NamedDependency[Session]) -> dict[str, UUID]:
    return {"person": session.person_id, "key": session.key_id}


@pytest.fixture
def client(bank: Bank) -> Iterator[TestClient[Litestar]]:
    with (
        application(bank, signed_thing, identified_thing, whose_session) as app,
        TestClient(app, raise_server_exceptions=False) as client,
    ):
        yield client


def _problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status and problem["detail"] and problem["next_step"]
    return problem


def _now(clock: Clock) -> int:
    return int(clock().timestamp())


def test_a_signed_request_is_taken_with_its_key_and_id(
    client: TestClient[Litestar], anna: Holder, clock: Clock
) -> None:
    headers = signing_headers(anna.key, PLACE, BODY, _now(clock), ID)
    answer = client.post(PLACE[1], content=BODY, headers=headers)
    assert answer.json() == {"key": str(anna.key.id), "id": str(ID), "amount_fen": 1}


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "/v1/testing/signed?note=a%20c"},
        {"content": b'{"amount_fen":2}'},
        {"header": ("idempotency-key", str(UUID(int=5)))},
        {"header": ("zerobar-time", "1795579199")},
    ],
)
def test_whatever_is_changed_after_signing_is_noticed(
    client: TestClient[Litestar], anna: Holder, clock: Clock, changed: dict[str, Any]
) -> None:
    headers = signing_headers(anna.key, PLACE, BODY, _now(clock), ID)
    headers |= dict([changed["header"]]) if "header" in changed else {}
    answer = client.post(
        changed.get("url", PLACE[1]), content=changed.get("content", BODY), headers=headers
    )
    assert _problem(answer, 401)["type"] == "urn:zerobar:problem:signature-wrong"


@pytest.mark.parametrize(
    "header, value",
    [
        ("zerobar-key", "none"),
        ("zerobar-time", "-5"),
        ("zerobar-time", "\uff11"),
        ("zerobar-time", "9" * 30),
        ("zerobar-signature", "short"),
        ("zerobar-signature", "!" * 86),
    ],
)
def test_headers_that_cannot_be_read_are_no_signature(
    client: TestClient[Litestar], anna: Holder, clock: Clock, header: str, value: str
) -> None:
    headers = signing_headers(anna.key, PLACE, BODY, _now(clock), ID) | {header: value}
    encoded = [(name.encode(), text.encode()) for name, text in headers.items()]
    answer = client.post(PLACE[1], content=BODY, headers=encoded)
    assert _problem(answer, 401)["type"] == "urn:zerobar:problem:signature-missing"


@pytest.mark.parametrize("drift_s", [-301, 301, 86_400])
def test_a_clock_that_is_off_is_told_the_right_time(
    client: TestClient[Litestar], anna: Holder, clock: Clock, drift_s: int
) -> None:
    headers = signing_headers(anna.key, PLACE, BODY, _now(clock) + drift_s, ID)
    problem = _problem(client.post(PLACE[1], content=BODY, headers=headers), 401)
    assert problem["type"] == "urn:zerobar:problem:time-off"
    assert problem["server_time_unix_s"] == _now(clock)


@pytest.mark.parametrize("drift_s", [-300, 300])
def test_five_minutes_are_still_good(
    client: TestClient[Litestar], anna: Holder, clock: Clock, drift_s: int
) -> None:
    headers = signing_headers(anna.key, PLACE, BODY, _now(clock) + drift_s, ID)
    assert client.post(PLACE[1], content=BODY, headers=headers).status_code == 201


def test_a_key_that_nobody_enrolled_signs_nothing(
    client: TestClient[Litestar], bank: Bank, clock: Clock
) -> None:
    headers = signing_headers(new_key(bank), PLACE, BODY, _now(clock), ID)
    answer = client.post(PLACE[1], content=BODY, headers=headers)
    assert _problem(answer, 401)["type"] == "urn:zerobar:problem:key-unknown"


def test_a_revoked_key_signs_nothing(
    client: TestClient[Litestar], bank: Bank, anna: Holder, clock: Clock
) -> None:
    with bank.transaction() as connection:
        connection.execute(
            "UPDATE bank.signing_key SET revoked_at = %s WHERE key_id = %s", (clock(), anna.key.id)
        )
        key = store.signing_key(connection, anna.key.id)
    assert key is not None and key.revoked_at is not None
    headers = signing_headers(anna.key, PLACE, BODY, _now(clock), ID)
    answer = client.post(PLACE[1], content=BODY, headers=headers)
    assert _problem(answer, 401)["type"] == "urn:zerobar:problem:key-unknown"


def test_a_signed_request_without_an_id_is_told_so(
    client: TestClient[Litestar], anna: Holder, clock: Clock
) -> None:
    headers = signing_headers(anna.key, PLACE, BODY, _now(clock))
    answer = client.post(PLACE[1], content=BODY, headers=headers)
    assert _problem(answer, 400)["type"] == "urn:zerobar:problem:id-missing"


@pytest.mark.parametrize("id_", ["", "7", "not-a-uuid", "0190f7a0-0000-7000-8000"])
def test_an_id_has_to_be_a_uuid(client: TestClient[Litestar], id_: str) -> None:
    answer = client.post("/v1/testing/identified", headers={"idempotency-key": id_})
    assert _problem(answer, 400)["type"] == "urn:zerobar:problem:id-missing"


def test_a_session_is_found_by_its_token(client: TestClient[Litestar], anna: Holder) -> None:
    headers = {"authorization": f"Bearer {anna.token}"}
    answer = client.get("/v1/testing/session", headers=headers)
    assert answer.json() == {"person": str(anna.person), "key": str(anna.key.id)}


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer x", "Basic abc", "Bearer " + "x" * 500]
)
def test_without_a_session_nobody_is_signed_in(
    client: TestClient[Litestar], authorization: str
) -> None:
    answer = client.get("/v1/testing/session", headers={"authorization": authorization})
    assert _problem(answer, 401)["type"] == "urn:zerobar:problem:session-unknown"
    assert answer.headers["www-authenticate"] == "Bearer"
