"""What has to happen once there is a network: tried in the background until it has happened.

There is no flag for the network. A call simply gets no answer, and is made again after a pause that
doubles; whoever makes something new, or taps "sync", has it tried at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from zerobar.device import DeviceError
from zerobar.phone.errors import PhoneError
from zerobar.reader import CardError
from zerobar.tracing.spans import a_round

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
IDLE_S: Final = 300.0
"""After all is in sync: what others did with this wallet comes then at the latest."""
_PATIENCE_S: Final = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SyncStatus:
    """How the last sync went.

    Attributes:
        succeeded_at_unix_s: the last that went to its end; None: none since the start.
        failed: why the last one did not; None: it did.
        next_at_unix_s: when it is tried again by itself.
        rounds: how many were tried since the start.
    """

    succeeded_at_unix_s: float | None = None
    failed: Exception | None = None
    next_at_unix_s: float | None = None
    rounds: int = 0


class Synchroniser:
    """A thread that syncs; a context manager that ends it.

    Args:
        sync: does all of it, and may be cut anywhere; raises DeviceError, CardError or PhoneError.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._changed = threading.Condition()
        self._wanted = True
        self._ending = False
        self._is_running = False
        self._pause_s = FIRST_PAUSE_S
        self._status = SyncStatus()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    @property
    def status(self) -> SyncStatus:
        """How the last sync went."""
        return self._status

    def wake(self) -> None:
        """Try at once."""
        with self._changed:
            self._wanted = True
            self._changed.notify_all()

    def sync_now(self) -> SyncStatus:
        """Try at once, wait for the end of it, and say how it went."""
        with self._changed:
            # One that is under way may have begun before what is wanted now was there.
            begun = self._status.rounds + (2 if self._is_running else 1)
            self._wanted = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._status.rounds >= begun, _PATIENCE_S)
            return self._status

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while self._wait():
            failed = self._try()
            with self._changed:
                self._is_running = False
                self._note(failed)
                self._changed.notify_all()

    def _wait(self) -> bool:
        """Wait until a sync is due; return whether there is to be one."""
        with self._changed:
            due_at = self._status.next_at_unix_s
            patience_s = None if due_at is None else max(0.0, due_at - time.time())
            self._changed.wait_for(lambda: self._wanted or self._ending, patience_s)
            self._wanted, self._is_running = False, not self._ending
            return not self._ending

    def _try(self) -> Exception | None:
        try:
            with a_round("sync"):
                self._sync()
        except (DeviceError, CardError, PhoneError) as error:
            _log.info("no sync: %s", type(error).__name__)
            return error
        except Exception as error:  # noqa: BLE001 - see below
            # The edge of this thread: a mistake of ours must not end all syncing, unseen.
            _log.exception("a sync failed by a mistake")
            return error
        return None

    def _note(self, failed: Exception | None) -> None:
        now = time.time()
        pause_s = IDLE_S if failed is None else self._pause_s
        self._pause_s = FIRST_PAUSE_S if failed is None else min(2 * pause_s, LONGEST_PAUSE_S)
        done_at = now if failed is None else self._status.succeeded_at_unix_s
        self._status = SyncStatus(done_at, failed, now + pause_s, self._status.rounds + 1)
