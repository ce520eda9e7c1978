"""The stage: who is on it, and what a person does to their networks, power and fields.

The story does the same through it, so that whoever watches sees both.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import time
from typing import Final

from zerobar.demo.stage.errors import DeviceUnknown, NoCardThere, OwnReader
from zerobar.demo.stage.events import StageFeed
from zerobar.demo.stage.field import Held
from zerobar.demo.stage.tear import Tear
from zerobar.demo.stage.watching import Watcher
from zerobar.demo.town.device import Device
from zerobar.demo.town.town import Town
from zerobar.purse.messages import Voucher
from zerobar.reader import Sentence

_MOST_TAPS_KEPT: Final = 200
_LATER_AT_MOST_S: Final = 0.5
"""What was said in a field is told a moment after the card has left it."""


@dataclass
class _Tap:
    """A card in a field, from and until when."""

    card: str
    reader: str
    since_unix_s: float
    until_unix_s: float | None = None


class Stage:
    """What is to be seen and done; safe to share between threads.

    Attributes:
        origin: of its page.
        town: who is on it; None: nobody yet.
        feed: everything that happens.
        tear: whether the next tap is torn.
    """

    def __init__(self) -> None:
        self.origin = ""
        self.town: Town | None = None
        self.feed = StageFeed(time)
        self.tear = Tear(self._note_torn)
        self._lock = threading.Lock()
        self._watchers: list[Watcher] = []
        self._taps: deque[_Tap] = deque(maxlen=_MOST_TAPS_KEPT)

    # --- who is on it ---------------------------------------------------------------------

    def open(self, town: Town) -> None:
        """Begin with a town that is being built."""
        self.town = town
        self.tear.arm(False)

    def welcome(self, device: Device) -> None:
        """Listen to a device whose program has just come up."""
        self._watchers.append(Watcher(device, self.feed, self._card_at))
        device.field.hears = lambda held, answer: self._note_paid(held.card, answer, device)
        name = device.name
        self.feed.note("up", Sentence(f"{name} is on", zh=f"{name.zh}已开机"), device=device.id)

    def leave(self) -> None:
        """Let everybody leave."""
        self.town = None
        for watcher in self._watchers:
            watcher.stop()
        self._watchers.clear()

    def devices(self) -> list[Device]:
        """Return whoever is there."""
        return [] if self.town is None else self.town.in_order()

    def device(self, id_: str) -> Device:
        """Return a device; raises DeviceUnknown."""
        for device in self.devices():
            if device.id == id_:
                return device
        raise DeviceUnknown(id_)

    # --- networks and power ---------------------------------------------------------------

    @property
    def is_bank_silent(self) -> bool:
        """Whether no device's road leads to the bank."""
        devices = self.devices()
        return bool(devices) and all(device.is_silent for device in devices)

    def set_network(self, id_: str, *, silent: bool) -> None:
        """Let a device's roads go silent, or come back; raises DeviceUnknown."""
        self._set_roads(self.device(id_), silent)

    def set_all_networks(self, *, silent: bool) -> None:
        """Let every device's roads go silent, or come back."""
        for device in self.devices():
            self._set_roads(device, silent)

    def _set_roads(self, device: Device, silent: bool) -> None:
        if device.is_silent == silent:
            return
        name = device.name
        if silent:
            device.go_silent()
            words = Sentence(f"{name}: no network", zh=f"{name.zh}：断网")
        else:
            device.come_back()
            words = Sentence(f"{name}: the network is back", zh=f"{name.zh}：网络恢复")
        self.feed.note("silent" if silent else "back", words, device=device.id)

    def set_power(self, id_: str, *, on: bool) -> None:
        """Start or stop a device's program; its card goes on answering. Raises DeviceUnknown."""
        device, name = self.device(id_), self.device(id_).name
        with self._lock:
            if device.program.is_on == on:
                return
            if on:
                device.switch_on()
            else:
                device.program.stop()
        words = (
            Sentence(f"{name} is on again", zh=f"{name.zh}已重新开机")
            if on
            else Sentence(f"{name} is off; its card still answers", zh=f"{name.zh}已关机，卡仍可用")
        )
        self.feed.note("on" if on else "off", words, device=device.id)

    # --- fields ---------------------------------------------------------------------------

    def hold(self, card: str, reader: str) -> Held:
        """Hold a phone's card to a reader; raises DeviceUnknown, NoCardThere or OwnReader."""
        holder, by = self.device(card), self.device(reader)
        if holder.card is None:
            raise NoCardThere(card)
        if holder is by:
            raise OwnReader(card)
        return self.hold_card(card, holder.card.antenna, by)

    def hold_card(self, card: str, antenna: tuple[str, int], by: Device) -> Held:
        """Hold whichever card to a device's reader, and to no other.

        Args:
            card: whose it says it is.
        """
        for device in self.devices():
            held = device.field.held
            if held is not None and (held.card == card or device is by):
                self.let_go(device, held)
        held = by.field.put(card, antenna)
        self._taps.append(_Tap(card, by.id, time()))
        self._note_field("tap", card, by)
        return held

    def let_go(self, by: Device, held: Held) -> None:
        """Take a card away from a reader, if it is that one which is there."""
        was_there = by.field.held is held
        by.field.take_away(held)
        for tap in self._taps:
            if tap.reader == by.id and tap.card == held.card and tap.until_unix_s is None:
                tap.until_unix_s = time()
        if was_there:
            self._note_field("left", held.card, by)

    def tap_for(self, card: str, reader: str, hold_s: float) -> None:
        """Hold a card to a reader for a while; raises as `hold`."""
        held, by = self.hold(card, reader), self.device(reader)
        timer = threading.Timer(hold_s, self.let_go, (by, held))
        timer.daemon = True
        timer.start()

    @contextmanager
    def held(self, card: str, reader: str) -> Iterator[str]:
        """Hold a card to a reader for as long as the context lasts; yield the field's address."""
        held, by = self.hold(card, reader), self.device(reader)
        try:
            yield by.field.target
        finally:
            self.let_go(by, held)

    def in_field(self) -> list[tuple[str, str]]:
        """Return which cards are in which readers' fields."""
        found = [(device.field.held, device.id) for device in self.devices()]
        return [(held.card, reader) for held, reader in found if held is not None]

    def _card_at(self, reader: str, at_unix_s: float) -> str:
        for tap in reversed(self._taps):
            until = tap.until_unix_s
            is_over = until is not None and at_unix_s > until + _LATER_AT_MOST_S
            if tap.reader == reader and tap.since_unix_s <= at_unix_s and not is_over:
                return tap.card
        return ""

    def _note_field(self, step: str, card: str, by: Device) -> None:
        holder, reader = self._name(card), by.name
        words = {
            "tap": Sentence(
                f"{holder}'s card is in the field of {reader}",
                zh=f"{holder.zh}的卡进入{reader.zh}的感应区",
            ),
            "left": Sentence(
                f"{holder}'s card has left the field of {reader}",
                zh=f"{holder.zh}的卡离开{reader.zh}的感应区",
            ),
        }
        self.feed.note(step, words[step], device=by.id, card=card)

    def _note_paid(self, card: str, answer: bytes, by: Device) -> None:
        voucher = Voucher.parse(answer[: Voucher.LENGTH])
        holder, reader, amount = self._name(card), by.name, voucher.amount
        words = Sentence(
            f"{holder}'s card pays {amount} to {reader}",
            zh=f"{holder.zh}的卡付给{reader.zh} {amount}",
        )
        self.feed.note("pays", words, device=by.id, card=card)

    def _note_torn(self) -> None:
        words = Sentence(
            "The tap is torn: the card has paid, and its answer never arrives",
            zh="碰一碰中断：卡已付款，应答未送达",
        )
        self.feed.note("torn", words)

    def _name(self, id_: str) -> Sentence:
        for device in self.devices():
            if device.id == id_:
                return device.name
        return Sentence(id_, zh=id_)
