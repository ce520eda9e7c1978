"""Everybody gets a wallet with money and a loaded SIM, for whoever wants to play freely."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from zerobar.demo.town.device import PhoneDevice
from zerobar.demo.town.people import ALICES_CARD, PIN
from zerobar.demo.town.screens import new_id
from zerobar.demo.town.town import Town
from zerobar.purse.money import Fen

_EXCHANGED: Final = Fen(1_000_00)
_GIVEN: Final = Fen(200_00)
_LOADED: Final = Fen(100_00)


def move_in(town: Town) -> None:
    """Give everybody a wallet with ¥200.00 or more, and ¥100.00 on the SIM; raises Deviation."""
    alice, *others = town.phones()
    with ThreadPoolExecutor() as people:
        list(people.map(open_wallet, (alice, *others)))
        _fill(alice)
        for other in others:
            alice.screen.pay("phone", other.person.number, _GIVEN)
        list(people.map(_load, (alice, *others)))


def open_wallet(phone: PhoneDevice) -> None:
    """Open a wallet by the telecom's word for the number, and choose a PIN."""
    phone.screen.open_wallet_in_one_tap()
    phone.screen.choose_pin(PIN)


def _fill(alice: PhoneDevice) -> None:
    card = ALICES_CARD
    screen = alice.screen
    screen.post("/verification", name=card.holder, resident_id=card.resident_id)
    bound = screen.post("/cards", id=new_id(), number=card.number, phone=card.phone)
    for category in (3, 2):
        screen.put("/category", category=category)
    screen.exchange(bound["card_id"], _EXCHANGED)


def _load(phone: PhoneDevice) -> None:
    phone.screen.post("/code/enrolment")
    phone.screen.post("/purse/link")
    phone.screen.load(_LOADED)
