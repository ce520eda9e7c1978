"""A phone and its telecom: a wallet in one tap, and its line topped up from the wallet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.bank.holders import fill
from tests.telecom.conftest import NUMBER, Clock
from tests.telecom.serving import served
from zerobar.bank.context import Bank as RealBank
from zerobar.bank.people.assertions import register_partner
from zerobar.phone.api.app import create_app
from zerobar.phone.line import LinePlace
from zerobar.phone.memory import make_phone
from zerobar.phone.program import Places, switched_on
from zerobar.purse.money import Fen
from zerobar.telecom import Telecom
from zerobar.telecom import line as line_now
from zerobar.telecom.api.access import Desk
from zerobar.telecom.bank import Bank
from zerobar.telecom.orders import finish_orders

PIN = "417293"


@pytest.fixture
def trusted(real_bank: RealBank, desk: Desk) -> None:
    """Have the bank take the telecom's word."""
    key = desk.guarantor.key
    assert isinstance(key, ECKey)
    numbers = key.private_key.public_key().public_numbers()  # type: ignore[union-attr]
    public_key = numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    register_partner(real_bank, desk.guarantor.partner, desk.guarantor.key_name, public_key)


@pytest.fixture
def screen(tmp_path: Path, bank_url: str, url: str) -> Iterator[httpx.Client]:
    """A new phone on the telecom's line, as its screen asks it."""
    make_phone(tmp_path / "phone")
    places = Places(bank_url, telecom=LinePlace(url, NUMBER))
    with (
        switched_on(tmp_path / "phone", places) as phone,
        served(create_app(phone)) as at,
        httpx.Client(base_url=at, timeout=30) as http,
    ):
        http.headers["authorization"] = f"Bearer {phone.token}"
        yield http


@pytest.mark.usefixtures("line", "trusted")
def test_a_wallet_is_opened_in_one_tap_and_tops_the_line_up(
    real_bank: RealBank, telecom: Telecom, bank: Bank, screen: httpx.Client, clock: Clock
) -> None:
    assert screen.get("/phone").json()["line"] == NUMBER
    opened = screen.post("/wallet/by-telecom", json={}).json()
    assert opened["category"] == 4
    fill(real_bank, UUID(opened["wallet_id"]), Fen(100_00))
    assert screen.put("/pin", json={"pin": PIN}).is_success
    assert screen.post("/grant", json={"pin": PIN}).is_success

    asked = {"id": str(uuid4()), "number": NUMBER, "amount_fen": 39_00}
    ordered = screen.post("/top-ups", json=asked).json()
    assert ordered["state"] == "open"
    assert screen.post("/top-ups", json=asked).json() == ordered, "asked again it is the same"
    payment = {"id": str(uuid4()), "payee": ordered["payee"], "amount_fen": 39_00}
    assert screen.post("/payments", json=payment).json()["finality"] == "final now"
    clock.advance(seconds=5)
    assert finish_orders(telecom, bank) == 1

    assert screen.get(f"/top-ups/{asked['id']}").json()["state"] == "paid"
    assert screen.get("/line").json()["balance_fen"] == 39_00
    assert line_now(telecom, NUMBER).balance_fen == 39_00


def test_without_a_telecom_the_phone_says_what_to_do(tmp_path: Path, bank_url: str) -> None:
    make_phone(tmp_path / "phone")
    with (
        switched_on(tmp_path / "phone", Places(bank_url)) as phone,
        served(create_app(phone)) as at,
    ):
        headers = {"authorization": f"Bearer {phone.token}"}
        refused = httpx.get(f"{at}/line", headers=headers, timeout=30).json()
    assert refused["type"].endswith("no-telecom") and refused["next_step_zh"]
