"""The line to the bank, and whether the bank was heard on it: by what became of real calls.

There is no network flag anywhere. What the screen shows is what the last call came to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import httpx

STALE_AFTER_S: Final = 60.0


class Line(httpx.BaseTransport):
    """A way to the bank that remembers how the last call ended.

    Args:
        way: owned from now on.
        clock_unix_s: the time.

    Attributes:
        answers: whether the last call was answered, with whatever; None: there was none yet.
        heard_at_unix_s: when the bank last answered; None: never since the till was switched on.
    """

    def __init__(self, way: httpx.BaseTransport, clock_unix_s: Callable[[], float]) -> None:
        self.answers: bool | None = None
        self.heard_at_unix_s: float | None = None
        self._way = way
        self._clock_unix_s = clock_unix_s

    @property
    def is_stale(self) -> bool:
        """Whether it is worth asking, for nobody knows how it is now."""
        if not self.answers or self.heard_at_unix_s is None:
            return True
        return self._clock_unix_s() - self.heard_at_unix_s >= STALE_AFTER_S

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and note whether an answer came."""
        try:
            response = self._way.handle_request(request)
        except httpx.TransportError:
            self.answers = False
            raise
        self.answers = True
        self.heard_at_unix_s = self._clock_unix_s()
        return response

    def close(self) -> None:
        """Close the way."""
        self._way.close()
