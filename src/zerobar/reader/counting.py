"""Counts what crosses a card link: the cost of a tap is its commands and bytes."""

from __future__ import annotations

from zerobar.reader.link import CardLink


class CountingLink(CardLink):
    """Passes everything to another link and counts it.

    Attributes:
        apdus: commands sent.
        bytes_sent: their bytes, headers and Le included.
        bytes_received: the answers' bytes, status words included.
    """

    def __init__(self, link: CardLink) -> None:
        self._link = link
        self.apdus = 0
        self.bytes_sent = 0
        self.bytes_received = 0

    @property
    def bytes_in_all(self) -> int:
        """Bytes in both directions."""
        return self.bytes_sent + self.bytes_received

    def exchange(self, apdu: bytes) -> bytes:
        """Pass a command on; a command whose answer never comes counts as sent."""
        self.apdus += 1
        self.bytes_sent += len(apdu)
        answer = self._link.exchange(apdu)
        self.bytes_received += len(answer)
        return answer

    def reset(self) -> None:
        """Reset the other link."""
        self._link.reset()

    def close(self) -> None:
        """Close the other link."""
        self._link.close()
