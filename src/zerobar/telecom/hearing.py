"""How often the bank is asked what it has settled: seldom, as long as its notices come in.

Whoever has paid at a till with a network stands there until the line is back. A notice says it at
once; but one may be lost, and the telecom may be where none reaches it. So the bank is asked every
second until a first notice of a settled voucher has come in, or `join` has said that they do; and
again as soon as asking finds something that no notice has told. It is asked for what was settled
since all was known the last time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

QUICK_S: Final = 1.0
"""Between two questions while no notice comes in."""
SELDOM_S: Final = 60.0
"""Between two questions while they do: for what a lost notice would have told."""

BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
"""Up to when all is known that was settled, if nothing was."""

_EARLY_S: Final = 0.1
"""By which a job that waits a second may wake up before it is over."""


class Hearing:
    """Whether notices of settled vouchers come in, and what was asked; shared by threads.

    Args:
        hears: False: the bank was told of no address, or nothing is known of it.
        timer: seconds that only rise.
    """

    def __init__(self, *, hears: bool = False, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._hears = hears
        # At the start it is asked in any case, for what happened before.
        self._asked_at_s: float | None = None
        self._read_until: datetime | None = None

    @property
    def read_until(self) -> datetime | None:
        """Up to when all is known that the bank has settled; None: it was not asked yet."""
        with self._lock:
            return self._read_until

    def note_read(self, until: datetime) -> None:
        """Note up to when all is known, by the bank's own times."""
        with self._lock:
            self._read_until = until

    def is_time_to_ask(self) -> bool:
        """Return whether the bank is to be asked now; then it counts as asked."""
        with self._lock:
            now, before = self._timer(), self._asked_at_s
            pause_s = SELDOM_S if self._hears else QUICK_S
            is_time = before is None or now - before >= pause_s - _EARLY_S
            if is_time:
                self._asked_at_s = now
            return is_time

    def heard(self) -> None:
        """Note that a notice of a settled voucher has come in."""
        with self._lock:
            self._hears = True

    def missed(self) -> None:
        """Note that something was settled which no notice has told."""
        with self._lock:
            self._hears = False
