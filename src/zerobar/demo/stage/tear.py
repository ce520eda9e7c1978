"""The next tap is torn, if somebody has said so; then no other is."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Tear:
    """Armed once, it tears the next tap in which a card pays, in whichever field.

    Attributes:
        torn: is told when it has.
    """

    def __init__(self, torn: Callable[[], None]) -> None:
        self._torn = torn
        self._lock = threading.Lock()
        self._armed = False

    @property
    def is_armed(self) -> bool:
        """Whether the next tap is torn."""
        return self._armed

    def arm(self, armed: bool) -> None:
        """Say whether the next tap is to be torn."""
        with self._lock:
            self._armed = armed

    def springs(self) -> bool:
        """Say whether the tap that is going on is torn now; it says so once."""
        with self._lock:
            springs, self._armed = self._armed, False
        if springs:
            self._torn()
        return springs
