"""The purse in real PC/SC readers: pcscd, the vpcd driver, pyscard, and other people's tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.element.applets import OK, EchoApplet, OtherApplet
from tests.element.serving import ANY_PORT, antenna_of, served
from tests.reader.pcscd import PrivatePcscd
from tests.reader.rawcards import Behaviour, Parting, as_card, behaving_after_atr, in_slot
from tests.reader.world import NONCE, REFERENCE, new_purse
from zerobar.element import ATR
from zerobar.element.frames import frame
from zerobar.purse.apdu import AID
from zerobar.purse.applet import Applet
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.reader.antenna import AntennaLink
from zerobar.reader.card import PurseCard
from zerobar.reader.counting import CountingLink
from zerobar.reader.errors import (
    BadAnswer,
    CardTorn,
    DaemonNotRunning,
    FieldBusy,
    NoCard,
    NoReader,
    ReaderMissing,
)
from zerobar.reader.outcome import TapStatus
from zerobar.reader.pcsc import PcscLink, Reader, list_readers, whole_answer
from zerobar.reader.refusals import NotAPurse
from zerobar.reader.tap import Terms, resume, tap
from zerobar.reader.target import parse_target

pytestmark = pytest.mark.pcsc

WAIT_MS = 5000
DAEMON_LOOKS_EVERY_S = 0.5
"""A card that is torn and replaced between two looks of the daemon is one it does not power."""
CONTACTLESS = Interface.CONTACTLESS
T0_ATR = bytes.fromhex("3B00")


def wait_until(slot: int, pcscd: PrivatePcscd, *, has_card: bool) -> None:
    deadline = time.monotonic() + WAIT_MS / 1000
    while Reader(pcscd.readers[slot], has_card) not in list_readers():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def inserted(
    pcscd: PrivatePcscd, slot: int, applet: Applet, *, contactless: bool = False
) -> Iterator[None]:
    with served(applet, vpcd=("127.0.0.1", pcscd.ports[slot]), contactless=contactless):
        wait_until(slot, pcscd, has_card=True)
        yield
    wait_until(slot, pcscd, has_card=False)


@contextmanager
def inserted_raw(pcscd: PrivatePcscd, slot: int, behave: Behaviour) -> Iterator[None]:
    with in_slot(("127.0.0.1", pcscd.ports[slot]), behave):
        wait_until(slot, pcscd, has_card=True)
        yield
    wait_until(slot, pcscd, has_card=False)


def test_two_purses_pay_through_two_readers(pcscd: PrivatePcscd) -> None:
    customer, till = new_purse(balance=50_00), new_purse(PurseClass.MERCHANT)
    links = []

    def field() -> CountingLink:
        links.append(CountingLink(PcscLink(pcscd.readers[0], WAIT_MS)))
        return links[-1]

    with (
        inserted(pcscd, 0, customer.applet, contactless=True),
        inserted(pcscd, 1, till.applet),
        PcscLink(pcscd.readers[1]) as link,
    ):
        payee = PurseCard(link)
        for _ in range(3):
            assert tap(field, payee, Terms(Fen(5_00), REFERENCE)).status is TapStatus.PAID
        assert payee.state(NONCE).balance == 15_00
    assert customer.balance == 35_00
    assert [(link.apdus, link.bytes_in_all) for link in links] == [(2, 342)] * 3


def test_another_program_selects_the_purse(pcscd: PrivatePcscd) -> None:
    tool = shutil.which("opensc-tool")
    if tool is None:
        pytest.skip("install Debian's opensc")
    select = f"00:A4:04:00:09:{AID.hex(':')}"
    with inserted(pcscd, 1, new_purse().applet):
        run = subprocess.run(
            [tool, "--reader", pcscd.readers[1], "--send-apdu", select],
            env=pcscd.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    assert "SW1=0x90, SW2=0x00" in run.stdout
    assert "6F 81 AB 84 09 F0 5A 45 52 4F 42 41 52 01" in run.stdout


def test_another_program_reads_the_answer_to_reset(pcscd: PrivatePcscd) -> None:
    tool = shutil.which("opensc-tool")
    if tool is None:
        pytest.skip("install Debian's opensc")
    with inserted(pcscd, 1, new_purse().applet):
        run = subprocess.run(
            [tool, "--reader", pcscd.readers[1], "--atr"],
            env=pcscd.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert run.stdout.strip() == ATR.hex(":")


def test_the_readers_are_listed_with_what_is_in_them(pcscd: PrivatePcscd) -> None:
    assert list_readers() == tuple(Reader(name, False) for name in pcscd.readers)
    with inserted(pcscd, 1, EchoApplet()):
        assert [reader.has_card for reader in list_readers()] == [False, True]


def test_a_reader_is_named_in_full_or_by_a_part_that_fits_no_other(pcscd: PrivatePcscd) -> None:
    with inserted(pcscd, 1, EchoApplet()):
        for name in (pcscd.readers[1], "test 00 01", "01"):
            with parse_target(f"pcsc:{name}").open() as link:  # type: ignore[union-attr]
                assert link.exchange(b"1234") == b"1234" + OK


@pytest.mark.parametrize("name", ["", "Zerobar", "no such reader"])
def test_a_name_that_fits_none_or_several_readers_lists_them(
    pcscd: PrivatePcscd, name: str
) -> None:
    with pytest.raises(NoReader) as raised:
        PcscLink(name)
    assert raised.value.found == pcscd.readers


def test_an_empty_reader_is_said_so_at_once_or_after_waiting(pcscd: PrivatePcscd) -> None:
    for wait_ms in (0, 50):
        with pytest.raises(NoCard):
            PcscLink(pcscd.readers[0], wait_ms)


def test_a_card_may_be_waited_for(pcscd: PrivatePcscd) -> None:
    with in_slot_later(pcscd), PcscLink(pcscd.readers[0], WAIT_MS) as link:
        assert link.exchange(b"1234") == OK
    wait_until(0, pcscd, has_card=False)


@contextmanager
def in_slot_later(pcscd: PrivatePcscd) -> Iterator[None]:
    leave = threading.Event()

    def insert() -> None:
        time.sleep(0.1)
        with in_slot(("127.0.0.1", pcscd.ports[0]), as_card(lambda _: OK)):
            leave.wait(WAIT_MS / 1000)

    thread = threading.Thread(target=insert)
    thread.start()
    try:
        yield
    finally:
        leave.set()
        thread.join(10)


def test_some_other_card_is_not_a_purse(pcscd: PrivatePcscd) -> None:
    with (
        inserted(pcscd, 0, OtherApplet()),
        PcscLink(pcscd.readers[0]) as link,
        pytest.raises(NotAPurse),
    ):
        PurseCard(link).select()


def test_a_card_that_is_in_use_is_busy(pcscd: PrivatePcscd) -> None:
    with inserted(pcscd, 0, EchoApplet()):
        with PcscLink(pcscd.readers[0]), pytest.raises(FieldBusy):
            PcscLink(pcscd.readers[0])
        with PcscLink(pcscd.readers[0]) as link:
            assert link.exchange(b"1234") == b"1234" + OK


def test_a_card_torn_in_the_middle_of_a_command_is_torn_at_once(pcscd: PrivatePcscd) -> None:
    torn = behaving_after_atr(lambda _: None)
    with inserted_raw(pcscd, 0, torn), PcscLink(pcscd.readers[0]) as link:
        with pytest.raises(CardTorn):
            link.exchange(b"1234")
        wait_until(0, pcscd, has_card=False)
        with pytest.raises(CardTorn):
            link.exchange(b"1234")
        with pytest.raises(NoCard):
            link.reset()
        with pytest.raises(CardTorn):
            link.exchange(b"1234")


def test_half_an_answer_is_no_decision_of_the_card(pcscd: PrivatePcscd) -> None:
    """The driver hands out what had arrived when the card was torn as if it were whole."""
    answers = iter([bytes(new_purse().card(CONTACTLESS).select()) + OK])

    def behave(_: bytes) -> bytes | None:
        whole = next(answers, None)
        return frame(whole) if whole else Parting(frame(bytes(255))[:100])

    till = new_purse(PurseClass.MERCHANT)
    with inserted_raw(pcscd, 0, behaving_after_atr(behave)):
        torn = tap(lambda: PcscLink(pcscd.readers[0]), till.card(), Terms(Fen(1), REFERENCE))
    assert torn.status is TapStatus.TORN_BEFORE_PAY
    time.sleep(DAEMON_LOOKS_EVERY_S)


def test_a_tap_torn_in_the_reader_is_resumed(pcscd: PrivatePcscd) -> None:
    customer, till = new_purse(balance=50_00), new_purse(PurseClass.MERCHANT)

    def field() -> PcscLink:
        return PcscLink(pcscd.readers[0], WAIT_MS)

    with inserted(pcscd, 0, customer.applet, contactless=True):
        payee = till.card()
        # SELECT writes a byte; the cut comes when the voucher is committed but not yet answered.
        customer.memory.cut_after(1 + 1 + 191 + 1)
        torn = tap(field, payee, Terms(Fen(5_00), REFERENCE))
        assert torn.status is TapStatus.TORN_BEFORE_PAY
        assert isinstance(torn.error, CardTorn)
        wait_until(0, pcscd, has_card=False)
        assert resume(field, payee, torn).status is TapStatus.PAID
    assert (customer.balance, till.balance) == (45_00, 5_00)


def test_a_reset_powers_the_card_off_and_on(pcscd: PrivatePcscd) -> None:
    with inserted(pcscd, 0, new_purse().applet), PcscLink(pcscd.readers[0]) as link:
        card = PurseCard(link)
        card.verify_pin("135790")
        card.reset()
        assert link.exchange(bytes.fromhex("8014000000")) == bytes.fromhex("6999")
        assert card.select().version == 1


def test_a_card_in_reader_and_field_is_selected_again_by_itself(pcscd: PrivatePcscd) -> None:
    customer, till = new_purse(balance=50_00), new_purse(PurseClass.MERCHANT)
    address = ("127.0.0.1", pcscd.ports[0])
    with (
        served(customer.applet, vpcd=address, antenna=ANY_PORT) as server,
        PcscLink(pcscd.readers[0], WAIT_MS) as link,
    ):
        card = PurseCard(link)
        assert card.state(NONCE).balance == 50_00
        antenna = antenna_of(server)
        assert tap(lambda: AntennaLink(*antenna), till.card(), Terms(Fen(1), REFERENCE)).is_final
        assert card.state(NONCE).balance == 49_99
    wait_until(0, pcscd, has_card=False)


def test_a_card_that_speaks_t0_hands_out_its_whole_answer(pcscd: PrivatePcscd) -> None:
    """ISO/IEC 7816-3, 12.2: the command goes without Le, the answer comes in parts."""
    heard: list[bytes] = []
    long_answer = bytes(range(250))

    def answer(command: bytes) -> bytes:
        heard.append(command)
        if command[1] == 0xC0:
            return long_answer[: command[4]] + OK
        return bytes((0x61, len(long_answer)))

    with inserted_raw(pcscd, 0, as_card(answer, T0_ATR)), PcscLink(pcscd.readers[0]) as link:
        assert link.exchange(b"\x00\xa4\x04\x00\x02ab\x00") == long_answer + OK
    assert heard == [b"\x00\xa4\x04\x00\x02ab", b"\x00\xc0\x00\x00\xfa"]


def test_a_t0_card_may_ask_for_another_length() -> None:
    answers = iter([b"\x6c\x03", b"abc" + OK])
    heard: list[bytes] = []

    def transmit(command: bytes) -> bytes:
        heard.append(command)
        return next(answers)

    assert whole_answer(transmit, b"\x80\x14\x00\x00\x00") == b"abc" + OK
    assert heard == [b"\x80\x14\x00\x00\x00", b"\x80\x14\x00\x00\x03"]


def test_a_t0_card_may_hand_out_its_answer_in_several_parts() -> None:
    answers = iter([b"ab\x61\x03", b"cde\x61\x01", b"f" + OK])
    assert whole_answer(lambda _: next(answers), b"\x80\x14\x00\x00\x00") == b"abcdef" + OK


@pytest.mark.parametrize("answer", [b"\x61\x05", b"\x6c\x05", b"", b"\x90"])
def test_a_t0_card_that_never_ends_is_a_bad_answer(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        whole_answer(lambda _: answer, b"\x80\x14\x00\x00\x00")


# --- without a service, without the library ---------------------------------------------------


def in_fresh_process(script: str, socket_path: Path) -> str:
    """Run a script that speaks to the service at another socket; return what it writes."""
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PCSCLITE_CSOCK_NAME": str(socket_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_a_service_that_does_not_run_is_said_so(tmp_path: Path) -> None:
    pytest.importorskip("smartcard.scard", reason="install the extra: pip install 'zerobar[pcsc]'")
    script = """
