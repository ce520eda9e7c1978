"""Memories that remember what was written, or lose it as the worst of real ones may."""

from __future__ import annotations

from collections.abc import Iterator

from zerobar.purse.memory import Memory, PowerCut


class Recording(Memory):
    """Remembers the length of every write."""

    def __init__(self, contents: bytes) -> None:
        super().__init__(contents)
        self.lengths: list[int] = []

    def write(self, offset: int, data: bytes) -> None:
        super().write(offset, data)
        self.lengths.append(len(data))


class WeakMemory(Memory):
    """A byte whose write was cut reads as old or as new, at each power-up anew, until rewritten."""

    def __init__(self, contents: bytes) -> None:
        super().__init__(contents)
        self._weak: dict[int, tuple[int, int]] = {}

    def write(self, offset: int, data: bytes) -> None:
        old, before = self.read(offset, len(data)), self.written
        try:
            super().write(offset, data)
        except PowerCut:
            kept = self.written - before
            self._rewritten(offset, kept)
            if kept:
                last = kept - 1
                self._weak[offset + last] = (old[last], data[last])
            raise
        self._rewritten(offset, len(data))

    def power_up(self, reads_new: bool) -> None:
        """Draw what every weak byte reads as until the power goes again."""
        for offset, values in self._weak.items():
            self._store(offset, bytes((values[reads_new],)))

    def _rewritten(self, offset: int, length: int) -> None:
        for at in range(offset, offset + length):
            self._weak.pop(at, None)


class DeferredMemory(Memory):
    """What is written after the last barrier may be lost, one write and not another."""

    def __init__(self, contents: bytes) -> None:
        super().__init__(contents)
        self._durable = bytes(contents)
        self._pending: list[tuple[int, bytes]] = []

    def write(self, offset: int, data: bytes) -> None:
        before = self.written
        try:
            super().write(offset, data)
        finally:
            self._pending.append((offset, data[: self.written - before]))

    def barrier(self) -> None:
        self._durable = self.read(0, self.size)
        self._pending.clear()

    def survivors(self) -> Iterator[bytes]:
        """Every image that the power's going may leave; a few dozen when there are very many."""
        pending = self._pending
        several = range(2 ** len(pending))
        for kept in several[:: max(1, len(several) // 64)]:
            image = bytearray(self._durable)
            for i, (offset, data) in enumerate(pending):
                if kept >> i & 1:
                    image[offset : offset + len(data)] = data
            yield bytes(image)
