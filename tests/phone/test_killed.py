"""A phone that is killed where it hurts most, and switched on again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.bank.programs import BankProgram
from tests.phone.programs import CARD_PIN, PhoneProgram
from tests.phone.wires import Wire

pytestmark = pytest.mark.slow
PAY, ACCEPT = b"\x80\x10\x00\x00", b"\x80\x22\x00\x00"
PATIENCE_S = 60.0


def killed(phone: PhoneProgram, wire: Wire, asking: Callable[[], Any]) -> None:
    """Kill a phone once an answer on the wire is lost, mend all, and switch it on again."""

    def ask() -> None:
        with suppress(httpx.TransportError):
            asking()

    thread = threading.Thread(target=ask)
    thread.start()
    assert wire.lost.wait(PATIENCE_S)
    phone.kill()
    thread.join()
    wire.mend()
    phone.start()


def test_a_load_whose_answer_is_lost_with_the_phone_ends_once(
    bank: BankProgram, anna: PhoneProgram
) -> None:
    load = {"id": str(uuid4()), "amount_fen": 200_00}
    had, funds = anna.get("/purse")["balance_fen"], anna.get("/balance")["balance_fen"]
    anna.road.lose_answer_to(b"POST /v1/loads")
    killed(anna, anna.road, lambda: anna.post("/purse/loads", **load))

    assert anna.post("/sync")["failed"] is None
    assert anna.get("/purse")["balance_fen"] == had + 200_00
    assert anna.get("/balance")["balance_fen"] == funds - 200_00
    assert anna.post("/purse/loads", **load)["finality"] == "final now"
    assert anna.refused("/purse/loads", id=load["id"], amount_fen=1)["status"] == 409
    assert anna.get("/purse")["balance_fen"] == had + 200_00
    assert anna.get("/sync")["queue"]["loads"] == []
    assert bank.check().returncode == 0


def test_a_tap_that_dies_before_the_voucher_came_goes_on_with_the_same_card(
    bank: BankProgram, anna: PhoneProgram, bea: PhoneProgram
) -> None:
    anna.post("/purse/loads", id=str(uuid4()), amount_fen=100_00)
    # Else her own sync may bring the voucher to the bank, and the bank to its payee.
    anna.road.lead_to(None)
    had = anna.get("/purse")["balance_fen"], bea.get("/purse")["balance_fen"]
    tap = {"id": str(uuid4()), "antenna": anna.sim.antenna, "amount_fen": 30_00}
    anna.sim.field.lose_answer_to(PAY)
    killed(bea, anna.sim.field, lambda: bea.post("/taps", **tap))

    (torn,) = bea.get("/taps")
    assert torn["id"] == tap["id"] and torn["finality"] == "unknown, ask again"
    assert bea.get("/purse")["balance_fen"] == had[1]
    on = bea.post(f"/taps/{tap['id']}/resume", antenna=anna.sim.antenna)
    assert on["finality"] == "final now"
    assert bea.post("/taps", **tap)["finality"] == "final now"
    now = anna.get("/purse")["balance_fen"], bea.get("/purse")["balance_fen"]
    assert now == (had[0] - 30_00, had[1] + 30_00)
    anna.road.lead_to(("127.0.0.1", bank.port))


def test_a_tap_that_dies_with_the_voucher_here_ends_without_payer_or_bank(
    bank: BankProgram, anna: PhoneProgram, bea: PhoneProgram
) -> None:
    anna.post("/purse/loads", id=str(uuid4()), amount_fen=100_00)
    had = anna.get("/purse")["balance_fen"], bea.get("/purse")["balance_fen"]
    tap = {"id": str(uuid4()), "antenna": anna.sim.antenna, "amount_fen": 20_00}
    bank.kill()
    bea.sim.contact.lose_answer_to(ACCEPT)
    killed(bea, bea.sim.contact, lambda: bea.post("/taps", **tap))

    assert bea.post("/sync")["failed"] is not None
    assert bea.get(f"/taps/{tap['id']}")["finality"] == "final now"
    bank.start()
    assert bea.post("/sync")["failed"] is None
    now = anna.get("/purse")["balance_fen"], bea.get("/purse")["balance_fen"]
    assert now == (had[0] - 20_00, had[1] + 20_00)
    assert anna.post("/sync")["failed"] is None
    paid = anna.get("/purse/payments")
    assert {each["outcome"] for each in paid} == {"settled"}
    assert bank.check().returncode == 0


def test_a_sim_is_tapped_while_its_phone_is_off_within_its_limits(
    anna: PhoneProgram, bea: PhoneProgram
) -> None:
    anna.post("/purse/loads", id=str(uuid4()), amount_fen=100_00)
    had = bea.get("/purse")["balance_fen"]
    anna.kill()
    too_much = bea.post("/taps", id=str(uuid4()), antenna=anna.sim.antenna, amount_fen=250_00)
    assert too_much["finality"] == "nothing has moved" and "PIN" in too_much["happened"]["en"]
    tap = {"id": str(uuid4()), "antenna": anna.sim.antenna, "amount_fen": 10_00}
    assert bea.post("/taps", **tap)["finality"] == "final now"
    assert bea.get("/purse")["balance_fen"] == had + 10_00

    anna.start()
    anna.post("/sync")
    newest = anna.get("/purse/payments")[0]
    again = anna.get(f"/purse/vouchers/{newest['entry']}")
    assert newest["amount_fen"] == 10_00 and again["text"] == newest["text"]
    assert again["text"].startswith("ZB-V1:")


def test_an_armed_sim_needs_no_pin_for_one_tap(anna: PhoneProgram, bea: PhoneProgram) -> None:
    wrong = anna.refused("/purse/arm", pin="1111", maximum_fen=250_00)
    assert wrong["type"].endswith("wrong-pin") and wrong["detail_zh"]
    anna.post("/purse/loads", id=str(uuid4()), amount_fen=400_00)
    anna.post("/purse/arm", pin=CARD_PIN, maximum_fen=250_00)
    had = bea.get("/purse")["balance_fen"]
    tap = {"antenna": anna.sim.antenna, "amount_fen": 250_00}
    assert bea.post("/taps", id=str(uuid4()), **tap)["finality"] == "final now"
    assert bea.post("/taps", id=str(uuid4()), **tap)["finality"] == "nothing has moved"
    assert bea.get("/purse")["balance_fen"] == had + 250_00
