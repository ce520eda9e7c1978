"""A wallet on a phone: opened by a telecom's word, paid from, killed while paying, signed in to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import PIN
from tests.phone.programs import CARD_PIN, LonePhone, PhoneProgram, zerobar
from tests.phone.test_killed import killed
from zerobar.bank.calendar import CHINA
from zerobar.sandbox.people import PEOPLE

pytestmark = pytest.mark.slow
EVAS_NUMBER = "+8613900000077"


@pytest.fixture
def new_phone(tmp_path: Path, bank: BankProgram) -> Iterator[LonePhone]:
    with LonePhone(tmp_path, bank.url) as phone:
        yield phone


def pay(number: str, amount_fen: int) -> dict[str, object]:
    payee = {"kind": "wallet-number", "value": number}
    return {"id": str(uuid4()), "payee": payee, "amount_fen": amount_fen, "memo": "lunch"}


def test_a_wallet_is_opened_by_a_telecoms_word_and_used_from_a_second_phone(
    folder: Path, tmp_path: Path, bank: BankProgram, sandbox: Sandbox, new_phone: LonePhone
) -> None:
    key = ECKey.generate_key("P-256")
    public = key.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "key.pem").write_bytes(public)
    trusted = ("bank", "partner", "add", "Test Telecom", "key-1", str(tmp_path / "key.pem"))
    operator = zerobar(*trusted, "--folder", str(folder / "bank")).split()[-1]
    now = int(time.time())
    claims = {"iss": "Test Telecom", "aud": operator, "phone_number": EVAS_NUMBER}
    claims |= {"jti": uuid4().hex, "iat": str(now), "exp": str(now + 60)}
    numbers = {"iat": now, "exp": now + 60}
    header = {"alg": "ES256", "kid": "key-1"}
    assertion = jwt.encode(header, claims | numbers, key, algorithms=["ES256"])

    opened = new_phone.post("/wallet", assertion=assertion)
    assert opened["category"] == 4
    assert new_phone.get("/phone")["wallet_number"] == opened["number"]
    assert new_phone.get("/balance")["balance_fen"] == 0

    with LonePhone(tmp_path, bank.url, "second") as second:
        second.post("/sms-codes", phone=EVAS_NUMBER)
        code = sandbox.code_for(EVAS_NUMBER)
        assert second.post("/session", phone=EVAS_NUMBER, code=code)["number"] == opened["number"]
        second.kill()
        second.start()
        assert second.get("/me")["wallets"] == new_phone.get("/me")["wallets"]


def test_a_payment_whose_answer_is_lost_with_the_phone_is_paid_once(
    carl: PhoneProgram, dora: PhoneProgram
) -> None:
    carl.post("/grant", pin=PIN)
    had, dora_had = (phone.get("/balance")["balance_fen"] for phone in (carl, dora))
    asked = pay(dora.get("/phone")["wallet_number"], 7_00)
    carl.road.lose_answer_to(b"POST /v1/payments")
    killed(carl, carl.road, lambda: carl.post("/payments", **asked))

    assert carl.post("/sync")["queue"]["asked"] == []
    assert carl.get(f"/payments/{asked['id']}")["state"] == "paid"
    again = carl.post("/payments", **asked)
    assert again["finality"] == "final now" and again["details"]["amount_fen"] == 7_00
    assert carl.get("/balance")["balance_fen"] == had - 7_00
    assert dora.get("/balance")["balance_fen"] == dora_had + 7_00
    assert dora.get("/records")["items"][0]["amount_fen"] == 7_00
    notice = dora.get("/notices")["items"][0]
    assert dora.post("/notices/read", until=notice["notice_id"])["unread"] == 0
    other = carl.refused("/payments", **(asked | {"amount_fen": 8_00}))
    assert other["type"].endswith("id-used")


def test_an_unload_whose_answers_are_lost_with_the_phone_ends_once(
    bank: BankProgram, carl: PhoneProgram
) -> None:
    carl.post("/purse/loads", id=str(uuid4()), amount_fen=30_00)
    carl.post("/sync")
    wallet, purse = carl.get("/balance")["balance_fen"], carl.get("/purse")["balance_fen"]
    unload = {"id": str(uuid4()), "amount_fen": 25_00}
    carl.road.lose_answer_to(b"POST /v1/vouchers")
    killed(carl, carl.road, lambda: carl.post("/purse/unloads", **unload))

    assert carl.post("/sync")["failed"] is None
    assert carl.post("/purse/unloads", **unload)["finality"] == "final now"
    assert carl.get("/balance")["balance_fen"] == wallet + 25_00
    assert carl.get("/purse")["balance_fen"] == purse - 25_00
    assert bank.check().returncode == 0


def test_money_is_asked_for_and_given(carl: PhoneProgram, dora: PhoneProgram) -> None:
    named = {"kind": "wallet-number", "value": dora.get("/phone")["wallet_number"]}
    asked = carl.post("/money-requests", id=str(uuid4()), asked=named, amount_fen=3_00)
    (waiting,) = [one for one in dora.get("/money-requests")["items"] if one["state"] == "open"]
    assert waiting["request_id"] == asked["request_id"]
    dora.post("/grant", pin=PIN)
    payee = {"kind": "request", "value": asked["request_id"]}
    dora.post("/payments", id=str(uuid4()), payee=payee, amount_fen=3_00)
    (paid,) = carl.get("/money-requests", asked=False)["items"]
    assert paid["state"] == "paid"


def test_a_pin_is_changed_by_itself_and_reset_only_on_a_phone_that_is_known_for_a_day(
    dora: PhoneProgram, sandbox: Sandbox
) -> None:
    person = PEOPLE[3]
    dora.post("/pin/change", old_pin=PIN, new_pin="864209")
    assert dora.refused("/grant", pin=PIN)["type"].endswith("wrong-pin")
    dora.post("/pin/change", old_pin="864209", new_pin=PIN)
    dora.post("/pin/codes")
    code = sandbox.code_for(person.cards[0].phone)
    asked = {"code": code, "new_pin": "864209", "resident_id": person.resident_id}
    # Who took over the number a moment ago is not to take the wallet too.
    assert dora.refused("/pin/reset", **asked)["type"].endswith("device-too-new")
    dora.post("/grant", pin=PIN)


def test_a_statement_comes_as_the_bank_made_it(carl: PhoneProgram) -> None:
    today = datetime.now(CHINA).date().isoformat()
    days = {"from": today, "to": today}
    paper = carl.screen.get("/statement/pdf", params=days)
    assert paper.headers["content-type"] == "application/pdf" and paper.content[:4] == b"%PDF"
    assert carl.screen.get("/statement/csv", params=days).text.count("\n") > 1
    assert carl.screen.get("/statement/exe", params=days).status_code == 404


def test_a_card_is_unbound_and_bound_again_and_pays_what_lacks(carl: PhoneProgram) -> None:
    carl.post("/grant", pin=PIN)
    (card,) = carl.get("/cards")["items"]
    assert carl.screen.delete(f"/cards/{card['card_id']}").status_code == 204
    assert carl.get("/cards")["items"] == []
    bound = carl.post("/cards", id=str(uuid4()), number=PEOPLE[2].cards[0].number)
    assert bound["number"] == card["number"]
    assert carl.put("/auto-top-up", on=True) == {"on": True}
    assert carl.get("/me")["wallets"][0]["auto_top_up"] is True
    carl.put("/auto-top-up", on=False)


def test_money_is_saved_to_the_bank_once_the_category_allows_it(carl: PhoneProgram) -> None:
    carl.post("/grant", pin=PIN)
    had, (card,) = carl.get("/balance")["balance_fen"], carl.get("/cards")["items"]
    order = {"card_id": card["card_id"], "amount_fen": 5_00}
    assert carl.refused("/saves", id=str(uuid4()), **order)["status"] == 422
    assert carl.put("/category", category=2)["category"] == 2
    saved = carl.post("/saves", id=(save_id := str(uuid4())), **order)
    while saved["finality"] == "unknown, ask again":
        saved = carl.get(f"/card-orders/{save_id}")
    assert saved["finality"] == "final now"
    assert carl.get("/balance")["balance_fen"] == had - 5_00
    assert carl.get("/limits")["bank_withdrawal"] is True


def test_the_holder_chooses_what_the_sim_pays_without_its_pin(
    carl: PhoneProgram, dora: PhoneProgram
) -> None:
    carl.post("/grant", pin=PIN)
    carl.post("/purse/loads", id=str(uuid4()), amount_fen=20_00)
    before = carl.get("/purse/limits")
    carl.put("/purse/limits", **(before | {"without_pin_fen": 5_00}))
    assert carl.post("/sync")["failed"] is None
    tap = {"id": str(uuid4()), "antenna": carl.sim.antenna, "amount_fen": 6_00}
    refused = dora.post("/taps", **tap)
    assert refused["finality"] == "nothing has moved" and "PIN" in refused["happened"]["en"]
    assert dora.post("/taps", **tap, pin=CARD_PIN)["finality"] == "final now"
    carl.put("/purse/limits", **before)
    assert carl.post("/sync")["failed"] is None
