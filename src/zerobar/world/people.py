"""People of a world: each opens a wallet by a code, sets a PIN, gives a name, binds a card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.funding.cards import bind_card
from zerobar.bank.funding.exchanging import exchange
from zerobar.bank.funding.model import Asked
from zerobar.bank.people.devices import Device as PersonDevice
from zerobar.bank.people.opening import open_by_code
from zerobar.bank.people.pin import set_first_pin, verify_pin
from zerobar.bank.people.sms_codes import Purpose, send_code
from zerobar.bank.people.verifying import verify_identity
from zerobar.client.enrolment import enrolment_bytes
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.world.banking import WorldBank
from zerobar.world.cards import PIN

_MONEY: Final = Fen(500_000)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"
"""Of a resident ID, GB 11643-1999."""


@dataclass(frozen=True)
class Person:
    """Somebody with a wallet.

    Attributes:
        key: the private key of the device that is signed in, 32 bytes.
    """

    name: str
    session: Session
    wallet_id: UUID
    card_id: UUID
    key: bytes = field(repr=False)


def move_in(world: WorldBank, index: int, name: str) -> Person:
    """Open a wallet for somebody, with money on it, as the bank lets anybody do."""
    bank, phone = world.bank, f"+86139{index:08d}"
    key = P256.private_key(bank.random(KEY_SEED_LENGTH))
    wallet_id, key_id, card_id = bank.new_id(), bank.new_id(), bank.new_id()
    proof = P256.sign(key, enrolment_bytes(wallet_id, key_id, P256.public_key(key)))
    send_code(bank, phone, Purpose.SIGN_IN)
    device = PersonDevice(key_id, P256.public_key(key), "phone", proof)
    opened = open_by_code(bank, wallet_id, phone, world.inbox.code_for(phone), device, "")
    assert opened.wallet.person_id is not None
    session = Session(wallet_id, opened.wallet.person_id, key_id)
    set_first_pin(bank, session, PIN)
    person = Person(name, session, wallet_id, card_id, key)
    give_pin(world, person)
    verify_identity(bank, session, name, _resident_id(index))
    bind_card(bank, session, card_id, _card_number(index))
    asked = Asked(bank.new_id(), card_id, _MONEY)
    exchange(bank, session.person_id, wallet_id, key_id, asked)
    return person


def give_pin(world: WorldBank, person: Person) -> None:
    """Type the PIN: what needs it may be asked for the next five minutes."""
    verify_pin(world.bank, person.session, person.wallet_id, PIN)


def _resident_id(index: int) -> str:
    digits = f"11010119900101{index:03d}"
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
    return digits + _CHECK_DIGITS[total % 11]


def _card_number(index: int) -> str:
    digits = f"622200{index:012d}"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)
