"""Checked records: what the purse keeps beside its log, each safe against a cut at any byte.

A record lives in two alternating cells, `marker 1 | sequence 4 | record | hash 8`. The cell
that is not in force is written and its marker set last, so the record is the old one until
that single byte makes it the new one.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from zerobar.purse.memory import Memory
from zerobar.purse.suites import P256
from zerobar.purse.wire import Record

VALID: Final = b"\x5a"
CLEARED: Final = b"\x00"
HASH_LENGTH: Final = 8
CELL_OVERHEAD: Final = 1 + 4 + HASH_LENGTH

R = TypeVar("R", bound=Record)


def short_hash(data: bytes) -> bytes:
    """Return the 8 bytes that guard a cell or a slot against a cut, whatever the suite."""
    return P256.hash(data)[:HASH_LENGTH]


class Cell:
    """One stretch of memory of a fixed length, valid as a whole or not at all."""

    def __init__(self, memory: Memory, offset: int, length: int) -> None:
        self._memory = memory
        self._offset = offset
        self._length = length

    def read(self) -> tuple[int, bytes] | None:
        """Return (sequence, contents), or None when the cell is blank or was torn."""
        raw = self._memory.read(self._offset, self._length + CELL_OVERHEAD)
        body, guard = raw[1:-HASH_LENGTH], raw[-HASH_LENGTH:]
        if raw[:1] != VALID or short_hash(body) != guard:
            return None
        return int.from_bytes(body[:4]), body[4:]

    def write(self, sequence: int, contents: bytes) -> None:
        """Replace the contents; until the last byte written the cell is invalid."""
        assert len(contents) == self._length
        body = sequence.to_bytes(4) + contents
        self._memory.write(self._offset, CLEARED)
        self._memory.write(self._offset + 1, body + short_hash(body))
        self._memory.barrier()
        self.firm()

    def firm(self) -> None:
        """Write the marker (again), so that a weak write cannot flicker."""
        self._memory.write(self._offset, VALID)
        self._memory.barrier()


class CheckedRecord(Generic[R]):
    """A record in two alternating cells; in RAM it is read once, at power-up."""

    def __init__(self, memory: Memory, offset: int, initial: R) -> None:
        self._cells = [
            Cell(memory, offset + i * self.size(initial) // 2, initial.LENGTH) for i in (0, 1)
        ]
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
        """Bytes of memory that such a record takes."""
        return 2 * (initial.LENGTH + CELL_OVERHEAD)

    def write(self, value: R) -> None:
        """Put a new value in force; a cut leaves the old or the new one."""
        target = 1 - self._active
        self._cells[target].write(self.sequence + 1, bytes(value))
        self._active, self.sequence, self.value = target, self.sequence + 1, value

    def firm(self) -> None:
        """Write the marker of the cell in force again."""
        if self.sequence:
            self._cells[self._active].firm()
