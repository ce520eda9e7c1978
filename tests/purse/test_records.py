"""Checked records: a cut at any byte leaves the old value or the new one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.purse.memories import DeferredMemory, WeakMemory
from zerobar.purse.contents import NO_REQUEST, RequestCell
from zerobar.purse.memory import Memory, PowerCut
from zerobar.purse.records import CELL_OVERHEAD, Cell, CheckedRecord

MARKERS = 2
SIZE = MARKERS + CheckedRecord.size(NO_REQUEST)
WRITE = 1 + RequestCell.LENGTH + CELL_OVERHEAD + 1


def value(number: int) -> RequestCell:
    return RequestCell(number=number, contactless=number & 0xFF, last_credit=7)


def record(memory: Memory) -> CheckedRecord[RequestCell]:
    return CheckedRecord(memory, 0, MARKERS, NO_REQUEST)


def settle(memory: Memory) -> None:
    """Write the markers again as they were read, as SELECT does."""
    memory.write(0, record(memory).markers())


def written(times: int) -> bytes:
    """The memory after so many values."""
    memory = Memory(bytes(SIZE))
    kept = record(memory)
    for number in range(1, times + 1):
        kept.write(value(number))
    return memory.read(0, SIZE)


def expected(times: int) -> RequestCell:
    return value(times) if times else NO_REQUEST


@given(st.integers(0, 9))
def test_the_last_value_is_read_at_power_up(times: int) -> None:
    kept = record(Memory(written(times)))
    assert (kept.value, kept.sequence) == (expected(times), times)


@pytest.mark.parametrize("times", range(5))
def test_cut_at_every_byte_it_is_the_old_value_or_the_new(times: int) -> None:
    for after in range(WRITE + 1):
        memory = Memory(written(times))
        memory.cut_after(after)
        with pytest.raises(PowerCut):
            record(memory).write(value(times + 1))
        kept = record(memory)
        assert kept.value == expected(times + (after == WRITE))
        kept.write(value(99))
        assert record(memory).value == value(99)


@pytest.mark.parametrize("times", range(4))
@pytest.mark.parametrize("reads_new", [False, True])
def test_a_weak_byte_anywhere_is_the_old_value_or_the_new(times: int, reads_new: bool) -> None:
    for after in range(WRITE + 1):
        memory = WeakMemory(written(times))
        memory.cut_after(after)
        with pytest.raises(PowerCut):
            record(memory).write(value(times + 1))
        memory.power_up(reads_new)
        kept = record(memory)
        done = after == WRITE and reads_new
        assert kept.value == expected(times + done)
        settle(memory)
        for later in (True, False, True):
            memory.power_up(later)
            assert record(memory).value == expected(times + done)


@pytest.mark.parametrize("times", range(4))
def test_writes_lost_in_any_order_leave_the_old_value_or_the_new(times: int) -> None:
    for after in range(WRITE + 1):
        memory = DeferredMemory(written(times))
        memory.cut_after(after)
        with pytest.raises(PowerCut):
            record(memory).write(value(times + 1))
        for image in memory.survivors():
            assert record(Memory(image)).value in (expected(times), expected(times + 1))


def test_a_written_value_lasts() -> None:
    memory = DeferredMemory(written(2))
    record(memory).write(value(3))
    assert {record(Memory(image)).value for image in memory.survivors()} == {value(3)}


@given(st.integers(0, SIZE * 8 - 1))
def test_a_flipped_bit_gives_an_older_value_and_never_another(bit: int) -> None:
    image = bytearray(written(4))
    image[bit // 8] ^= 1 << bit % 8
    assert record(Memory(image)).value in (value(3), value(4))


@given(st.binary(min_size=61, max_size=61))
def test_noise_is_no_record(noise: bytes) -> None:
    assert Cell(Memory(noise), 0, 1, 60 - CELL_OVERHEAD).read() is None


def test_settling_changes_no_byte() -> None:
    for times in range(4):
        memory = Memory(written(times))
        settle(memory)
        assert memory.read(0, SIZE) == written(times)
