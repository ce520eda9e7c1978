from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.element.frames import MAX_BODY, FrameBuffer, FrameError, frame

BODIES = st.lists(st.binary(min_size=1, max_size=300), max_size=8)


@given(BODIES, st.data())
def test_bodies_come_out_whole_however_the_bytes_arrive(
    bodies: list[bytes], data: st.DataObject
) -> None:
    raw = b"".join(map(frame, bodies))
    buffer, taken = FrameBuffer(), []
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        buffer.feed(raw[:size])
        raw = raw[size:]
        while (body := buffer.take()) is not None:
            taken.append(body)
    assert taken == bodies
    assert len(buffer) == 0


@given(st.binary(max_size=6000))
def test_any_bytes_give_frames_within_bounds_or_an_error(raw: bytes) -> None:
    buffer = FrameBuffer()
    buffer.feed(raw)
    try:
        while (body := buffer.take()) is not None:
            assert 1 <= len(body) <= MAX_BODY
    except FrameError:
        assert len(buffer) >= 2


@pytest.mark.parametrize("length", [0, MAX_BODY + 1, 0xFFFF])
def test_a_length_out_of_bounds_is_refused_before_its_body_is_waited_for(length: int) -> None:
    buffer = FrameBuffer()
    buffer.feed(length.to_bytes(2))
    with pytest.raises(FrameError, match=f"a frame of {length} bytes"):
        buffer.take()


def test_the_longest_body_is_taken() -> None:
    buffer = FrameBuffer()
    buffer.feed(frame(bytes(MAX_BODY)))
    assert buffer.take() == bytes(MAX_BODY)
