"""Listens to a device's own feed, as its screen does, and adds whose card was in its field."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

import httpx

from zerobar.demo.stage.events import Happening, StageFeed
from zerobar.demo.town.device import Device

_WAIT_S: Final = 20
_ANSWER_WITHIN_S: Final = 30.0
_PAUSE_S: Final = 0.3
_CARD: Final = "card-in-the-field"
_OWN: Final = ("sim", "sam")


class Watcher:
    """Puts what a device tells into the stage's feed, until it is stopped.

    Args:
        device: its program may be stopped and started meanwhile.
        card_at: tells whose card was in the device's field at a time.
    """

    def __init__(
        self, device: Device, feed: StageFeed, card_at: Callable[[str, float], str]
    ) -> None:
        self._device, self._feed, self._card_at = device, feed, card_at
        self._over = threading.Event()
        self._last = 0
        threading.Thread(target=self._run, name=f"watching {device.id}", daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._listen()
            except (httpx.HTTPError, ValueError):
                # It was switched off. A program that is started anew counts from 1.
                self._last = 0
                self._over.wait(_PAUSE_S)

    def _listen(self) -> None:
        with httpx.Client(base_url=self._device.program.url, timeout=_ANSWER_WITHIN_S) as http:
            while not self._over.is_set():
                query = {"after": self._last, "wait_s": _WAIT_S}
                answer = http.get("/events", params=query, headers=self._device.shown)
                told = answer.raise_for_status().json()
                self._last = told["last"]
                for event in told["items"]:
                    self._feed.keep(self._happening(event))

    def _happening(self, event: dict[str, Any]) -> Happening:
        other, at_unix_s = event["other"], event["at_unix_s"]
        card = self._device.id if other in _OWN else ""
        return Happening(
            number=0,
            at_unix_s=at_unix_s,
            device=self._device.id,
            other=other,
            card=self._card_at(self._device.id, at_unix_s) if other == _CARD else card,
            direction=event["direction"],
            size=event["size"],
            step=event["step"],
            words=event["words"],
            words_zh=event["words_zh"],
        )
