from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.element.applets import OK, EchoApplet
from tests.element.readers import RawReader, RawSlot
from tests.element.serving import ANY_PORT, antenna_of, served
from tests.reader.world import NONCE, new_purse, new_purse_file
from zerobar.element import ATR, AntennaUnavailable, ElementServer, FileMemory, StorageFailed
from zerobar.element import antenna as antenna_module
from zerobar.element import slot as slot_module
from zerobar.element.frames import Control
from zerobar.element.shared import SharedApplet
from zerobar.element.slot import OUT_OF_SLOT_S, VpcdSlot
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.applet import Applet
from zerobar.purse.purse import Interface
from zerobar.purse.status import Status

SELECT = command(Instruction.SELECT, AID, p1=4)
STATE = command(Instruction.STATE, NONCE)
NOTHING_SELECTED = Status.NOTHING_SELECTED.to_bytes(2)
BUSY = bytes((Control.BUSY,))


def test_a_card_in_a_slot_answers_controls_and_commands() -> None:
    applet = EchoApplet()
    with RawSlot() as slot, served(applet, vpcd=slot.address), slot.card() as card:
        assert card.ask(bytes((Control.ATR,))) == ATR
        card.control(Control.ON)
        assert card.ask(b"\x00\x01\x02\x03") == b"\x00\x01\x02\x03" + OK
        card.control(Control.RESET)
        card.control(Control.OFF)
        assert card.ask(bytes((Control.ATR,))) == ATR
        assert applet.power == [Interface.CONTACT, Interface.CONTACT, None]


def test_a_slot_can_be_a_contactless_reader() -> None:
    applet = EchoApplet()
    with (
        RawSlot() as slot,
        served(applet, vpcd=slot.address, contactless=True),
        slot.powered_card() as card,
    ):
        card.ask(b"1234")
        assert applet.power == [Interface.CONTACTLESS]


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_frames_may_arrive_in_pieces(pieces: int) -> None:
    with RawSlot() as slot, served(EchoApplet(), vpcd=slot.address), slot.powered_card() as card:
        raw = b"\x00\x06abcdef"
        step = -(-len(raw) // pieces)
        for start in range(0, len(raw), step):
            card.socket.sendall(raw[start : start + step])
            time.sleep(0.02)
        assert card.hear() == b"abcdef" + OK


def test_a_card_inserts_itself_again_when_the_daemon_restarts() -> None:
    with RawSlot() as slot, served(EchoApplet(), vpcd=slot.address):
        with slot.powered_card() as card:
            assert card.ask(b"1234") == b"1234" + OK
            slot.go_away()
        time.sleep(0.3)  # Several attempts find nobody.
        slot.come_back()
        with slot.powered_card() as card:
            assert card.ask(b"5678") == b"5678" + OK


NOW = 100.0


class StillSlot:
    """A card's side of a slot in which time stands still but for what the test lets happen."""

    def __init__(self, address: tuple[str, int], selector: selectors.BaseSelector) -> None:
        shared = SharedApplet(EchoApplet(), Interface.CONTACT)
        self._slot = VpcdSlot(shared, *address, selector)
        self._selector = selector

    def attempt(self) -> float | None:
        """Try to connect; return the seconds until the next attempt, None when connected."""
        self._slot.tick(now=10 * NOW)
        return self.next_event()

    def next_event(self) -> float | None:
        # The kernel may refuse at once, with nothing to wait for.
        if self._selector.get_map():
            [(key, _)] = self._selector.select(10)
            key.data()
        return None if self._slot.deadline is None else round(self._slot.deadline - NOW, 3)

    def close(self) -> None:
        self._slot.close()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[StillSlot, RawSlot]]:
    monkeypatch.setattr("zerobar.element.slot.time.monotonic", lambda: NOW)
    with (
        RawSlot() as daemon,
        selectors.DefaultSelector() as selector,
        closing(StillSlot(daemon.address, selector)) as slot,
    ):
        yield slot, daemon


def test_a_card_waits_longer_each_time_but_never_too_long(
    still: tuple[StillSlot, RawSlot],
) -> None:
    slot, daemon = still
    daemon.go_away()
    assert [slot.attempt() for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]


def test_a_card_that_was_torn_stays_out_until_the_daemon_has_noticed(
    still: tuple[StillSlot, RawSlot],
) -> None:
    slot, daemon = still
    daemon.go_away()
    assert [slot.attempt() for _ in range(3)] == [0.1, 0.2, 0.4]
    daemon.come_back()
    assert slot.attempt() is None
    daemon.card().socket.close()
    assert slot.next_event() == OUT_OF_SLOT_S
    daemon.go_away()
    assert slot.attempt() == 0.1


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x00\x00",
        b"\xff\xff",
        b"\x00\x01\x03",
        b"\x00\x01\x10",
        b"\x00\x02no power yet",
    ],
)
def test_nonsense_in_a_slot_closes_that_connection_only(nonsense: bytes) -> None:
    with RawSlot() as slot, served(EchoApplet(), vpcd=slot.address):
        with slot.card() as card:
            card.socket.sendall(nonsense)
            assert card.is_closed()
        with slot.powered_card() as card:
            assert card.ask(b"1234") == b"1234" + OK


