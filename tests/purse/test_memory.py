"""The one class that everything lasting goes through: what a cut keeps, and what it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.purse.memory import Memory, PowerCut


def write_thrice(memory: Memory) -> None:
    for offset in range(0, 30, 10):
        memory.write(offset, b"0123456789")


@given(st.integers(0, 30))
def test_a_cut_keeps_exactly_the_bytes_before_it(after: int) -> None:
    memory = Memory(bytes(30))
    memory.cut_after(after)
    with pytest.raises(PowerCut):
        write_thrice(memory)
    assert memory.read(0, 30) == (b"0123456789" * 3)[:after] + bytes(30 - after)
    assert memory.written == after


def test_a_cut_happens_once() -> None:
    memory = Memory(bytes(4))
    memory.cut_after(2)
    with pytest.raises(PowerCut):
        memory.write(0, b"abc")
    memory.write(0, b"xyz")
    assert memory.read(0, 4) == b"xyz\x00"
    assert memory.written == 5


def test_a_cut_at_the_last_byte_is_a_cut() -> None:
    memory = Memory(bytes(4))
    memory.cut_after(4)
    with pytest.raises(PowerCut):
        memory.write(0, b"abcd")
    assert memory.read(0, 4) == b"abcd"


def test_a_cut_can_be_called_off() -> None:
    memory = Memory(bytes(4))
    memory.cut_after(1)
    memory.cut_after(None)
    memory.write(0, b"abcd")
    memory.barrier()
    assert memory.read(1, 2) == b"bc"


@given(st.binary(min_size=1, max_size=50), st.data())
def test_it_reads_what_was_written(contents: bytes, data: st.DataObject) -> None:
    memory = Memory(contents)
    offset = data.draw(st.integers(0, len(contents)))
    new = data.draw(st.binary(max_size=len(contents) - offset))
    memory.write(offset, new)
    expected = contents[:offset] + new + contents[offset + len(new) :]
    assert memory.read(0, memory.size) == expected and memory.size == len(contents)


@pytest.mark.parametrize("offset, length", [(-1, 1), (0, 5), (4, 1), (3, 2)])
def test_nothing_outside_is_touched(offset: int, length: int) -> None:
    memory = Memory(bytes(4))
    with pytest.raises(AssertionError):
        memory.read(offset, length)
    with pytest.raises(AssertionError):
        memory.write(offset, bytes(length))
    with pytest.raises(AssertionError):
        memory.cut_after(-1)
