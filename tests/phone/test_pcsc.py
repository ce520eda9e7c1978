"""Two phones and their SIMs in the slots of a real PC/SC service: a tap, and two codes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.bank.programs import BankProgram, Sandbox, environment
from tests.phone.conftest import PIN
from tests.phone.programs import CARD_PIN, LonePhone, PhoneProgram, Sim, zerobar
from tests.reader.pcscd import PrivatePcscd, missing_packages
from zerobar.sandbox.people import PEOPLE

pytestmark = [pytest.mark.pcsc, pytest.mark.slow]
APPEARS_WITHIN_S = 20.0


@pytest.fixture
def pcscd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivatePcscd]:
    if missing := missing_packages():
        pytest.skip(f"apt-get install {' '.join(missing)}")
    with PrivatePcscd(tmp_path) as daemon:
        monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(daemon.socket_path))
        yield daemon


@contextmanager
def served_in(pcscd: PrivatePcscd, slot: int, purse: Path, *more: str) -> Iterator[None]:
    """Put a purse into a slot, served by a process of its own."""
    place = ["--store", str(purse), "--vpcd", f"127.0.0.1:{pcscd.ports[slot]}", *more]
    serving = subprocess.Popen(
        [sys.executable, "-m", "zerobar", "card", "serve", *place],
        stdout=subprocess.DEVNULL,
        env=environment(),
    )
    try:
        yield
    finally:
        serving.terminate()
        serving.wait(20)


def seen(phone: LonePhone) -> int:
    """Return what is in the phone's SIM, as soon as the reader has it."""
    until = time.monotonic() + APPEARS_WITHIN_S
    while True:
        answer = phone.screen.get("/purse")
        if answer.is_success:
            return int(answer.json()["balance_fen"])
        assert time.monotonic() < until, answer.text
        time.sleep(0.2)


def tapped(phone: LonePhone, tap: str) -> Any:
    """Ask for 30 yuan until a card is in the field, and return the answer."""
    until = time.monotonic() + APPEARS_WITHIN_S
    while (answer := phone.post("/taps", id=tap, amount_fen=30_00)).get("because") == "no-card":
        assert time.monotonic() < until, answer
        time.sleep(0.2)
    return answer


def test_two_phones_whose_sims_are_in_readers_pay_by_a_tap_and_by_codes(
    folder: Path,
    bank: BankProgram,
    sandbox: Sandbox,
    anna: PhoneProgram,
    pcscd: PrivatePcscd,
) -> None:
    payer = Sim(folder, "pcsc-payer", folder / "bank")
    with payer, PhoneProgram(folder, "pcsc-payers-phone", bank.port, payer) as phone:
        number = PEOPLE[4].cards[0].phone
        phone.post("/sms-codes", phone=number)
        phone.post("/wallet", phone=number, code=sandbox.code_for(number))
        phone.put("/pin", pin=PIN)
        phone.post("/grant", pin=PIN)
        phone.post("/purse/link", limits=None)
        anna.post("/grant", pin=PIN)
        payee = {"kind": "phone", "value": number}
        anna.post("/payments", id=str(uuid4()), payee=payee, amount_fen=100_00)
        phone.post("/purse/loads", id=str(uuid4()), amount_fen=100_00)
    payees = folder / "pcsc-payee.purse"
    made = ("--card", str(payees), "--folder", str(folder / "bank"), "--pin", CARD_PIN)
    zerobar("bank", "purse", "personalise", *made)
    own, field = (f"pcsc:{reader}" for reader in reversed(pcscd.readers))
    options = ("--sim", own, "--reader", field)
    with (
        served_in(pcscd, 1, payees),
        LonePhone(folder, "http://127.0.0.1:9", "pcsc-payees-phone", *options) as phone,
    ):
        assert seen(phone) == 0
        tap = str(uuid4())
        nobody = phone.post("/taps", id=tap, amount_fen=30_00)
        assert (nobody["finality"], nobody["because"]) == ("nothing has moved", "no-card")
        with served_in(pcscd, 0, payer.path, "--contactless"):
            assert tapped(phone, tap)["finality"] == "final now"
        assert seen(phone) == 30_00
        with (
            served_in(pcscd, 0, payer.path),
            LonePhone(folder, "http://127.0.0.1:9", "pcsc-payers-other", "--sim", field) as other,
        ):
            assert seen(other) == 70_00
            pay_by_codes(other, phone)
            assert (seen(other), seen(phone)) == (65_00, 35_00)


def pay_by_codes(payer: LonePhone, payee: LonePhone) -> None:
    """Have one phone's SIM pay another's 5 yuan; neither has a network, and no card is tapped."""
    asked = payee.post("/requests", amount_fen=5_00)["text"]
    paid = payer.post("/purse/payments", id=str(uuid4()), text=asked)
    taken = payee.post("/vouchers", id=str(uuid4()), text=paid["text"])
    assert taken["finality"] == "final now"
