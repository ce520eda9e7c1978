"""What a phone or a till pays and is paid with when there is no network: purse, store, operator."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final, Self
from uuid import UUID, uuid4

from zerobar.client.http import BankHttp
from zerobar.demo.purses import ServedPurse
from zerobar.demo.relay import Relay
from zerobar.device import PHONE_CEILING, Device, DeviceStore, RiskCeiling, take
from zerobar.device.over_http import HolderOverHttp, OperatorOverHttp
from zerobar.purse.money import Fen
from zerobar.reader import OpenPayer, PurseCard, Sentence, TapOutcome, Terms

REFERENCE: Final = b"demo\0\0\0\0"


class Handset:
    """A phone or a till with a purse in it; a context manager.

    Args:
        name: of its holder, or of itself.
        path: of the purse's file; the store lies beside it.
        way: the bank as this device reaches it, and the road that goes silent.
        wallet_id: that the purse is linked to.
        ceiling: how much it takes before the bank has seen it.

    Attributes:
        purse: served by a process of its own.
        device: its rules.
        holder: what it asks for its holder.
        network: its road to the bank.
    """

    def __init__(
        self,
        name: Sentence,
        path: Path,
        way: tuple[BankHttp, Relay],
        wallet_id: UUID,
        ceiling: RiskCeiling = PHONE_CEILING,
    ) -> None:
        self.name = name
        self.store_path = path.with_suffix(".store")
        http, self.network = way
        self._operator = OperatorOverHttp(http)
        self._ceiling = ceiling
        self.purse = ServedPurse(path)
        self.holder = HolderOverHttp(http, self.purse.id, wallet_id)
        self.device = self.start()

    def start(self) -> Device:
        """Start the device's program, on the store that the last one left."""
        store = DeviceStore(self.store_path, time.time)
        open_purse = self.purse.on_contact
        self.device = Device(store, open_purse, self._operator, os.urandom, self._ceiling)
        return self.device

    def stop(self) -> None:
        """End the device's program; its purse goes on, for that is a process of its own."""
        self.device.store.close()

    def take(self, payer: OpenPayer, amount: Fen) -> TapOutcome:
        """Take a payment of whichever card is in the field."""
        return take(self.device, uuid4(), payer, Terms(amount, REFERENCE))

    def card(self) -> PurseCard:
        """Return the purse on contact, for one command or a few."""
        return PurseCard(self.purse.on_contact())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.purse.close()