@pytest.mark.parametrize("nonsense", [b"\x00\x00", b"\xff\xff", b"\x00\x01\x00", b"\x00\x01\x02"])
def test_nonsense_at_the_antenna_ends_that_field_only(nonsense: bytes) -> None:
    with served(EchoApplet(), antenna=ANY_PORT) as server:
        with RawReader.at(antenna_of(server)) as reader:
            reader.socket.sendall(nonsense)
            assert reader.is_closed()
        with RawReader.at(antenna_of(server)) as reader:
            assert reader.ask(b"1234") == b"1234" + OK


@given(junk=st.lists(st.binary(min_size=1, max_size=600), max_size=6))
def test_no_bytes_at_the_antenna_stop_the_server(
    junk: list[bytes], fuzzed_server: ElementServer
) -> None:
    with RawReader.at(antenna_of(fuzzed_server)) as reader:
        for piece in junk:
            try:
                reader.socket.sendall(piece)
            except (ConnectionResetError, BrokenPipeError):
                break
    with RawReader.at(antenna_of(fuzzed_server)) as reader:
        assert reader.ask(bytes((Control.ATR,))) == ATR


def test_a_field_powers_the_card_and_its_end_takes_the_power() -> None:
    applet = EchoApplet()
    with served(applet, antenna=ANY_PORT) as server:
        for _ in range(2):
            with RawReader.at(antenna_of(server)) as reader:
                assert reader.ask(bytes((Control.ATR,))) == ATR
                assert reader.ask(b"1234") == b"1234" + OK
    assert applet.power == [Interface.CONTACTLESS, None, Interface.CONTACTLESS, None]


def test_a_second_field_is_told_that_the_card_is_busy() -> None:
    with served(EchoApplet(), antenna=ANY_PORT) as server:
        with RawReader.at(antenna_of(server)) as first:
            assert first.ask(b"1234") == b"1234" + OK
            with RawReader.at(antenna_of(server)) as second:
                assert second.hear() == BUSY
                assert second.is_closed()
            assert first.ask(b"5678") == b"5678" + OK
        with RawReader.at(antenna_of(server)) as third:
            assert third.ask(b"1234") == b"1234" + OK


def test_a_reader_that_comes_back_at_once_is_not_in_its_own_way() -> None:
    with served(EchoApplet(), antenna=ANY_PORT) as server:
        for _ in range(200):
            with RawReader.at(antenna_of(server)) as reader:
                assert reader.ask(bytes((Control.ATR,))) == ATR


def test_an_idle_field_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antenna_module, "FIELD_IDLE_AT_MOST_S", 0.05)
    with (
        served(EchoApplet(), antenna=ANY_PORT) as server,
        RawReader.at(antenna_of(server)) as reader,
    ):
        assert reader.is_closed()


def test_a_command_in_the_slot_waits_for_the_field_to_end_and_finds_nothing_selected() -> None:
    applet = new_purse().applet
    with (
        RawSlot() as slot,
        served(applet, vpcd=slot.address, antenna=ANY_PORT) as server,
        slot.powered_card() as card,
    ):
        assert card.ask(SELECT)[-2:] == OK
        with RawReader.at(antenna_of(server)) as reader:
            assert reader.ask(STATE) == NOTHING_SELECTED
            assert reader.ask(SELECT)[-2:] == OK
            card.tell(STATE)
            card.socket.settimeout(0.1)
            with pytest.raises(TimeoutError):
                card.hear()
            card.socket.settimeout(10)
        assert card.hear() == NOTHING_SELECTED
        assert card.ask(SELECT)[-2:] == OK
        assert card.ask(STATE)[-2:] == OK


def test_a_card_in_the_field_still_answers_its_slot_s_presence_check() -> None:
    with (
        RawSlot() as slot,
        served(EchoApplet(), vpcd=slot.address, antenna=ANY_PORT) as server,
        slot.powered_card() as card,
        RawReader.at(antenna_of(server)) as reader,
    ):
        assert reader.ask(b"1234") == b"1234" + OK
        assert card.ask(bytes((Control.ATR,))) == ATR


def test_a_command_in_the_slot_waits_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_module, "HELD_AT_MOST_S", 0.05)
    with (
        RawSlot() as slot,
        served(EchoApplet(), vpcd=slot.address, antenna=ANY_PORT) as server,
        slot.powered_card() as card,
        RawReader.at(antenna_of(server)) as reader,
    ):
        assert reader.ask(b"1234") == b"1234" + OK
        assert card.ask(b"5678") == NOTHING_SELECTED
        assert card.ask(b"5678") == NOTHING_SELECTED
        assert reader.ask(b"1234") == b"1234" + OK