from zerobar.reader import CardError, PcscLink, list_readers
for call in (list_readers, PcscLink):
    try:
        call()
    except CardError as error:
        print(type(error).__name__, error)
"""
    line = f"{DaemonNotRunning.__name__} {DaemonNotRunning.what}"
    assert in_fresh_process(script, tmp_path / "nobody") == f"{line}\n{line}"


def test_a_service_that_ends_while_a_card_is_in_use_is_said_so(
    pcscd: PrivatePcscd, tmp_path: Path
) -> None:
    del pcscd  # It stands for the packages being there.
    script = f"""
import os
from contextlib import suppress
from pathlib import Path
from time import sleep
from tests.element.applets import EchoApplet
from tests.element.serving import served
from tests.reader.pcscd import PrivatePcscd
from zerobar.reader import CardError, PcscLink, list_readers
with PrivatePcscd(Path({str(tmp_path)!r})) as daemon:
    os.environ["PCSCLITE_CSOCK_NAME"] = str(daemon.socket_path)
    with served(EchoApplet(), vpcd=("127.0.0.1", daemon.ports[0])):
        with PcscLink(daemon.readers[0], 5000) as link:
            print(link.exchange(b"1234"))
            daemon.stop()
            for call in (lambda: link.exchange(b"1234"), link.reset, list_readers):
                try:
                    call()
                except CardError as error:
                    print(type(error).__name__)
            daemon.start()
            for _ in range(100):
                with suppress(CardError):
                    link.reset()
                    break
                sleep(0.05)
            print(link.exchange(b"5678"))
"""
    assert in_fresh_process(script, tmp_path / "pcscd.comm").splitlines() == [
        "b'1234\\x90\\x00'",
        "DaemonNotRunning",
        "DaemonNotRunning",
        "DaemonNotRunning",
        "b'5678\\x90\\x00'",
    ]


def test_without_pyscard_everything_else_works_and_readers_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    for call in (list_readers, PcscLink):
        with pytest.raises(ReaderMissing) as raised:
            call()
        assert "pip install 'zerobar[pcsc]'" in raised.value.next_step
