"""Over HTTP, as a phone talks to the bank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.bank.api.serving import served_bank
from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.holders import PIN, Holder, Key, fill, new_key
from tests.bank.people.asking import NAME, PHONE, RESIDENT_ID
from zerobar.bank.context import Bank
from zerobar.bank.people.attempts import AttemptKind
from zerobar.client.enrolment import enrolment_bytes, write_64
from zerobar.client.errors import BankSaysNo
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.person import PersonClient
from zerobar.client.problems import TYPE_PREFIX
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

Http = httpx.Client
PIN_PLACE = "/v1/people/me/pin"


@pytest.fixture
def http(bank: Bank) -> Iterator[Http]:
    with served_bank(bank) as address, Http(base_url=address) as client:
        yield client


def device_body(key: Key, request_id: UUID) -> dict[str, str]:
    proof = key.sign(enrolment_bytes(request_id, key.id, key.public_key))
    return {
        "key_id": str(key.id),
        "public_key": write_64(key.public_key),
        "label": "My phone",
        "proof": write_64(proof),
    }


def open_wallet(bank: Bank, partners: Doubles, http: Http) -> dict[str, Any]:
    """Open a first wallet, and sign the client in."""
    wallet_id = bank.new_id()
    assert http.post("/v1/sms-codes", json={"phone": PHONE}).status_code == 202
    body = {
        "evidence": {"by": "sms-code", "phone": PHONE, "code": partners.sms.code_for(PHONE)},
        "device": device_body(new_key(bank), wallet_id),
    }
    answer = http.post("/v1/wallets", json=body, headers={"Idempotency-Key": str(wallet_id)})
    assert answer.status_code == 201, answer.text
    opened: dict[str, Any] = answer.json()
    http.headers["Authorization"] = f"Bearer {opened['session']['token']}"
    return opened


def signed_in(http: Http, holder: Holder) -> str:
    """Sign the client in as a holder; return where the wallet is."""
    http.headers["Authorization"] = f"Bearer {holder.token}"
    return f"/v1/wallets/{holder.wallet}"


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix(TYPE_PREFIX)


def test_a_phone_opens_a_wallet_and_reads_it(bank: Bank, partners: Doubles, http: Http) -> None:
    opened = open_wallet(bank, partners, http)
    wallet = opened["wallet"]
    fill(bank, UUID(wallet["wallet_id"]), Fen(12_34))
    place = f"/v1/wallets/{wallet['wallet_id']}"
    assert http.get(place).json() == wallet
    assert (wallet["category"], wallet["status"], wallet["main"]) == (4, "open", True)
    assert http.get(f"{place}/balance").json() == {
        "balance_fen": 12_34,
        "held_fen": 0,
        "available_fen": 12_34,
    }
    limits = http.get(f"{place}/limits").json()
    assert limits["per_day"] == {"limit_fen": 5_000_00, "used_fen": 0, "left_fen": 5_000_00}


def test_a_person_is_shown_with_what_is_personal_masked(
    partners: Doubles, http: Http, anna: Holder
) -> None:
    place = signed_in(http, anna)
    partners.identity.people[RESIDENT_ID] = NAME
    http.post(f"{place}/grants", json={"pin": PIN})
    wanted = {"name": NAME, "resident_id": RESIDENT_ID}
    me = http.post("/v1/people/me/verification", json=wanted)
    assert me.status_code == 200 and me.json() == http.get("/v1/people/me").json()
    shown = me.json()
    assert (shown["phone"], shown["name"], shown["verified"]) == ("138****0001", "*明", True)
    assert shown["wallets"][0]["category"] == 3
    assert NAME not in me.text and RESIDENT_ID not in me.text


def test_the_pin_is_set_given_and_changed(bank: Bank, partners: Doubles, http: Http) -> None:
    place = f"/v1/wallets/{open_wallet(bank, partners, http)['wallet']['wallet_id']}"
    assert problem(http.post(f"{place}/grants", json={"pin": PIN})) == (422, "pin-not-set")
    assert problem(http.put(PIN_PLACE, json={"pin": "111111"})) == (400, "pin-too-obvious")
    assert http.put(PIN_PLACE, json={"pin": PIN}).status_code == 204
    wrong = http.post(f"{place}/grants", json={"pin": "918273"})
    assert problem(wrong) == (422, "wrong-pin") and wrong.json()["tries_left"] == 4
    assert "expires_at" in http.post(f"{place}/grants", json={"pin": PIN}).json()
    change = {"old_pin": PIN, "new_pin": "918273"}
    assert http.post(f"{PIN_PLACE}/change", json=change).status_code == 204
    assert http.post(f"{place}/grants", json={"pin": "918273"}).status_code == 201


def test_a_forgotten_pin_is_reset_by_a_code_to_the_own_number(
    partners: Doubles, http: Http, anna: Holder, bank: Bank, clock: Clock
) -> None:
    place = signed_in(http, anna)
    clock.advance(days=1)
    assert http.post("/v1/people/me/sms-codes").status_code == 202
    code = partners.sms.code_for(anna.phone)
    body = {"code": code, "new_pin": "918273"}
    id_ = {"Idempotency-Key": str(bank.new_id())}
    assert http.post(f"{PIN_PLACE}/reset", json=body, headers=id_).status_code == 204
    assert http.post(f"{place}/grants", json={"pin": "918273"}).status_code == 201


def test_unfreezing_needs_the_pin(http: Http, anna: Holder) -> None:
    place = signed_in(http, anna)
    assert http.post(f"{place}/freeze").json()["status"] == "frozen"
    assert problem(http.post(f"{place}/unfreeze")) == (403, "pin-needed")
    http.post(f"{place}/grants", json={"pin": PIN})
    assert http.post(f"{place}/unfreeze").json()["status"] == "open"
    assert http.post(f"{place}/close").json()["status"] == "closed"


def test_further_wallets_are_named_and_chosen(bank: Bank, http: Http, anna: Holder) -> None:
    http.post(f"{signed_in(http, anna)}/grants", json={"pin": PIN})
    id_ = str(bank.new_id())
    made = http.post(
        "/v1/people/me/wallets", json={"label": "存钱"}, headers={"Idempotency-Key": id_}
    )
    assert made.status_code == 201 and made.json()["main"] is False
    me = http.put("/v1/people/me/main-wallet", json={"wallet_id": id_}).json()
    assert me["main_wallet_id"] == id_
    renamed = http.patch(f"/v1/wallets/{id_}", json={"label": "旅行"}).json()
    assert (renamed["label"], renamed["main"]) == ("旅行", True)


def test_a_revoked_device_is_signed_out(http: Http, anna: Holder) -> None:
    signed_in(http, anna)
    (device,) = http.get("/v1/devices").json()
    assert device["current"] is True
    assert http.delete(f"/v1/devices/{device['key_id']}").status_code == 204
    assert problem(http.get("/v1/devices"))[0] == 401


def test_a_phone_goes_on_with_its_key_after_its_session_and_not_after_signing_out(
    http: Http, anna: Holder, clock: Clock
) -> None:
    clock.advance(days=31)
    with BankHttp(
        str(http.base_url),
        RequestKey(anna.key.id, anna.key.private_key),
        token=anna.token,
        clock_unix_s=lambda: clock().timestamp(),
    ) as bank_http:
        phone = PersonClient(bank_http, anna.key.private_key)
        with pytest.raises(BankSaysNo):
            phone.me()
        phone.renew_session()
        assert phone.me().person_id == anna.person
        bank_http.send("DELETE", "/v1/sessions/current", None, object)
        with pytest.raises(BankSaysNo) as refused:
            phone.renew_session()
    assert refused.value.problem == "session-unknown"


def test_messages_are_counted_for_the_network_that_asks(bank: Bank, http: Http) -> None:
    assert http.post("/v1/sms-codes", json={"phone": PHONE}).status_code == 202
    with bank.connection() as connection:
        row = connection.execute(
            "SELECT subject, many FROM bank.attempt WHERE kind = %s", (AttemptKind.SMS_CODE_FROM,)
        ).fetchone()
    assert row == ("127.0.0.1/32", 1)


def test_whoever_signs_out_is_out(http: Http, anna: Holder) -> None:
    signed_in(http, anna)
    assert http.delete("/v1/sessions/current").status_code == 204
    assert problem(http.get("/v1/people/me"))[0] == 401


def test_another_s_wallet_is_unknown_by_every_path(http: Http, anna: Holder, bea: Holder) -> None:
    place = signed_in(http, anna)
    signed_in(http, bea)
    asked = [
        http.get(place),
        http.get(f"{place}/balance"),
        http.get(f"{place}/limits"),
        http.patch(place, json={"label": "Mine"}),
        http.put(f"{place}/category", json={"category": 2}),
        http.post(f"{place}/grants", json={"pin": PIN}),
        http.post(f"{place}/freeze"),
        http.post(f"{place}/unfreeze"),
        http.post(f"{place}/close"),
        http.put("/v1/people/me/main-wallet", json={"wallet_id": str(anna.wallet)}),
    ]
    assert {problem(answer) for answer in asked} == {(404, "wallet-unknown")}


@pytest.mark.parametrize(
    "pin", ["12345", "1234567", "12345a", "123456\n", "\u0661\u0662\u0663\u0664\u0665\u0666", ""]
)
def test_what_is_no_pin_is_bad_input_and_is_not_repeated(
    http: Http, anna: Holder, pin: str
) -> None:
    answer = http.post(f"{signed_in(http, anna)}/grants", json={"pin": pin})
    assert problem(answer)[0] == 400
    assert not pin or pin not in answer.text


@pytest.mark.parametrize("label", ["", "x" * 41, "a\u0000b", "a\n"])
def test_a_label_is_one_line_of_text(http: Http, anna: Holder, label: str) -> None:
    assert problem(http.patch(signed_in(http, anna), json={"label": label}))[0] == 400