def test_power_that_the_slot_takes_away_during_a_field_stays_away() -> None:
    applet = EchoApplet()
    with (
        RawSlot() as slot,
        served(applet, vpcd=slot.address, antenna=ANY_PORT) as server,
        slot.powered_card() as card,
    ):
        with RawReader.at(antenna_of(server)) as reader:
            assert reader.ask(b"1234") == b"1234" + OK
            card.control(Control.OFF)
            assert card.ask(bytes((Control.ATR,))) == ATR
            assert reader.ask(b"5678") == b"5678" + OK
        while applet.power[-1] is Interface.CONTACTLESS:
            time.sleep(0.001)
        assert applet.power == [Interface.CONTACT, Interface.CONTACTLESS, None]


def test_power_that_the_slot_gives_during_a_field_comes_after_it() -> None:
    applet = EchoApplet()
    with (
        RawSlot() as slot,
        served(applet, vpcd=slot.address, antenna=ANY_PORT) as server,
        slot.card() as card,
    ):
        with RawReader.at(antenna_of(server)) as reader:
            assert reader.ask(b"1234") == b"1234" + OK
            for control in (Control.ON, Control.RESET, Control.ATR):
                card.control(control)
            assert card.hear() == ATR
            assert applet.power == [Interface.CONTACTLESS]
        assert card.ask(b"5678") == b"5678" + OK
        assert applet.power == [Interface.CONTACTLESS, Interface.CONTACT]


def test_a_card_pulled_from_the_slot_has_no_power_there_any_more() -> None:
    applet = EchoApplet()
    with RawSlot() as slot, served(applet, vpcd=slot.address, antenna=ANY_PORT) as server:
        slot.powered_card().socket.close()
        with slot.card() as card:
            assert card.ask(bytes((Control.ATR,))) == ATR
            assert applet.power == [Interface.CONTACT, None]
            with RawReader.at(antenna_of(server)) as reader:
                assert reader.ask(b"1234") == b"1234" + OK
    assert applet.power == [Interface.CONTACT, None, Interface.CONTACTLESS, None]


def test_a_card_pulled_from_the_slot_while_its_command_waits_is_no_trouble() -> None:
    with (
        RawSlot() as slot,
        served(EchoApplet(), vpcd=slot.address, antenna=ANY_PORT) as server,
    ):
        with slot.powered_card() as card, RawReader.at(antenna_of(server)) as reader:
            assert reader.ask(b"1234") == b"1234" + OK
            card.tell(b"5678")
            time.sleep(0.02)
            card.socket.close()
        with slot.powered_card() as card:
            assert card.ask(b"1234") == b"1234" + OK


def test_a_power_cut_at_the_antenna_is_a_torn_connection_and_nothing_more() -> None:
    purse = new_purse(balance=100)
    with served(purse.applet, antenna=ANY_PORT) as server:
        with RawReader.at(antenna_of(server)) as reader:
            purse.memory.cut_after(0)
            reader.tell(SELECT)
            assert reader.is_closed()
        with RawReader.at(antenna_of(server)) as reader:
            assert reader.ask(SELECT)[-2:] == OK


def test_a_power_cut_in_the_slot_takes_the_card_out_and_in_again() -> None:
    purse = new_purse(balance=100)
    with RawSlot() as slot, served(purse.applet, vpcd=slot.address):
        with slot.powered_card() as card:
            purse.memory.cut_after(0)
            card.tell(SELECT)
            assert card.is_closed()
        with slot.powered_card() as card:
            assert card.ask(SELECT)[-2:] == OK


def test_a_failing_disk_ends_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_purse_file(tmp_path / "alice.purse", balance=100)
    with FileMemory(tmp_path / "alice.purse") as memory:
        server = ElementServer(Applet(memory, os.urandom), antenna=ANY_PORT)
        failed: list[BaseException] = []

        def run() -> None:
            try:
                server.run()
            except StorageFailed as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        monkeypatch.setattr(os, "fdatasync", _broken)
        with RawReader.at(antenna_of(server)) as reader:
            reader.tell(SELECT)
            assert reader.is_closed()
        thread.join(10)
        assert "Input/output error" in str(failed[0])


def _broken(_: int) -> None:
    raise OSError(5, os.strerror(5))


def test_an_antenna_that_is_taken_is_said_so() -> None:
    with (
        served(EchoApplet(), antenna=ANY_PORT) as server,
        pytest.raises(AntennaUnavailable, match="choose another port"),
    ):
        ElementServer(EchoApplet(), antenna=antenna_of(server))


def test_a_server_that_was_stopped_may_be_stopped_again() -> None:
    with served(EchoApplet(), antenna=ANY_PORT) as server:
        server.stop()
    server.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_serving_process_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "alice.purse"
    new_purse_file(path)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.element.card_process", str(path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        host, port = process.stdout.readline().split()
        with RawReader.at((host, int(port))) as reader:
            assert reader.ask(SELECT)[-2:] == OK
            process.send_signal(number)
            assert reader.is_closed()
        assert process.wait(10) == 0
