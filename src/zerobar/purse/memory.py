"""Non-volatile memory: the one class through which the purse writes anything that lasts.

It counts every byte written and can be cut after any of them, as a card is when it leaves the
field. Whatever the purse must survive is injected here and nowhere else.
"""

from __future__ import annotations


class PowerCut(Exception):
    """The power went away; everything in RAM is gone."""


class Memory:
    """A row of bytes that keeps its contents without power.

    Args:
        contents: the initial bytes; the size never changes.
    """

    def __init__(self, contents: bytes | bytearray) -> None:
        self._bytes = bytearray(contents)
        self._cut_after: int | None = None
        self.written = 0
        """Bytes written so far; the unit in which `cut_after` counts."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self._bytes)

    def read(self, offset: int, length: int) -> bytes:
        """Return length bytes from offset."""
        end = offset + length
        assert offset >= 0 and end <= len(self._bytes)
        return bytes(self._bytes[offset:end])

    def write(self, offset: int, data: bytes) -> None:
        """Store data from offset, lowest byte first; raise PowerCut where a cut is due."""
        assert offset >= 0 and offset + len(data) <= self.size
        kept = data if self._cut_after is None else data[: self._cut_after]
        self._store(offset, kept)
        self.written += len(kept)
        if self._cut_after is not None:
            self._cut_after -= len(kept)
            if self._cut_after == 0:
                self._cut_after = None
                raise PowerCut

    def barrier(self) -> None:
        """Return once everything written so far lasts; every commit stands between two."""

    def cut_after(self, count: int | None) -> None:
        """Cut the power right after count more bytes (0: at the next write); None: never."""
        assert count is None or count >= 0
        self._cut_after = count

    def _store(self, offset: int, data: bytes) -> None:
        """Change the bytes; a form that lasts longer than the process adds to this."""
        self._bytes[offset : offset + len(data)] = data
