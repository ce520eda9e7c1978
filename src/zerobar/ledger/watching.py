"""Watching a wait: a database that hangs, as one that was stopped, ends no wait by itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

_LOOK_EVERY_S: Final = 0.5
_log = logging.getLogger(__name__)


class Watch:
    """Hangs up on a database that is silent for too long, so that whoever waits for it is told.

    Args:
        hang_up: breaks the connections, from another thread than the one that waits.
        patience_s: how long the database may be silent while it is waited for.
    """

    def __init__(self, hang_up: Callable[[], None], patience_s: float) -> None:
        self._hang_up = hang_up
        self._patience_s = patience_s
        self._since_s: float | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-watch", daemon=True)
        self._thread.start()

    def stir(self) -> None:
        """Note that the database has answered, or that a wait begins."""
        self._since_s = time.monotonic()

    def rest(self) -> None:
        """Note that nobody waits."""
        self._since_s = None

    def close(self) -> None:
        """Watch no more."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(min(_LOOK_EVERY_S, self._patience_s)):
            since_s = self._since_s
            if since_s is not None and time.monotonic() - since_s > self._patience_s:
                _log.warning("the ledger's database is silent: its connections are broken")
                self.stir()
                self._hang_up()
