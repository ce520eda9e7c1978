"""The log: a ring of slots, of which only acknowledged ones are ever written over.

A slot is `marker 1 | fields 183 | hash 8`. The newest valid slot is the purse's whole money
state, so one marker byte commits a payment.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Final

from zerobar.purse import wire
from zerobar.purse.memory import Memory
from zerobar.purse.messages import EntryKind
from zerobar.purse.money import Fen
from zerobar.purse.records import CLEARED, HASH_LENGTH, VALID, short_hash
from zerobar.purse.wire import Record

SLOT_SIZE: Final = 192
PERSON_SLOTS: Final = 64
MERCHANT_SLOTS: Final = 1024

PAID_WITH_PIN: Final = 0x0001
CREDITED_PARTLY_TO_HELD: Final = 0x0002

_SCAN: Final = struct.Struct(">cBI68x12s106x")
"""Marker, kind, entry, and bytes 14 to 25 of the payload: payee id and request number of a
voucher, payer id and payer entry of a void statement; so one scan finds either."""
assert _SCAN.size == SLOT_SIZE


class MemoryFailure(Exception):
    """What was written reads back differently: the memory is worn out."""


@dataclass(frozen=True, kw_only=True)
class Slot(Record):
    """One log entry and the purse's state after it. Totals are cumulative modulo their size.

    `window` bit i stands for request `number` - i; `accepted` counts credited payments;
    `last_credit` is the entry of the newest credit.
    """

    LENGTH: ClassVar[int] = SLOT_SIZE - 1 - HASH_LENGTH

    kind: int = wire.number(1)
    entry: int = wire.number(4)
    balance: Fen = wire.balance()
    held: Fen = wire.balance()
    out_total: int = wire.number(4)
    out_count: int = wire.number(2)
    in_total: int = wire.number(4)
    no_pin_total: int = wire.number(4)
    number: int = wire.number(4)
    window: int = wire.number(8)
    flags: int = wire.number(2)
    accepted: int = wire.number(2)
    chain: bytes = wire.octets(16)
    payload: bytes = wire.octets(116)
    last_credit: int = wire.number(4)
    rfu: bytes = wire.reserved(4)


EMPTY: Final = Slot.parse(bytes(Slot.LENGTH))
"""The state before the first entry."""


class Ring:
    """The slots in memory; the newest one is kept in RAM, found at power-up."""

    def __init__(self, memory: Memory, offset: int, slots: int) -> None:
        self._memory = memory
        self._offset = offset
        self.slots = slots
        self.newest = self._find_newest()
        """The state of the purse."""

    def append(self, slot: Slot) -> None:
        """Commit the next entry; a cut leaves the state before or after it.

        Raises MemoryFailure when the slot does not read back as written.
        """
        assert slot.entry == self.newest.entry + 1
        at, body = self._at(slot.entry), bytes(slot)
        self._memory.write(at, CLEARED)
        self._memory.write(at + 1, body + short_hash(body))
        self._memory.barrier()
        self._memory.write(at, VALID)
        self._memory.barrier()
        if self._read(slot.entry) != slot:
            raise MemoryFailure
        self.newest = slot

    def firm(self) -> None:
        """Write the markers again as they were read, so that a weak write cannot flicker.

        A next slot that is whole, but whose marker did not read as set, was torn at its very
        last byte: it must not come back.
        """
        if self.newest.entry:
            self._memory.write(self._at(self.newest.entry), VALID)
        torn = self._whole(self.newest.entry + 1)
        if torn is not None:
            self._memory.write(self._at(self.newest.entry + 1), CLEARED)
        self._memory.barrier()

    def free(self, base: int) -> int:
        """Return how many entries fit before the next sync, base being the last acknowledged."""
        return self.slots - (self.newest.entry - base)

    def entry(self, entry: int, base: int) -> Slot | None:
        """Return the slot of an entry that is in the ring, else None."""
        return self._read(entry) if self._holds(entry, base) else None

    def find(self, kinds: tuple[EntryKind, ...], key: bytes, base: int) -> Slot | None:
        """Return a slot of one of these kinds whose payload has key (12 bytes) at 14."""
        return next(iter(self.find_all(kinds, key, base)), None)

    def find_all(self, kinds: tuple[EntryKind, ...], key: bytes, base: int) -> list[Slot]:
        """Return all slots in the ring of these kinds whose payload has key at 14."""
        assert len(key) == 12
        found = (
            self.entry(entry, base)
            for marker, kind, entry, at_14 in self._scan()
            if marker == VALID and kind in kinds and at_14 == key
        )
        return [slot for slot in found if slot is not None]

    def _holds(self, entry: int, base: int) -> bool:
        # The acknowledged slot that the next write will take counts as gone already: so a cut
        # in that write never makes an entry vanish that was there before it.
        newest = self.newest.entry
        oldest = newest - self.slots + 1
        if entry == oldest and entry <= base:
            return False
        return max(oldest, 1) <= entry <= newest

    def _at(self, entry: int) -> int:
        return self._offset + entry % self.slots * SLOT_SIZE

    def _read(self, entry: int) -> Slot | None:
        marker = self._memory.read(self._at(entry), 1)
        return self._whole(entry) if marker == VALID else None

    def _whole(self, entry: int) -> Slot | None:
        """Return an entry's slot whatever its marker says; None when it is not all there."""
        raw = self._memory.read(self._at(entry) + 1, SLOT_SIZE - 1)
        body, guard = raw[:-HASH_LENGTH], raw[-HASH_LENGTH:]
        if short_hash(body) != guard:
            return None
        slot = Slot.parse(body)
        return slot if slot.entry == entry else None

    def _scan(self) -> list[tuple[bytes, int, int, bytes]]:
        raw = self._memory.read(self._offset, self.slots * SLOT_SIZE)
        return list(_SCAN.iter_unpack(raw))

    def _find_newest(self) -> Slot:
        marked = sorted((e for marker, _, e, _ in self._scan() if marker == VALID), reverse=True)
        found = (self._read(entry) for entry in marked)
        return next((slot for slot in found if slot is not None), EMPTY)
