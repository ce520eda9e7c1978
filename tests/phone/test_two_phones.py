"""Two phones, their SIMs and a bank, all of them processes, with and without the bank."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.bank.programs import BankProgram
from tests.phone.programs import PhoneProgram

pytestmark = pytest.mark.slow


def money_of(phone: PhoneProgram) -> tuple[int, int]:
    """Return what is in the wallet and in the purse."""
    return phone.get("/balance")["balance_fen"], phone.get("/purse")["balance_fen"]


def test_friends_tap_while_the_bank_is_dead_and_all_of_it_settles_when_it_is_back(
    bank: BankProgram, anna: PhoneProgram, bea: PhoneProgram
) -> None:
    before = money_of(anna), money_of(bea)
    loaded = anna.post("/purse/loads", id=str(uuid4()), amount_fen=200_00)
    assert loaded["finality"] == "final now"
    bank.kill()

    taken = bea.post("/taps", id=str(uuid4()), antenna=anna.sim.antenna, amount_fen=50_00)
    assert taken["finality"] == "final now" and "50.00" in taken["happened"]["en"]
    assert bea.get("/purse")["balance_fen"] == before[1][1] + 50_00
    flying = anna.get("/purse/in-flight")[0]
    assert flying["outcome"] is None and flying["amount_fen"] == 50_00
    without = bea.post("/sync")
    assert without["failed"]["en"] and without["queue"]["vouchers_fen"] == 50_00

    bank.start()
    for phone in (bea, anna):
        assert phone.post("/sync")["failed"] is None
    assert anna.get("/purse/in-flight") == []
    assert anna.get("/purse/payments")[0]["outcome"] == "settled"
    assert bea.get("/sync")["queue"]["vouchers"] == 0
    unloaded = bea.post("/purse/unloads", id=str(uuid4()), amount_fen=50_00)
    assert unloaded["finality"] == "final now"
    wallet, purse = before[0]
    assert money_of(anna) == (wallet - 200_00, purse + 150_00)
    wallet, purse = before[1]
    assert money_of(bea) == (wallet + 50_00, purse)
    checked = bank.check()
    assert checked.returncode == 0, checked.stdout
