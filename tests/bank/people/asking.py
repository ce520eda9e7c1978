"""What tests about people ask of the rules: devices, codes, opened wallets, real identities."""

from __future__ import annotations

from uuid import UUID

from tests.bank.doubles import Doubles
from tests.bank.holders import Key, new_key
from zerobar.bank.context import Bank
from zerobar.bank.people.devices import Device
from zerobar.bank.people.opening import Opened, open_by_code
from zerobar.bank.people.sms_codes import Purpose, send_code
from zerobar.client.enrolment import enrolment_bytes

PHONE = "+8613900000007"
NAME = "李小明"
RESIDENT_ID = "11010519491231002X"
"""The example of GB 11643-1999."""


def device_with(key: Key, request_id: UUID) -> Device:
    """Return a device that proves its key for a request."""
    proof = key.sign(enrolment_bytes(request_id, key.id, key.public_key))
    return Device(key.id, key.public_key, "phone", proof)


def new_code(bank: Bank, partners: Doubles, phone: str = PHONE) -> str:
    """Have a code sent, and read it on the phone."""
    send_code(bank, phone, Purpose.SIGN_IN)
    return partners.sms.code_for(phone)


def open_first(
    bank: Bank, partners: Doubles, phone: str = PHONE, wallet_id: UUID | None = None
) -> Opened:
    """Open a first wallet as a phone does."""
    wallet_id, code = wallet_id or bank.new_id(), new_code(bank, partners, phone)
    return open_by_code(
        bank, wallet_id, phone, code, device_with(new_key(bank), wallet_id), "Wallet"
    )
