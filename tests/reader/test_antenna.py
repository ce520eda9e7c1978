from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.element.applets import OK, EchoApplet
from tests.element.serving import ANY_PORT, antenna_of, served
from tests.reader.rawcards import as_card, at_antenna, behaving_after_atr
from zerobar.element import ATR
from zerobar.element.frames import frame
from zerobar.reader.antenna import AntennaLink
from zerobar.reader.errors import (
    BadAnswer,
    CardTorn,
    FieldBusy,
    LinkError,
    LinkTimeout,
    NoCard,
)
from zerobar.reader.frames import MAX_BODY, FrameSocket


def frame_or_nothing(body: bytes) -> bytes:
    return frame(body) if body else b""


def test_a_field_carries_commands_and_closing_ends_it() -> None:
    with served(EchoApplet(), antenna=ANY_PORT) as server:
        for _ in range(3):
            with AntennaLink(*antenna_of(server)) as link:
                assert link.atr == ATR
                assert link.exchange(b"1234") == b"1234" + OK
            link.close()


def test_a_reset_is_a_new_field() -> None:
    applet = EchoApplet()
    with (
        served(applet, antenna=ANY_PORT) as server,
        AntennaLink(*antenna_of(server)) as link,
    ):
        link.reset()
        assert link.exchange(b"1234") == b"1234" + OK
    assert len(applet.power) == 4


def test_a_second_reader_is_told_that_the_card_is_busy() -> None:
    with (
        served(EchoApplet(), antenna=ANY_PORT) as server,
        AntennaLink(*antenna_of(server)),
        pytest.raises(FieldBusy),
    ):
        AntennaLink(*antenna_of(server))


def test_an_antenna_where_nobody_listens_is_no_card() -> None:
    with socket.create_server(ANY_PORT) as listener:
        address = listener.getsockname()
    with pytest.raises(NoCard):
        AntennaLink(*address)


def test_a_card_that_answers_drop_by_drop_runs_into_the_timeout() -> None:
    with socket.create_server(ANY_PORT) as listener:
        link = FrameSocket(socket.create_connection(listener.getsockname()), timeout_ms=200)
        card, _ = listener.accept()
    stopped = threading.Event()

    def drip() -> None:
        card.sendall(b"\x00\xff")
        for _ in range(255):
            if stopped.wait(0.05):
                return
            card.sendall(b".")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with card, closing(link), pytest.raises(LinkTimeout):
            link.hear()
    finally:
        stopped.set()
        dripping.join(10)


def test_a_card_that_says_nothing_runs_into_the_timeout() -> None:
    with at_antenna(lambda _: b"") as address, pytest.raises(LinkTimeout) as raised:
        AntennaLink(*address, timeout_ms=30)
    assert raised.value.timeout_ms == 30


@pytest.mark.parametrize(
    "raw, error",
    [
        (None, CardTorn),
        (b"\x00\x00", BadAnswer),
        (b"\xff\xff", BadAnswer),
        ((MAX_BODY + 1).to_bytes(2), BadAnswer),
        (frame(OK) + b"\x00", BadAnswer),
        (b"", LinkTimeout),
        (b"\x00\x05half", LinkTimeout),
    ],
)
def test_a_failure_ends_the_field_until_it_is_brought_back(
    raw: bytes | None, error: type[LinkError]
) -> None:
    answers = iter([raw])
    behave = behaving_after_atr(lambda _: next(answers, frame(OK)))
    with at_antenna(behave) as address, AntennaLink(*address, timeout_ms=200) as link:
        with pytest.raises(error):
            link.exchange(b"1234")
        with pytest.raises(CardTorn):
            link.exchange(b"1234")
        link.reset()
        assert link.exchange(b"1234") == OK


@given(raw=st.binary(max_size=40) | st.binary(max_size=300).map(frame_or_nothing))
def test_any_bytes_are_an_answer_or_a_typed_error(raw: bytes) -> None:
    with socket.create_server(ANY_PORT) as listener:
        link = FrameSocket(socket.create_connection(listener.getsockname()), timeout_ms=5000)
        card, _ = listener.accept()
    with card, closing(link):
        card.sendall(raw)
        card.shutdown(socket.SHUT_WR)
        try:
            assert frame(link.hear()) == raw
        except CardTorn:
            assert len(raw) < 2 or len(raw) < 2 + int.from_bytes(raw[:2]) <= 2 + MAX_BODY
        except BadAnswer:
            assert (
                raw[:2] == b"\x00\x00" or len(raw) > 2 + int.from_bytes(raw[:2]) or raw[0] >= 0x10
            )


def test_the_longest_answer_is_taken_whole() -> None:
    with (
        at_antenna(as_card(lambda _: bytes(MAX_BODY))) as address,
        AntennaLink(*address) as link,
    ):
        assert link.exchange(b"1234") == bytes(MAX_BODY)
