"""The log: what is in it as it wraps, what a write may take, and what a cut leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.purse.memory import Memory, PowerCut
from zerobar.purse.messages import EntryKind
from zerobar.purse.money import Fen
from zerobar.purse.ring import EMPTY, MERCHANT_SLOTS, SLOT_SIZE, MemoryFailure, Ring, Slot

RINGS = (4, 64, MERCHANT_SLOTS)
WRITE = SLOT_SIZE + 1
AT_14 = 14


def slot(entry: int, kind: EntryKind = EntryKind.PAY) -> Slot:
    payload = bytes(AT_14) + entry.to_bytes(12)
    return replace(
        EMPTY, kind=kind, entry=entry, balance=Fen(entry), payload=payload.ljust(116, b"\x00")
    )


def filled(slots: int, entries: int) -> Memory:
    memory = Memory(bytes(slots * SLOT_SIZE))
    ring = Ring(memory, 0, slots)
    for entry in range(1, entries + 1):
        ring.append(slot(entry))
    return memory


def visible(ring: Ring, base: int) -> list[int]:
    near = range(max(0, ring.newest.entry - ring.slots - 3), ring.newest.entry + 4)
    return [entry for entry in near if ring.entry(entry, base) is not None]


@pytest.mark.parametrize("slots", RINGS)
def test_blank_it_is_the_state_before_the_first_entry(slots: int) -> None:
    ring = Ring(Memory(bytes(slots * SLOT_SIZE)), 0, slots)
    assert ring.newest == EMPTY and ring.free(0) == slots and visible(ring, 0) == []
    assert all(value in (0, bytes(16), bytes(116)) for value in (EMPTY.entry, EMPTY.chain))


@pytest.mark.parametrize("slots", RINGS)
def test_the_newest_is_found_at_every_position_of_the_wrap(slots: int) -> None:
    memory = Memory(bytes(slots * SLOT_SIZE))
    ring = Ring(memory, 0, slots)
    for entry in range(1, 2 * slots + 2):
        ring.append(slot(entry))
        if entry % max(1, slots // 8) == 0 or entry > 2 * slots - 2:
            assert Ring(memory, 0, slots).newest == slot(entry)


@pytest.mark.parametrize("slots", RINGS)
def test_all_slots_show_while_none_is_acknowledged(slots: int) -> None:
    ring = Ring(filled(slots, slots), 0, slots)
    assert ring.free(0) == 0
    assert visible(ring, 0) == list(range(1, slots + 1))


@pytest.mark.parametrize("slots", RINGS)
def test_the_acknowledged_slot_that_goes_next_no_longer_shows(slots: int) -> None:
    ring = Ring(filled(slots, slots), 0, slots)
    assert visible(ring, 1) == list(range(2, slots + 1)) and ring.free(1) == 1
    assert visible(ring, slots) == list(range(2, slots + 1)) and ring.free(slots) == slots
    ring.append(slot(slots + 1))
    assert visible(ring, slots) == list(range(3, slots + 2))
    assert visible(ring, 1) == list(range(2, slots + 2))


@given(st.integers(0, 30), st.data())
def test_what_shows_follows_from_entry_base_and_size_alone(
    entries: int, data: st.DataObject
) -> None:
    slots = data.draw(st.integers(4, 9))
    base = data.draw(st.integers(max(0, entries - slots), entries))
    ring = Ring(filled(slots, entries), 0, slots)
    oldest = entries - slots + 1
    goes_next = {oldest} if oldest <= base else set()
    assert visible(ring, base) == sorted(set(range(max(1, oldest), entries + 1)) - goes_next)


@pytest.mark.parametrize("entries", [0, 2, 4, 7, 9])
def test_a_cut_at_every_byte_leaves_the_log_before_or_after(entries: int) -> None:
    slots, base = 4, entries
    for after in range(WRITE + 1):
        memory = filled(slots, entries)
        before = visible(Ring(memory, 0, slots), base)
        memory.cut_after(after)
        with pytest.raises(PowerCut):
            Ring(memory, 0, slots).append(slot(entries + 1))
        ring = Ring(memory, 0, slots)
        assert ring.newest.entry == entries + (after == WRITE)
        if after < WRITE:
            assert visible(ring, base) == before
            ring.append(slot(entries + 1))
        assert Ring(memory, 0, slots).newest == slot(entries + 1)


def test_finds_by_what_stands_at_14() -> None:
    memory = filled(8, 5)
    ring = Ring(memory, 0, 8)
    ring.append(replace(slot(6, EntryKind.CREDIT), payload=slot(2).payload))
    key = (2).to_bytes(12)
    assert ring.find((EntryKind.PAY,), key, 0) == slot(2)
    both = ring.find_all((EntryKind.PAY, EntryKind.CREDIT), key, 0)
    assert [found.entry for found in both] == [2, 6]
    assert ring.find((EntryKind.VOID,), key, 0) is None
    assert ring.find((EntryKind.PAY,), (99).to_bytes(12), 0) is None


def test_finds_nothing_in_what_no_longer_shows() -> None:
    ring = Ring(filled(4, 6), 0, 4)
    assert ring.find((EntryKind.PAY,), (3).to_bytes(12), 2) is not None
    assert ring.find((EntryKind.PAY,), (3).to_bytes(12), 3) is None
    assert ring.find((EntryKind.PAY,), (2).to_bytes(12), 2) is None


@given(st.integers(0, 4 * SLOT_SIZE * 8 - 1))
def test_a_flipped_bit_loses_a_slot_and_invents_none(bit: int) -> None:
    image = bytearray(filled(4, 4).read(0, 4 * SLOT_SIZE))
    image[bit // 8] ^= 1 << bit % 8
    ring = Ring(Memory(image), 0, 4)
    for entry in range(1, 5):
        assert ring.entry(entry, 0) in (slot(entry), None)
    assert len(visible(ring, 0)) >= 3 - (ring.newest.entry == 3)


class WornOut(Memory):
    """Has one bit that always reads as zero."""

    def _store(self, offset: int, data: bytes) -> None:
        super()._store(offset, data)
        self._bytes[100] &= 0xFE


def test_memory_that_does_not_keep_is_reported() -> None:
    ring = Ring(WornOut(bytes(4 * SLOT_SIZE)), 0, 4)
    first = replace(slot(1), payload=b"\xff" * 116)
    for entry in (1, 2, 3):
        ring.append(replace(first, entry=entry))
    with pytest.raises(MemoryFailure):
        ring.append(replace(first, entry=4))
    assert ring.newest.entry == 3


def test_only_the_next_entry_is_ever_written() -> None:
    ring = Ring(filled(4, 3), 0, 4)
    for entry in (2, 3, 5):
        with pytest.raises(AssertionError):
            ring.append(slot(entry))
