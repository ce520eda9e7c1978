"""The seam between a terminal and whatever carries its bytes to a card."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class CardLink(ABC):
    """A way to one card; a context manager that closes itself."""

    @abstractmethod
    def exchange(self, apdu: bytes) -> bytes:
        """Send a command APDU and return the answer's data and status word (2 bytes or more).

        Raises LinkError when no answer comes: the card may or may not have executed the
        command. The link is then of no use until `reset`.
        """

    @abstractmethod
    def reset(self) -> None:
        """Power the card off and on again: nothing is selected then; mends a torn link."""

    @abstractmethod
    def close(self) -> None:
        """Let the card go; closing twice is allowed, and closing never fails."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
