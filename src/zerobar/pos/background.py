"""What a till does by itself: it finds out what is not known, and syncs when the bank answers.

There is no network flag: each round asks, and when no answer comes the next waits a little longer.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Final, Self

from zerobar.client.errors import ClientError
from zerobar.device import DeviceError, send_all
from zerobar.pos import settling
from zerobar.pos.line import Line
from zerobar.pos.model import Road
from zerobar.pos.till import Till
from zerobar.reader import CardError
from zerobar.tracing.spans import a_round

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
SYNC_EVERY_S: Final = 600.0
SYNC_WHILE_TORN_EVERY_S: Final = 20.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class LastRound:
    """How the last round went.

    Attributes:
        error: in words; empty when all went well.
    """

    at_unix_s: float | None = None
    synced_at_unix_s: float | None = None
    error: str = ""


class Background:
    """A thread that goes round until it is stopped; a context manager.

    Args:
        till: whose work it does.
        line: to the bank; when nothing was heard on it for long, somebody has to ask.
        pause_s: between two rounds that went well.
    """

    def __init__(self, till: Till, line: Line, pause_s: float = 2.0) -> None:
        self.last = LastRound()
        self._till = till
        self._line = line
        self._pause_s = pause_s
        self._wants_sync = True
        self._going = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def sync_soon(self) -> None:
        """Sync in the next round, however long ago the last sync was."""
        self._wants_sync = True

    def go_round(self) -> bool:
        """Go round once; return whether the bank and the purse answered."""
        with self._going, a_round("round"):
            return self._go_round()

    def _go_round(self) -> bool:
        self.last.at_unix_s = self._till.clock_unix_s()
        try:
            settling.settle_purse(self._till)
            settling.settle_bank(self._till)
            # Without anything to send this asks nobody, and a purse in sync is left in peace.
            send_all(self._till.device)
            if self._is_due():
                settling.sync(self._till)
                self._wants_sync = False
                self.last.synced_at_unix_s = self._till.clock_unix_s()
            if self._line.is_stale:
                self._till.bank.merchant()
        except (ClientError, DeviceError, CardError) as error:
            self.last.error = str(error)
            _log.info("the round ended early: %s", type(error).__name__)
            return False
        self.last.error = ""
        return True

    def _is_due(self) -> bool:
        """Tell whether the purse was not in sync for long; a torn tap may come by a sync."""
        if self._wants_sync or (synced := self.last.synced_at_unix_s) is None:
            return True
        torn = any(sale.road is Road.PURSE for sale in self._till.store.sales.pending())
        after_s = SYNC_WHILE_TORN_EVERY_S if torn else SYNC_EVERY_S
        return self._till.clock_unix_s() - synced >= after_s

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            went_well = self._go_round_safely()
            pause_s = self._pause_s if went_well else min(pause_s * 2, LONGEST_PAUSE_S)
            self._stop.wait(pause_s)

    def _go_round_safely(self) -> bool:
        try:
            return self.go_round()
        except Exception as error:  # noqa: BLE001 - the thread's edge: the next round is gone
            self.last.error = type(error).__name__
            _log.exception("a mistake in the background")
            return False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
