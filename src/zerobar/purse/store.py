"""The memory map: where everything lasting lies, and what it says at power-up."""

from __future__ import annotations

from typing import Any, Final

from zerobar.purse.contents import (
    DISARMED,
    FACTORY,
    NEVER_SYNCED,
    NO_BLOCKLIST,
    NO_CERTIFICATE,
    NO_IDENTITY,
    NO_KEYS,
    NO_REQUEST,
    STANDARD_LIMITS,
)
from zerobar.purse.memory import Memory
from zerobar.purse.messages import ID_LENGTH, MAX_BLOCKED_IDS, Certificate
from zerobar.purse.records import CELL_OVERHEAD, Cell, CheckedRecord, R
from zerobar.purse.ring import SLOT_SIZE, Ring

BLOCKLIST_SIZE: Final = 256
_BLOCKLIST_ROOM: Final = BLOCKLIST_SIZE + MAX_BLOCKED_IDS
"""A delta is written beside the ids in force, which the head then takes in at once."""
CACHE_SIZE: Final = 16
_CACHED_LENGTH: Final = 4 + Certificate.LENGTH

_RECORDS: Final = (
    NO_IDENTITY,
    FACTORY,
    NO_CERTIFICATE,
    NO_KEYS,
    STANDARD_LIMITS,
    NO_REQUEST,
    DISARMED,
    NO_BLOCKLIST,
    NEVER_SYNCED,
)
_MARKERS_SIZE: Final = 2 * len(_RECORDS)
_FIXED_SIZE: Final = (
    _MARKERS_SIZE
    + sum(CheckedRecord.size(record) for record in _RECORDS)
    + _BLOCKLIST_ROOM * ID_LENGTH
    + CACHE_SIZE * (1 + _CACHED_LENGTH + CELL_OVERHEAD)
)


def memory_size(slots: int) -> int:
    """Return the bytes of memory of a purse with a ring of that many slots."""
    return _FIXED_SIZE + slots * SLOT_SIZE


class Store:
    """Everything lasting, read at power-up. Its size gives the size of the ring."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._next = _MARKERS_SIZE
        self._records: list[CheckedRecord[Any]] = []
        self.identity = self._record(NO_IDENTITY)
        self.security = self._record(FACTORY)
        self.certificate = self._record(NO_CERTIFICATE)
        self.keys = self._record(NO_KEYS)
        self.limits = self._record(STANDARD_LIMITS)
        self.request = self._record(NO_REQUEST)
        self.arm = self._record(DISARMED)
        self.blocklist = self._record(NO_BLOCKLIST)
        self.sync = self._record(NEVER_SYNCED)
        self._blocked_at = self._reserve(_BLOCKLIST_ROOM * ID_LENGTH)
        cell_size = 1 + _CACHED_LENGTH + CELL_OVERHEAD
        cells = [self._reserve(cell_size) for _ in range(CACHE_SIZE)]
        self._cache = [Cell(memory, at, at + 1, _CACHED_LENGTH) for at in cells]
        slots, left = divmod(memory.size - self._next, SLOT_SIZE)
        assert slots >= 4 and not left, "not the size of a purse's memory"
        self.ring = Ring(memory, self._next, slots)

    def firm(self) -> None:
        """Write all markers again as they were read: a weak write must not flicker."""
        self._memory.write(0, b"".join(record.markers() for record in self._records))
        self._memory.barrier()
        self.ring.firm()

    def blocked_ids(self) -> set[bytes]:
        """Return the newest 256 blocked ids, 8 bytes each."""
        total = self.blocklist.value.total
        return {self._blocked(i) for i in range(max(0, total - BLOCKLIST_SIZE), total)}

    def add_blocked_ids(self, ids: tuple[bytes, ...]) -> None:
        """Write ids beside those in force; they count once the head's total says so."""
        for index, blocked in enumerate(ids, self.blocklist.value.total):
            self._memory.write(self._blocked_offset(index), blocked)
        self._memory.barrier()

    def cached_certificates(self) -> list[Certificate]:
        """Return the certificates verified under the present key table."""
        return [Certificate.parse(raw) for _, raw in self._cached()]

    def cache_certificate(self, certificate: Certificate) -> None:
        """Keep a verified certificate in place of the one kept longest."""
        read = [cell.read() for cell in self._cache]
        sequences = [found[0] if found else 0 for found in read]
        oldest = min(range(CACHE_SIZE), key=sequences.__getitem__)
        contents = self.keys.sequence.to_bytes(4) + bytes(certificate)
        self._cache[oldest].write(max(sequences) + 1, contents)

    def _cached(self) -> list[tuple[int, bytes]]:
        generation = self.keys.sequence.to_bytes(4)
        found = [cell.read() for cell in self._cache]
        return [(f[0], f[1][4:]) for f in found if f and f[1][:4] == generation]

    def _blocked_offset(self, index: int) -> int:
        return self._blocked_at + index % _BLOCKLIST_ROOM * ID_LENGTH

    def _blocked(self, index: int) -> bytes:
        return self._memory.read(self._blocked_offset(index), ID_LENGTH)

    def _record(self, initial: R) -> CheckedRecord[R]:
        markers_at = 2 * len(self._records)
        offset = self._reserve(CheckedRecord.size(initial))
        record = CheckedRecord(self._memory, markers_at, offset, initial)
        self._records.append(record)
        return record

    def _reserve(self, size: int) -> int:
        offset, self._next = self._next, self._next + size
        return offset
