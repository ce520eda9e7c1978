"""Checked records: what the purse keeps beside its log, each safe against a cut at any byte.

A record lives in two alternating cells, `sequence 4 | record | hash 8`, each with a marker of
one byte. The cell that is not in force is written and its marker set last, so the record is the
old one until that single byte makes it the new one. All markers lie together: SELECT writes
them again in one go, as it has read them, so that a weak write cannot flicker.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from zerobar.purse.memory import Memory
from zerobar.purse.suites import P256
from zerobar.purse.wire import Record

VALID: Final = b"\x5a"
CLEARED: Final = b"\x00"
HASH_LENGTH: Final = 8
CELL_OVERHEAD: Final = 4 + HASH_LENGTH

R = TypeVar("R", bound=Record)


def short_hash(data: bytes) -> bytes:
    """Return the 8 bytes that guard a cell or a slot against a cut, whatever the suite."""
    return P256.hash(data)[:HASH_LENGTH]


class Cell:
    """One stretch of memory of a fixed length, valid as a whole or not at all.

    Args:
        memory: where.
        marker_at: of its marker, 1 byte.
        offset: of `sequence 4 | contents | hash 8`.
        length: of the contents.
    """

    def __init__(self, memory: Memory, marker_at: int, offset: int, length: int) -> None:
        self._memory = memory
        self._marker_at = marker_at
        self._offset = offset
        self._length = length

    def read(self) -> tuple[int, bytes] | None:
        """Return (sequence, contents), or None when the cell is blank or was torn."""
        return self.whole() if self.marker() == VALID else None

    def whole(self) -> tuple[int, bytes] | None:
        """Return (sequence, contents) whatever the marker says; None when the hash is wrong."""
        raw = self._memory.read(self._offset, self._length + CELL_OVERHEAD)
        body, guard = raw[:-HASH_LENGTH], raw[-HASH_LENGTH:]
        return (int.from_bytes(body[:4]), body[4:]) if short_hash(body) == guard else None

    def marker(self) -> bytes:
        """Return the marker, 1 byte."""
        return self._memory.read(self._marker_at, 1)

    def write(self, sequence: int, contents: bytes) -> None:
        """Replace the contents; until the last byte written the cell is invalid."""
        assert len(contents) == self._length
        body = sequence.to_bytes(4) + contents
        self._memory.write(self._marker_at, CLEARED)
        self._memory.write(self._offset, body + short_hash(body))
        self._memory.barrier()
        self._memory.write(self._marker_at, VALID)
        self._memory.barrier()


class CheckedRecord(Generic[R]):
    """A record in two alternating cells; in RAM it is read once, at power-up.

    Args:
        memory: where.
        markers_at: of its two markers.
        offset: of its two cells.
        initial: the value before the first write.
    """

    def __init__(self, memory: Memory, markers_at: int, offset: int, initial: R) -> None:
        size = self.size(initial) // 2
        length = initial.LENGTH
        self._cells = [Cell(memory, markers_at + i, offset + i * size, length) for i in (0, 1)]
        self._active = 1
        self.sequence = 0
        """Rises by one with every write."""
        self.value = initial
        for index, cell in enumerate(self._cells):
            found = cell.read()
            if found is not None and found[0] > self.sequence:
                self._active, self.sequence = index, found[0]
                self.value = type(initial).parse(found[1])

    @staticmethod
    def size(initial: Record) -> int:
        """Bytes of memory that such a record takes, its markers apart."""
        return 2 * (initial.LENGTH + CELL_OVERHEAD)

    def write(self, value: R) -> None:
        """Put a new value in force; a cut leaves the old or the new one."""
        target = 1 - self._active
        self._cells[target].write(self.sequence + 1, bytes(value))
        self._active, self.sequence, self.value = target, self.sequence + 1, value

    def markers(self) -> bytes:
        """Return the two markers as they are to be, so that what was read stays so.

        The cell in force is valid. A newer one that is whole, but whose marker did not read as
        set, was torn at its very last byte: it must not come back.
        """
        found = [cell.marker() for cell in self._cells]
        if self.sequence:
            found[self._active] = VALID
        other = self._cells[1 - self._active].whole()
        if other is not None and other[0] > self.sequence:
            found[1 - self._active] = CLEARED
        return b"".join(found)
