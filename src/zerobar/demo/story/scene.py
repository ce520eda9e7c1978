"""What chapters are made of: who plays, what they do, and facts that are read and then told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.stage.stage import Stage
from zerobar.demo.town.device import Device, PhoneDevice, TillDevice
from zerobar.demo.town.people import CARD_PIN
from zerobar.demo.town.screens import Json, Refused
from zerobar.demo.town.town import Town
from zerobar.phone.finality import Finality
from zerobar.pos.model import Finality as TillFinality
from zerobar.purse.money import Fen
from zerobar.reader import AntennaLink, PurseCard, Sentence

FINAL: Final = Finality.NOW.value
AT_SYNC: Final = Finality.AT_SYNC.value
TILL_FINAL: Final = TillFinality.NOW.value
TILL_AT_SYNC: Final = TillFinality.AT_SYNC.value
TILL_UNKNOWN: Final = TillFinality.UNKNOWN.value
_NONCE_LENGTH: Final = 8
_SOON_S: Final = 30.0
_POLL_S: Final = 0.1


@dataclass(frozen=True)
class Scene:
    """A narrator, a stage, and a town in which something happens."""

    narrator: Narrator
    stage: Stage
    town: Town

    @property
    def alice(self) -> PhoneDevice:
        """Alice's phone."""
        return self.town.phone("alice")

    @property
    def bo(self) -> PhoneDevice:
        """Bo's phone."""
        return self.town.phone("bo")

    @property
    def mo(self) -> PhoneDevice:
        """Mo's phone."""
        return self.town.phone("mo")

    @property
    def till(self) -> TillDevice:
        """The shop's first till."""
        return self.town.till("till")

    @property
    def other_till(self) -> TillDevice:
        """The shop's second till."""
        return self.town.till("other-till")

    # --- telling --------------------------------------------------------------------------

    def chapter(self, en: str, zh: str) -> None:
        """Begin a chapter."""
        self.narrator.chapter(Sentence(en, zh=zh))

    def tell(self, en: str, zh: str) -> None:
        """Say something that needs no check."""
        self.narrator.tell(Sentence(en, zh=zh))

    def check(self, as_it_should_be: bool, en: str, zh: str) -> None:
        """Say a fact if it is one; raises Deviation."""
        self.narrator.check(as_it_should_be, Sentence(en, zh=zh))

    def equal(self, en: str, zh: str, found: object, expected: object) -> None:
        """Say a value if it is the expected one; raises Deviation."""
        self.narrator.equal(Sentence(en, zh=zh), found, expected)

    def refused(self, ask: Callable[[], object], problem: str, en: str, zh: str) -> None:
        """Check that something is refused, for the right reason; raises Deviation."""
        try:
            ask()
        except Refused as refusal:
            if refusal.name != problem:
                raise Deviation(f"{en}: {refusal.name} instead of {problem}") from refusal
            self.check(True, en, zh)
        else:
            raise Deviation(f"not so: {en}")

    # --- money ----------------------------------------------------------------------------

    def in_wallet(self, phone: PhoneDevice, expected: int) -> None:
        """Check what the bank says that a wallet can pay."""
        name = phone.person.name
        balance = phone.screen.balance()
        self.equal(f"{name}'s wallet", f"{name.zh}钱包余额", balance, Fen(expected))

    def in_purse(self, device: Device, expected: int) -> None:
        """Check what a device's card says that it can pay."""
        name = device.name
        balance = purse_balance(device)
        self.equal(f"{name}'s purse", f"{name.zh}硬钱包余额", balance, Fen(expected))

    # --- at a till ------------------------------------------------------------------------

    def tap(self, card: str, till: TillDevice, sale_id: str) -> Json:
        """Hold somebody's card to a till, and let it pay a sale."""
        with self.stage.held(card, till.id):
            return till.screen.step(sale_id, "tap")

    def sell_by_tap(self, card: str, till: TillDevice, amount: int) -> Json:
        """Sell something to whoever taps, and check that it is paid."""
        sale = self.tap(card, till, till.screen.begin(Fen(amount)))
        self.is_paid(sale)
        return sale

    def is_paid(self, sale: Json, finality: str = TILL_AT_SYNC) -> None:
        """Check that a till says it is paid, and how final that is."""
        words = Sentence(sale["what_happened"]["en"], zh=sale["what_happened"]["zh"])
        self.narrator.check(sale["state"] == "paid" and sale["finality"] == finality, words)

    def ended(self, sale: Json, finality: str) -> None:
        """Check how a till's step ended, and say what happened and what to do."""
        happened, then = sale["what_happened"], sale["next_step"]
        both = Sentence(f"{happened['en']} → {then['en']}", zh=f"{happened['zh']} → {then['zh']}")
        self.narrator.check(sale["finality"] == finality, both)

    # --- between phones -------------------------------------------------------------------

    def take(self, card: str, payee: PhoneDevice, amount: int, tap_id: str) -> Json:
        """Hold somebody's card to a phone that asks for money."""
        with self.stage.held(card, payee.id) as reader:
            return payee.screen.take(reader, Fen(amount), tap_id)

    def done(self, answer: Json, finality: str = FINAL) -> None:
        """Check how final a phone's answer is, and say what happened."""
        happened = answer["happened"]
        words = Sentence(happened["en"], zh=happened["zh"])
        self.narrator.check(answer["finality"] == finality, words)

    # --- networks -------------------------------------------------------------------------

    def is_in_sync(self, device: Device) -> None:
        """Bring a device in sync, and check that it went to its end."""
        answer: Json = device.screen.post("/sync")
        failed = answer["error"] if isinstance(device, TillDevice) else answer["failed"]
        if failed:
            raise Deviation(f"{device.name} is not in sync: {failed}")
        name = device.name
        self.check(True, f"{name} is in sync with the bank", f"{name.zh}已与银行同步")

    def is_cut_off(self, device: Device) -> bool:
        """Have a device ask the bank; return whether it got no answer."""
        answer: Json = device.screen.post("/sync")
        return bool(answer["error"] if isinstance(device, TillDevice) else answer["failed"])

    def line(self, number: str) -> Json:
        """Ask the telecom, as its own programs do, how a line is."""
        there = self.town.there
        answer = httpx.get(
            f"{there.telecom.url}/v1/lines/{number}",
            headers={"authorization": f"Bearer {there.telecoms_own.api_token}"},
            timeout=20,
        )
        shown: Json = answer.raise_for_status().json()
        return shown


def purse_balance(device: Device) -> Fen:
    """Return what a device's card says that it can pay, as its holder reads it in a field."""
    assert device.card is not None
    with AntennaLink(*device.card.antenna) as link:
        card = PurseCard(link)
        card.verify_pin(CARD_PIN)
        return card.state(os.urandom(_NONCE_LENGTH)).balance


def soon(look: Callable[[], Any], is_right: Callable[[Any], bool]) -> Any:
    """Look until what comes by itself has come, or for a while; return what was seen last."""
    until = time.monotonic() + _SOON_S
    seen = look()
    while not is_right(seen) and time.monotonic() < until:
        time.sleep(_POLL_S)
        seen = look()
    return seen
