"""Vouchers as text between phones, codes, a session that is over, and a SIM that is lost."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import PIN
from tests.phone.programs import CARD_PIN, PhoneProgram
from zerobar.codes.customer import parse_code
from zerobar.phone.folder import memory_path
from zerobar.phone.memory import PhoneMemory, SignedUp

pytestmark = pytest.mark.slow


@pytest.fixture
def dead(bank: BankProgram) -> Iterator[BankProgram]:
    """The bank, to be killed; it is back afterwards."""
    yield bank
    bank.stop()
    bank.start()


def test_a_phone_with_network_pays_one_without_by_two_codes(
    carl: PhoneProgram, dora: PhoneProgram
) -> None:
    asked = dora.post("/requests", amount_fen=12_34, reference="tea")["text"]
    seen = carl.post("/scans", text=asked)
    assert (seen["kind"], seen["amount_fen"]) == ("till-request", 12_34)
    payment = {"id": str(uuid4()), "text": asked}
    before = carl.get("/balance")["balance_fen"]
    # Before it is paid: the voucher may also come with the next sync.
    had = dora.get("/purse")["balance_fen"]
    paid = carl.post("/till-payments", **payment)
    assert paid["finality"] == "final, settles at sync"
    assert carl.post("/till-payments", **payment)["text"] == paid["text"]
    assert carl.get("/balance")["balance_fen"] == before - 12_34
    assert carl.get("/vouchers")[0]["text"] == paid["text"]

    for _ in range(2):
        received = dora.post("/vouchers", id=str(uuid4()), text=paid["text"])
        assert received["finality"] == "final now"
    assert dora.get("/purse")["balance_fen"] == had + 12_34
    assert dora.post("/sync")["failed"] is None


def test_a_request_that_nobody_signed_is_not_paid(carl: PhoneProgram, dora: PhoneProgram) -> None:
    asked = dora.post("/requests", amount_fen=5_00)["text"]
    problem = carl.refused("/till-payments", id=str(uuid4()), text=asked[:-8] + "AAAAAAAA")
    assert problem["status"] == 422


def test_a_sim_pays_another_phones_request_by_two_codes_while_the_bank_is_dead(
    bank: BankProgram, carl: PhoneProgram, dora: PhoneProgram
) -> None:
    carl.post("/purse/loads", id=str(uuid4()), amount_fen=300_00)
    had = carl.get("/purse")["balance_fen"], dora.get("/purse")["balance_fen"]
    carl.post("/grant", pin=PIN)
    by_wallet = dora.post("/requests", amount_fen=1_00)["text"]
    carl.post("/till-payments", id=str(uuid4()), text=by_wallet)
    bank.kill()
    asked = dora.post("/requests", amount_fen=3_21, reference="tea")["text"]
    payment = {"id": str(uuid4()), "text": asked}
    paid = carl.post("/purse/payments", **payment)
    assert paid["finality"] == "final, settles at sync"
    assert carl.post("/purse/payments", **payment) == paid
    assert carl.get("/purse")["balance_fen"] == had[0] - 3_21
    assert carl.get("/purse/in-flight")[0]["text"] == paid["text"]
    assert dora.post("/vouchers", id=str(uuid4()), text=paid["text"])["finality"] == "final now"
    assert dora.get("/purse")["balance_fen"] == had[1] + 3_21

    much = dora.post("/requests", amount_fen=250_00)["text"]
    refused = carl.refused("/purse/payments", id=str(uuid4()), text=much)
    assert refused["type"].endswith("pin-needed"), refused
    refused = carl.refused("/purse/payments", id=str(uuid4()), text=by_wallet)
    assert refused["type"].endswith("paid-by-wallet") and refused["detail_zh"]
    forged = asked[:-8] + "AAAAAAAA"
    assert carl.refused("/purse/payments", id=str(uuid4()), text=forged)["status"] == 422
    assert carl.get("/purse")["balance_fen"] == had[0] - 3_21
    large = {"id": str(uuid4()), "text": much, "pin": CARD_PIN}
    paid = carl.post("/purse/payments", **large)
    assert carl.get("/purse")["balance_fen"] == had[0] - 253_21
    bank.start()
    assert dora.post("/vouchers", id=str(uuid4()), text=paid["text"])["finality"] == "final now"
    for phone in (dora, carl, dora, carl):
        assert phone.post("/sync")["failed"] is None
    assert carl.get("/purse/in-flight") == []
    assert bank.check().returncode == 0


def test_a_voucher_of_somebody_elses_is_carried_to_the_operator(
    bank: BankProgram, carl: PhoneProgram, dora: PhoneProgram
) -> None:
    carl.post("/purse/loads", id=str(uuid4()), amount_fen=20_00)
    tap = {"id": str(uuid4()), "antenna": carl.sim.antenna, "amount_fen": 1_00}
    carl.post("/sync")
    bank.kill()
    assert dora.post("/taps", **tap)["finality"] == "final now"
    (flying,) = carl.get("/purse/in-flight")
    carried = carl.post("/carried-vouchers", id=str(uuid4()), text=flying["text"])
    assert carried["finality"] == "final, settles at sync"
    assert carl.get("/sync")["queue"]["vouchers"] == 1
    bank.start()
    assert carl.post("/sync")["failed"] is None
    assert carl.get("/sync")["queue"]["vouchers"] == 0


def test_payment_codes_need_no_network(dead: BankProgram, carl: PhoneProgram) -> None:
    assert carl.screen.get("/code").json()["type"].endswith("no-code-secret")
    carl.post("/grant", pin=PIN)
    carl.post("/code/enrolment")
    dead.kill()
    carl.kill()
    carl.start()
    first, second = carl.get("/code")["digits"], carl.get("/code")["digits"]
    assert first != second and parse_code(first).handle == parse_code(second).handle
    dead.start()


def test_a_session_that_is_over_is_renewed_without_asking_anybody(carl: PhoneProgram) -> None:
    carl.kill()
    with PhoneMemory(memory_path(carl.folder)) as memory:
        known = memory.read(SignedUp)
        assert known is not None
        memory.write(
            SignedUp(
                person_id=known.person_id,
                wallet_id=known.wallet_id,
                wallet_number=known.wallet_number,
                token="over",
            )
        )
    carl.start()
    assert carl.get("/balance")["balance_fen"] > 0


def test_what_cannot_be_done_is_said_with_the_next_step(carl: PhoneProgram) -> None:
    payee = {"kind": "wallet-number", "value": "6200000000000000"}
    problem = carl.refused("/payments", id=str(uuid4()), payee=payee, amount_fen=1)
    assert 400 <= problem["status"] < 500 and "finality" not in problem
    again = carl.refused("/wallet", phone="+8613900000001", code="123456")
    assert again["type"].endswith("other-wallet") and again["next_step_zh"]


def test_a_lost_sim_is_reported_from_another_phone_and_pays_nobody_after_its_sync(
    carl: PhoneProgram, dora: PhoneProgram, sandbox: Sandbox
) -> None:
    del sandbox
    dora.post("/grant", pin=PIN)
    (purse,) = dora.get("/purses")
    assert dora.post("/purses/loss", purse_id=purse["purse_id"])["state"] == "lost"
    refused = dora.refused("/purse/loads", id=str(uuid4()), amount_fen=1_00)
    assert refused["type"].endswith("purse-blocked")
    dora.post("/sync")
    assert dora.get("/purse")["blocked"] is True
    tap = {"id": str(uuid4()), "antenna": dora.sim.antenna, "amount_fen": 1_00}
    assert carl.post("/taps", **tap)["finality"] == "nothing has moved"


def test_a_page_can_follow_who_was_told_how_much(carl: PhoneProgram) -> None:
    last = 0
    while (page := carl.get("/events", after=last))["items"]:
        last = page["last"]
    carl.get("/purse")
    events = carl.get("/events", after=last, wait_s=5)["items"]
    with_sim = [event for event in events if event["other"] == "sim"]
    assert [event["direction"] for event in with_sim[:2]] == ["sent", "received"]
    assert all(event["size"] > 0 and event["words_zh"] for event in with_sim)
